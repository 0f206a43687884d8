"""Follows a list page by page, by cursors or offsets."""

from collections.abc import Callable, Iterator, Mapping

from session_contracts.conformance.client import Exchange
from session_contracts.conformance.listing import (
    get_list,
    listed_ids,
    listing_of,
    pagination_number,
    paging_style,
)
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Cursor, Style

#: Enough for every list that a check makes; a list that never ends is cut off here.
_MOST_PAGES = 60


def cursor_of(subject: Subject) -> Cursor:
    """The names of the list's cursor in requests and responses."""
    cursor = listing_of(subject).cursor
    assert cursor is not None, "the list is paged by cursors"
    return cursor


def next_cursor(subject: Subject, page: Exchange) -> str | None:
    """The cursor on a page; None if it has none. An empty text is a cursor, though a wrong one."""
    body = page.json
    value = body.get(cursor_of(subject).member) if isinstance(body, dict) else None
    return None if value is None else str(value)


def all_pages(
    subject: Subject,
    filters: Mapping[str, str],
    limit: int,
    *,
    between: Callable[[], object] | None = None,
) -> Iterator[tuple[Exchange, list[str]]]:
    """Each page with its ids, until no page follows or a page is empty.

    `between` is called before each next page. The last page may be a refusal of the cursor that
    the page before returned. Raises Unexercised if a page has no records.
    """
    following: tuple[str, str] | None = None
    skipped = 0
    for _ in range(_MOST_PAGES):
        position = [following] if following else []
        page = get_list(subject, filters, [("limit", str(limit)), *position])
        ids = listed_ids(subject, page) if page.ok or following is None else []
        yield page, ids
        skipped += len(ids)
        following = _following(subject, page, skipped) if page.ok and ids else None
        if following is None:
            return
        if between:
            between()


def _following(subject: Subject, page: Exchange, skipped: int) -> tuple[str, str] | None:
    """The query parameter of the next page; None if this is the last. Raises Unexercised."""
    if paging_style(subject) is Style.OFFSET:
        more = skipped < pagination_number(subject, page, "total")
        return ("offset", str(skipped)) if more else None
    cursor = next_cursor(subject, page)
    return (cursor_of(subject).parameter, cursor) if cursor else None
