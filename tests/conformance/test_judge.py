"""Recording evidence: triggers, control requests, violations and decisions."""

from session_contracts.conformance.client import Exchange, Target
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.outcomes import EvidenceKind
from session_contracts.conformance.rules import Rules
from session_contracts.openapi import load

_RULE = "rentalot.review.final"


def judge() -> Judge:
    return Judge(
        Rules(load("rentalot")), Target("http://127.0.0.1:1"), "test_x::test_y", "enumerate"
    )


def answered(status: int) -> Exchange:
    return Exchange("PATCH", "http://127.0.0.1:1/x", {}, b"{}", status, {}, b"{}")


def kinds(judge: Judge) -> list[EvidenceKind]:
    return [entry.kind for entry in judge.evidence]


def test_refusal_with_successful_control_holds() -> None:
    one = judge()
    assert one.refused("review.final", answered(409), control=answered(200))
    assert [(entry.rule, entry.kind) for entry in one.evidence] == [(_RULE, EvidenceKind.HELD)]


def test_refused_control_is_not_exercised() -> None:
    one = judge()
    one.refused("review.final", answered(409), control=answered(422))
    one.refused("review.final", answered(200), control=answered(422))
    assert kinds(one) == [EvidenceKind.UNEXERCISED, EvidenceKind.UNEXERCISED]


def test_wrong_status_is_a_violation_with_curl() -> None:
    one = judge()
    assert not one.refused("review.final", answered(422), control=answered(200))
    entry = one.violations[0]
    assert (entry.expected, entry.got, entry.answer) == ("409", "422", "422 {}")
    assert entry.curl[-1].startswith("curl -i -X PATCH")


def test_decision_holds_with_any_allowed_status() -> None:
    one = judge()
    one.observed("session.malformed-id", answered(400))
    one.observed("session.malformed-id", answered(200))
    assert kinds(one) == [EvidenceKind.HELD, EvidenceKind.VIOLATED]
    assert one.evidence[0].reason == "answered 400"
