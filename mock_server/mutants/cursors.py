"""How a list that is walked by cursors is broken, whatever the API."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.clock import parse_moment, rfc3339
from session_contracts.mock_server.mutants.parts import Apply, operation, parameter
from session_contracts.mock_server.paging import cursor_page, exact
from session_contracts.mock_server.plan import Answer, Call, ParameterPlan
from session_contracts.mock_server.store import Record

Page = tuple[Sequence[Record], str | None]
Listed = Callable[[Sequence[Record], str | None], Answer]


def paged(name: str, listed: Listed, page: Callable[[Call], Page]) -> Apply:
    """The operation pages in another way; `listed` makes the vendor's answer of a page."""
    return operation(name, lambda plan: replace(plan, handler=lambda call: listed(*page(call))))


def one_too_few(call: Call) -> Page:
    call.parameters["limit"] = max(1, call.parameters["limit"] - 1)
    return cursor_page(call)


def oldest_first(call: Call) -> Page:
    """Each page turned round."""
    page, following = cursor_page(call)
    return page[::-1], following


def skips_one(call: Call) -> Page:
    """The cursor is the moment of the record that comes next, which is then left out."""
    page, following = cursor_page(call)
    if following is None:
        return page, None
    rows = call.rows()
    after = rows[rows.index(page[-1]) + 1]
    return page, str(after.fields[_field(call)])


def loses_ties(call: Call) -> Page:
    """The cursor is the moment of the last record, and nothing else."""
    page, following = cursor_page(call)
    return page, str(page[-1].fields[_field(call)]) if following else None


_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def counts_positions(call: Call) -> Page:
    """A cursor that looks like a moment is the number of records before it."""
    name, limit = _parameter(call), call.parameters["limit"]
    given = call.parameters.get(name)
    if given is not None and not given.startswith("1970-"):
        return cursor_page(call)
    start = int((parse_moment(given) - _FIRST).total_seconds()) if given else 0
    del_given = {key: value for key, value in call.parameters.items() if key != name}
    call.parameters = {**del_given, "limit": start + limit}
    page, following = cursor_page(call)
    return page[start:], rfc3339(_FIRST + timedelta(seconds=start + limit)) if following else None


def never_ends(call: Call) -> Page:
    """A cursor on every page that shows something."""
    page, following = cursor_page(call)
    return page, following or (_exact(page[-1], call) if page else None)


def includes_the_moment(call: Call) -> Page:
    """A bare moment is included; the cursors that it gives itself are exact."""
    name = _parameter(call)
    given = call.parameters.get(name)
    if given is not None and "." not in given:
        call.parameters[name] = rfc3339(parse_moment(given) + timedelta(seconds=1))
    page, following = cursor_page(call)
    return page, _exact(page[-1], call) if following else None


def _exact(record: Record, call: Call) -> str:
    rows = call.rows()
    return exact(record.fields[_field(call)], rows, rows.index(record))


def _field(call: Call) -> str:
    return _cursor(call).field  # type: ignore[no-any-return]


def _parameter(call: Call) -> str:
    return _cursor(call).parameter  # type: ignore[no-any-return]


def _cursor(call: Call) -> Any:
    listing = call.plan.contract.listing
    assert listing is not None, "only of a list"
    return listing.cursor


def default(name: str, which: str, value: int) -> Apply:
    """Another default of a parameter."""
    return parameter(name, which, lambda plan: replace(plan, default=value))


def no_maximum(name: str, which: str) -> Apply:
    """A parameter without its maximum."""

    def change(plan: ParameterPlan) -> ParameterPlan:
        schema = {
            keyword: value for keyword, value in plan.checker.schema.items() if keyword != "maximum"
        }
        return replace(plan, checker=Checker.of(schema))

    return parameter(name, which, change)
