"""The suite against a server that is right, and against the same one with each fault: found by its rule, and by no other."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from session_contracts.conformance.errors import StatesUrlError, TargetUnreachable, UsageError
from session_contracts.conformance.outcomes import EvidenceKind, RuleOutcome
from session_contracts.conformance.report import Report
from session_contracts.conformance.runner import Options, verify
from tests.conformance.faults import FAULTS
from tests.conformance.miniature import serving

pytestmark = pytest.mark.slow

_EXAMPLES = 3
_BROKEN = (RuleOutcome.FAILED, RuleOutcome.WARNED)


def judged(url: str, *, states: bool = True, **options: object) -> Report:
    common = {
        "max_examples": _EXAMPLES,
        "quiet": True,
        "states_url": f"{url}/states" if states else None,
    }
    return verify(Options(api="rentalot", base_url=url, **{**common, **options}))  # type: ignore[arg-type]


def broken(report: Report) -> set[str]:
    return {result.id for result in report.results if result.outcome in _BROKEN}


@pytest.fixture(scope="module")
def good() -> Iterator[str]:
    with serving() as url:
        yield url


def test_a_server_without_fault_conforms(good: str) -> None:
    report = judged(good)
    assert {
        result.id: result.reason
        for result in report.results
        if result.outcome is not RuleOutcome.PASSED
    } == {}
    assert report.exit_status == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_rule_and_by_no_other(fault: str) -> None:
    """By enumeration alone, which certifies."""
    with serving(fault) as url:
        report = judged(url, pytest_args=("--deselect=fuzz", "--deselect=explore/test_stateful.py"))
    assert broken(report) == FAULTS[fault]
    assert [result for result in report.results if result.outcome is RuleOutcome.ERROR] == []


@pytest.mark.parametrize(
    "fault", ["absent-422", "any-body", "bare-get", "cross-talk", "no-op", "re-review"]
)
def test_neither_walks_nor_generated_calls_blame_another_rule(fault: str) -> None:
    """With as many examples as the command line takes by default."""
    with serving(fault) as url:
        report = judged(url, max_examples=Options(api="", base_url="").max_examples)
    assert broken(report) == FAULTS[fault]
    layers = {
        entry.layer
        for result in report.results
        for entry in result.evidence
        if entry.kind is EvidenceKind.VIOLATED
    }
    assert len(layers) > 1


def test_without_states_what_needs_them_is_not_exercised(good: str) -> None:
    report = judged(good, states=False, headers=(("Authorization", "Bearer ra_default"),))
    outcomes = {result.id: result for result in report.results}
    assert outcomes["rentalot.session.not-created-here"].outcome is RuleOutcome.PASSED
    assert outcomes["rentalot.review.final"].outcome is RuleOutcome.NOT_EXERCISED
    assert "--states-url" in outcomes["rentalot.review.final"].reason
    assert report.exit_status == 3


def test_companion_rules_fail_where_strict() -> None:
    with serving("bare-get") as url:
        lenient = judged(url, rules=("rentalot.get.envelope",))
        strict = judged(url, rules=("rentalot.get.envelope",), strict=True)
    assert [lenient.results[0].outcome, strict.results[0].outcome] == [
        RuleOutcome.WARNED,
        RuleOutcome.FAILED,
    ]
    assert [lenient.exit_status, strict.exit_status] == [0, 1]


def test_the_files_are_written_and_the_failure_can_be_pasted(tmp_path: Path) -> None:
    with serving("absent-422") as url:
        report = judged(
            url,
            rules=("rentalot.review.not-found",),
            json=tmp_path / "r.json",
            junit=tmp_path / "r.xml",
        )
    assert (tmp_path / "r.json").exists()
    assert (tmp_path / "r.xml").exists()
    assert "$ curl -i -X PATCH" in report.text()


def test_a_dry_run_sends_nothing() -> None:
    report = verify(Options(api="rentalot", base_url="http://127.0.0.1:9", dry_run=True))
    assert report.requests == 0
    assert any("test_cell" in name for name in report.planned)


def test_what_cannot_be_reached_is_a_matter_of_usage(good: str) -> None:
    with pytest.raises(TargetUnreachable, match="is the server running"):
        verify(Options(api="rentalot", base_url="http://127.0.0.1:9"))
    with pytest.raises(StatesUrlError, match="give the URL of a provider-state handler"):
        verify(Options(api="rentalot", base_url=good, states_url=f"{good}/elsewhere"))
    with pytest.raises(UsageError, match="no base URL"):
        verify(Options(api="rentalot", base_url="127.0.0.1"))
    with pytest.raises(UsageError, match="no rule"):
        judged(good, rules=("rentalot.nothing",))
    with pytest.raises(UsageError, match="no API"):
        verify(Options(api="nobody", base_url=good))


def test_a_target_that_goes_away_is_an_error_of_the_run() -> None:
    with serving("hangs-up") as url:
        report = judged(url, rules=("rentalot.get.returns",))
    assert report.exit_status == 4


def test_the_users_own_pytest_settings_have_no_say(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--another-option")
    report = judged(good, rules=("rentalot.get.returns",))
    assert report.exit_status == 0
    assert os.environ["PYTEST_ADDOPTS"] == "--another-option"
