"""A created record exists, in its initial state, and reads as it was sent."""

from collections.abc import Iterator

from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import Case, each
from session_contracts.conformance.preparing import accepting_state, record_in
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import may_read_as, read, shows_state, unwrapped
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Contract, Creation


def creations(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    creation = contract.lifecycles[profile.resource].creation
    if creation:
        yield Case(creation.operation, (creation.rule,), creation)


def kept(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    table = contract.lifecycles[profile.resource]
    if table.creation and (rule := table.creation.kept):
        yield Case(table.creation.operation, (rule,), (table.creation.operation, rule))
    for operation, row in table.transitions.items():
        if row.kept:
            yield Case(operation, (row.kept,), (operation, row.kept))


@each(creations)
def test_creation(case: Creation, subject: Subject, judge: Judge) -> None:
    exchange = call(subject, case.operation, None, valid_body(subject, case.operation))
    if not judge.accepted(case.rule, exchange):
        return
    record = read(subject, _identity(exchange, subject))
    judge.require(shows_state(subject, record), "the record does not show its state")
    found = subject.table.state_of(record)
    judge.holds(
        case.rule,
        may_read_as(subject, found, case.target),
        trigger=exchange,
        expected=case.target,
        got=str(found),
    )


def _identity(exchange: Exchange, subject: Subject) -> str:
    """The id of a created record. Raises Unexercised."""
    record = unwrapped(subject, exchange)
    identity = record.get(subject.table.field) if isinstance(record, dict) else None
    if not isinstance(identity, str):
        raise Unexercised(f"the answer of a creation has no {subject.table.field}")
    return identity


@each(kept)
def test_kept(case: tuple[str, str], subject: Subject, judge: Judge) -> None:
    """Every member of the body that the record shows under the same name."""
    operation, rule = case
    acts = "{" in subject.operation(operation).path
    record_id = record_in(subject, accepting_state(subject, operation)) if acts else None
    sent = valid_body(subject, operation) or {}
    exchange = call(subject, operation, record_id, sent)
    judge.require(exchange.ok, f"a valid call answered {exchange.status}")
    record = read(subject, record_id or _identity(exchange, subject))
    expected = {name: value for name, value in sent.items() if name in record}
    judge.require(bool(expected), "the record shows no member that was sent")
    got = {name: record[name] for name in expected}
    judge.holds(rule, got == expected, trigger=exchange, expected=str(expected), got=str(got))
