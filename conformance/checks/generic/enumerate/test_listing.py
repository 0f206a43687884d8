"""Filters, checked on records made for them: each alone, several, and without a match."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import (
    FULL,
    full_page,
    get_list,
    listed_ids,
    listed_records,
)
from session_contracts.conformance.marks import Case, each, paged, verifies
from session_contracts.conformance.preparing import fresh_scope, record_in
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import read
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Contract, Keeps, Parameter, Style

_PAGES = 40


@dataclass(frozen=True)
class Wanted:
    """One value of one filter; None for a fresh value."""

    parameter: Parameter
    value: str | None

    @property
    def field(self) -> str:
        """The member of the record that is filtered by."""
        assert self.parameter.filter is not None
        return self.parameter.filter.field


def filters(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """Each value of each filter."""
    for parameter in contract.operations[profile.list].parameters if profile.list else ():
        if parameter.filter and parameter.filter.keeps is Keeps.EQUAL:
            for value in parameter.schema.get("enum", (None,)):
                rule = parameter.filter.rule_of(value)
                yield Case(
                    f"{parameter.name}-{value or 'fresh'}", (rule,), Wanted(parameter, value)
                )


def _settings(subject: Subject) -> list[str]:
    return [
        state
        for state in subject.table.states
        if state in subject.table.given or not _reviewed_and_expired(state, subject)
    ]


def _reviewed_and_expired(state: str, subject: Subject) -> bool:
    """The states that only a timer that a decision settles leads to."""
    return any(timer.optional and timer.target == state for timer in subject.table.timers)


def _populate(subject: Subject, scope: Mapping[str, str]) -> dict[str, Record]:
    """A record in each state that can be prepared, as it reads, with its scope."""
    population: dict[str, Record] = {}
    for state in _settings(subject):
        try:
            identity = record_in(subject, state, **scope)
            population[identity] = {**scope, **read(subject, identity)}
        except Unexercised:
            continue
    return population


@each(filters)
def test_filter(case: Wanted, subject: Subject, judge: Judge) -> None:
    assert case.parameter.filter is not None
    name = case.parameter.name
    rule = case.parameter.filter.rule_of(case.value)
    if rule != case.parameter.filter.rule:
        other = next(
            text
            for text in case.parameter.schema["enum"]
            if text not in case.parameter.filter.values
        )
        judge.require(
            _holds(subject, name, case.field, other),
            f"{name} does not filter by its other values either",
        )
    scope = fresh_scope(subject)
    population = _populate(subject, scope)
    value = case.value or scope.get(name, "")
    if case.value is None:
        stranger = {**scope, name: fresh_scope(subject)[name]}
        population |= _populate(subject, stranger)
    narrow = {key: text for key, text in scope.items() if key != name}
    baseline, shown = _page_through(subject, narrow)
    # A field that the record itself does not show may be shown in the list.
    actual = {
        identity: {**shown[identity], **record}
        for identity, record in population.items()
        if identity in shown
    }
    visible = {identity: record for identity, record in actual.items() if case.field in record}
    matching = {identity for identity, record in visible.items() if record[case.field] == value}
    judge.require(
        bool(matching), f"no record with {case.field} {value} was listed before the filter was set"
    )
    judge.require(
        len(matching) < len(visible),
        f"only records with {case.field} {value} were listed before the filter was set",
    )
    if case.value is None:
        _judge_nothing(rule, name, baseline, subject, judge)
    trigger, found = _page_through(subject, {name: value})
    narrowed = get_list(subject, {**narrow, name: value})
    _judge(
        rule,
        case,
        value,
        trigger,
        baseline,
        found,
        {*listed_ids(subject, narrowed)} if narrowed.ok else set(),
        visible,
        matching,
        judge,
    )


def _judge_nothing(
    rule: str, name: str, baseline: Exchange, subject: Subject, judge: Judge
) -> None:
    """A value that matches no record."""
    empty = get_list(subject, {name: fresh_scope(subject)[name]})
    if empty.ok:
        got = len(listed_records(subject, empty))
        judge.holds(
            rule,
            not got,
            trigger=empty,
            control=baseline,
            expected="nothing, for nothing matches",
            got=f"{got} records",
        )


def _judge(
    rule: str,
    case: Wanted,
    value: str,
    trigger: Exchange,
    baseline: Exchange,
    found: Mapping[str, Record],
    narrowed: set[str],
    visible: Mapping[str, Record],
    matching: set[str],
    judge: Judge,
) -> None:
    if not trigger.ok:
        judge.holds(
            rule,
            False,
            trigger=trigger,
            control=baseline,
            expected="a list",
            got=str(trigger.status),
        )
        return
    known = [{**visible.get(identity, {}), **record} for identity, record in found.items()]
    wrong = [record for record in known if case.field in record and record[case.field] != value]
    got = f"one with {case.field} {wrong[0][case.field]!r}" if wrong else ""
    only = judge.holds(
        rule,
        not wrong,
        trigger=trigger,
        control=baseline,
        expected=f"only {case.field} {value}",
        got=got,
    )
    # A record missing from the pages may be missing because of the paging; one that is also
    # missing from a single full page is filtered out.
    missing = matching - found.keys() - narrowed
    if only:
        text = f"{len(matching) - len(missing)} of {len(matching)}"
        judge.holds(
            rule,
            not missing,
            trigger=trigger,
            control=baseline,
            expected=f"all that have {case.field} {value}",
            got=text,
        )


def _page_through(subject: Subject, query: Mapping[str, str]) -> tuple[Exchange, dict[str, Record]]:
    """Every record that a filter finds, of all creators, up to a limit."""
    found: dict[str, Record] = {}
    first = get_list(subject, query)
    exchange = first
    for page in range(2, _PAGES + 2):
        if not exchange.ok:
            break
        records = listed_records(subject, exchange)
        fresh = {str(record.get(subject.table.field)): record for record in records}
        if not fresh.keys() - found.keys():
            break
        found |= fresh
        if len(records) < FULL:
            break
        exchange = get_list(subject, query, full_page(subject, page))
    return first, found


@verifies("list.complete")
def test_every_state_is_listed(subject: Subject, judge: Judge) -> None:
    """A record that can be read by its id is listed, in whatever state it is."""
    scope = fresh_scope(subject)
    population = _populate(subject, scope)
    page = get_list(subject, scope)
    judge.require(
        page.ok and bool(population.keys() & set(listed_ids(subject, page))),
        "the list shows nothing of what was created",
    )
    missing = population.keys() - set(listed_ids(subject, page))
    got = f"{len(missing)} missing: {[population[identity] for identity in missing]}"
    judge.holds(
        "list.complete",
        not missing,
        trigger=page,
        expected=f"all {len(population)} records made",
        got=got,
    )


@paged(Style.PAGE, Style.OFFSET)
@verifies("list.filters-combine")
def test_filters_together(subject: Subject, judge: Judge) -> None:
    """Every pair of filters that work alone, and all filters at once."""
    scope, other = fresh_scope(subject), fresh_scope(subject)
    mixed = [{**scope, name: other[name]} for name in scope]
    population: dict[str, Record] = {}
    for narrow in (scope, *mixed):
        population |= _populate(subject, narrow)
    parameters = {
        parameter.name: parameter
        for parameter in subject.operation(subject.profile.list).parameters
        if parameter.filter
    }
    plain = [
        record
        for record in population.values()
        if all(record.get(name) == value for name, value in scope.items())
    ]
    judge.require(bool(plain), "no record could be prepared")
    values = {name: str(plain[0].get(_field(parameter))) for name, parameter in parameters.items()}
    working = {
        name for name in parameters if _works(subject, name, _field(parameters[name]), values[name])
    }
    for first in scope:
        for second in parameters:
            if first != second and {first, second} <= working:
                _judge_combination(subject, judge, parameters, values, (first, second), population)
    for pair in combinations([name for name in parameters if name not in scope], 2):
        if chosen := _telling(plain, *(_field(parameters[name]) for name in pair)):
            picked = values | {name: str(chosen[_field(parameters[name])]) for name in pair}
            first = next(iter(scope))
            if first in working and all(
                _works(subject, name, _field(parameters[name]), picked[name]) for name in pair
            ):
                _judge_combination(subject, judge, parameters, picked, (first, *pair), population)
    if set(parameters) == working:
        _judge_combination(subject, judge, parameters, values, tuple(parameters), population)
    judge.require(judge.heard("list.filters-combine"), "no two filters work alone")


def _telling(records: list[Record], one: str, other: str) -> Record | None:
    """A record for which others exist that differ in either field alone.

    Ignoring one of the two filters would show them.
    """
    for record in records:
        same_one = [
            entry
            for entry in records
            if entry.get(one) == record.get(one) and entry.get(other) != record.get(other)
        ]
        same_other = [
            entry
            for entry in records
            if entry.get(other) == record.get(other) and entry.get(one) != record.get(one)
        ]
        if same_one and same_other:
            return record
    return None


def _field(parameter: Parameter) -> str:
    assert parameter.filter is not None
    return parameter.filter.field


def _holds(subject: Subject, name: str, field: str, value: str) -> bool:
    """Whether a list with this filter shows no record that contradicts it."""
    exchange = get_list(subject, {name: value})
    return exchange.ok and all(
        record.get(field, value) == value for record in listed_records(subject, exchange)
    )


def _works(subject: Subject, name: str, field: str, value: str) -> bool:
    """Whether it also shows any record."""
    return _holds(subject, name, field, value) and bool(
        listed_records(subject, get_list(subject, {name: value}))
    )


def _judge_combination(
    subject: Subject,
    judge: Judge,
    parameters: Mapping[str, Parameter],
    values: Mapping[str, str],
    names: tuple[str, ...],
    population: Mapping[str, Record],
) -> None:
    fields = {_field(parameters[name]): values[name] for name in names}
    key = subject.table.field
    alone = get_list(subject, {names[0]: values[names[0]]})
    shown = set(listed_ids(subject, alone))
    both = {
        identity
        for identity, record in population.items()
        if all(record.get(name) == value for name, value in fields.items())
    }
    matching = both & shown
    trigger = get_list(subject, {name: values[name] for name in names})
    expected = " and ".join(f"{name} {value}" for name, value in fields.items())
    if not trigger.ok:
        judge.holds(
            "list.filters-combine",
            False,
            trigger=trigger,
            control=alone,
            expected=expected,
            got=str(trigger.status),
        )
        return
    found = [
        {**population.get(str(record.get(key)), {}), **record}
        for record in listed_records(subject, trigger)
    ]
    wrong = [
        record
        for record in found
        if any(name in record and record[name] != value for name, value in fields.items())
    ]
    missing = matching - set(listed_ids(subject, trigger))
    got = f"{len(wrong)} that do not match, {len(missing)} missing"
    judge.holds(
        "list.filters-combine",
        not wrong and not missing,
        trigger=trigger,
        control=alone,
        expected=expected,
        got=got,
    )
