"""For any records and any size of page: the walk is the sorted set, each page obeys its bounds, nothing is lost and nothing comes twice."""

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
#: What a list holds, by the rule that its walk is about: moments all different, moments that may be equal, or more and more of them.
_PLAIN = st.tuples(st.just("list.walk"), _DIFFERENT)
_OTHERS = {
    "list.walk-ties": st.tuples(st.just("list.walk-ties"), st.lists(_SECOND, max_size=9)),
    "list.walk-growing": st.tuples(st.just("list.walk-growing"), _DIFFERENT),
}


@paged(Style.CURSOR, Style.OFFSET)
@verifies(*_RULES)
def test_walks(subject: Subject, judge: Judge, search: Search) -> None:
    calls: list[Exchange] = []
    held: set[str] = set()
    # Where not even a plain walk is complete, nothing can be said of the others.
    others = [judged for rule, judged in _OTHERS.items() if judge.knows(rule)]
    lists = st.one_of(_PLAIN, *others) if _walks(subject, judge) else _PLAIN

    @search.over
    @given(lists, st.integers(1, 7))
    def law(holds: tuple[str, list[int]], limit: int) -> None:
        start = len(subject.target.exchanges)
        try:
            _walk(subject, *holds, limit)
        finally:
            calls[:] = subject.target.exchanges[start:]
        held.update({holds[0], "list.limit", "list.order"})

    try:
        law()
    except Broken as broken:
        judge.violated(
            broken.rule, trigger=calls[-1], expected=broken.expected, got=broken.got, sequence=calls
        )
        return
    for rule in sorted(held):
        judge.holds(rule, True, trigger=calls[-1], expected="", got="")


def _walks(subject: Subject, judge: Judge) -> bool:
    """Whether a plain walk is complete. Raises Unexercised where not even one page shows what was made."""
    fixture = new_list_fixture(subject, range(5))
    judge.require(
        set(listed_ids(subject, get_list(subject, fixture.scope))) == fixture.ids,
        "a full page does not show just what was created",
    )
    walked = [identity for _, ids in all_pages(subject, fixture.scope, 2) for identity in ids]
    judge.require(set(walked) <= fixture.ids, "a page shows what does not belong to the list")
    return sorted(walked) == sorted(fixture.ids)


def _walk(subject: Subject, rule: str, seconds: Sequence[int], limit: int) -> None:
    fixture = new_list_fixture(subject, seconds)
    growing = rule == "list.walk-growing"
    later: list[str] = []

    def grow() -> None:
        later.extend(
            new_list_fixture(
                subject, (100 + len(later),), base=fixture.base, scope=fixture.scope
            ).ids
        )

    walked: list[str] = []
    for page, ids in all_pages(subject, fixture.scope, limit, between=grow if growing else None):
        _expect(rule, page.ok, "a page, for more were announced", str(page.status))
        most = min(limit, len(seconds)) if not walked else limit
        good = len(ids) == most if not walked else len(ids) <= most
        _expect(
            "list.limit", good, f"{'' if not walked else 'at most '}{most} records", str(len(ids))
        )
        walked += ids
    _judge(rule, fixture, [identity for identity in walked if identity not in later])


def _judge(rule: str, fixture: ListFixture, walked: list[str]) -> None:
    got = [fixture.seconds.get(identity, -1) for identity in walked]
    _expect(
        rule,
        sorted(walked) == sorted(fixture.ids),
        f"{sorted(fixture.seconds.values(), reverse=True)}",
        f"{got}",
    )
    _expect("list.order", got == sorted(got, reverse=True), "the latest first", f"{got}")


def _expect(rule: str, ok: bool, expected: str, got: str) -> None:
    if not ok:
        raise Broken(rule, expected, got)
