"""The form of answers: envelopes, members, statuses, errors."""

from collections.abc import Iterator

from conformance import shapes
from conformance.client import Exchange
from conformance.errors import Unexercised
from conformance.judge import Judge
from conformance.plugin import Case, each, verifies
from conformance.subject import Subject
from conformance.vocabulary import Vocabulary
from openapi.model import ABSENT, Contract


def operations(contract: Contract, vocabulary: Vocabulary) -> Iterator[Case]:
    for operation in contract.operations:
        yield Case(operation, ("answer.declared",), operation)


def envelopes(contract: Contract, vocabulary: Vocabulary) -> Iterator[Case]:
    for operation, rule in vocabulary.envelopes.items():
        yield Case(operation, (rule,), (operation, rule))


def _success(operation: str, subject: Subject) -> Exchange:
    """A call that is good in every way."""
    identity = subject.place(subject.movable()) if "{" in subject.operation(operation).path else None
    if identity:
        subject.require_state(identity, subject.movable())
        return subject.act(operation, identity, subject.body(operation))
    subject.make()
    return subject.send(operation)


@each(operations)
def test_success_status(case: str, subject: Subject, judge: Judge) -> None:
    """Whether it succeeds at all is for other rules to say."""
    exchange = _success(case, subject)
    declared = [status for status in subject.operation(case).responses if 200 <= status < 300]
    judge.require(exchange.ok or exchange.status >= 500, f"a good call answered {exchange.status}")
    expected = " or ".join(map(str, declared))
    judge.holds("answer.declared", exchange.status in declared, trigger=exchange, expected=expected, got=str(exchange.status))


@each(envelopes)
def test_envelope(case: tuple[str, str], subject: Subject, judge: Judge) -> None:
    """Everything around the record; what is in it is for another rule."""
    operation, rule = case
    exchange = _success(operation, subject)
    judge.require(exchange.ok, f"a good call answered {exchange.status}")
    schema = next(schema for status, media in subject.operation(operation).responses.items() if status < 300 for schema in media.values())
    wrong = shapes.envelope_fault(schema, exchange.json)
    judge.holds(rule, wrong is None, trigger=exchange, expected="the documented envelope", got=wrong or "")


@verifies("session.members")
def test_members(subject: Subject, judge: Judge) -> None:
    """The record as it is read, listed and answered by whatever moves it, in every state."""
    schema = subject.contract.schemas[subject.table.schema]
    scope = subject.scope()
    for state in subject.table.states:
        try:
            exchange = subject.fetch(subject.place(state, **scope))
        except Unexercised:
            continue
        if exchange.ok and isinstance(shapes.unwrap(exchange.json), dict):
            wrong = shapes.faults(schema, shapes.unwrap(exchange.json))
            judge.holds("session.members", not wrong, trigger=exchange, expected="the documented members", got="; ".join(wrong))
    exchange = subject.listing(scope)
    for record in shapes.items(exchange.json) or []:
        wrong = shapes.faults(schema, record)
        judge.holds("session.members", not wrong, trigger=exchange, expected="the documented members", got="; ".join(wrong))
    for operation, row in subject.table.transitions.items():
        if row.moves:
            exchange = _success(operation, subject)
            if exchange.ok and isinstance(shapes.unwrap(exchange.json), dict):
                wrong = shapes.faults(schema, shapes.unwrap(exchange.json))
                judge.holds("session.members", not wrong, trigger=exchange, expected="the documented members", got="; ".join(wrong))


@verifies("error.body", "error.form")
def test_errors(subject: Subject, judge: Judge) -> None:
    """Every kind of refusal that can be had."""
    for exchange in _refusals(subject):
        if exchange.status < 400 or exchange.status >= 500:
            continue
        wrong = shapes.error_fault(subject.contract, exchange)
        judge.holds("error.body", wrong is None, trigger=exchange, expected="one of the documented forms of an error", got=wrong or "")
        if wrong is None:
            judge.observed("error.form", exchange, f"Content-Type {exchange.headers.get('Content-Type', 'missing')}")


def _refusals(subject: Subject) -> Iterator[Exchange]:
    for operation, row in subject.table.transitions.items():
        yield subject.act(operation, subject.place(ABSENT), subject.body(operation))
        for state in row.refusals:
            if state in subject.table.states:
                try:
                    yield subject.act(operation, subject.place(state), subject.body(operation))
                except Unexercised:
                    continue
        if subject.body(operation) is not None:
            yield subject.act(operation, subject.place(subject.movable()), {})
    yield subject.send(subject.vocabulary.list, headers={})
    yield subject.send(subject.vocabulary.list, query=(("page", "0"),))
