"""Properties of paging, for any records and any page size.

The pages together are the ordered list, each page obeys its limit, nothing is missing or repeated.
"""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Broken
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import ListFixture, new_list_fixture
from session_contracts.conformance.listing import get_list, listed_ids
from session_contracts.conformance.marks import paged, verifies
from session_contracts.conformance.paging import all_pages
from session_contracts.conformance.search import Search
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Style

_RULES = ("list.order", "list.limit", "list.walk", "list.walk-ties", "list.walk-growing")
_SECOND = st.integers(0, 5)
_DIFFERENT = st.lists(_SECOND, max_size=6, unique=True)
#: By rule, the creation times of a list: all different, some equal, or different and growing.
_PLAIN = st.tuples(st.just("list.walk"), _DIFFERENT)
_OTHERS = {
    "list.walk-ties": st.tuples(st.just("list.walk-ties"), st.lists(_SECOND, max_size=9)),
    "list.walk-growing": st.tuples(st.just("list.walk-growing"), _DIFFERENT),
}


@paged(Style.CURSOR, Style.OFFSET)
@verifies(*_RULES)
def test_pages_of_any_list(subject: Subject, judge: Judge, search: Search) -> None:
    """Report the rules that held for every generated list, or the one that was broken."""
    calls: list[Exchange] = []
    held: set[str] = set()
    # If the pages of a simple list are incomplete, nothing can be said of the others.
    others = [generated for rule, generated in _OTHERS.items() if judge.knows(rule)]
    lists = st.one_of(_PLAIN, *others) if _is_complete(subject, judge) else _PLAIN

    @search.over
    @given(lists, st.integers(1, 7))
    def property_holds(holds: tuple[str, list[int]], limit: int) -> None:
        start = len(subject.target.exchanges)
        try:
            _page_through(subject, *holds, limit)
        finally:
            calls[:] = subject.target.exchanges[start:]
        held.update({holds[0], "list.limit", "list.order"})

    try:
        property_holds()
    except Broken as broken:
        judge.violated(
            broken.rule, trigger=calls[-1], expected=broken.expected, got=broken.got, sequence=calls
        )
        return
    for rule in sorted(held):
        judge.holds(rule, True, trigger=calls[-1], expected="", got="")


def _is_complete(subject: Subject, judge: Judge) -> bool:
    """Whether the pages of a simple list are complete. Raises Unexercised."""
    fixture = new_list_fixture(subject, range(5))
    judge.require(
        set(listed_ids(subject, get_list(subject, fixture.scope))) == fixture.ids,
        "a full page does not show just what was created",
    )
    paged_ids = [identity for _, ids in all_pages(subject, fixture.scope, 2) for identity in ids]
    judge.require(set(paged_ids) <= fixture.ids, "a page shows what does not belong to the list")
    return sorted(paged_ids) == sorted(fixture.ids)


def _page_through(subject: Subject, rule: str, seconds: Sequence[int], limit: int) -> None:
    fixture = new_list_fixture(subject, seconds)
    growing = rule == "list.walk-growing"
    later: list[str] = []

    def grow() -> None:
        later.extend(
            new_list_fixture(
                subject, (100 + len(later),), base=fixture.base, scope=fixture.scope
            ).ids
        )

    paged_ids: list[str] = []
    for page, ids in all_pages(subject, fixture.scope, limit, between=grow if growing else None):
        _expect(rule, page.ok, "a page, for more were announced", str(page.status))
        most = min(limit, len(seconds)) if not paged_ids else limit
        good = len(ids) == most if not paged_ids else len(ids) <= most
        _expect(
            "list.limit",
            good,
            f"{'' if not paged_ids else 'at most '}{most} records",
            str(len(ids)),
        )
        paged_ids += ids
    _judge(rule, fixture, [identity for identity in paged_ids if identity not in later])


def _judge(rule: str, fixture: ListFixture, paged_ids: list[str]) -> None:
    got = [fixture.seconds.get(identity, -1) for identity in paged_ids]
    _expect(
        rule,
        sorted(paged_ids) == sorted(fixture.ids),
        f"{sorted(fixture.seconds.values(), reverse=True)}",
        f"{got}",
    )
    _expect("list.order", got == sorted(got, reverse=True), "the latest first", f"{got}")


def _expect(rule: str, ok: bool, expected: str, got: str) -> None:
    if not ok:
        raise Broken(rule, expected, got)
