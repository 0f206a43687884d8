"""Lists that are paged by cursors, checked on list fixtures."""

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import (
    FOREIGN_RECORDS,
    LONG_AGO,
    ListFixture,
    full_list_page,
    in_other_zone,
    limited_page,
    new_list_fixture,
    record_times,
)
from session_contracts.conformance.listing import get_list, listed_ids
from session_contracts.conformance.marks import paged, verifies
from session_contracts.conformance.paging import all_pages, cursor_of, next_cursor
from session_contracts.conformance.preparing import (
    foreign_record,
    fresh_scope,
    new_credential,
    new_record,
)
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Style

pytestmark = paged(Style.CURSOR)

_SHUFFLED = (3, 0, 5, 1, 6, 4, 2)
_TIED = (0, 1, 1, 1, 1, 1, 2, 2, 3)
_MADE = len(_SHUFFLED)


@verifies("list.limit", "list.limit-default", "list.limit-max")
def test_limit_bounds(subject: Subject, judge: Judge) -> None:
    """No limit, the greatest documented one, and one above it, on one record more."""
    schema = subject.operation(subject.profile.list).parameter("limit").schema
    default, most = schema["default"], schema["maximum"]
    fixture = new_list_fixture(subject, range(most + 1))
    largest, beyond = limited_page(fixture, most, subject), limited_page(fixture, most + 1, subject)
    bare = get_list(subject, fixture.scope, ())
    judge.require(
        {*listed_ids(subject, limited_page(fixture, 1, subject))} <= fixture.ids, FOREIGN_RECORDS
    )
    for rule, page, expected in (
        ("list.limit", largest, most),
        ("list.limit-default", bare, default),
    ):
        if not judge.accepted(rule, page):
            return
        got = len(listed_ids(subject, page))
        if not judge.holds(
            rule,
            got == expected,
            trigger=page,
            expected=f"{expected} of {most + 1} records",
            got=str(got),
        ):
            return
    for page in (
        beyond,
        limited_page(fixture, 10 * most, subject),
        limited_page(fixture, 0, subject),
    ):
        got = len(listed_ids(subject, page)) if page.ok else 0
        judge.holds(
            "list.limit-max",
            got <= most,
            trigger=page,
            control=largest,
            expected=f"at most {most} records",
            got=str(got),
        )


def _judge_pages(
    rule: str,
    fixture: ListFixture,
    limit: int,
    subject: Subject,
    judge: Judge,
    *,
    growing: bool = False,
) -> None:
    """The pages show every record of the fixture exactly once, whatever is added meanwhile."""
    later: set[str] = set()

    def grow() -> None:
        second = 100 + len(later)
        later.update(
            new_list_fixture(subject, (second,), base=fixture.base, scope=fixture.scope).ids
        )

    paged_ids: list[str] = []
    exchanges: list[Exchange] = []
    for exchange, ids in all_pages(
        subject, fixture.scope, limit, between=grow if growing else None
    ):
        if not judge.accepted(rule, exchange):
            return
        judge.require(
            bool(paged_ids) or len(ids) == min(limit, len(fixture.ids)),
            f"a page does not have {limit} records",
        )
        judge.require(set(ids) <= fixture.ids | later, FOREIGN_RECORDS)
        paged_ids += ids
        exchanges.append(exchange)
    twice = len(paged_ids) - len(set(paged_ids))
    missing = len(fixture.ids - set(paged_ids))
    got = f"{missing} missing, {twice} twice"
    judge.holds(
        rule,
        not twice and not missing,
        trigger=exchanges[-1],
        expected=f"each of {len(fixture.ids)} once",
        got=got,
    )


@verifies("list.walk")
@pytest.mark.parametrize("limit", [1, 2, 3, _MADE - 1, _MADE])
def test_all_pages(limit: int, subject: Subject, judge: Judge) -> None:
    fixture = new_list_fixture(subject, _SHUFFLED)
    full_list_page(fixture, subject, judge)
    _judge_pages("list.walk", fixture, limit, subject, judge)


@verifies("list.walk")
def test_all_pages_of_recent_records(subject: Subject, judge: Judge) -> None:
    """However precise the times of the target are."""
    scope = fresh_scope(subject)
    made = [new_record(subject, **scope) for _ in range(5)]
    fixture = ListFixture(scope, LONG_AGO, dict.fromkeys(made, 0))
    times = record_times(subject, full_list_page(fixture, subject, judge))
    judge.require(len(set(times)) == len(times), "the times of the target are not precise enough")
    for limit in (1, 2):
        _judge_pages("list.walk", fixture, limit, subject, judge)


