"""A rule holds only where its trigger and its contrast were seen."""

from dataclasses import replace

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


def test_a_refusal_counts_beside_a_success() -> None:
    one = judge()
    assert one.refused("review.final", answered(409), control=answered(200))
    assert [(entry.rule, entry.kind) for entry in one.evidence] == [(_RULE, EvidenceKind.HELD)]


def test_a_refusal_beside_another_says_nothing() -> None:
    one = judge()
    one.refused("review.final", answered(409), control=answered(422))
    one.refused("review.final", answered(200), control=answered(422))
    assert kinds(one) == [EvidenceKind.UNEXERCISED, EvidenceKind.UNEXERCISED]


def test_another_status_is_a_violation_and_can_be_reproduced() -> None:
    one = judge()
    assert not one.refused("review.final", answered(422), control=answered(200))
    entry = one.violations[0]
    assert (entry.expected, entry.got, entry.answer) == ("409", "422", "422 {}")
    assert entry.curl[-1].startswith("curl -i -X PATCH")


def test_a_decision_is_observed() -> None:
    one = judge()
    one.observed("session.malformed-id", answered(400))
    one.observed("session.malformed-id", answered(200))
    assert kinds(one) == [EvidenceKind.HELD, EvidenceKind.VIOLATED]
    assert one.evidence[0].reason == "answered 400"


def test_rules_go_by_short_names_and_aliases() -> None:
    contract = load("rentalot")
    aliased = replace(contract.rules[_RULE], alias="move.final")
    rules = Rules(replace(contract, rules={**contract.rules, _RULE: aliased}))
    assert [rules.find(name) for name in ("review.final", _RULE, "move.final", "nothing")] == [
        _RULE,
        _RULE,
        _RULE,
        None,
    ]
