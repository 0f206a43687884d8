"""The verdict for people and for machines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

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

#: Where `session-contracts serve` shows the rules, unless it is told otherwise.
DOCS_URL = "http://127.0.0.1:8080/docs"

_SIGNS = {
    RuleOutcome.PASSED: "ok",
    RuleOutcome.FAILED: "FAILED",
    RuleOutcome.WARNED: "warned",
    RuleOutcome.NOT_EXERCISED: "not exercised",
    RuleOutcome.NOT_APPLICABLE: "not applicable",
    RuleOutcome.ERROR: "ERROR",
}


@dataclass(frozen=True)
class Report:
    """What one run has found. `trouble`: the suite itself broke down beyond any single rule. `docs_url`: where the rules have pages.

    `planned`: of a dry run, the checks and the rules that each judges.
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
        """The URL of the rule's own page."""
        return f"{self.docs_url.rstrip('/')}/{rule_page(self.contract.name, result.id)}"

    def write_json(self, file: Path) -> None:
        file.write_text(
            json.dumps(self.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )

    def write_junit(self, file: Path) -> None:
        """One test case for each rule."""
        suite = ElementTree.Element("testsuite", self._counts())
        for result in self.results:
            suite.append(self._testcase(result))
        root = ElementTree.Element("testsuites")
        root.append(suite)
        ElementTree.indent(root)
        ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)

    def _counts(self) -> dict[str, str]:
        counts = summary(self.results)
        skipped = counts[RuleOutcome.NOT_EXERCISED] + counts[RuleOutcome.NOT_APPLICABLE]
        numbers = {
            "tests": len(self.results),
            "failures": counts[RuleOutcome.FAILED],
            "errors": counts[RuleOutcome.ERROR],
            "skipped": skipped,
        }
        described = {
            "name": f"conformance.{self.contract.name}",
            "timestamp": self.started,
            "time": f"{self.seconds:.3f}",
        }
        return {**described, **{name: str(number) for name, number in numbers.items()}}

    def _testcase(self, result: RuleResult) -> ElementTree.Element:
        case = ElementTree.Element(
            "testcase", classname=f"conformance.{self.contract.name}", name=result.id
        )
        tag = _TAGS.get(result.outcome)
        if tag:
            child = ElementTree.SubElement(case, tag, message=_printable(result.reason))
            if result.outcome is RuleOutcome.FAILED:
                child.text = _printable(self.failure(result))
        elif result.outcome is RuleOutcome.WARNED:
            ElementTree.SubElement(case, "system-out").text = _printable(
                f"warned\n{self.failure(result)}"
            )
        return case

    def failure(self, result: RuleResult) -> str:
        """One broken rule on one page: what the documents say and where, how to reproduce it, expected, got."""
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
        """The table of rules, each failure on a page of its own, and the sum."""
        if self.planned:
            return "\n".join(
                [f"{len(self.planned)} checks would run:", *(f"  {name}" for name in self.planned)]
            )
        width = max((len(result.id) for result in self.results), default=0)
        table = [
            f"{_SIGNS[result.outcome]:14}  {result.id:{width}}  {_first(result)}".rstrip()
            for result in self.results
        ]
        broken = [
            self.failure(result)
            for result in self.results
            if result.outcome in (RuleOutcome.FAILED, RuleOutcome.WARNED)
        ]
        counts = ", ".join(
            f"{number} {outcome}" for outcome, number in summary(self.results).items() if number
        )
        last = f"{self.contract.title} at {self.target}: {counts} ({self.requests} requests, {self.seconds:.1f} s)"
        return "\n\n".join(part for part in ["\n".join(table), *broken, self.trouble, last] if part)


_TAGS = {
    RuleOutcome.FAILED: "failure",
    RuleOutcome.NOT_EXERCISED: "skipped",
    RuleOutcome.NOT_APPLICABLE: "skipped",
    RuleOutcome.ERROR: "error",
}


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


def _printable(text: str) -> str:
    """XML cannot hold control characters, not even escaped."""
    return "".join(
        letter
        if letter in "\n\t" or (letter >= " " and not "\ud800" <= letter <= "\udfff")
        else "\ufffd"
        for letter in text
    )
