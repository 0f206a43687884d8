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
def test_a_violation_weighs_as_much_as_the_rule(
    level: Level, strict: bool, outcome: RuleOutcome
) -> None:
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
def test_the_worst_that_was_seen_decides(kinds: list[EvidenceKind], outcome: RuleOutcome) -> None:
    assert fold([rule()], [seen(kind) for kind in kinds])[0].outcome is outcome


def test_every_rule_is_listed_and_reasons_are_told_once() -> None:
    rules = [rule(), rule(name="api.other")]
    evidence = [
        seen(EvidenceKind.UNEXERCISED, "no clock"),
        seen(EvidenceKind.UNEXERCISED, "no clock"),
        seen(EvidenceKind.UNEXERCISED, "no outbox"),
    ]
    first, second = fold(rules, evidence)
    assert (first.reason, second.reason) == ("no clock; no outbox", "no check reported on it")
    assert summary([first, second])["not exercised"] == 2


def test_what_a_target_declares_not_to_have_is_not_applicable() -> None:
    result = fold(
        [rule()], [seen(EvidenceKind.VIOLATED)], not_applicable={"api.rule": "no such feature"}
    )[0]
    assert (result.outcome, result.reason) == (RuleOutcome.NOT_APPLICABLE, "no such feature")


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


def test_incomplete_is_allowed_where_asked_for_but_nothing_at_all_never() -> None:
    passed, missing = (
        RuleResult("api.rule", Level.DOCUMENTED, outcome, "")
        for outcome in (RuleOutcome.PASSED, RuleOutcome.NOT_EXERCISED)
    )
    assert exit_status([passed, missing], allow_incomplete=True) == 0
    assert exit_status([missing], allow_incomplete=True) == 3


def test_a_decision_that_was_not_exercised_is_not_missed() -> None:
    results = [
        RuleResult("a", Level.DOCUMENTED, RuleOutcome.PASSED, ""),
        RuleResult("b", Level.DECISION, RuleOutcome.NOT_EXERCISED, ""),
    ]
    assert exit_status(results) == 0


def test_evidence_survives_the_way_through_a_report() -> None:
    evidence = Evidence(
        "api.rule", EvidenceKind.VIOLATED, "check", "fuzz", "404", "200", ("curl x",), "200 {}"
    )
    assert Evidence.from_dict(evidence.as_dict()) == evidence
