"""For any records and any size of page: the walk is the sorted set, each page obeys its bounds, nothing is lost and nothing comes twice."""

from collections.abc import Sequence

from hypothesis import given, seed
from hypothesis import strategies as st

from conformance.client import Exchange
from conformance.errors import Broken
from conformance.judge import Judge
from conformance.plugin import paged, verifies
from conformance.search import profile
from conformance.shelf import Shelf, pages, put_up
from conformance.subject import Subject
from openapi.model import Style

_RULES = ("list.order", "list.limit", "list.walk", "list.walk-ties", "list.walk-growing")
_SECOND = st.integers(0, 5)
#: What a list holds, and which rule its walk is about: moments all different, moments that may be equal, or more and more of them.
_HELD = st.one_of(
    st.tuples(st.just("list.walk"), st.lists(_SECOND, max_size=6, unique=True)),
    st.tuples(st.just("list.walk-ties"), st.lists(_SECOND, max_size=9)),
    st.tuples(st.just("list.walk-growing"), st.lists(_SECOND, max_size=6, unique=True)),
)


@paged(Style.CURSOR)
@verifies(*_RULES)
def test_walks(subject: Subject, judge: Judge, max_examples: int, suite_seed: int) -> None:
    calls: list[Exchange] = []
    held: set[str] = set()

    @seed(suite_seed)
    @profile(max_examples)
    @given(_HELD, st.integers(1, 7))
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
        judge.violated(broken.rule, trigger=calls[-1], expected=broken.expected, got=broken.got, sequence=calls)
        return
    for rule in sorted(held):
        judge.holds(rule, True, trigger=calls[-1], expected="", got="")


def _walk(subject: Subject, rule: str, seconds: Sequence[int], limit: int) -> None:
    shelf = put_up(subject, seconds)
    growing = rule == "list.walk-growing"
    later: list[str] = []

    def grow() -> None:
        later.extend(put_up(subject, (100 + len(later),), base=shelf.base, scope=shelf.scope).ids)

    walked: list[str] = []
    for page, ids in pages(subject, shelf.scope, limit, between=grow if growing else None):
        _expect("list.limit", len(ids) <= limit, f"at most {limit} records", str(len(ids)))
        walked += ids
        if not growing and len(walked) < len(seconds):
            _expect("list.limit", len(ids) == limit or not page.ok, f"{limit} records, for more follow", str(len(ids)))
    _judge(rule, shelf, [identity for identity in walked if identity not in later])


def _judge(rule: str, shelf: Shelf, walked: list[str]) -> None:
    got = [shelf.seconds.get(identity, -1) for identity in walked]
    _expect(rule, sorted(walked) == sorted(shelf.ids), f"{sorted(shelf.seconds.values(), reverse=True)}", f"{got}")
    _expect("list.order", got == sorted(got, reverse=True), "the latest first", f"{got}")


def _expect(rule: str, ok: bool, expected: str, got: str) -> None:
    if not ok:
        raise Broken(rule, expected, got)
