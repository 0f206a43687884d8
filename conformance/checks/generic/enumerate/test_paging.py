"""Lists that are paged by page numbers, checked on records with some equal times."""

from dataclasses import dataclass

import pytest

from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import get_list, listed_ids, pagination_number
from session_contracts.conformance.marks import paged, verifies
from session_contracts.conformance.preparing import fresh_scope, new_record
from session_contracts.conformance.reading import read
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Style

pytestmark = paged(Style.PAGE)

_MADE = 7
_LIMIT = 3


@dataclass(frozen=True)
class PagedFixture:
    """Records that a scope narrows a list to."""

    subject: Subject
    scope: dict[str, str]
    ids: frozenset[str]

    def page(self, page: int | None = 1, limit: int | None = 50) -> Exchange:
        """A page of the list; None leaves a parameter out."""
        query = [
            (name, str(value))
            for name, value in (("page", page), ("limit", limit))
            if value is not None
        ]
        return get_list(self.subject, self.scope, query)


def _new_fixture(subject: Subject, judge: Judge, count: int = _MADE) -> PagedFixture:
    """Prepare `count` records that one full page shows. Raises Unexercised."""
    scope = fresh_scope(subject)
    now = str(read(subject, new_record(subject)).get("createdAt", ""))
    try:
        made = [new_record(subject, **scope, createdAt=now) for _ in range(count)]
    except Unexercised:
        made = [new_record(subject, **scope) for _ in range(count)]
    fixture = PagedFixture(subject, scope, frozenset(made))
    full_list_page = listed_ids(subject, fixture.page())
    judge.require(
        set(full_list_page) == fixture.ids, "a full page does not show just what was created"
    )
    return fixture


def _require_limit(fixture: PagedFixture, judge: Judge, limit: int) -> Exchange:
    """The first page, which has as many records as requested. Raises Unexercised."""
    first = fixture.page(1, limit)
    judge.require(
        len(listed_ids(fixture.subject, first)) == min(limit, len(fixture.ids)),
        f"a page does not have {limit} records",
    )
    return first


@verifies("list.limit")
def test_limit(subject: Subject, judge: Judge) -> None:
    fixture = _new_fixture(subject, judge)
    for limit in (1, _LIMIT, 5):
        page = fixture.page(1, limit)
        if not judge.accepted("list.limit", page, control=fixture.page()):
            continue
        got = len(listed_ids(subject, page))
        judge.holds(
            "list.limit",
            got == limit,
            trigger=page,
            control=fixture.page(),
            expected=f"{limit} records",
            got=str(got),
        )


