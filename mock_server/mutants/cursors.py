"""Mutations of lists that are paged by cursors.

`pages` takes one of the functions below, or one like them: it gives the records of a page and the
next cursor, in place of `paging.cursor_page`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from session_contracts.mock_server.clock import parse_moment, rfc3339
from session_contracts.mock_server.mutants import mutate
from session_contracts.mock_server.mutants.mutant import Mutation
from session_contracts.mock_server.paging import cursor_of, cursor_page, exact
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.store import Record

#: The records of a page, and the cursor of the next one; None on the last page.
Page = tuple[Sequence[Record], str | None]


def pages(
    operations: mutate.Operations,
    page: Callable[[Call], Page],
    listed: Callable[[Sequence[Record], str | None], Answer],
) -> Mutation:
    """Page in another way; `listed` makes the vendor's answer of a page."""
    return mutate.handler(operations, lambda call: listed(*page(call)))


def last_missing(call: Call) -> Page:
    """A page of one record less than its limit."""
    call.parameters["limit"] = max(1, call.parameters["limit"] - 1)
    return cursor_page(call)


def reversed_page(call: Call) -> Page:
    """Each page by itself in reverse order."""
    page, following = cursor_page(call)
    return page[::-1], following


def skipping(call: Call) -> Page:
    """The cursor is the moment of the next record, which is then left out."""
    page, following = cursor_page(call)
    if following is None:
        return page, None
    rows = call.rows()
    after = rows[rows.index(page[-1]) + 1]
    return page, str(after.fields[cursor_of(call).field])


def losing_ties(call: Call) -> Page:
    """The cursor is the bare moment of the last record, so others of that moment are lost."""
    page, following = cursor_page(call)
    return page, str(page[-1].fields[cursor_of(call).field]) if following else None


_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def positional(call: Call) -> Page:
    """A cursor that looks like a moment is the number of records before it."""
    name, limit = cursor_of(call).parameter, call.parameters["limit"]
    given = call.parameters.get(name)
    if given is not None and not given.startswith("1970-"):
        return cursor_page(call)
    start = int((parse_moment(given) - _FIRST).total_seconds()) if given else 0
    others = {key: value for key, value in call.parameters.items() if key != name}
    call.parameters = {**others, "limit": start + limit}
    page, following = cursor_page(call)
    return page[start:], rfc3339(_FIRST + timedelta(seconds=start + limit)) if following else None


def endless(call: Call) -> Page:
    """A cursor on every page that has records."""
    page, following = cursor_page(call)
    return page, following or (_exact(page[-1], call) if page else None)


def inclusive(call: Call) -> Page:
    """A bare moment is included; the cursors of its own are exact."""
    name = cursor_of(call).parameter
    given = call.parameters.get(name)
    if given is not None and "." not in given:
        call.parameters[name] = rfc3339(parse_moment(given) + timedelta(seconds=1))
    page, following = cursor_page(call)
    return page, _exact(page[-1], call) if following else None


def _exact(record: Record, call: Call) -> str:
    rows = call.rows()
    return exact(record.fields[cursor_of(call).field], rows, rows.index(record))
