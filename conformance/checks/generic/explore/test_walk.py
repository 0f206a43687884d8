"""Walks through the lifecycle, several records at once, against what the oracle foresees."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import seed
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Broken, Unexercised
from session_contracts.conformance.flawed_requests import FlawedBody, flawed_bodies
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import get_list, listed_records
from session_contracts.conformance.marks import Case, each
from session_contracts.conformance.oracle import (
    MISSING,
    ExpectedOutcomes,
    Facts,
    expected_outcomes,
    later,
)
from session_contracts.conformance.preparing import fresh_scope, movable_state, record_in
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import (
    current_state_among,
    may_read_as,
    preparable_states,
    read,
    read_or_absent,
    require_state,
    state_of,
    states_by_now,
    unwrapped,
)
from session_contracts.conformance.search import Search
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import advance_clock
from session_contracts.openapi.model import ABSENT, Contract, Level, Parameter, Timer, Transition

_STEPS = 12


def tables(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """All rules of a table that are not mere decisions, and those of the bodies."""
    table = contract.lifecycles[profile.resource]
    rules = {rule for row in table.transitions.values() for rule in _row_rules(row)}
    rules |= {timer.rule for timer in table.timers}
    rules |= {parameter.filter.rule for parameter in _scopes(contract, profile) if parameter.filter}
    for operation in table.transitions:
        rules |= {
            flaw.rule
            for flaw in flawed_bodies(
                contract.operations[operation], profile.examples.get(operation, {})
            )
        }
    kept = sorted(rule for rule in rules if contract.rules[rule].level is not Level.DECISION)
    if any(row.moves for row in table.transitions.values()):
        yield Case(table.name, tuple(kept), None)


def _scopes(contract: Contract, profile: SuiteProfile) -> list[Parameter]:
    """The filters that a walk's own records can be told by."""
    parameters = contract.operations[profile.list].parameters if profile.list else ()
    return [parameter for parameter in parameters if parameter.name in profile.scopes]


def _row_rules(row: Transition) -> Iterator[str]:
    yield from (move.rule for move in row.moves)
    yield from (stay.rule for stay in row.stays.values())
    yield from (refusal.rule for refusal in row.refusals.values())
    yield from (rule for rule in (row.atomic, row.isolated) if rule)


@dataclass
class Seen:
    """What the walks of all examples have come across, and the calls of the last one."""

    held: set[str] = field(default_factory=set)
    calls: list[Exchange] = field(default_factory=list)


@dataclass
class Known:
    """What the walk knows of one record: the states that it may be in, and how it last read."""

    states: frozenset[str]
    record: Record


