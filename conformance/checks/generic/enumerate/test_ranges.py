"""Time bounds of a list: alone, with other filters, and across pages.

A bound is inclusive, in whatever time zone it is written.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from session_contracts.conformance import shapes
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import (
    LONG_AGO,
    ListFixture,
    in_other_zone,
    new_list_fixture,
)
from session_contracts.conformance.listing import get_list, listed_ids, listed_records
from session_contracts.conformance.marks import Case, each, paged, verifies
from session_contracts.conformance.paging import all_pages
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import target_time
from session_contracts.openapi.model import Contract, Filter, Keeps, Parameter, Style

_SECONDS = (0, 1, 2, 3, 4)
_BOUND = 2
#: Bounds are set between these; other rules are about inclusive bounds.
_APART = (0, 10, 20, 30, 40)
_FIRST, _LAST = 5, 35
_LARGE = 100


def _bounds(contract: Contract, profile: SuiteProfile) -> list[tuple[Parameter, Filter]]:
    parameters = contract.operations[profile.list].parameters if profile.list else ()
    return [
        (parameter, parameter.filter)
        for parameter in parameters
        if parameter.filter and parameter.filter.keeps is not Keeps.EQUAL
    ]


def bounds(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for parameter, bound in _bounds(contract, profile):
        yield Case(parameter.name, (bound.rule,), (parameter.name, bound))


@each(bounds)
def test_bound(case: tuple[str, Filter], subject: Subject, judge: Judge) -> None:
    """One bound, on records with few others beyond them: at one end of the list."""
    name, bound = case
    base = (
        LONG_AGO
        if bound.keeps is Keeps.TO
        else target_time(subject) - timedelta(seconds=max(_SECONDS))
    )
    fixture = new_list_fixture(subject, _SECONDS, base=base)
    control = get_list(subject, fixture.scope)
    judge.require(
        set(listed_ids(subject, control)) == fixture.ids,
        "a full page does not show just what was created",
    )
    wanted = (
        fixture.between(_BOUND, max(_SECONDS))
        if bound.keeps is Keeps.FROM
        else fixture.between(0, _BOUND)
    )
    for text in (fixture.moment(_BOUND), in_other_zone(fixture.moment(_BOUND))):
        first, found = _paged_ids(subject, {name: text})
        if not first.ok and text != fixture.moment(_BOUND):
            continue
        if not judge.accepted(bound.rule, first, control=control):
            return
        # Another rule is about further pages.
        wrong = [
            record
            for record in listed_records(subject, first)
            if not _within(record.get(bound.field), bound, text)
        ]
        got = f"one of {wrong[0].get(bound.field)}" if wrong else ""
        judge.holds(
            bound.rule,
            not wrong,
            trigger=first,
            control=control,
            expected=f"only those {bound.keeps} {text}",
            got=got,
        )
        # A record missing from the pages may be missing because of the paging; one that is also
        # missing from a single full page was left out.
        narrowed = get_list(subject, {**fixture.scope, name: text})
        missing = wanted - found - set(listed_ids(subject, narrowed) if narrowed.ok else ())
        got = f"{len(missing)} of {len(wanted)} missing"
        judge.holds(
            bound.rule,
            not missing,
            trigger=first,
            control=control,
            expected=f"all those {bound.keeps} {text}",
            got=got,
        )


def _paged_ids(subject: Subject, filters: Mapping[str, str]) -> tuple[Exchange, set[str]]:
    """The first page, and the ids of every record on all pages."""
    first = get_list(subject, filters, [("limit", str(_LARGE))])
    return first, {
        identity for _, ids in all_pages(subject, filters, _LARGE) for identity in ids
    } if first.ok else set()


def _within(value: object, bound: Filter, text: str) -> bool:
    moment, limit = shapes.moment(value), shapes.moment(text)
    if moment is None or limit is None:
        return True
    return moment >= limit if bound.keeps is Keeps.FROM else moment <= limit


@paged(Style.CURSOR)
@verifies("list.filters-combine")
def test_filters_together(subject: Subject, judge: Judge) -> None:
    """With records of another scope at the same times, and of this scope out of bounds."""
    mine, _ = new_list_fixture(subject, _APART), new_list_fixture(subject, _APART)
    control = get_list(subject, mine.scope)
    judge.require(
        set(listed_ids(subject, control)) == mine.ids,
        "a full page does not show just what was created",
    )
    since, until = (
        {name: mine.moment(second) for name in names}
        for names, second in zip(_names(subject), (_FIRST, _LAST), strict=True)
    )
    alone = [get_list(subject, bound, [("limit", "1")]).ok for bound in (since, until)]
    judge.require(all(alone), "not even one bound is accepted")
    for filters, wanted in (
        ({**mine.scope, **since}, mine.between(10, 40)),
        ({**mine.scope, **until}, mine.between(0, 30)),
        ({**mine.scope, **since, **until}, mine.between(10, 30)),
    ):
        page = get_list(subject, filters)
        if judge.accepted("list.filters-combine", page, control=control):
            good = set(listed_ids(subject, page)) == wanted
            got = _described(listed_ids(subject, page), mine)
            judge.holds(
                "list.filters-combine",
                good,
                trigger=page,
                control=control,
                expected=_described(list(wanted), mine),
                got=got,
            )


@paged(Style.CURSOR)
@verifies("list.filters-combine")
def test_single_moment(subject: Subject, judge: Judge) -> None:
    """A range may begin and end at the same moment; other rules are about its records."""
    fixture = new_list_fixture(subject, _APART)
    since, until = _names(subject)
    moment = dict.fromkeys([*since, *until], fixture.moment(_APART[1]))
    judge.accepted(
        "list.filters-combine",
        get_list(subject, {**fixture.scope, **moment}),
        control=get_list(subject, fixture.scope),
    )


def _names(subject: Subject) -> tuple[list[str], list[str]]:
    """The parameters of the lower and the upper bound."""
    found = _bounds(subject.contract, subject.profile)
    first, last = (
        [parameter.name for parameter, bound in found if bound.keeps is keeps]
        for keeps in (Keeps.FROM, Keeps.TO)
    )
    return first, last


def _described(ids: list[str], fixture: ListFixture) -> str:
    others = sum(identity not in fixture.ids for identity in ids)
    seconds = sorted(fixture.seconds[identity] for identity in ids if identity in fixture.ids)
    return f"those of seconds {seconds}" + (f" and {others} others" if others else "")


@verifies("list.filtered-walk")
def test_filters_on_all_pages(subject: Subject, judge: Judge) -> None:
    """With records of another scope at the same times."""
    mine, _ = new_list_fixture(subject, _APART), new_list_fixture(subject, _APART)
    since, until = _names(subject)
    narrow = {
        **mine.scope,
        **dict.fromkeys(since, mine.moment(_FIRST)),
        **dict.fromkeys(until, mine.moment(_LAST)),
    }
    for filters, wanted in ((mine.scope, set(mine.ids)), (narrow, mine.between(10, 30))):
        first = get_list(subject, filters)
        judge.require(
            set(listed_ids(subject, first)) == wanted,
            "one page does not show the matching records",
        )
        for page, ids in all_pages(subject, filters, 2):
            good = set(ids) <= wanted
            judge.holds(
                "list.filtered-walk",
                good,
                trigger=page,
                control=first,
                expected="only what matches",
                got=_described(ids, mine),
            )
            if not good:
                return


@verifies("list.backwards")
def test_backwards(subject: Subject, judge: Judge) -> None:
    fixture = new_list_fixture(subject, _SECONDS)
    since, until = _names(subject)
    filters = {**dict.fromkeys(since, fixture.moment(3)), **dict.fromkeys(until, fixture.moment(1))}
    judge.observed("list.backwards", get_list(subject, {**fixture.scope, **filters}))
