"""The lifecycle: every operation in every state, and after every transition.

A bystander, a second record that must not change, is read before and after every call.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import Case, each
from session_contracts.conformance.preparing import (
    accepting_state,
    fresh_scope,
    movable_state,
    new_credential,
    record_in,
)
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import (
    current_state_among,
    fetch,
    may_read_as,
    read,
    record_of,
    require_state,
    shows_state,
    states_by_now,
)
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import (
    ABSENT,
    ANY,
    FOREIGN,
    PSEUDO_STATES,
    Contract,
    Lifecycle,
    Move,
    Transition,
)


@dataclass(frozen=True)
class Cell:
    """One operation in one state, with one of the bodies that select a transition.

    `first`: the operation and transition that lead to the state.
    """

    operation: str
    state: str
    when: Mapping[str, Any] = field(default_factory=dict)
    first: tuple[str, Move] | None = None


def cells(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    table = contract.lifecycles[profile.resource]
    for operation, row in table.transitions.items():
        for state in (*table.states, *PSEUDO_STATES):
            for when in _variants(row):
                cell = Cell(operation, state, when)
                yield Case(f"{operation}-{state}{_name(when)}", _rules(table, cell), cell)


def pairs(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    table = contract.lifecycles[profile.resource]
    for first, row in table.transitions.items():
        for move in row.moves:
            for second, other in table.transitions.items():
                for when in _variants(other):
                    cell = Cell(second, move.target, when, (first, move))
                    yield Case(
                        f"{first}{_name(move.when)}-then-{second}{_name(when)}",
                        _rules(table, cell),
                        cell,
                    )


def _variants(row: Transition) -> list[Mapping[str, Any]]:
    variants: list[Mapping[str, Any]] = []
    for move in row.moves:
        if move.when not in variants:
            variants.append(move.when)
    return variants or [{}]


def _name(when: Mapping[str, Any]) -> str:
    words = {None: "without", ANY: "with"}
    return "".join(
        f"-{words[value]}-{name}" if value in words else f"-{value}" for name, value in when.items()
    )


def _move(row: Transition, cell: Cell) -> Move | None:
    return next((move for move in row.moves_from(cell.state) if move.when == cell.when), None)


def _rule(table: Lifecycle, cell: Cell) -> str:
    """The rule of the cell."""
    row = table.transitions[cell.operation]
    move = _move(row, cell)
    answer = move or row.stays.get(cell.state) or row.refusals[cell.state]
    return answer.rule


def _rules(table: Lifecycle, cell: Cell) -> tuple[str, ...]:
    row = table.transitions[cell.operation]
    refused = cell.state in row.refusals
    atomic = (
        row.atomic
        if (refused or cell.state in row.stays) and cell.state not in PSEUDO_STATES
        else None
    )
    stated = table.stated if cell.state in row.stays else None
    return tuple(rule for rule in (_rule(table, cell), stated, atomic, row.isolated) if rule)


@each(cells)
def test_cell(case: Cell, subject: Subject, judge: Judge) -> None:
    scope = fresh_scope(subject)
    _judge_cell(case, record_in(subject, case.state, **scope), scope, subject, judge)


@each(pairs)
def test_consecutive(case: Cell, subject: Subject, judge: Judge) -> None:
    assert case.first is not None
    operation, move = case.first
    scope = fresh_scope(subject)
    record_id = record_in(subject, move.source, **scope)
    call(subject, operation, record_id, valid_body(subject, operation, move.when))
    require_state(subject, record_id, move.target)
    _judge_cell(case, record_id, scope, subject, judge)


def _judge_cell(
    cell: Cell, record_id: str, scope: Mapping[str, str], subject: Subject, judge: Judge
) -> None:
    """Check one call.

    The bystander shares all of `scope` with the record: a call that selects too many is noticed.
    """
    row = subject.table.transitions[cell.operation]
    if judge.decides(_rule(subject.table, cell)):
        _observe(cell, row, record_id, scope, subject, judge)
    elif cell.state in row.refusals:
        _judge_refusal(cell, row, record_id, scope, subject, judge)
    elif move := _move(row, cell):
        _judge_move(cell, row, move, record_id, scope, subject, judge)
    else:
        _judge_stay(cell, row, record_id, scope, subject, judge)


def _observe(
    cell: Cell,
    row: Transition,
    record_id: str,
    scope: Mapping[str, str],
    subject: Subject,
    judge: Judge,
) -> None:
    """A decision settles the cell, but no other record changes, and a refusal changes nothing."""
    known = cell.state not in PSEUDO_STATES
    before = require_state(subject, record_id, cell.state) if known else {}
    bystander = record_in(subject, movable_state(subject), **scope)
    watched = read(subject, bystander)
    trigger = call(
        subject, cell.operation, record_id, valid_body(subject, cell.operation, cell.when)
    )
    judge.observed(_rule(subject.table, cell), trigger)
    if row.isolated:
        _judge_same(row.isolated, watched, read(subject, bystander), trigger, None, judge)
    if row.atomic and known and 400 <= trigger.status < 500:
        _judge_same(row.atomic, before, read(subject, record_id), trigger, None, judge)


def _judge_stay(
    cell: Cell,
    row: Transition,
    record_id: str,
    scope: Mapping[str, str],
    subject: Subject,
    judge: Judge,
) -> None:
    """The operation succeeds, answers with this record, and keeps its state."""
    rule = _rule(subject.table, cell)
    writes = subject.operation(cell.operation).method != "GET"
    apt = accepting_state(subject, cell.operation)
    bystander = record_in(subject, movable_state(subject), **scope) if writes else ""
    watched, before = (read(subject, bystander), read(subject, record_id)) if writes else ({}, {})
    other = call(
        subject,
        cell.operation,
        record_in(subject, apt),
        valid_body(subject, cell.operation, cell.when),
    )
    trigger = call(
        subject, cell.operation, record_id, valid_body(subject, cell.operation, cell.when)
    )
    # If a record in the other state is refused as well, the operation itself is broken.
    control = other if cell.state != apt else None
    if judge.accepted(rule, trigger, control=control):
        got = _state(cell.operation, trigger, record_id, subject)
        same = judge.holds(
            rule, got != _ANOTHER, trigger=trigger, expected="that record", got=str(got)
        )
        if same:
            stated = subject.table.stated or rule
            good = got == _UNREADABLE or may_read_as(subject, got, cell.state)
            judge.holds(
                stated, good, trigger=trigger, expected=f"one that is {cell.state}", got=str(got)
            )
    if writes and row.isolated:
        _judge_same(row.isolated, watched, read(subject, bystander), trigger, None, judge)
    if writes and row.atomic:
        _judge_same(row.atomic, before, read(subject, record_id), trigger, None, judge)


_ANOTHER, _UNREADABLE = "another record", "unreadable"


def _state(operation: str, exchange: Exchange, record_id: str, subject: Subject) -> str:
    """The state that an answer shows.

    `another record`, or `unreadable` if another rule is broken.
    """
    if not shapes.shows(subject.operation(operation), subject.table.field):
        return _UNREADABLE
    try:
        record = record_of(subject, exchange, record_id)
    except Unexercised:
        return _ANOTHER if isinstance(exchange.json, dict) else _UNREADABLE
    found = subject.table.state_of(record)
    return found if found and shows_state(subject, record) else _UNREADABLE


def _judge_move(
    cell: Cell,
    row: Transition,
    move: Move,
    record_id: str,
    scope: Mapping[str, str],
    subject: Subject,
    judge: Judge,
) -> None:
    bystander = record_in(subject, movable_state(subject), **scope)
    require_state(subject, record_id, cell.state)
    watched = read(subject, bystander)
    trigger = call(
        subject, cell.operation, record_id, valid_body(subject, cell.operation, cell.when)
    )
    if not judge.accepted(move.rule, trigger):
        return
    state = current_state_among(subject, record_id, [move.target])
    there = any(
        may_read_as(subject, state, reached) for reached in states_by_now(subject, [move.target])
    )
    moved = judge.holds(
        move.rule, there, trigger=trigger, expected=f"{move.target} afterwards", got=str(state)
    )
    if moved and row.isolated:
        _judge_same(row.isolated, watched, read(subject, bystander), trigger, None, judge)


def _judge_refusal(
    cell: Cell,
    row: Transition,
    record_id: str,
    scope: Mapping[str, str],
    subject: Subject,
    judge: Judge,
) -> None:
    rule = _rule(subject.table, cell)
    known = cell.state not in PSEUDO_STATES
    before = require_state(subject, record_id, cell.state) if known else {}
    if cell.state == FOREIGN:
        _require_foreign(cell, record_id, subject, judge)
    bystander = record_in(subject, movable_state(subject), **scope)
    watched = read(subject, bystander)
    trigger = call(
        subject, cell.operation, record_id, valid_body(subject, cell.operation, cell.when)
    )
    # The control request comes last, so that its effects cannot be taken for the trigger's.
    still = read(subject, bystander)
    after = read(subject, record_id) if known else {}
    control = call(
        subject,
        cell.operation,
        record_in(subject, accepting_state(subject, cell.operation)),
        valid_body(subject, cell.operation, cell.when),
    )
    moved_on = states_by_now(subject, [cell.state]) - {cell.state}
    judge.require(
        subject.table.state_of(after) not in moved_on,
        f"it was no longer {cell.state} when it was called",
    )
    refused = judge.refused(
        rule, trigger, control=control, statuses=(row.refusals[cell.state].status,)
    )
    if row.isolated and not trigger.ok:
        _judge_same(row.isolated, watched, still, trigger, control, judge)
    if row.atomic and known and refused:
        _judge_same(row.atomic, before, after, trigger, control, judge)


def _require_foreign(cell: Cell, record_id: str, subject: Subject, judge: Judge) -> None:
    """An unknown id is not found, and the record exists for its own tenant.

    Only then does it mean anything that the record is not found.
    """
    absent = call(
        subject,
        cell.operation,
        record_in(subject, ABSENT),
        valid_body(subject, cell.operation, cell.when),
    )
    refusal = subject.table.transitions[cell.operation].refusals[ABSENT]
    judge.require(
        absent.status in (judge.statuses(refusal.rule) or (refusal.status,)),
        f"the id of no record answers {absent.status}",
    )
    try:
        headers = new_credential(subject, tenant="other")
    except Unexercised:
        return
    judge.require(
        fetch(subject, record_id, headers=headers).ok,
        "the other tenant does not see its own record",
    )


def _judge_same(
    rule: str,
    before: Record,
    after: Record,
    trigger: Exchange,
    control: Exchange | None,
    judge: Judge,
) -> None:
    judge.holds(
        rule,
        after == before,
        trigger=trigger,
        control=control,
        expected="no change",
        got=_changes(before, after),
    )


def _changes(before: Record, after: Record) -> str:
    """The members that differ, and how."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        ", ".join(f"{name} {before.get(name)!r} became {after.get(name)!r}" for name in names)
        or "no change"
    )
