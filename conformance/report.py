"""The report of a run: as text, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from session_contracts.conformance.outcomes import (
    Evidence,
    EvidenceKind,
    RuleOutcome,
    RuleResult,
    exit_status,
    summary,
)
from session_contracts.openapi.model import Contract
from session_contracts.openapi.pages import rule_page

#: Where `session-contracts serve` serves the reference site by default.
DOCS_URL = "http://127.0.0.1:8080/docs"

_SIGNS = {
    RuleOutcome.PASSED: "ok",
    RuleOutcome.FAILED: "FAILED",
    RuleOutcome.WARNED: "warned",
    RuleOutcome.NOT_EXERCISED: "not exercised",
    RuleOutcome.NOT_APPLICABLE: "not applicable",
    RuleOutcome.ERROR: "ERROR",
}


_BROKEN = (RuleOutcome.FAILED, RuleOutcome.WARNED)


@dataclass(frozen=True)
class Report:
    """What one run found.

    `started` is in RFC 3339. `trouble`: what went wrong in the suite, apart from single rules.
    `planned`: the rules of each check, of a dry run only. `docs_url`: the reference site.
    """

    contract: Contract
    target: str
    started: str
    seconds: float
    requests: int
    results: tuple[RuleResult, ...]
    allow_incomplete: bool = False
    trouble: str = ""
    planned: Mapping[str, Sequence[str]] = field(default_factory=dict)
    docs_url: str = DOCS_URL

    @property
    def exit_status(self) -> int:
        """The exit status of `verify`; a failure outranks trouble in the suite."""
        status = exit_status(self.results, allow_incomplete=self.allow_incomplete)
        return 4 if self.trouble and status != 1 else status

    def as_dict(self) -> dict[str, Any]:
        """The JSON report."""
        return {
            "api": self.contract.name,
            "target": self.target,
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "requests": self.requests,
            "summary": summary(self.results),
            "rules": [{**_rule(result), "docs": self.page(result)} for result in self.results],
        }

    def page(self, result: RuleResult) -> str:
        """The URL of the rule's page on the reference site."""
        return f"{self.docs_url.rstrip('/')}/{rule_page(self.contract.name, result.id)}"

    def write_json(self, file: Path) -> None:
        """Write the JSON report."""
        text = json.dumps(self.as_dict(), indent=2, ensure_ascii=False)
        file.write_text(f"{text}\n", encoding="utf-8")

    def failure(self, result: RuleResult) -> str:
        """One broken rule on one page: statement, source, reproduction, expected, got."""
        rule = self.contract.rules[result.id]
        entry = next(entry for entry in result.evidence if entry.kind is EvidenceKind.VIOLATED)
        others = sum(entry.kind is EvidenceKind.VIOLATED for entry in result.evidence) - 1
        lines = [
            f"{result.outcome.value.upper()}  {rule.id} ({rule.level})",
            f"  {rule.statement}",
            f"  {rule.source}",
            f"  {self.page(result)}",
            *(f"  $ {line}" for line in entry.curl),
            f"  expected {entry.expected}",
            f"  got      {entry.got}",
            f"  answer   {entry.answer}",
            f"  found by {entry.layer}: {entry.check}" + (f" and {others} more" if others else ""),
        ]
        return "\n".join(lines)

    def text(self) -> str:
        """The table of rules, the failures, and the summary; of a dry run, the checks."""
        if self.planned:
            header = f"{len(self.planned)} checks would run:"
            return "\n".join([header, *(f"  {name}" for name in self.planned)])
        width = max((len(result.id) for result in self.results), default=0)
        table = [
            f"{_SIGNS[result.outcome]:14}  {result.id:{width}}  {_first(result)}".rstrip()
            for result in self.results
        ]
        broken = [self.failure(result) for result in self.results if result.outcome in _BROKEN]
        parts = ["\n".join(table), *broken, self.trouble, self._last_line()]
        return "\n\n".join(part for part in parts if part)

    def _last_line(self) -> str:
        numbers = summary(self.results).items()
        counts = ", ".join(f"{number} {outcome}" for outcome, number in numbers if number)
        effort = f"{self.requests} requests, {self.seconds:.1f} s"
        return f"{self.contract.title} at {self.target}: {counts} ({effort})"


def _rule(result: RuleResult) -> dict[str, Any]:
    evidence = [_entry(entry) for entry in result.evidence]
    return {
        "id": result.id,
        "level": result.level.value,
        "outcome": result.outcome.value,
        "reason": result.reason,
        "evidence": evidence,
    }


def _entry(entry: Evidence) -> dict[str, Any]:
    return {name: value for name, value in entry.as_dict().items() if name != "rule" and value}


def _first(result: RuleResult) -> str:
    reason = result.reason.partition("\n")[0]
    return reason if len(reason) <= 120 else reason[:117] + "..."
