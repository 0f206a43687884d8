"""Folding evidence: each kind against each level, and the exit statuses."""

import pytest

from session_contracts.conformance.outcomes import (
    Evidence,
    EvidenceKind,
    RuleOutcome,
    RuleResult,
    exit_status,
    fold,
    summary,
)
from session_contracts.openapi.model import Level, Rule


def rule(level: Level = Level.DOCUMENTED, name: str = "api.rule") -> Rule:
    return Rule(name, level, "A statement.", "https://example.com")


def seen(kind: EvidenceKind, reason: str = "", name: str = "api.rule") -> Evidence:
    return Evidence(name, kind, "check", "enumerate", reason=reason)


@pytest.mark.parametrize(
    ("level", "strict", "outcome"),
    [
        (Level.DOCUMENTED, False, RuleOutcome.FAILED),
        (Level.COMPANION, False, RuleOutcome.WARNED),
        (Level.COMPANION, True, RuleOutcome.FAILED),
        (Level.DECISION, False, RuleOutcome.WARNED),
        (Level.DECISION, True, RuleOutcome.WARNED),
    ],
)
def test_violation_by_level(level: Level, strict: bool, outcome: RuleOutcome) -> None:
    assert fold([rule(level)], [seen(EvidenceKind.VIOLATED)], strict=strict)[0].outcome is outcome


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        ([EvidenceKind.HELD, EvidenceKind.VIOLATED, EvidenceKind.ERROR], RuleOutcome.FAILED),
        ([EvidenceKind.HELD, EvidenceKind.ERROR], RuleOutcome.ERROR),
        ([EvidenceKind.UNEXERCISED, EvidenceKind.HELD], RuleOutcome.PASSED),
        ([EvidenceKind.UNEXERCISED], RuleOutcome.NOT_EXERCISED),
        ([], RuleOutcome.NOT_EXERCISED),
    ],
)
def test_worst_evidence_decides(kinds: list[EvidenceKind], outcome: RuleOutcome) -> None:
    assert fold([rule()], [seen(kind) for kind in kinds])[0].outcome is outcome


def test_every_rule_has_a_result_without_repeated_reasons() -> None:
    rules = [rule(), rule(name="api.other")]
    evidence = [
        seen(EvidenceKind.UNEXERCISED, "no clock"),
        seen(EvidenceKind.UNEXERCISED, "no clock"),
        seen(EvidenceKind.UNEXERCISED, "no outbox"),
    ]
    first, second = fold(rules, evidence)
    assert (first.reason, second.reason) == ("no clock; no outbox", "no check reported on it")
    assert summary([first, second])["not exercised"] == 2


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([RuleOutcome.PASSED], 0),
        ([RuleOutcome.PASSED, RuleOutcome.WARNED], 0),
        ([RuleOutcome.PASSED, RuleOutcome.FAILED, RuleOutcome.ERROR], 1),
        ([RuleOutcome.PASSED, RuleOutcome.NOT_EXERCISED], 3),
        ([RuleOutcome.PASSED, RuleOutcome.ERROR], 4),
        ([], 3),
        ([RuleOutcome.NOT_EXERCISED], 3),
        ([RuleOutcome.NOT_APPLICABLE], 3),
    ],
)
def test_exit_status(outcomes: list[RuleOutcome], status: int) -> None:
    assert (
        exit_status([RuleResult("api.rule", Level.DOCUMENTED, outcome, "") for outcome in outcomes])
        == status
    )


def test_allow_incomplete_needs_one_exercised_rule() -> None:
    passed, missing = (
        RuleResult("api.rule", Level.DOCUMENTED, outcome, "")
        for outcome in (RuleOutcome.PASSED, RuleOutcome.NOT_EXERCISED)
    )
    assert exit_status([passed, missing], allow_incomplete=True) == 0
    assert exit_status([missing], allow_incomplete=True) == 3


def test_decisions_need_not_be_exercised() -> None:
    results = [
        RuleResult("a", Level.DOCUMENTED, RuleOutcome.PASSED, ""),
        RuleResult("b", Level.DECISION, RuleOutcome.NOT_EXERCISED, ""),
    ]
    assert exit_status(results) == 0


def test_evidence_round_trips_through_json() -> None:
    evidence = Evidence(
        "api.rule", EvidenceKind.VIOLATED, "check", "fuzz", "404", "200", ("curl x",), "200 {}"
    )
    assert Evidence.from_dict(evidence.as_dict()) == evidence