def machine(
    subject: Subject, seen: Seen, placeable: list[str], clock: bool
) -> type[RuleBasedStateMachine]:
    """A walk on this subject. A rule of Hypothesis takes its name from its function, so each has its own."""
    operations = [
        name for name in subject.table.transitions if subject.operation(name).method != "GET"
    ]
    creation = subject.table.creation
    filters = _scopes(subject.contract, subject.profile)
    flaws = {name: found for name in operations if (found := _flaws(subject, name))}

    class Walk(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.known: dict[str, Known] = {}
            self.scope = fresh_scope(subject)
            self.start = len(subject.target.exchanges)

        def teardown(self) -> None:
            seen.calls = subject.target.exchanges[self.start :]

        @initialize(state=st.sampled_from(placeable))
        def begin(self, state: str) -> None:
            self._place(movable_state(subject))
            self._place(state)

        @precondition(lambda self: len(self.known) < 4)
        @rule(state=st.sampled_from(placeable))
        def place(self, state: str) -> None:
            self._place(state)

        @rule(data=st.data(), operation=st.sampled_from(operations))
        def move(self, data: st.DataObject, operation: str) -> None:
            """A valid body."""
            identity = data.draw(st.sampled_from([*self.known, ABSENT]), "record")
            variants = [move.when for move in subject.table.transitions[operation].moves] or [{}]
            body = valid_body(subject, operation, data.draw(st.sampled_from(variants), "body"))
            self._act(
                operation,
                identity,
                None if body is None else json.dumps(body).encode(),
                MISSING if body is None else body,
            )

        @precondition(lambda self: creation is not None and len(self.known) < 5)
        @rule()
        def create(self) -> None:
            """A record of the API's own making."""
            assert creation is not None
            exchange = call(
                subject, creation.operation, None, valid_body(subject, creation.operation)
            )
            self._expect(creation.rule, exchange.ok, "success", str(exchange.status))
            identity = str((unwrapped(subject, exchange) or {}).get(subject.table.field))
            record = read(subject, identity)
            found = subject.table.state_of(record)
            self._expect(
                creation.rule,
                may_read_as(subject, found, creation.target),
                creation.target,
                str(found),
            )
            self.known[identity] = Known(frozenset({creation.target}), record)

        @precondition(lambda self: bool(flaws))
        @rule(data=st.data(), operation=st.sampled_from([*flaws] or [""]))
        def stumble(self, data: st.DataObject, operation: str) -> None:
            """A body with a flaw."""
            flaw = data.draw(st.sampled_from(flaws[operation]), "flaw")
            identity = data.draw(st.sampled_from(list(self.known)), "record")
            self._act(operation, identity, flaw.content, json.loads(flaw.content or b""))

        @precondition(lambda self: bool(filters))
        @rule(parameter=st.sampled_from(filters) if filters else st.none())
        def look(self, parameter: Parameter | None) -> None:
            """What a list shows has what was asked for; what it fails to show may be missing for many reasons."""
            assert parameter is not None
            assert parameter.filter is not None
            name, field_ = parameter.name, parameter.filter.field
            exchange = get_list(subject, {name: self.scope[name]})
            values = {
                record.get(field_, self.scope[name]) for record in listed_records(subject, exchange)
            }
            self._expect(
                parameter.filter.rule,
                values <= {self.scope[name]},
                f"only {field_} {self.scope[name]}",
                f"{sorted(map(str, values))}",
            )

        @precondition(lambda self: clock)
        @rule()
        def wait(self) -> None:
            """Everybody's moment passes, and everybody is begun anew afterwards: their times lie too far back to be told apart."""
            advance_clock(subject, "P31D")
            for identity, known in self.known.items():
                states = later(subject.contract, subject.table, known.states, due=True)
                found = current_state_among(subject, identity, states)
                good = any(may_read_as(subject, found, state) for state in states)
                self._expect(
                    _timer_rule(subject, known), good, " or ".join(sorted(states)), str(found)
                )
            self.known.clear()
            self._place(movable_state(subject))

        # ---- what the steps share

        def _place(self, state: str) -> None:
            identity = record_in(subject, state, **self.scope)
            record = require_state(subject, identity, state)
            self.known[identity] = Known(frozenset({state}), record)

        def _act(self, operation: str, identity: str, content: bytes | None, body: Any) -> None:
            record_id = record_in(subject, ABSENT) if identity == ABSENT else identity
            states = (
                states_by_now(subject, self.known[identity].states)
                if identity in self.known
                else {ABSENT}
            )
            expected = expected_outcomes(
                subject.contract, subject.operation(operation), states, Facts(body)
            )
            exchange = send(subject, operation, record_id, content=content)
            # A breakdown is the fault of no rule on states; the fuzz layer names it.
            if exchange.status >= 500:
                raise Unexercised(f"{operation} answered {exchange.status}")
            blamed = expected.blame(exchange.status, subject.profile.refused(body))
            if blamed:
                wanted = (
                    " or ".join(map(str, sorted(expected.statuses))) if expected.hard else "success"
                )
                self._expect(blamed, False, wanted, str(exchange.status))
            seen.held |= set(expected.hard) if len(expected.hard) == 1 else set()
            self._compare(operation, identity, exchange, expected)

        def _compare(
            self, operation: str, record_id: str, exchange: Exchange, expected: ExpectedOutcomes
        ) -> None:
            """The record that was acted on is as foreseen, and every other is as it was."""
            row = subject.table.transitions[operation]
            for identity, known in self.known.items():
                possible = {*known.states, *(expected.successes if identity == record_id else ())}
                after = (
                    read_or_absent(subject, identity)
                    if ABSENT in possible
                    else read(subject, identity)
                )
                if identity != record_id and states_by_now(subject, known.states) != known.states:
                    # Time may have moved it meanwhile.
                    self.known[identity] = Known(_fitting(subject, after, known.states), after)
                elif identity != record_id:
                    self._expect(
                        row.isolated,
                        after == known.record,
                        "no other record changes",
                        f"{identity} changed",
                    )
                elif exchange.ok:
                    found = state_of(subject, after)
                    fitting = _fitting(subject, after, expected.successes)
                    for rule_ in set(expected.successes.values()):
                        self._expect(
                            rule_, bool(fitting), " or ".join(expected.successes), str(found)
                        )
                    self.known[identity] = Known(fitting, after)
                elif (
                    400 <= exchange.status < 500
                    and states_by_now(subject, known.states) == known.states
                ):
                    self._expect(
                        row.atomic,
                        after == known.record,
                        "a refused call changes nothing",
                        f"{identity} changed",
                    )

        def _expect(self, name: str | None, ok: bool, expected: str, got: str) -> None:
            if name and ok:
                seen.held.add(name)
            elif name:
                raise Broken(name, expected, got)

    return Walk


def _fitting(subject: Subject, record: Record, states: Iterable[str]) -> frozenset[str]:
    """Those of some states, and of what time makes of them, that a record may be in as it reads."""
    found = state_of(subject, record)
    return frozenset(
        state for state in states_by_now(subject, states) if may_read_as(subject, found, state)
    )


def _flaws(subject: Subject, operation: str) -> list[FlawedBody]:
    return [
        flaw
        for flaw in flawed_bodies(
            subject.operation(operation), subject.profile.examples.get(operation, {})
        )
        if _usable(flaw)
    ]


def _usable(flaw: FlawedBody) -> bool:
    """A body that is JSON, small, and wrong by itself."""
    try:
        json.loads(flaw.content or b"")
    except ValueError:
        return False
    return flaw.media_type == "application/json" and len(flaw.content or b"") < 10_000


def _timer_rule(subject: Subject, known: Known) -> str | None:
    rules = {
        timer.rule
        for timer in subject.table.timers
        for state in known.states
        if state in timer.sources and not timer.optional
    }
    return rules.pop() if len(rules) == 1 else None


@each(tables)
@pytest.mark.usefixtures("afterwards")
def test_walk(
    case: None, subject: Subject, judge: Judge, request: pytest.FixtureRequest, search: Search
) -> None:
    seen = Seen()
    placeable = preparable_states(subject)
    judge.require(
        movable_state(subject) in placeable,
        f"no {subject.profile.resource} could be placed and read",
    )
    walk = machine(
        subject,
        seen,
        placeable,
        subject.states.supports("clock", advance="PT0S") and _timely(subject),
    )
    try:
        seed(search.seed)(walk)
        run_state_machine_as_test(walk, settings=search.settings(_STEPS))
    except Broken as broken:
        sequence = [
            call
            for call in seen.calls
            if not call.preparation or b'"session"' in (call.request_body or b"")
        ]
        judge.violated(
            broken.rule,
            trigger=seen.calls[-1],
            expected=broken.expected,
            got=broken.got,
            sequence=sequence,
        )
    for name in sorted(seen.held):
        if not judge.heard(name) and not _decision(subject, name):
            judge.holds(name, True, trigger=seen.calls[-1], expected="", got="")


def _decision(subject: Subject, name: str) -> bool:
    return subject.contract.rules[name].level is Level.DECISION


def _timely(subject: Subject) -> bool:
    """Whether due times are what the timers say; where they are not, another rule is broken, and waiting proves nothing."""
    record = read(subject, record_in(subject, movable_state(subject)))
    return all(_due_when_said(timer, record) for timer in subject.table.timers)


def _due_when_said(timer: Timer, record: Record) -> bool:
    if timer.since is None or timer.due is None:
        return True
    since, due = shapes.moment(record.get(timer.since)), shapes.moment(record.get(timer.due))
    return since is not None and due is not None and due - since == timer.after
