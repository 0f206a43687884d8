"""The form of answers: envelopes, members, statuses, errors."""

from collections.abc import Iterator
from contextlib import suppress

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.error_bodies import judge_error_body
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.flawed_requests import flawed_queries
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import get_list
from session_contracts.conformance.marks import Case, each, verifies
from session_contracts.conformance.preparing import (
    accepting_state,
    fresh_scope,
    new_record,
    record_in,
)
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import fetch, require_state
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import ABSENT, Contract


def operations(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for operation in profile.operations(contract):
        yield Case(operation, ("answer.declared",), operation)


def envelopes(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for operation in profile.operations(contract):
        if rule := contract.operations[operation].envelope_rule:
            yield Case(operation, (rule,), (operation, rule))


def members(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for operation in profile.operations(contract):
        if rule := contract.operations[operation].members_rule:
            yield Case(operation, (rule,), (operation, rule))


def _success(operation: str, subject: Subject) -> Exchange:
    """The answer to a valid call."""
    identity = (
        record_in(subject, accepting_state(subject, operation))
        if "{" in subject.operation(operation).path
        else None
    )
    if identity and operation == subject.profile.read:
        return fetch(subject, identity)
    if identity:
        require_state(subject, identity, accepting_state(subject, operation))
        return call(subject, operation, identity, valid_body(subject, operation))
    if subject.operation(operation).body:
        return call(subject, operation, None, valid_body(subject, operation))
    new_record(subject)
    return send(subject, operation)


@each(operations)
def test_success_status(case: str, subject: Subject, judge: Judge) -> None:
    """If it succeeds, the status is a documented one."""
    exchange = _success(case, subject)
    declared, _ = shapes.success(subject.operation(case))
    judge.require(exchange.ok or exchange.status >= 500, f"a valid call answered {exchange.status}")
    expected = " or ".join(map(str, declared))
    judge.holds(
        "answer.declared",
        exchange.status in declared,
        trigger=exchange,
        expected=expected,
        got=str(exchange.status),
    )


@each(envelopes)
def test_envelope(case: tuple[str, str], subject: Subject, judge: Judge) -> None:
    """Everything around the record; other rules are about the record itself."""
    operation, rule = case
    exchange = _success(operation, subject)
    judge.require(exchange.ok, f"a valid call answered {exchange.status}")
    _, schema = shapes.success(subject.operation(operation))
    wrong = shapes.envelope_fault(schema, exchange.json)
    judge.holds(
        rule, wrong is None, trigger=exchange, expected="the documented envelope", got=wrong or ""
    )
    if operation == subject.profile.list and all(subject.profile.scopes.values()):
        empty = get_list(subject, fresh_scope(subject))
        if judge.accepted(rule, empty, control=exchange):
            wrong = shapes.envelope_fault(schema, empty.json)
            judge.holds(
                rule,
                wrong is None,
                trigger=empty,
                expected="the documented envelope around nothing",
                got=wrong or "",
            )


@each(members)
def test_members(case: tuple[str, str], subject: Subject, judge: Judge) -> None:
    """The documented members of records in every state, as far as the operation shows them."""
    operation, rule = case
    node = subject.operation(operation)
    for exchange in _answers(operation, subject):
        for record in shapes.records(node, exchange.json) if exchange.ok else []:
            wrong = shapes.faults(shapes.record_schema(node), record)
            judge.holds(
                rule,
                not wrong,
                trigger=exchange,
                expected="the documented members",
                got="; ".join(wrong),
            )


def _answers(operation: str, subject: Subject) -> Iterator[Exchange]:
    row = subject.table.transitions.get(operation)
    if operation == subject.profile.list:
        scope = fresh_scope(subject)
        for state in subject.table.states:
            with suppress(Unexercised):
                record_in(subject, state, **scope)
        yield get_list(subject, scope)
    elif row is None or row.moves:
        yield _success(operation, subject)
    else:
        for state in row.stays:
            with suppress(Unexercised):
                yield call(
                    subject, operation, record_in(subject, state), valid_body(subject, operation)
                )


@verifies("error.body", "error.form")
def test_errors(subject: Subject, judge: Judge) -> None:
    """Every kind of refusal that can be produced has a documented error body."""
    for exchange in _refusals(subject):
        if exchange.status < 400 or exchange.status >= 500:
            continue
        if judge_error_body(subject, exchange, judge) and judge.knows("error.form"):
            judge.observed(
                "error.form",
                exchange,
                f"Content-Type {exchange.headers.get('Content-Type', 'missing')}",
            )


def _refusals(subject: Subject) -> Iterator[Exchange]:
    for operation, row in subject.table.transitions.items():
        yield call(subject, operation, record_in(subject, ABSENT), valid_body(subject, operation))
        for state in row.refusals:
            if state in subject.table.states:
                try:
                    yield call(
                        subject,
                        operation,
                        record_in(subject, state),
                        valid_body(subject, operation),
                    )
                except Unexercised:
                    continue
        if valid_body(subject, operation) is not None:
            yield call(
                subject, operation, record_in(subject, accepting_state(subject, operation)), {}
            )
    if not subject.profile.list:
        yield fetch(subject, record_in(subject, ABSENT), headers={})
        return
    yield send(subject, subject.profile.list, headers={})
    for _, _, query in flawed_queries(subject.operation(subject.profile.list)):
        yield send(subject, subject.profile.list, query=query)
