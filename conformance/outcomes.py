"""From what the checks have seen to one verdict per rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from session_contracts.openapi.model import Level, Rule


class RuleOutcome(StrEnum):
    """What became of a rule; a closed list."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    NOT_EXERCISED = "not exercised"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"


class EvidenceKind(StrEnum):
    """What one check has to say of one rule."""

    HELD = "held"
    VIOLATED = "violated"
    UNEXERCISED = "unexercised"
    ERROR = "error"


@dataclass(frozen=True)
class Evidence:
    """One check's word on one rule. `curl` reproduces it, `answer` is what came back."""

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
        return {**vars(self), "kind": self.kind.value, "curl": list(self.curl)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evidence":
        return cls(
            **{**values, "kind": EvidenceKind(values["kind"]), "curl": tuple(values["curl"])}
        )


@dataclass(frozen=True)
class RuleResult:
    id: str
    level: Level
    outcome: RuleOutcome
    reason: str
    evidence: tuple[Evidence, ...] = ()


#: A rule is as bad as the worst that was seen of it; what could not be exercised counts only where nothing else was.
_GRAVITY = (EvidenceKind.VIOLATED, EvidenceKind.ERROR, EvidenceKind.HELD, EvidenceKind.UNEXERCISED)
_OUTCOMES = {
    EvidenceKind.ERROR: RuleOutcome.ERROR,
    EvidenceKind.HELD: RuleOutcome.PASSED,
    EvidenceKind.UNEXERCISED: RuleOutcome.NOT_EXERCISED,
}
_NO_CHECK = "no check reported on it"


def fold(
    rules: Iterable[Rule],
    evidence: Sequence[Evidence],
    *,
    strict: bool = False,
    not_applicable: Mapping[str, str] | None = None,
) -> tuple[RuleResult, ...]:
    """One result for every rule, whether or not a check reported on it. `not_applicable`: rule id to declared reason."""
    declared = not_applicable or {}
    return tuple(
        _result(rule, tuple(entry for entry in evidence if entry.rule == rule.id), strict, declared)
        for rule in rules
    )


def _result(
    rule: Rule, evidence: tuple[Evidence, ...], strict: bool, not_applicable: Mapping[str, str]
) -> RuleResult:
    if rule.id in not_applicable:
        return RuleResult(
            rule.id, rule.level, RuleOutcome.NOT_APPLICABLE, not_applicable[rule.id], evidence
        )
    kind = next(
        (kind for kind in _GRAVITY if any(entry.kind is kind for entry in evidence)),
        EvidenceKind.UNEXERCISED,
    )
    outcome = _violated(rule.level, strict) if kind is EvidenceKind.VIOLATED else _OUTCOMES[kind]
    return RuleResult(rule.id, rule.level, outcome, _reason(kind, evidence), evidence)


def _violated(level: Level, strict: bool) -> RuleOutcome:
    fails = level is Level.DOCUMENTED or (strict and level is Level.COMPANION)
    return RuleOutcome.FAILED if fails else RuleOutcome.WARNED


def _reason(kind: EvidenceKind, evidence: Sequence[Evidence]) -> str:
    said = [_sentence(entry) for entry in evidence if entry.kind is kind]
    return "; ".join(dict.fromkeys(text for text in said if text)) or (
        _NO_CHECK if kind is EvidenceKind.UNEXERCISED else ""
    )


def _sentence(entry: Evidence) -> str:
    return (
        f"expected {entry.expected}, got {entry.got}"
        if entry.kind is EvidenceKind.VIOLATED
        else entry.reason
    )


def summary(results: Iterable[RuleResult]) -> dict[str, int]:
    """How many rules had each outcome; every outcome is named."""
    counts = dict.fromkeys((outcome.value for outcome in RuleOutcome), 0)
    for result in results:
        counts[result.outcome.value] += 1
    return counts


def exit_status(results: Sequence[RuleResult], *, allow_incomplete: bool = False) -> int:
    """0 conforms, 1 a rule failed, 3 something was not exercised, 4 error in the suite; 2 (usage) is not decided here."""
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
