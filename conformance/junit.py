"""The report as JUnit XML: one test case per rule."""

from pathlib import Path
from xml.etree import ElementTree

from session_contracts.conformance.outcomes import RuleOutcome, RuleResult, summary
from session_contracts.conformance.report import Report

_TAGS = {
    RuleOutcome.FAILED: "failure",
    RuleOutcome.NOT_EXERCISED: "skipped",
    RuleOutcome.NOT_APPLICABLE: "skipped",
    RuleOutcome.ERROR: "error",
}


def write_junit(report: Report, file: Path) -> None:
    """Write the report as JUnit XML."""
    suite = ElementTree.Element("testsuite", _attributes(report))
    suite.extend(_case(report, result) for result in report.results)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _attributes(report: Report) -> dict[str, str]:
    counts = summary(report.results)
    skipped = counts[RuleOutcome.NOT_EXERCISED] + counts[RuleOutcome.NOT_APPLICABLE]
    return {
        "name": f"conformance.{report.contract.name}",
        "timestamp": report.started,
        "time": f"{report.seconds:.3f}",
        "tests": str(len(report.results)),
        "failures": str(counts[RuleOutcome.FAILED]),
        "errors": str(counts[RuleOutcome.ERROR]),
        "skipped": str(skipped),
    }


def _case(report: Report, result: RuleResult) -> ElementTree.Element:
    name = f"conformance.{report.contract.name}"
    case = ElementTree.Element("testcase", classname=name, name=result.id)
    tag = _TAGS.get(result.outcome)
    if tag:
        child = ElementTree.SubElement(case, tag, message=_printable(result.reason))
        if result.outcome is RuleOutcome.FAILED:
            child.text = _printable(report.failure(result))
    elif result.outcome is RuleOutcome.WARNED:
        output = ElementTree.SubElement(case, "system-out")
        output.text = _printable(f"warned\n{report.failure(result)}")
    return case


def _printable(text: str) -> str:
    """A text without control characters, which XML cannot have, not even escaped."""
    return "".join(letter if _is_printable(letter) else "\ufffd" for letter in text)


def _is_printable(letter: str) -> bool:
    return letter in "\n\t" or (letter >= " " and not "\ud800" <= letter <= "\udfff")
