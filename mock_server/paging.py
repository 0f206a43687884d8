"""The styles in which lists are paged."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from session_contracts.mock_server.clock import parse_moment
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.store import Record, Rows
from session_contracts.openapi.model import Cursor, Keeps

_FRACTION = re.compile(r"\.(\d+)")
_DIGITS = 6  # what datetime libraries keep


def numbered_page(call: Call) -> Answer:
    """`{data, pagination}` for the parameters `page` (from 1) and `limit`."""
    page, limit = call.parameters["page"], call.parameters["limit"]
    start = (page - 1) * limit
    rows = call.rows()
    total = len(rows)
    pagination: dict[str, Any] = {
        "page": page,
        "limit": limit,
        "total": total,
        "totalPages": -(-total // limit),
    }
    data = [record.encoded for record in rows[start : start + limit]]
    return Answer(
        200, {"data": data, "pagination": pagination}, {"data": [], "pagination": pagination}
    )


def skipped_page(call: Call) -> tuple[Sequence[Record], int]:
    """The records for the parameters `offset` and `limit`, and the number of all records."""
    rows = call.rows()
    offset, limit = min(call.parameters["offset"], len(rows)), call.parameters["limit"]
    return rows[offset : offset + limit], len(rows)


def page_after(call: Call, rows: Rows, last: Record | None) -> tuple[Sequence[Record], bool]:
    """The first `limit` rows behind `last`, or from the start, and whether more follow."""
    listing = call.plan.contract.listing
    assert listing is not None, "only of a list"
    collection = call.world.collection(call.api.resources[listing.resource])
    start = collection.position(last, rows) if last else 0
    end = start + call.parameters["limit"]
    return rows[start:end], end < len(rows)


def cursor_page(call: Call) -> tuple[Sequence[Record], str | None]:
    """The records after the cursor, at most `limit`, and the next cursor; None on the last page.

    A cursor is a date-time, and the next page continues strictly before it. Records have whole
    seconds; where several have the same, the microseconds of the cursor say how many of them, in
    order of arrival, are still to come. So no record is lost, whatever arrives in the meantime.
    """
    rows = call.rows()
    start, stop = span(call, rows)
    given = call.parameters.get(cursor_of(call).parameter)
    if given is not None:
        start = max(start, _position(given, rows))
    end = min(stop, start + call.parameters["limit"])
    return rows[start:end], _next(call, rows, end) if start < end < stop else None


def span(call: Call, rows: Rows) -> tuple[int, int]:
    """The positions of the rows within the time bounds of the request; rows are latest first."""
    start, stop = 0, len(rows)
    for plan in call.plan.parameters:
        if (
            plan.filters is None
            or plan.name not in call.parameters
            or plan.filters.keeps is Keeps.EQUAL
        ):
            continue
        moment = -parse_moment(call.parameters[plan.name]).timestamp()
        if plan.filters.keeps is Keeps.TO:
            start = rows.bisect_key_left((moment,))
        else:
            stop = rows.bisect_key_left((moment, math.inf))
    return start, max(start, stop)


def cursor_of(call: Call) -> Cursor:
    """How the operation's list is paged by cursors."""
    listing = call.plan.contract.listing
    assert listing is not None, "only of a list"
    assert listing.cursor is not None, "only of a list with a cursor"
    return listing.cursor


def _position(cursor: str, rows: Rows) -> int:
    """The position at which the rows continue after a cursor."""
    fraction = _FRACTION.search(cursor)
    count = int(fraction[1][:_DIGITS].ljust(_DIGITS, "0")) if fraction else 0
    first, last = _of_moment(parse_moment(cursor).replace(microsecond=0), rows)
    return max(first, last - max(0, count - 1))  # a bare moment excludes all records of it


def _of_moment(moment: datetime, rows: Rows) -> tuple[int, int]:
    """The positions of the rows of one moment."""
    key = -moment.timestamp()
    return rows.bisect_key_left((key,)), rows.bisect_key_left((key, math.inf))


def _next(call: Call, rows: Rows, end: int) -> str:
    """The cursor behind the row before `end`: its moment, exact if the next row has the same."""
    field = cursor_of(call).field
    moment: str = rows[end - 1].fields[field]
    same = datetime.fromisoformat(moment) == datetime.fromisoformat(rows[end].fields[field])
    return exact(moment, rows, end - 1) if same else moment


def exact(moment: str, rows: Rows, index: int) -> str:
    """The cursor behind one row among others of its moment."""
    _, last = _of_moment(datetime.fromisoformat(moment), rows)
    return f"{moment.removesuffix('Z')}.{last - index:0{_DIGITS}}Z"
