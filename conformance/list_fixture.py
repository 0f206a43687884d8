"""List fixtures: records made at known times, in a scope that narrows a list to them."""

from collections.abc import Mapping, Sequence
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
    listing_of,
)
from session_contracts.conformance.preparing import fresh_scope, new_record
from session_contracts.conformance.subject import Subject

#: Long before anything else that a target has, or that the suite makes.
LONG_AGO = datetime(2001, 3, 1, 12, tzinfo=UTC)
#: Why a check cannot go on if a page is not limited to the scope.
FOREIGN_RECORDS = "a page shows what does not belong to the list"
_INCOMPLETE = "a full page does not show just what was created"


@dataclass(frozen=True)
class ListFixture:
    """Records of one scope: their creation times by id, in seconds after `base`."""

    scope: Mapping[str, str]
    base: datetime
    seconds: Mapping[str, int]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the records."""
        return frozenset(self.seconds)

    def between(self, first: int, last: int) -> set[str]:
        """The ids of those created from second `first` to second `last`, both included."""
        return {identity for identity, second in self.seconds.items() if first <= second <= last}

    def moment(self, second: int) -> str:
        """The time of a second, in RFC 3339."""
        return rfc3339(self.base + timedelta(seconds=second))


def rfc3339(moment: datetime) -> str:
    """A time in UTC, to the second, as the vendors write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def in_other_zone(moment: str) -> str:
    """The same moment with another offset from UTC."""
    local = datetime.fromisoformat(moment).replace(tzinfo=None) + timedelta(hours=2)
    return local.strftime("%Y-%m-%dT%H:%M:%S+02:00")


def new_list_fixture(
    subject: Subject,
    seconds: Sequence[int],
    *,
    base: datetime = LONG_AGO,
    scope: Mapping[str, str] | None = None,
) -> ListFixture:
    """Prepare a record for each of these seconds, in this order. Raises Unexercised."""
    within = fresh_scope(subject) if scope is None else scope
    empty, time_param = ListFixture(within, base, {}), subject.profile.time_param
    made = {
        new_record(subject, **within, **{time_param: empty.moment(second)}): second
        for second in seconds
    }
    return ListFixture(within, base, made)


def full_list_page(fixture: ListFixture, subject: Subject, judge: Judge) -> Exchange:
    """A full page, which shows just the records of the fixture. Raises Unexercised."""
    page = get_list(subject, fixture.scope)
    judge.require(set(listed_ids(subject, page)) == fixture.ids, _INCOMPLETE)
    return page


def limited_page(fixture: ListFixture, limit: int, subject: Subject) -> Exchange:
    """The first page with this limit."""
    return get_list(subject, fixture.scope, [("limit", str(limit))])


def record_times(subject: Subject, page: Exchange) -> list[datetime]:
    """The times by which a page is ordered, as its records show them. Raises Unexercised."""
    field = listing_of(subject).order[0].lstrip("-")
    found = [shapes.moment(record.get(field)) for record in listed_records(subject, page)]
    times = [time for time in found if time]
    if len(times) < len(found):
        raise Unexercised(f"a listed record has no {field}")
    return times
