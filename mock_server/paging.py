"""The styles in which lists are paged."""

import math
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mock_server.call import Answer, Call
from mock_server.clock import parse_moment
from mock_server.store import Record
from openapi.model import Keeps, Listing

_FRACTION = re.compile(r"\.(\d+)")
_DIGITS = 9


def numbered_page(call: Call) -> Answer:
    """`{data, pagination}` for the parameters `page` (from 1) and `limit`."""
    page, limit = call.parameters["page"], call.parameters["limit"]
    start = (page - 1) * limit
    rows = call.rows()
    total = len(rows)
    pagination: dict[str, Any] = {"page": page, "limit": limit, "total": total, "totalPages": -(-total // limit)}
    data = [record.encoded for record in rows[start : start + limit]]
    return Answer(200, {"data": data, "pagination": pagination}, {"data": [], "pagination": pagination})


def cursor_page(call: Call) -> tuple[Sequence[Record], str | None]:
    """The records after the cursor, at most `limit`, and the cursor of the next page; None where this is the last one.

    A cursor is a moment, and a page goes on strictly before it. Among records of one moment, whole seconds all, it tells by
    its nanoseconds after which serial number to go on: so none is lost, and it stays a date-time.
    """
    rows = call.rows()
    start, stop = span(call, rows)
    given = call.parameters.get(_cursor(call).parameter)
    if given is not None:
        start = max(start, rows.bisect_key_right(_position(given)))
    end = min(stop, start + call.parameters["limit"])
    page = rows[start:end]
    return page, _next(call, page[-1], rows[end]) if end < stop and page else None


def span(call: Call, rows: Any) -> tuple[int, int]:
    """The part of some rows, sorted by a date-time, the latest first, that lies within the bounds that the request gives."""
    start, stop = 0, len(rows)
    for plan in call.plan.parameters:
        if plan.filters is None or plan.name not in call.parameters or plan.filters.keeps is Keeps.EQUAL:
            continue
        moment = -parse_moment(call.parameters[plan.name]).timestamp()
        if plan.filters.keeps is Keeps.TO:
            start = rows.bisect_key_left((moment,))
        else:
            stop = rows.bisect_key_left((moment, math.inf))
    return start, max(start, stop)


def _cursor(call: Call) -> Any:
    listing: Listing | None = call.plan.contract.listing
    assert listing is not None, "only of a list"
    assert listing.cursor is not None, "only of one with a cursor"
    return listing.cursor


def _position(cursor: str) -> tuple[float, int]:
    """The sort key of what a cursor stands behind."""
    fraction = _FRACTION.search(cursor)
    digits = fraction[1][:_DIGITS].ljust(_DIGITS, "0") if fraction else "0"
    whole = parse_moment(cursor).replace(microsecond=0)
    return -whole.timestamp(), -int(digits)


def _next(call: Call, last: Record, following: Record) -> str:
    """The last record's moment; among others of that moment with its serial number as nanoseconds."""
    field = _cursor(call).field
    moment: str = last.fields[field]
    same = datetime.fromisoformat(moment) == datetime.fromisoformat(following.fields[field])
    return f"{moment.removesuffix('Z')}.{last.serial:0{_DIGITS}}Z" if same else moment
