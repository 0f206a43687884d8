"""Mutations of lists with numbered pages."""

from collections.abc import Callable, Mapping

from session_contracts.mock_server.mutants import edits, mutate
from session_contracts.mock_server.mutants.mutant import Mutation
from session_contracts.mock_server.plan import Answer, Call, Handler

#: From the number and the limit of a page: the first position that it shows, and the one behind.
Positions = Callable[[int, int], tuple[int, int]]


def positions(operations: mutate.Operations, choose: Positions) -> Mutation:
    """Show other records on a page."""

    def handler(call: Call) -> Answer:
        number, limit = call.parameters["page"], call.parameters["limit"]
        start, stop = choose(number, limit)
        rows = call.rows()
        pagination = {"page": number, "limit": limit, **_totals(len(rows), limit)}
        shown = [record.encoded for record in rows[start:stop]]
        frame = {"data": [], "pagination": pagination}
        return Answer(200, {**frame, "data": shown}, frame)

    return mutate.handler(operations, handler)


def _totals(total: int, limit: int) -> dict[str, int]:
    return {"total": total, "totalPages": -(-total // limit)}


def last_missing(operations: mutate.Operations) -> Mutation:
    """Leave out the last record of each page."""
    return positions(operations, lambda page, limit: ((page - 1) * limit, page * limit - 1))


def overlapping(operations: mutate.Operations) -> Mutation:
    """Begin each page with the last record of the page before."""
    return positions(
        operations,
        lambda page, limit: (start := (page - 1) * max(1, limit - 1), start + limit),
    )


def pagination(
    operations: mutate.Operations, edit: Callable[[Mapping[str, int]], Mapping[str, int]]
) -> Mutation:
    """Change numbers of the pagination."""
    change = edits.member("pagination", lambda numbers: {**numbers, **edit(numbers)})
    return mutate.response(operations, change)


def renamed_pagination(operations: mutate.Operations, name: str) -> Mutation:
    """Give the pagination another name."""
    return mutate.response(operations, edits.renamed("pagination", name))


def unfiltered_total(operations: mutate.Operations) -> Mutation:
    """Count all records, whatever the filters."""

    def wrap(handler: Handler) -> Handler:
        def wrapped(call: Call) -> Answer:
            answer = handler(call)
            assert call.plan.contract.listing is not None, "only of a list"
            every = call.rows_of(call.plan.contract.listing.resource, {})
            answer.body["pagination"] |= _totals(len(every), call.parameters["limit"])
            return answer

        return wrapped

    return mutate.wrapped_handler(operations, wrap)
