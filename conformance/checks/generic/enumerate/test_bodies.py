"""Requests with one flaw each, derived from the contract: bodies, query parameters, ids."""

from collections.abc import Iterator
from typing import Any

from session_contracts.conformance.calling import call, fill_in, send, valid_body
from session_contracts.conformance.client import Exchange, Query
from session_contracts.conformance.flawed_requests import (
    JSON_MEDIA,
    FlawedBody,
    flawed_bodies,
    flawed_queries,
)
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import Case, each, verifies
from session_contracts.conformance.preparing import accepting_state, record_in
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import read, require_state
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import ABSENT, Contract, Level


def bodies(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    record = contract.schemas[contract.lifecycles[profile.resource].schema]
    for operation in (contract.operations[name] for name in profile.operations(contract)):
        row = contract.lifecycles[profile.resource].transitions.get(operation.id)
        for flaw in flawed_bodies(operation, profile.examples.get(operation.id, {}), record):
            hard = contract.rules[flaw.rule].level is not Level.DECISION
            rules = (flaw.rule, row.atomic) if hard and row and row.atomic else (flaw.rule,)
            yield Case(f"{operation.id}-{flaw.name}", rules, (operation.id, flaw))


@each(bodies)
def test_body(case: tuple[str, FlawedBody], subject: Subject, judge: Judge) -> None:
    operation, flaw = case
    record_id, before = _fresh_record(operation, subject)
    row = subject.table.transitions.get(operation)
    trigger = _send(operation, record_id, flaw.content, subject, flaw.media_type)
    if judge.decides(flaw.rule):
        plain = call(
            subject, operation, _fresh_record(operation, subject)[0], valid_body(subject, operation)
        )
        judge.require(plain.ok, f"a valid call answered {plain.status}")
        judge.observed(flaw.rule, trigger)
        if record_id and before and row and row.atomic and 400 <= trigger.status < 500:
            judge.holds(
                row.atomic,
                read(subject, record_id) == before,
                trigger=trigger,
                expected="nothing changes",
                got="a change",
            )
        return
    after = read(subject, record_id) if record_id else None
    control = _send(operation, _fresh_record(operation, subject)[0], flaw.control, subject)
    if flaw.boundary and not control.ok:
        plain = call(
            subject, operation, _fresh_record(operation, subject)[0], valid_body(subject, operation)
        )
        judge.holds(
            flaw.rule,
            False,
            trigger=control,
            control=plain,
            expected="success at the boundary",
            got=str(control.status),
        )
        return
    refused = judge.refused(flaw.rule, trigger, control=control)
    if refused and row and row.atomic:
        judge.holds(
            row.atomic,
            after == before,
            trigger=trigger,
            control=control,
            expected="nothing changes",
            got="a change",
        )


def _fresh_record(operation: str, subject: Subject) -> tuple[str | None, Record | None]:
    """Id of a record that the operation accepts, and the record as it reads.

    None for both if the operation acts on no record. Raises Unexercised.
    """
    if "{" not in subject.operation(operation).path:
        return None, None
    record_id = record_in(subject, accepting_state(subject, operation))
    return record_id, require_state(subject, record_id, accepting_state(subject, operation))


def _send(
    operation: str,
    record_id: str | None,
    content: bytes | None,
    subject: Subject,
    media_type: str | None = JSON_MEDIA,
) -> Exchange:
    return send(
        subject, operation, record_id, content=fill_in(subject, content), media_type=media_type
    )


def queries(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for operation in profile.operations(contract):
        for rule, name, query in flawed_queries(contract.operations[operation]):
            yield Case(f"{operation}-{name}", (rule,), (operation, rule, query))


@each(queries)
def test_query(case: tuple[str, str, Query], subject: Subject, judge: Judge) -> None:
    operation, rule, query = case
    judge.observed(
        rule, send(subject, operation, _fresh_record(operation, subject)[0], query=query)
    )


@verifies("list.repeated-parameter")
def test_repeated_parameter(subject: Subject, judge: Judge) -> None:
    judge.observed(
        "list.repeated-parameter",
        send(subject, subject.profile.list, query=(("limit", "1"), ("limit", "2"))),
    )


@verifies("list.unknown-parameter")
def test_unknown_parameter(subject: Subject, judge: Judge) -> None:
    judge.observed(
        "list.unknown-parameter",
        send(subject, subject.profile.list, query=(("undocumented", "1"),)),
    )


def malformed(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    table = contract.lifecycles[profile.resource]
    for operation in table.transitions:
        rule = contract.operations[operation].parameter(table.parameter).rules.get("format")
        if rule:
            yield Case(operation, (rule,), (operation, rule))


@each(malformed)
def test_malformed_id(case: tuple[str, str], subject: Subject, judge: Judge) -> None:
    operation, rule = case
    absent = call(subject, operation, record_in(subject, ABSENT), valid_body(subject, operation))
    judge.require(not absent.ok, "the id of no record is accepted as well")
    judge.observed(rule, call(subject, operation, "not-an-id", valid_body(subject, operation)))


@verifies("review.precedence")
def test_precedence(subject: Subject, judge: Judge) -> None:
    """Which rule answers a call that breaks two."""
    for operation, row in subject.table.transitions.items():
        state = next((state for state in row.refusals if state in subject.table.states), None)
        if row.moves and state:
            body: Any = {}
            exchange = call(subject, operation, record_in(subject, state), body)
            judge.observed(
                "review.precedence",
                exchange,
                f"{operation} of one that is {state}, with an invalid body: {exchange.status}",
            )
