"""Lists that are ordered by time, however they are paged: order and page size."""

from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import (
    full_list_page,
    limited_page,
    new_list_fixture,
    record_times,
)
from session_contracts.conformance.listing import get_list, listed_ids
from session_contracts.conformance.marks import paged, verifies
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Style

pytestmark = paged(Style.CURSOR, Style.OFFSET)

_SHUFFLED = (3, 0, 5, 1, 6, 4, 2)
_MADE = len(_SHUFFLED)


@verifies("list.order")
def test_order(subject: Subject, judge: Judge) -> None:
    fixture = new_list_fixture(subject, _SHUFFLED)
    page = full_list_page(fixture, subject, judge)
    got = [fixture.seconds[identity] for identity in listed_ids(subject, page)]
    judge.holds(
        "list.order",
        got == sorted(got, reverse=True),
        trigger=page,
        expected="the latest first",
        got=f"those of seconds {got}",
    )


@verifies("list.ties")
def test_order_of_ties(subject: Subject, judge: Judge) -> None:
    fixture = new_list_fixture(subject, (0, 0, 0))
    page = full_list_page(fixture, subject, judge)
    latest = listed_ids(subject, page) == list(fixture.seconds)[::-1]
    judge.observed(
        "list.ties", page, f"{'the latest' if latest else 'another'} of one moment comes first"
    )


@verifies("list.limit")
def test_limit(subject: Subject, judge: Judge) -> None:
    fixture = new_list_fixture(subject, _SHUFFLED)
    control = full_list_page(fixture, subject, judge)
    for limit in (1, 3, _MADE - 1, _MADE):
        page = limited_page(fixture, limit, subject)
        if not judge.accepted("list.limit", page, control=control):
            continue
        got = len(listed_ids(subject, page))
        judge.holds(
            "list.limit",
            got == limit,
            trigger=page,
            control=control,
            expected=f"{limit} records",
            got=str(got),
        )


@verifies("list.order")
def test_order_of_all_records(subject: Subject, judge: Judge) -> None:
    """The order of all records, also those that the suite did not make."""
    page = get_list(subject, {})
    judge.require(page.ok, f"a plain list answered {page.status}")
    times = record_times(subject, page)
    judge.holds(
        "list.order",
        times == sorted(times, reverse=True),
        trigger=page,
        expected="the latest first",
        got="another order",
    )
