"""The suite against a correct miniature server, and against the same one with each fault.

Each fault must fail its rules, and no others.
"""

import pytest

from session_contracts.conformance.outcomes import EvidenceKind, RuleOutcome
from session_contracts.conformance.report import Report
from session_contracts.conformance.runner import Options
from tests.conformance.faults import FAULTS
from tests.conformance.miniature import serving, verified

pytestmark = pytest.mark.slow
_BROKEN = (RuleOutcome.FAILED, RuleOutcome.WARNED)
_ENUMERATE = ("--deselect=generic/fuzz", "--deselect=generic/explore/test_stateful.py")


def broken(report: Report) -> set[str]:
    return {result.id for result in report.results if result.outcome in _BROKEN}


def test_correct_server_conforms() -> None:
    with serving() as url:
        report = verified(url)
    assert {
        result.id: result.reason
        for result in report.results
        if result.outcome is not RuleOutcome.PASSED
    } == {}
    assert report.exit_status == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_fails_its_rules_only(fault: str) -> None:
    """In the layer `enumerate` alone."""
    with serving(fault) as url:
        report = verified(url, pytest_args=_ENUMERATE)
    assert broken(report) == FAULTS[fault]
    assert [result for result in report.results if result.outcome is RuleOutcome.ERROR] == []


@pytest.mark.parametrize(
    "fault", ["absent-422", "any-body", "bare-get", "cross-talk", "no-op", "re-review"]
)
def test_generated_calls_fail_no_other_rule(fault: str) -> None:
    """With the default number of examples."""
    with serving(fault) as url:
        report = verified(url, max_examples=Options(api="", base_url="").max_examples)
    assert broken(report) == FAULTS[fault]
    layers = {
        entry.layer
        for result in report.results
        for entry in result.evidence
        if entry.kind is EvidenceKind.VIOLATED
    }
    assert len(layers) > 1
