"""Lists that are paged by offsets, checked on list fixtures."""

from contextlib import suppress

import pytest

from session_contracts.conformance.client import Exchange, Query
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import (
    FOREIGN_RECORDS,
    ListFixture,
    full_list_page,
    limited_page,
    new_list_fixture,
)
from session_contracts.conformance.listing import get_list, listed_ids, pagination_number
from session_contracts.conformance.marks import paged, verifies
from session_contracts.conformance.paging import all_pages
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Clamp, Parameter, Style

pytestmark = paged(Style.OFFSET)

_SHUFFLED = (3, 0, 5, 1, 6, 4, 2)
_MADE = len(_SHUFFLED)


def _page(
    fixture: ListFixture, subject: Subject, offset: int | None, limit: int | None
) -> Exchange:
    query: Query = [
        (name, str(value))
        for name, value in (("offset", offset), ("limit", limit))
        if value is not None
    ]
    return get_list(subject, fixture.scope, query)


def _parameter(subject: Subject, name: str) -> Parameter:
    return subject.operation(subject.profile.list).parameter(name)


@verifies("list.offset", "list.offset-default")
def test_offset(subject: Subject, judge: Judge) -> None:
    """The list from that offset on; without an offset, all of it."""
    fixture = new_list_fixture(subject, _SHUFFLED)
    whole = full_list_page(fixture, subject, judge)
    ids = listed_ids(subject, whole)
    for offset in (None, 0, 1, 3, _MADE - 1):
        rule = "list.offset-default" if offset is None else "list.offset"
        page = _page(fixture, subject, offset, 50)
        if judge.accepted(rule, page, control=whole):
            got, expected = listed_ids(subject, page), ids[offset or 0 :]
            text = f"{len(expected)} of {_MADE} records, from number {offset or 0} on"
            judge.holds(
                rule,
                got == expected,
                trigger=page,
                control=whole,
                expected=text,
                got=f"{len(got)} records",
            )


@verifies("list.walk")
@pytest.mark.parametrize("limit", [1, 2, 3, _MADE - 1, _MADE])
def test_all_pages(limit: int, subject: Subject, judge: Judge) -> None:
    """While nothing changes, pages do not overlap, also among equal times."""
    for seconds in (_SHUFFLED, (0, 1, 1, 1, 2, 2, 2)):
        fixture = new_list_fixture(subject, seconds)
        full_list_page(fixture, subject, judge)
        paged_ids: list[str] = []
        exchange = None
        for exchange, ids in all_pages(subject, fixture.scope, limit):
            if not judge.accepted("list.walk", exchange):
                return
            judge.require(
                bool(paged_ids) or len(ids) == min(limit, _MADE),
                f"a page does not have {limit} records",
            )
            judge.require(set(ids) <= fixture.ids, FOREIGN_RECORDS)
            paged_ids += ids
        assert exchange is not None
        got = f"{len(paged_ids)} records, {len(set(paged_ids))} of them different"
        judge.holds(
            "list.walk",
            sorted(paged_ids) == sorted(fixture.ids),
            trigger=exchange,
            expected=f"each of {_MADE} once",
            got=got,
        )


@verifies("list.limit", "list.limit-default", "list.limit-clamp", "list.limit-echo")
def test_limit_bounds(subject: Subject, judge: Judge) -> None:
    """No limit, the least and the greatest, and beyond both, on one record more."""
    parameter = _parameter(subject, "limit")
    default, bounds = int(parameter.schema["default"]), _bounds(parameter)
    fixture = new_list_fixture(subject, range(bounds[1] + 1))
    judge.require(
        {*listed_ids(subject, limited_page(fixture, 1, subject))} <= fixture.ids, FOREIGN_RECORDS
    )
    cases = [
        ("list.limit-default", None, default),
        *(("list.limit", bound, bound) for bound in bounds),
    ]
    for rule, limit, expected in cases:
        if not _judge_count(rule, fixture, limit, expected, subject, judge):
            return
    least, most = bounds
    for limit, expected in (
        (least - 1, least),
        (-5, least),
        (most + 1, most),
        (10 * most, most),
        (10**9, most),
    ):
        page = _page(fixture, subject, None, limit)
        if _judge_count("list.limit-clamp", fixture, limit, expected, subject, judge):
            with suppress(Unexercised):
                judge.observed(
                    "list.limit-echo",
                    page,
                    f"of limit {limit} the answer says {pagination_number(subject, page, 'limit')}",
                )