@verifies("list.walk-ties")
@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_all_pages_with_ties(limit: int, subject: Subject, judge: Judge) -> None:
    """Checked only if the pages are complete without ties; otherwise that rule is broken."""
    plain = new_list_fixture(subject, _SHUFFLED)
    paged_ids = [identity for _, ids in all_pages(subject, plain.scope, limit) for identity in ids]
    judge.require(
        sorted(paged_ids) == sorted(plain.ids), "the pages are incomplete even without ties"
    )
    fixture = new_list_fixture(subject, _TIED)
    full_list_page(fixture, subject, judge)
    _judge_pages("list.walk-ties", fixture, limit, subject, judge)


@verifies("list.walk-growing")
@pytest.mark.parametrize("limit", [1, 3])
def test_all_pages_of_growing_list(limit: int, subject: Subject, judge: Judge) -> None:
    plain = new_list_fixture(subject, _SHUFFLED)
    paged_ids = [identity for _, ids in all_pages(subject, plain.scope, limit) for identity in ids]
    judge.require(
        sorted(paged_ids) == sorted(plain.ids), "the pages are incomplete even if nothing is added"
    )
    _judge_pages("list.walk-growing", plain, limit, subject, judge, growing=True)


@verifies("list.cursor-end")
@pytest.mark.parametrize(("made", "limit"), [(6, 3), (7, 3), (3, 3), (2, 3), (0, 3), (4, 1)])
def test_cursor_end(made: int, limit: int, subject: Subject, judge: Judge) -> None:
    """A cursor exactly if more records follow, that is, until the oldest was shown.

    If no rule says so, what the target does instead is observed.
    """
    fixture = new_list_fixture(subject, range(made))
    oldest = next(iter(fixture.seconds), None)
    for page, ids in all_pages(subject, fixture.scope, limit):
        judge.require(set(ids) <= fixture.ids, FOREIGN_RECORDS)
        given = next_cursor(subject, page) is not None
        more = bool(ids) and oldest not in ids
        if judge.decides("list.cursor-end"):
            if not more:
                judge.observed(
                    "list.cursor-end",
                    page,
                    f"a last page of {len(ids)} has {'a' if given else 'no'} cursor",
                )
            continue
        expected = "a cursor, for more follow" if more else "no cursor, for nothing follows"
        judge.holds(
            "list.cursor-end",
            given == more,
            trigger=page,
            expected=expected,
            got="one" if given else "none",
        )


@verifies("list.cursor-form")
def test_cursor_form(subject: Subject, judge: Judge) -> None:
    for seconds in (_SHUFFLED, _TIED):
        fixture = new_list_fixture(subject, seconds)
        for page, _ in all_pages(subject, fixture.scope, 2):
            cursor = next_cursor(subject, page)
            if cursor is not None:
                good = shapes.moment(cursor) is not None
                judge.holds(
                    "list.cursor-form", good, trigger=page, expected="an ISO date-time", got=cursor
                )


@verifies("list.before")
def test_before(subject: Subject, judge: Judge) -> None:
    """Exclusive: a record created at that moment is not shown, in any time zone."""
    parameter = cursor_of(subject).parameter
    fixture = new_list_fixture(subject, (0, 1, 2, 2, 3))
    control = full_list_page(fixture, subject, judge)
    for second in (0, 2, 3, 4):
        moment = fixture.moment(second)
        for text in (moment, in_other_zone(moment), moment.replace("Z", ".000Z")):
            page = get_list(subject, fixture.scope, [(parameter, text)])
            if text != moment and not page.ok:
                continue
            judge.require(page.ok, f"a list with {parameter} answered {page.status}")
            judge.require(set(listed_ids(subject, page)) <= fixture.ids, FOREIGN_RECORDS)
            ids = listed_ids(subject, page)
            good = set(ids) == fixture.between(0, second - 1)
            got = (
                f"those of seconds {sorted(fixture.seconds.get(identity, -1) for identity in ids)}"
            )
            judge.holds(
                "list.before",
                good,
                trigger=page,
                control=control,
                expected=f"those before second {second}",
                got=got,
            )


@verifies("tenant.unlisted")
def test_cursor_of_another_tenant(subject: Subject, judge: Judge) -> None:
    """It continues the caller's own list, and shows nothing of the list it comes from."""
    theirs = new_credential(subject, tenant="other")
    for _ in range(3):
        foreign_record(subject)
    first = get_list(subject, {}, [("limit", "1")], headers=theirs)
    cursor = next_cursor(subject, first)
    judge.require(first.ok and cursor is not None, "the other tenant's list has no cursor")
    foreign = {*listed_ids(subject, get_list(subject, {}, headers=theirs))}
    page = get_list(subject, {}, [("limit", "50"), (cursor_of(subject).parameter, str(cursor))])
    full_list_page = foreign & set(listed_ids(subject, page)) if page.ok else set()
    judge.holds(
        "tenant.unlisted",
        not full_list_page,
        trigger=page,
        control=first,
        expected="only own records",
        got=f"also {sorted(full_list_page)}",
    )
