"""Records that were made for a check, each at a moment of its own choice, and walks over the pages of a list that shows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from session_contracts.conformance import shapes
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import (
    get_list,
    listed_ids,
    listed_records,
    pagination_number,
    paging_style,
)
from session_contracts.conformance.preparing import fresh_scope, new_record
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Cursor, Style

#: Long before anything else that a target holds, or that the suite makes.
LONG_AGO = datetime(2001, 3, 1, 12, tzinfo=UTC)
_MOST_PAGES = 60
FOREIGN_RECORDS = "a page shows what does not belong to the list"


@dataclass(frozen=True)
class ListFixture:
    """Records by id, with the second after `base` at which each was born. `scope` narrows a list to them."""

    scope: Mapping[str, str]
    base: datetime
    seconds: Mapping[str, int]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.seconds)

    def between(self, first: int, last: int) -> set[str]:
        """Those born from one second to another, both included."""
        return {identity for identity, second in self.seconds.items() if first <= second <= last}

    def moment(self, second: int) -> str:
        return written(self.base + timedelta(seconds=second))


def written(moment: datetime) -> str:
    """A time in UTC as the vendors write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def elsewhere(moment: str) -> str:
    """The same moment, written in another time zone."""
    return (datetime.fromisoformat(moment).replace(tzinfo=None) + timedelta(hours=2)).strftime(
        "%Y-%m-%dT%H:%M:%S+02:00"
    )


def new_list_fixture(
    subject: Subject,
    seconds: Sequence[int],
    *,
    base: datetime = LONG_AGO,
    scope: Mapping[str, str] | None = None,
) -> ListFixture:
    """Make a record at each of these seconds, in this order. Raises Unexercised."""
    within = fresh_scope(subject) if scope is None else scope
    fixture = ListFixture(within, base, {})
    made = {
        new_record(subject, **within, **{subject.profile.born: fixture.moment(second)}): second
        for second in seconds
    }
    return ListFixture(within, base, made)


def full_list_page(fixture: ListFixture, subject: Subject, judge: Judge) -> Exchange:
    """One full page that shows just what was made. Raises Unexercised."""
    page = get_list(subject, fixture.scope)
    judge.require(
        set(listed_ids(subject, page)) == fixture.ids,
        "a full page does not show just what was created",
    )
    return page


def limited_page(fixture: ListFixture, limit: int, subject: Subject) -> Exchange:
    """A page of so many records."""
    return get_list(subject, fixture.scope, [("limit", str(limit))])


def cursor_of(subject: Subject) -> Cursor:
    """How the list is walked."""
    listing = subject.operation(subject.profile.list).listing
    assert listing is not None, "the list is a list"
    assert listing.cursor is not None, "only where the list has cursors"
    return listing.cursor


def next_cursor(subject: Subject, page: Exchange) -> str | None:
    """The cursor that a page gives; None where it gives none. An empty one leads nowhere, but is one."""
    body = page.json
    value = body.get(cursor_of(subject).member) if isinstance(body, dict) else None
    return None if value is None else str(value)


def pages(
    subject: Subject,
    filters: Mapping[str, str],
    limit: int,
    *,
    between: Callable[[], object] | None = None,
) -> Iterator[tuple[Exchange, list[str]]]:
    """Page after page with its ids, until none follows, or nothing is on a page. `between` is called before each next page.

    The last may be a refusal of the cursor that the page before has given. Raises Unexercised where a page is no list.
    """
    onward: tuple[str, str] | None = None
    skipped = 0
    for _ in range(_MOST_PAGES):
        page = get_list(subject, filters, [("limit", str(limit)), *([onward] if onward else [])])
        ids = listed_ids(subject, page) if page.ok or onward is None else []
        yield page, ids
        skipped += len(ids)
        onward = _onward(subject, page, skipped) if page.ok and ids else None
        if onward is None:
            return
        if between:
            between()


def _onward(subject: Subject, page: Exchange, skipped: int) -> tuple[str, str] | None:
    """The parameter that leads to the next page; None where this is the last one. Raises Unexercised."""
    if paging_style(subject) is Style.OFFSET:
        return (
            ("offset", str(skipped))
            if skipped < pagination_number(subject, page, "total")
            else None
        )
    cursor = next_cursor(subject, page)
    return (cursor_of(subject).parameter, cursor) if cursor else None


def moments(subject: Subject, page: Exchange) -> list[datetime]:
    """When the records of a page were born, as it shows them. Raises Unexercised."""
    listing = subject.operation(subject.profile.list).listing
    assert listing is not None, "the list is a list"
    field = listing.order[0].lstrip("-")
    found = [shapes.moment(record.get(field)) for record in listed_records(subject, page)]
    times = [time for time in found if time]
    if len(times) < len(found):
        raise Unexercised(f"a listed record has no {field}")
    return times
