"""Schemathesis on every operation: its own checks, and our rules as further checks."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CheckContext, CheckFunction, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, default_headers, valid_body
from session_contracts.conformance.client import Exchange, Target
from session_contracts.conformance.errors import Broken
from session_contracts.conformance.flawed_requests import JSON_MEDIA
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import Case, each
from session_contracts.conformance.oracle import ExpectedOutcomes, Facts, expected_outcomes
from session_contracts.conformance.preparing import movable_state, record_in
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import fetch, preparable_states
from session_contracts.conformance.search import Search
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import ABSENT, Contract, Style

_MODES = {"positive": GenerationMode.POSITIVE, "negative": GenerationMode.NEGATIVE}


def operations(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for operation in profile.operations(contract):
        rules = (
            "answer.declared",
            "error.body",
            contract.operations[operation].members_rule,
            contract.operations[operation].envelope_rule,
        )
        for mode in _MODES:
            yield Case(
                f"{operation}-{mode}", tuple(rule for rule in rules if rule), (operation, mode)
            )


@dataclass(frozen=True)
class Sent:
    """One generated call, and its expected outcomes."""

    operation: str
    subject: Subject
    exchange: Exchange
    expected: ExpectedOutcomes | None


Blame = Callable[[Sent], str | None]
GeneratedCase = schemathesis.Case[Any]


def _declared(sent: Sent) -> str | None:
    return "answer.declared"


def _unexpected(sent: Sent) -> str | None:
    """The rule that is broken by the expected outcomes."""
    if sent.expected is None or sent.exchange.status >= 500:
        return None
    return sent.expected.blame(
        sent.exchange.status, sent.subject.profile.refusal_rule(sent.exchange.request_json)
    )


def _undeclared(sent: Sent) -> str | None:
    """A status that neither the operation nor a decision on it lists."""
    rules = sent.subject.contract.rules.values()
    decided = {
        status
        for rule in rules
        if rule.operation in (None, sent.operation)
        for status in rule.statuses
    }
    return (
        None
        if sent.exchange.status in decided and sent.exchange.status >= 400
        else "answer.declared"
    )


def _shape(sent: Sent) -> str | None:
    """The envelope, or the record.

    Errors have several valid forms, and a check of their own.
    """
    if not sent.exchange.ok:
        return None
    node = sent.subject.operation(sent.operation)
    if shapes.envelope_fault(shapes.success(node)[1], sent.exchange.json):
        return node.envelope_rule
    wrong = any(
        shapes.faults(shapes.record_schema(node), record)
        for record in shapes.records(node, sent.exchange.json)
    )
    return node.members_rule if wrong else None


def _content_type(sent: Sent) -> str | None:
    return sent.subject.operation(sent.operation).envelope_rule if sent.exchange.ok else None


def _headers(sent: Sent) -> str | None:
    limits = sent.subject.contract.rate_limits
    return "rate.headers" if limits and limits.headers else None


def _error_body(sent: Sent) -> str | None:
    """Our rule on error bodies; a server error need not have a form."""
    refused = 400 <= sent.exchange.status < 500
    return (
        "error.body"
        if refused and shapes.error_fault(sent.subject.contract, sent.exchange)
        else None
    )


def _our_rule(blame: Blame, sent: Sent) -> CheckFunction:
    """One of our rules as a check of Schemathesis."""

    def check(context: CheckContext, response: Response, case: GeneratedCase) -> None:
        rule = blame(sent)
        if rule:
            raise AssertionError(rule)

    return check


#: By check of Schemathesis, the rule that is broken if it fails; None: the contract allows it.
#: The first to fail is reported.
_BUILT_IN: Sequence[tuple[CheckFunction, Blame]] = (
    (not_a_server_error, _declared),
    (status_code_conformance, _undeclared),
    (negative_data_rejection, _unexpected),
    (response_schema_conformance, _shape),
    (content_type_conformance, _content_type),
    (response_headers_conformance, _headers),
)
_OWN: Sequence[Blame] = (_unexpected, _error_body)


@dataclass
class Last:
    """The calls of the last example."""

    calls: list[Exchange] = field(default_factory=list)
    count: int = 0


@pytest.fixture(scope="session")
def schema(contract: Contract, target: Target) -> OpenApiSchema:
    """The contract as Schemathesis reads it; once per run, since that is slow."""
    schema = schemathesis.openapi.from_dict(copy.deepcopy(dict(contract.document)))
    schema.config.update(base_url=target.base_url)
    return schema


@each(operations)
def test_operation(
    case: tuple[str, str], subject: Subject, judge: Judge, search: Search, schema: OpenApiSchema
) -> None:
    operation, mode = case
    identified = "{" in subject.operation(operation).path
    situations = [*preparable_states(subject), ABSENT] if identified else [""]
    judge.require(
        len(situations) > 1 or not identified,
        f"no {subject.profile.resource} could be prepared and read back",
    )
    judge.require(
        not identified or fetch(subject, record_in(subject, movable_state(subject))).ok,
        "even a valid read is refused",
    )
    plain = identified or call(subject, operation, None, valid_body(subject, operation)).ok
    judge.require(plain, "even a valid call is refused")
    generated = schema.find_operation_by_id(operation).as_strategy(generation_mode=_MODES[mode])
    last = Last()

    @search.over
    @given(call=generated, situation=st.sampled_from(situations))
    def fuzz(call: GeneratedCase, situation: str) -> None:
        start = len(subject.target.exchanges)
        try:
            _try_one(call, situation, operation, subject)
        finally:
            last.calls = subject.target.exchanges[start:]
            last.count += 1

    try:
        fuzz()
    except Broken as broken:
        judge.violated(
            broken.rule,
            trigger=last.calls[-1],
            expected=broken.expected,
            got=broken.got,
            sequence=last.calls,
        )
    rules = (
        "answer.declared",
        subject.operation(operation).members_rule,
        subject.operation(operation).envelope_rule,
    )
    for rule in rules if last.count and not judge.violations else ():
        if rule:
            judge.holds(rule, True, trigger=last.calls[-1], expected="", got="")


def _try_one(call: GeneratedCase, situation: str, operation: str, subject: Subject) -> None:
    """Send one generated call to a record in a known state, and run every check on it."""
    if situation:
        call.path_parameters = {subject.table.parameter: record_in(subject, situation)}
    listing = subject.operation(operation).listing
    if listing and listing.style is Style.AFTER and listing.cursor:
        # A cursor names a record, which a generated one does not.
        call.query.pop(listing.cursor.parameter, None)
    wire = call.as_transport_kwargs()
    # A generated credential or tenant would always be refused; other checks are about these.
    chosen = [
        *(scheme.header for scheme in subject.contract.security),
        *subject.profile.headers.values(),
    ]
    ours = {name.lower() for name in chosen}
    headers = {name: value for name, value in wire["headers"].items() if name.lower() not in ours}
    request = requests.Request(
        **{**wire, "headers": {**headers, **default_headers(subject, operation)}}
    )
    exchange, response = subject.target.deliver(request)
    sent = Sent(operation, subject, exchange, _expected(operation, situation, exchange, subject))
    checks = [
        (not_a_server_error, _declared),
        *((_our_rule(blame, sent), blame) for blame in _OWN),
        *_BUILT_IN,
    ]
    for check, blame in checks:
        _put(check, blame, call, response, sent)


def _expected(
    operation: str, situation: str, exchange: Exchange, subject: Subject
) -> ExpectedOutcomes | None:
    """The expected outcomes of a generated call.

    None for a body that is not JSON, and for query parameters: the documents are mostly silent.
    """
    node = subject.operation(operation)
    if not situation or "?" in exchange.url:
        return None
    media = exchange.request_headers.get("Content-Type", "")
    if node.body is None:
        return expected_outcomes(subject.contract, node, [situation], Facts())
    if not exchange.request_body or not media.startswith(JSON_MEDIA):
        return None
    body = exchange.request_json
    if body is None and exchange.request_body != b"null":
        return None
    return expected_outcomes(
        subject.contract,
        node,
        [situation],
        Facts(body, subject.profile.affected_rules(operation, body)),
    )


def _put(
    check: CheckFunction, blame: Blame, call: GeneratedCase, response: requests.Response, sent: Sent
) -> None:
    try:
        call.validate_response(response, checks=[check])
    except (FailureGroup, AssertionError) as failure:
        rule = blame(sent)
        if rule:
            expected = sent.expected
            statuses = (
                ", ".join(map(str, sorted(expected.statuses)))
                if expected and expected.hard
                else "a documented answer"
            )
            text = str(failure.exceptions[0]) if isinstance(failure, FailureGroup) else str(failure)
            raise Broken(
                rule, statuses, f"{sent.exchange.status}: {' '.join(text.split())[:200]}"
            ) from None
