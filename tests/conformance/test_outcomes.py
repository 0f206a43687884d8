"""Folding evidence: each kind against each level, and the exit statuses."""

import pytest

from session_contracts.conformance.outcomes import (
    Evidence,
    Kind,
    Outcome,
    RuleResult,
    exit_status,
    fold,
    summary,
)
from session_contracts.openapi.model import Level, Rule


def rule(level: Level = Level.DOCUMENTED, name: str = "api.rule") -> Rule:
    return Rule(name, level, "A statement.", "https://example.com")


def seen(kind: Kind, reason: str = "", name: str = "api.rule") -> Evidence:
    return Evidence(name, kind, "check", "enumerate", reason=reason)


@pytest.mark.parametrize(
    ("level", "strict", "outcome"),
    [
        (Level.DOCUMENTED, False, Outcome.FAILED),
        (Level.COMPANION, False, Outcome.WARNED),
        (Level.COMPANION, True, Outcome.FAILED),
        (Level.DECISION, False, Outcome.WARNED),
        (Level.DECISION, True, Outcome.WARNED),
    ],
)
def test_a_violation_weighs_as_much_as_the_rule(
    level: Level, strict: bool, outcome: Outcome
) -> None:
    assert fold([rule(level)], [seen(Kind.VIOLATED)], strict=strict)[0].outcome is outcome


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        ([Kind.HELD, Kind.VIOLATED, Kind.ERROR], Outcome.FAILED),
        ([Kind.HELD, Kind.ERROR], Outcome.ERROR),
        ([Kind.UNEXERCISED, Kind.HELD], Outcome.PASSED),
        ([Kind.UNEXERCISED], Outcome.NOT_EXERCISED),
        ([], Outcome.NOT_EXERCISED),
    ],
)
def test_the_worst_that_was_seen_decides(kinds: list[Kind], outcome: Outcome) -> None:
    assert fold([rule()], [seen(kind) for kind in kinds])[0].outcome is outcome


def test_every_rule_is_listed_and_reasons_are_told_once() -> None:
    rules = [rule(), rule(name="api.other")]
    evidence = [
        seen(Kind.UNEXERCISED, "no clock"),
        seen(Kind.UNEXERCISED, "no clock"),
        seen(Kind.UNEXERCISED, "no outbox"),
    ]
    first, second = fold(rules, evidence)
    assert (first.reason, second.reason) == ("no clock; no outbox", "no check reported on it")
    assert summary([first, second])["not exercised"] == 2


def test_what_a_target_declares_not_to_have_is_not_applicable() -> None:
    result = fold([rule()], [seen(Kind.VIOLATED)], not_applicable={"api.rule": "no such feature"})[
        0
    ]
    assert (result.outcome, result.reason) == (Outcome.NOT_APPLICABLE, "no such feature")


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([Outcome.PASSED], 0),
        ([Outcome.PASSED, Outcome.WARNED], 0),
        ([Outcome.PASSED, Outcome.FAILED, Outcome.ERROR], 1),
        ([Outcome.PASSED, Outcome.NOT_EXERCISED], 3),
        ([Outcome.PASSED, Outcome.ERROR], 4),
        ([], 3),
        ([Outcome.NOT_EXERCISED], 3),
        ([Outcome.NOT_APPLICABLE], 3),
    ],
)
def test_exit_status(outcomes: list[Outcome], status: int) -> None:
    assert (
        exit_status([RuleResult("api.rule", Level.DOCUMENTED, outcome, "") for outcome in outcomes])
        == status
    )


def test_incomplete_is_allowed_where_asked_for_but_nothing_at_all_never() -> None:
    passed, missing = (
        RuleResult("api.rule", Level.DOCUMENTED, outcome, "")
        for outcome in (Outcome.PASSED, Outcome.NOT_EXERCISED)
    )
    assert exit_status([passed, missing], allow_incomplete=True) == 0
    assert exit_status([missing], allow_incomplete=True) == 3


def test_a_decision_that_was_not_exercised_is_not_missed() -> None:
    results = [
        RuleResult("a", Level.DOCUMENTED, Outcome.PASSED, ""),
        RuleResult("b", Level.DECISION, Outcome.NOT_EXERCISED, ""),
    ]
    assert exit_status(results) == 0


def test_evidence_survives_the_way_through_a_report() -> None:
    evidence = Evidence(
        "api.rule", Kind.VIOLATED, "check", "fuzz", "404", "200", ("curl x",), "200 {}"
    )
    assert Evidence.from_dict(evidence.as_dict()) == evidence
