"""Random sequences of calls on several records, compared with the expected outcomes.

Theory of operation: Hypothesis picks the steps of `LifecycleMachine`. For each record the machine
keeps the set of states that it may be in (timers and decisions can make it more than one) and how
it last read. After every call it reads all records back: the one acted on must be in a state that
the contract allows, and no other may have changed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
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
#: How many records the machine prepares at most, and how many it has at most.
_PREPARED, _RECORDS = 4, 5
#: Longer than every timer of a contract.
_LONG = "P31D"


def tables(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """One case for a lifecycle with transitions: its rules and those of bodies, less decisions."""
    table = contract.lifecycles[profile.resource]
    rules = {rule for row in table.transitions.values() for rule in _row_rules(row)}
    rules |= {timer.rule for timer in table.timers}
    rules |= {
        parameter.filter.rule for parameter in _scope_filters(contract, profile) if parameter.filter
    }
    for operation in table.transitions:
        example = profile.examples.get(operation, {})
        rules |= {flaw.rule for flaw in flawed_bodies(contract.operations[operation], example)}
    kept = sorted(rule for rule in rules if contract.rules[rule].level is not Level.DECISION)
    if any(row.moves for row in table.transitions.values()):
        yield Case(table.name, tuple(kept), None)


def _scope_filters(contract: Contract, profile: SuiteProfile) -> list[Parameter]:
    """The list's parameters that narrow it to the records of one check."""
    parameters = contract.operations[profile.list].parameters if profile.list else ()
    return [parameter for parameter in parameters if parameter.name in profile.scopes]


def _row_rules(row: Transition) -> Iterator[str]:
    yield from (move.rule for move in row.moves)
    yield from (stay.rule for stay in row.stays.values())
    yield from (refusal.rule for refusal in row.refusals.values())
    yield from (rule for rule in (row.atomic, row.isolated) if rule)


@each(tables)
@pytest.mark.usefixtures("afterwards")
def test_sequences(
    case: None, subject: Subject, judge: Judge, request: pytest.FixtureRequest, search: Search
) -> None:
    """Run the machine; report the rules that held in some sequence, and one that was broken."""
    preparable = preparable_states(subject)
    resource = subject.profile.resource
    judge.require(
        movable_state(subject) in preparable, f"no {resource} could be prepared and read back"
    )
    exploration = Exploration(subject, preparable, _can_advance_clock(subject))
    # A factory, which is allowed though not declared: Hypothesis keeps every class that it gets,
    # and all that the class refers to.
    machine = seed(search.seed)(partial(LifecycleMachine, exploration))
    try:
        run_state_machine_as_test(machine, settings=search.settings(_STEPS))  # type: ignore[arg-type]
    except Broken as broken:
        judge.violated(
            broken.rule,
            trigger=exploration.calls[-1],
            expected=broken.expected,
            got=broken.got,
            sequence=[exchange for exchange in exploration.calls if _is_telling(exchange)],
        )
    for name in sorted(exploration.held):
        if not judge.heard(name) and not judge.decides(name):
            judge.holds(name, True, trigger=exploration.calls[-1], expected="", got="")


def _is_telling(exchange: Exchange) -> bool:
    """Whether a call belongs into the reproduction: those of the API, and preparing a record."""
    return not exchange.preparation or b'"session"' in (exchange.request_body or b"")


def _can_advance_clock(subject: Subject) -> bool:
    """Whether the clock can be advanced, and due times are what the timers state.

    If they are not, another rule is broken, and waiting shows nothing.
    """
    if not subject.states.supports("clock", advance="PT0S"):
        return False
    record = read(subject, record_in(subject, movable_state(subject)))
    return all(_is_due_as_stated(timer, record) for timer in subject.table.timers)


def _is_due_as_stated(timer: Timer, record: Record) -> bool:
    if timer.since is None or timer.due is None:
        return True
    since, due = shapes.moment(record.get(timer.since)), shapes.moment(record.get(timer.due))
    return since is not None and due is not None and due - since == timer.after


@dataclass
class Exploration:
    """What all sequences of one check share.

    `held`: rules that held; `calls`: those of the last sequence.
    """

    subject: Subject
    preparable: list[str]
    can_advance_clock: bool
    held: set[str] = field(default_factory=set)
    calls: list[Exchange] = field(default_factory=list)

    @cached_property
    def operations(self) -> list[str]:
        """The operations of the lifecycle that may change something."""
        subject = self.subject
        return [name for name in subject.table.transitions if _writes(subject, name)]

    @cached_property
    def filters(self) -> list[Parameter]:
        """The list's parameters that narrow it to the records of one sequence."""
        return _scope_filters(self.subject.contract, self.subject.profile)

    @cached_property
    def flawed_bodies(self) -> Mapping[str, list[FlawedBody]]:
        """By operation, its flawed bodies, if it has any."""
        bodies = {name: _usable_bodies(self.subject, name) for name in self.operations}
        return {name: found for name, found in bodies.items() if found}