def _bounds(parameter: Parameter) -> tuple[int, int]:
    clamp = parameter.clamp or Clamp("")
    assert clamp.minimum is not None, "a limit has both bounds"
    assert clamp.maximum is not None, "a limit has both bounds"
    return clamp.minimum, clamp.maximum


def _judge_count(
    rule: str,
    fixture: ListFixture,
    limit: int | None,
    expected: int,
    subject: Subject,
    judge: Judge,
) -> bool:
    page = _page(fixture, subject, None, limit)
    if not judge.accepted(rule, page):
        return False
    got = len(listed_ids(subject, page))
    return judge.holds(
        rule,
        got == expected,
        trigger=page,
        expected=f"{expected} of {len(fixture.ids)} records",
        got=str(got),
    )


@verifies("list.total")
def test_total(subject: Subject, judge: Judge) -> None:
    """The same number on every page, and beyond the last; another number for another list."""
    fixture, other = new_list_fixture(subject, _SHUFFLED), new_list_fixture(subject, (0, 1))
    full_list_page(fixture, subject, judge)
    answers = [(_page(fixture, subject, offset, 3), _MADE) for offset in (0, 3, 6)] + [
        (_page(other, subject, 0, 50), 2)
    ]
    for answer, expected in answers:
        judge.require(answer.ok, f"a list answered {answer.status}")
        got = pagination_number(subject, answer, "total")
        judge.holds(
            "list.total", got == expected, trigger=answer, expected=str(expected), got=str(got)
        )


@verifies("list.echo")
def test_echo(subject: Subject, judge: Judge) -> None:
    fixture = new_list_fixture(subject, _SHUFFLED)
    first = listed_ids(subject, limited_page(fixture, 3, subject))
    for offset, limit in ((0, 3), (3, 3), (0, 5), (1, 1)):
        answer = _page(fixture, subject, offset, limit)
        asked = (
            answer.ok
            and len(listed_ids(subject, answer)) == limit
            and (offset < 3 or set(listed_ids(subject, answer)).isdisjoint(first))
        )
        judge.require(asked, f"the page from {offset} on is not the requested one")
        got = (
            pagination_number(subject, answer, "offset"),
            pagination_number(subject, answer, "limit"),
        )
        judge.holds(
            "list.echo",
            got == (offset, limit),
            trigger=answer,
            expected=f"offset and limit {offset, limit}",
            got=str(got),
        )
    bare = get_list(subject, fixture.scope, ())
    judge.require(bare.ok, f"a plain list answered {bare.status}")
    got = (pagination_number(subject, bare, "offset"), pagination_number(subject, bare, "limit"))
    expected = (
        int(_parameter(subject, "offset").schema["default"]),
        int(_parameter(subject, "limit").schema["default"]),
    )
    judge.holds(
        "list.echo",
        got == expected,
        trigger=bare,
        expected=f"offset and limit {expected}",
        got=str(got),
    )


@verifies("list.offset-negative")
def test_negative_offset(subject: Subject, judge: Judge) -> None:
    judge.observed("list.offset-negative", _page(new_list_fixture(subject, (0, 1)), subject, -1, 2))


@verifies("list.beyond-end")
def test_beyond_end(subject: Subject, judge: Judge) -> None:
    page = _page(new_list_fixture(subject, (0, 1)), subject, 9, 2)
    judge.observed("list.beyond-end", page)