@verifies("list.walk")
def test_all_pages(subject: Subject, judge: Judge) -> None:
    fixture = _new_fixture(subject, judge)
    _require_limit(fixture, judge, _LIMIT)
    pages = [fixture.page(page, _LIMIT) for page in range(1, -(-_MADE // _LIMIT) + 1)]
    paged_ids = [
        identity for page in pages for identity in (listed_ids(subject, page) if page.ok else [])
    ]
    got = f"{len(paged_ids)} records, {len(set(paged_ids) & fixture.ids)} of them different"
    complete = len(paged_ids) == _MADE and set(paged_ids) == fixture.ids
    judge.holds(
        "list.walk",
        complete,
        trigger=pages[-1],
        control=pages[0],
        expected=f"each of {_MADE} once",
        got=got,
    )


@verifies("list.page-default")
def test_page_default(subject: Subject, judge: Judge) -> None:
    fixture = _new_fixture(subject, judge)
    first = listed_ids(subject, _require_limit(fixture, judge, _LIMIT))
    second = fixture.page(2, _LIMIT)
    judge.require(
        second.ok and set(listed_ids(subject, second)).isdisjoint(first),
        "the second page is the same as the first",
    )
    judge.require(
        listed_ids(subject, fixture.page(1, _LIMIT)) == first,
        "the first page differs from one call to the next",
    )
    bare = fixture.page(None, _LIMIT)
    judge.require(bare.ok, f"a list without page answered {bare.status}")
    same = listed_ids(subject, bare) == first
    judge.holds(
        "list.page-default",
        same,
        trigger=bare,
        control=second,
        expected="the first page",
        got="it" if same else "another",
    )


@verifies("list.limit-default")
def test_limit_default(subject: Subject, judge: Judge) -> None:
    parameter = subject.operation(subject.profile.list).parameter("limit")
    default = int(parameter.schema["default"])
    fixture = _new_fixture(subject, judge, default + 2)
    explicit = _require_limit(fixture, judge, default)
    bare = fixture.page(1, None)
    judge.require(bare.ok, f"a list without limit answered {bare.status}")
    got = len(listed_ids(subject, bare))
    judge.holds(
        "list.limit-default",
        got == default,
        trigger=bare,
        control=explicit,
        expected=f"{default} records",
        got=str(got),
    )


@verifies("list.echo")
def test_echo(subject: Subject, judge: Judge) -> None:
    fixture = _new_fixture(subject, judge)
    first = listed_ids(subject, _require_limit(fixture, judge, _LIMIT))
    for page, limit in ((1, _LIMIT), (2, _LIMIT), (1, 5)):
        answer = fixture.page(page, limit)
        asked = answer.ok and (page == 1 or set(listed_ids(subject, answer)).isdisjoint(first))
        judge.require(asked, f"page {page} is not the requested one")
        got = (
            pagination_number(subject, answer, "page"),
            pagination_number(subject, answer, "limit"),
        )
        judge.holds(
            "list.echo",
            got == (page, limit),
            trigger=answer,
            expected=f"page and limit {page, limit}",
            got=str(got),
        )


@verifies("list.total")
def test_total(subject: Subject, judge: Judge) -> None:
    """The same number on every page; another number for another list."""
    fixture, other = _new_fixture(subject, judge), _new_fixture(subject, judge, 2)
    for answer, expected in (
        (fixture.page(), _MADE),
        (fixture.page(1, _LIMIT), _MADE),
        (fixture.page(2, _LIMIT), _MADE),
        (other.page(), 2),
    ):
        judge.require(answer.ok, f"a list answered {answer.status}")
        got = pagination_number(subject, answer, "total")
        judge.holds(
            "list.total", got == expected, trigger=answer, expected=str(expected), got=str(got)
        )


@verifies("list.total-pages")
@pytest.mark.parametrize(
    ("made", "limit", "expected"), [(7, 3, 3), (6, 3, 2), (6, 6, 1), (6, 50, 1), (5, 1, 5)]
)
def test_total_pages(made: int, limit: int, expected: int, subject: Subject, judge: Judge) -> None:
    fixture = _new_fixture(subject, judge, made)
    answer = _require_limit(fixture, judge, limit)
    judge.require(
        pagination_number(subject, answer, "total") == made,
        "pagination.total is not the number of records",
    )
    got = pagination_number(subject, answer, "totalPages")
    judge.holds(
        "list.total-pages", got == expected, trigger=answer, expected=str(expected), got=str(got)
    )


@verifies("list.order")
def test_order(subject: Subject, judge: Judge) -> None:
    fixture = _new_fixture(subject, judge)
    answer = fixture.page()
    ids = listed_ids(subject, answer)
    order = "the order of the id" if ids == sorted(ids) else "another order"
    judge.observed("list.order", answer, f"those that share a createdAt are in {order}")


@verifies("list.beyond-end")
def test_beyond_end(subject: Subject, judge: Judge) -> None:
    judge.observed("list.beyond-end", _new_fixture(subject, judge, 2).page(9, 2))


@verifies("list.empty-pages")
def test_empty_pages(subject: Subject, judge: Judge) -> None:
    answer = get_list(subject, fresh_scope(subject))
    judge.observed(
        "list.empty-pages",
        answer,
        f"totalPages is {pagination_number(subject, answer, 'totalPages')}",
    )