@dataclass
class KnownRecord:
    """What the machine knows of one record: the states it may be in, and how it last read."""

    states: frozenset[str]
    record: Record


class LifecycleMachine(RuleBasedStateMachine):
    """One sequence of calls. Raises Broken for the first broken rule."""

    def __init__(self, exploration: Exploration) -> None:
        """Begin without records, in a fresh scope."""
        super().__init__()
        self.exploration = exploration
        self.subject = exploration.subject
        self.known: dict[str, KnownRecord] = {}
        self.scope = fresh_scope(self.subject)
        self.start = len(self.subject.target.exchanges)

    def teardown(self) -> None:
        """Keep the calls of this sequence."""
        self.exploration.calls = self.subject.target.exchanges[self.start :]

    # ---- steps

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Prepare two records, one of which some operation can move."""
        self._prepare(movable_state(self.subject))
        self.prepare(data)

    @precondition(lambda self: len(self.known) < _PREPARED)
    @rule(data=st.data())
    def prepare(self, data: st.DataObject) -> None:
        """Prepare another record."""
        self._prepare(data.draw(st.sampled_from(self.exploration.preparable), "state"))

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        """Call an operation with a valid body."""
        operation = data.draw(st.sampled_from(self.exploration.operations), "operation")
        identity = data.draw(st.sampled_from([*self.known, ABSENT]), "record")
        moves = self.subject.table.transitions[operation].moves
        when = data.draw(st.sampled_from([move.when for move in moves] or [{}]), "body")
        body = valid_body(self.subject, operation, when)
        if body is None:
            self._act(operation, identity, None, MISSING)
        else:
            self._act(operation, identity, json.dumps(body).encode(), body)

    @precondition(lambda self: self.exploration.flawed_bodies)
    @rule(data=st.data())
    def act_with_flaw(self, data: st.DataObject) -> None:
        """Call an operation with a flawed body."""
        bodies = self.exploration.flawed_bodies
        operation = data.draw(st.sampled_from(list(bodies)), "operation")
        flawed = data.draw(st.sampled_from(bodies[operation]), "flaw")
        identity = data.draw(st.sampled_from(list(self.known)), "record")
        self._act(operation, identity, flawed.content, json.loads(flawed.content or b""))

    @precondition(lambda self: self.subject.table.creation and len(self.known) < _RECORDS)
    @rule()
    def create(self) -> None:
        """Create a record through the API itself."""
        subject, creation = self.subject, self.subject.table.creation
        assert creation is not None
        body = valid_body(subject, creation.operation)
        exchange = call(subject, creation.operation, None, body)
        self._expect(creation.rule, exchange.ok, "success", str(exchange.status))
        identity = str((unwrapped(subject, exchange) or {}).get(subject.table.field))
        record = read(subject, identity)
        found = subject.table.state_of(record)
        reads = may_read_as(subject, found, creation.target)
        self._expect(creation.rule, reads, creation.target, str(found))
        self.known[identity] = KnownRecord(frozenset({creation.target}), record)

    @precondition(lambda self: self.exploration.filters)
    @rule(data=st.data())
    def filter_list(self, data: st.DataObject) -> None:
        """A filtered list has matching records only; one can be missing for many reasons."""
        parameter = data.draw(st.sampled_from(self.exploration.filters), "parameter")
        assert parameter.filter is not None
        wanted, member = self.scope[parameter.name], parameter.filter.field
        exchange = get_list(self.subject, {parameter.name: wanted})
        values = {record.get(member, wanted) for record in listed_records(self.subject, exchange)}
        got = f"{sorted(map(str, values))}"
        self._expect(parameter.filter.rule, values <= {wanted}, f"only {member} {wanted}", got)

    @precondition(lambda self: self.exploration.can_advance_clock)
    @rule()
    def let_timers_fire(self) -> None:
        """Advance the clock beyond every timer, then begin with a fresh record.

        The times of the old ones are too far in the past to be distinguished.
        """
        subject = self.subject
        advance_clock(subject, _LONG)
        for identity, known in self.known.items():
            states = later(subject.contract, subject.table, known.states, due=True)
            found = current_state_among(subject, identity, states)
            good = any(may_read_as(subject, found, state) for state in states)
            expected = " or ".join(sorted(states))
            self._expect(_timer_rule(subject, known), good, expected, str(found))
        self.known.clear()
        self._prepare(movable_state(subject))

    # ---- what the steps share

    def _prepare(self, state: str) -> None:
        identity = record_in(self.subject, state, **self.scope)
        record = require_state(self.subject, identity, state)
        self.known[identity] = KnownRecord(frozenset({state}), record)

    def _act(self, operation: str, identity: str, content: bytes | None, body: Any) -> None:
        """Call an operation, and compare the answer and all records with what is expected."""
        subject = self.subject
        record_id = record_in(subject, ABSENT) if identity == ABSENT else identity
        known = self.known.get(identity)
        states = states_by_now(subject, known.states) if known else {ABSENT}
        node = subject.operation(operation)
        expected = expected_outcomes(subject.contract, node, states, Facts(body))
        exchange = send(subject, operation, record_id, content=content)
        # No rule of the lifecycle is about a server error; the fuzz layer reports it.
        if exchange.status >= 500:
            raise Unexercised(f"{operation} answered {exchange.status}")
        blamed = expected.blame(exchange.status, subject.profile.refusal_rule(body))
        if blamed:
            refusals = " or ".join(map(str, sorted(expected.statuses)))
            wanted = refusals if expected.hard else "success"
            self._expect(blamed, False, wanted, str(exchange.status))
        if len(expected.hard) == 1:
            self.exploration.held |= expected.hard
        for other in self.known:
            if other == identity:
                self._compare_target(operation, other, exchange, expected)
            else:
                self._compare_bystander(operation, other)

    def _compare_target(
        self, operation: str, identity: str, exchange: Exchange, expected: ExpectedOutcomes
    ) -> None:
        """The record that was acted on is in an expected state; refused, it is unchanged."""
        subject, known = self.subject, self.known[identity]
        after = self._read(identity, {*known.states, *expected.successes})
        if exchange.ok:
            fitting = _fitting(subject, after, expected.successes)
            states, found = " or ".join(expected.successes), str(state_of(subject, after))
            for name in set(expected.successes.values()):
                self._expect(name, bool(fitting), states, found)
            self.known[identity] = KnownRecord(fitting, after)
        elif 400 <= exchange.status < 500 and not self._may_change_by_itself(known):
            atomic = subject.table.transitions[operation].atomic
            unchanged = after == known.record
            self._expect(atomic, unchanged, "a refused call changes nothing", f"{identity} changed")

    def _compare_bystander(self, operation: str, identity: str) -> None:
        """A record that was not acted on is unchanged, unless a timer may have fired."""
        subject, known = self.subject, self.known[identity]
        after = self._read(identity, known.states)
        if self._may_change_by_itself(known):
            self.known[identity] = KnownRecord(_fitting(subject, after, known.states), after)
            return
        isolated = subject.table.transitions[operation].isolated
        unchanged = after == known.record
        self._expect(isolated, unchanged, "no other record changes", f"{identity} changed")

    def _read(self, identity: str, possible: Iterable[str]) -> Record:
        """The record now; empty if it no longer exists and that is possible."""
        if ABSENT in possible:
            return read_or_absent(self.subject, identity)
        return read(self.subject, identity)

    def _may_change_by_itself(self, known: KnownRecord) -> bool:
        return states_by_now(self.subject, known.states) != known.states

    def _expect(self, name: str | None, ok: bool, expected: str, got: str) -> None:
        """Record that a rule held, or raise Broken. Without a rule, nothing is expected."""
        if name and ok:
            self.exploration.held.add(name)
        elif name:
            raise Broken(name, expected, got)


def _fitting(subject: Subject, record: Record, states: Iterable[str]) -> frozenset[str]:
    """Those of some states, and of what timers make of them, that the record may read as."""
    found = state_of(subject, record)
    possible = states_by_now(subject, states)
    return frozenset(state for state in possible if may_read_as(subject, found, state))


def _writes(subject: Subject, operation: str) -> bool:
    return subject.operation(operation).method != "GET"


def _usable_bodies(subject: Subject, operation: str) -> list[FlawedBody]:
    example = subject.profile.examples.get(operation, {})
    bodies = flawed_bodies(subject.operation(operation), example)
    return [flawed for flawed in bodies if _is_usable(flawed)]


def _is_usable(flawed: FlawedBody) -> bool:
    """Whether a flawed body is JSON and small, so that the flaw is in its value."""
    try:
        json.loads(flawed.content or b"")
    except ValueError:
        return False
    return flawed.media_type == "application/json" and len(flawed.content or b"") < 10_000


def _timer_rule(subject: Subject, known: KnownRecord) -> str | None:
    """The rule of the one timer that must move a record; None if it is not one."""
    rules = {
        timer.rule
        for timer in subject.table.timers
        for state in known.states
        if state in timer.sources and not timer.optional
    }
    return rules.pop() if len(rules) == 1 else None
