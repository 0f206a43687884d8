"""Folds the evidence of all checks into one outcome per rule.

A rule is as bad as the worst evidence on it: one violation outweighs any number of checks in which
the rule held. Not being exercised counts only if there is no other evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from session_contracts.openapi.model import Level, Rule


class RuleOutcome(StrEnum):
    """The outcome of a rule; a closed list.

    NOT_APPLICABLE: the target is declared to lack an optional capability. Nothing can declare
    that yet; `fold` is where a declaration will come in.
    """

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    NOT_EXERCISED = "not exercised"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"


class EvidenceKind(StrEnum):
    """What one check found out about one rule."""

    HELD = "held"
    VIOLATED = "violated"
    UNEXERCISED = "unexercised"
    ERROR = "error"


@dataclass(frozen=True)
class Evidence:
    """What one check observed of one rule.

    Of a violation, `curl` reproduces it and `answer` is the response; otherwise `reason` may say
    more.
    """

    rule: str
    kind: EvidenceKind
    check: str
    layer: str
    expected: str = ""
    got: str = ""
    curl: tuple[str, ...] = ()
    answer: str = ""
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The evidence as JSON values."""
        return {**vars(self), "kind": self.kind.value, "curl": list(self.curl)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evidence":
        """Read what `as_dict` has written."""
        kind, curl = EvidenceKind(values["kind"]), tuple(values["curl"])
        return cls(**{**values, "kind": kind, "curl": curl})


@dataclass(frozen=True)
class RuleResult:
    """The outcome of one rule, the reason for it, and all evidence."""

    id: str
    level: Level
    outcome: RuleOutcome
    reason: str
    evidence: tuple[Evidence, ...] = ()


#: The worst first.
_GRAVITY = (
    EvidenceKind.VIOLATED,
    EvidenceKind.ERROR,
    EvidenceKind.HELD,
    EvidenceKind.UNEXERCISED,
)
_OUTCOMES = {
    EvidenceKind.ERROR: RuleOutcome.ERROR,
    EvidenceKind.HELD: RuleOutcome.PASSED,
    EvidenceKind.UNEXERCISED: RuleOutcome.NOT_EXERCISED,
}
_NO_CHECK = "no check reported on it"


def fold(
    rules: Iterable[Rule], evidence: Sequence[Evidence], *, strict: bool = False
) -> tuple[RuleResult, ...]:
    """One result per rule, also for rules that no check reported on.

    `strict`: a broken companion rule fails.
    """
    return tuple(
        _result(rule, tuple(entry for entry in evidence if entry.rule == rule.id), strict)
        for rule in rules
    )


def _result(rule: Rule, evidence: tuple[Evidence, ...], strict: bool) -> RuleResult:
    kinds = {entry.kind for entry in evidence}
    worst = next((kind for kind in _GRAVITY if kind in kinds), EvidenceKind.UNEXERCISED)
    violated = worst is EvidenceKind.VIOLATED
    outcome = _violation_outcome(rule.level, strict) if violated else _OUTCOMES[worst]
    return RuleResult(rule.id, rule.level, outcome, _reason(worst, evidence), evidence)


def _violation_outcome(level: Level, strict: bool) -> RuleOutcome:
    fails = level is Level.DOCUMENTED or (strict and level is Level.COMPANION)
    return RuleOutcome.FAILED if fails else RuleOutcome.WARNED


def _reason(kind: EvidenceKind, evidence: Sequence[Evidence]) -> str:
    """The different reasons of all evidence of a kind."""
    reasons = [_sentence(entry) for entry in evidence if entry.kind is kind]
    joined = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
    return joined or (_NO_CHECK if kind is EvidenceKind.UNEXERCISED else "")


def _sentence(entry: Evidence) -> str:
    if entry.kind is EvidenceKind.VIOLATED:
        return f"expected {entry.expected}, got {entry.got}"
    return entry.reason


def summary(results: Iterable[RuleResult]) -> dict[str, int]:
    """The number of rules by outcome, with every outcome."""
    counts = dict.fromkeys((outcome.value for outcome in RuleOutcome), 0)
    for result in results:
        counts[result.outcome.value] += 1
    return counts


def exit_status(results: Sequence[RuleResult], *, allow_incomplete: bool = False) -> int:
    """0 conforms, 1 a rule failed, 3 a rule was not exercised, 4 an error in the suite.

    2 (usage) is not decided here. Decisions need not be exercised.
    """
    outcomes = {result.outcome for result in results}
    if RuleOutcome.FAILED in outcomes:
        return 1
    if RuleOutcome.ERROR in outcomes:
        return 4
    if not outcomes & {RuleOutcome.PASSED, RuleOutcome.WARNED}:
        return 3
    missing = any(
        result.outcome is RuleOutcome.NOT_EXERCISED and result.level is not Level.DECISION
        for result in results
    )
    return 3 if missing and not allow_incomplete else 0
