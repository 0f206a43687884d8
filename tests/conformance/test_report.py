"""The report as JSON, as JUnit XML, and as text."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from session_contracts.conformance.junit import write_junit
from session_contracts.conformance.outcomes import Evidence, EvidenceKind, fold
from session_contracts.conformance.report import Report
from session_contracts.openapi import load

_CONTRACT = load("rentalot")
_FAILED, _ERROR, _WARNED = "rentalot.review.final", "rentalot.review.once", "rentalot.get.envelope"


def report() -> Report:
    evidence = [
        Evidence(
            _FAILED,
            EvidenceKind.VIOLATED,
            "test_x::test_y",
            "enumerate",
            "409",
            "200",
            ("curl -X PATCH http://x",),
            "200 {\x00}",
        ),
        Evidence(_ERROR, EvidenceKind.ERROR, "test_x::test_z", "explore", reason="KeyError: 'x'"),
        Evidence(
            _WARNED, EvidenceKind.VIOLATED, "test_x::test_w", "fuzz", "{data}", "a bare record"
        ),
    ]
    results = fold(_CONTRACT.rules.values(), evidence)
    return Report(_CONTRACT, "http://127.0.0.1:1", "2026-02-13T09:00:00Z", 1.25, 7, results)


def test_json_has_every_rule(tmp_path: Path) -> None:
    report().write_json(tmp_path / "report.json")
    written = json.loads((tmp_path / "report.json").read_text())
    assert list(written) == ["api", "target", "started", "seconds", "requests", "summary", "rules"]
    assert [rule["id"] for rule in written["rules"]] == list(_CONTRACT.rules)
    assert sum(written["summary"].values()) == len(_CONTRACT.rules)
    failed = next(rule for rule in written["rules"] if rule["id"] == _FAILED)
    assert failed["outcome"] == "failed"
    assert failed["docs"] == f"http://127.0.0.1:8080/docs/rentalot/rules/{_FAILED}.html"
    assert failed["evidence"][0]["curl"] == ["curl -X PATCH http://x"]


def test_junit_has_one_case_per_rule(tmp_path: Path) -> None:
    write_junit(report(), tmp_path / "report.xml")
    suite = ElementTree.parse(tmp_path / "report.xml").getroot()[0]
    cases = {case.get("name"): case for case in suite}
    assert list(cases) == list(_CONTRACT.rules)
    tags = {name: [child.tag for child in case] for name, case in cases.items()}
    assert (tags[_FAILED], tags[_ERROR], tags[_WARNED]) == (["failure"], ["error"], ["system-out"])
    assert (suite.get("failures"), suite.get("errors")) == ("1", "1")
    assert suite.get("skipped") == str(len(_CONTRACT.rules) - 3)


def test_failure_has_statement_source_and_reproduction() -> None:
    text = report().text()
    rule = _CONTRACT.rules[_FAILED]
    for part in (
        rule.statement,
        rule.source,
        "$ curl -X PATCH http://x",
        "expected 409",
        "got      200",
    ):
        assert part in text


def test_failure_links_to_rule_page() -> None:
    page = f"rentalot/rules/{_FAILED}.html"
    assert f"  http://127.0.0.1:8080/docs/{page}\n" in report().text()
    elsewhere = replace(report(), docs_url="https://docs.example.com/contracts/")
    assert f"  https://docs.example.com/contracts/{page}\n" in elsewhere.text()
    assert elsewhere.as_dict()["rules"][0]["docs"].startswith(
        "https://docs.example.com/contracts/rentalot/rules/"
    )


def test_failure_outranks_error() -> None:
    assert report().exit_status == 1
