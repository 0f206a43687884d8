"""How a list that is paged by number is broken, whatever the API."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from session_contracts.mock_server.mutants.parts import (
    Apply,
    answers,
    handles,
    operation,
    parameter,
)
from session_contracts.mock_server.plan import Answer, Call

#: The first position that a page shows, and the first that it does not show any more; of its number and its limit.
Positions = Callable[[int, int], tuple[int, int]]


def ignores(name: str, which: str) -> Apply:
    """A parameter does not filter."""
    return parameter(name, which, lambda plan: replace(plan, filters=None))


def defaults_to(name: str, which: str, value: Any) -> Apply:
    """A parameter that is left out counts as another value."""
    return parameter(name, which, lambda plan: replace(plan, default=value))


def shows(name: str, positions: Positions) -> Apply:
    """A page shows other records than it should."""

    def handler(call: Call) -> Answer:
        number, limit = call.parameters["page"], call.parameters["limit"]
        start, stop = positions(number, limit)
        records, total = call.rows()[start:stop], len(call.rows())
        pagination = {
            "page": number,
            "limit": limit,
            "total": total,
            "totalPages": -(-total // limit),
        }
        shown = [record.encoded for record in records]
        return Answer(
            200, {"data": shown, "pagination": pagination}, {"data": [], "pagination": pagination}
        )

    return handles(name, handler)


def stops_early(name: str) -> Apply:
    """Each page lacks its last record."""
    return shows(name, lambda page, limit: ((page - 1) * limit, page * limit - 1))


def overlaps(name: str) -> Apply:
    """Each page begins with the last record of the page before."""
    return shows(name, lambda page, limit: (start := (page - 1) * max(1, limit - 1), start + limit))


def tells(name: str, edit: Callable[[Mapping[str, int]], Mapping[str, int]]) -> Apply:
    """Some numbers of the pagination are others."""
    return answers(
        lambda body: {**body, "pagination": {**body["pagination"], **edit(body["pagination"])}},
        name,
    )


def calls_pagination(name: str, member: str) -> Apply:
    """The pagination has another name."""
    return answers(lambda body: {"data": body["data"], member: body["pagination"]}, name)


def of_all_tenants(name: str) -> Apply:
    """It lists without a tenant."""

    def change(call: Call) -> None:
        call.tenant = None

    return _before(name, change)


def last_filter_only(name: str) -> Apply:
    """Of several filters the last one counts."""

    def change(call: Call) -> None:
        given = [
            plan.name
            for plan in call.plan.parameters
            if plan.filters and plan.name in call.parameters
        ]
        call.parameters = {
            name: value for name, value in call.parameters.items() if name not in given[:-1]
        }

    return _before(name, change)


def counts_without_filters(name: str) -> Apply:
    """The total is that of all records, whatever the list was narrowed to."""

    def wrap(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def wrapped(call: Call) -> Answer:
            answer = handler(call)
            assert call.plan.contract.listing is not None, "only of a list"
            total, limit = (
                len(call.rows_of(call.plan.contract.listing.resource, {})),
                call.parameters["limit"],
            )
            answer.body["pagination"] |= {"total": total, "totalPages": -(-total // limit)}
            return answer

        return wrapped

    return operation(name, lambda plan: replace(plan, handler=wrap(plan.handler)))


def _before(name: str, change: Callable[[Call], None]) -> Apply:
    def wrap(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        def wrapped(call: Call) -> Answer:
            change(call)
            return handler(call)

        return wrapped

    return operation(name, lambda plan: replace(plan, handler=wrap(plan.handler)))
