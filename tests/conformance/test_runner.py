"""Options, errors and files of a run, against a correct miniature server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from session_contracts.conformance.errors import StatesUrlError, TargetUnreachable, UsageError
from session_contracts.conformance.outcomes import RuleOutcome
from session_contracts.conformance.runner import Options, verify
from tests.conformance.miniature import serving, verified

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def good() -> Iterator[str]:
    with serving() as url:
        yield url


def test_rules_that_need_states_are_not_exercised(good: str) -> None:
    report = verified(good, states=False, headers=(("Authorization", "Bearer ra_default"),))
    outcomes = {result.id: result for result in report.results}
    assert outcomes["rentalot.session.not-created-here"].outcome is RuleOutcome.PASSED
    assert outcomes["rentalot.review.final"].outcome is RuleOutcome.NOT_EXERCISED
    assert "--states-url" in outcomes["rentalot.review.final"].reason
    assert report.exit_status == 3


def test_strict_fails_companion_rules() -> None:
    with serving("bare-get") as url:
        lenient = verified(url, rules=("rentalot.get.envelope",))
        strict = verified(url, rules=("rentalot.get.envelope",), strict=True)
    assert [lenient.results[0].outcome, strict.results[0].outcome] == [
        RuleOutcome.WARNED,
        RuleOutcome.FAILED,
    ]
    assert [lenient.exit_status, strict.exit_status] == [0, 1]


def test_files_and_reproduction(tmp_path: Path) -> None:
    with serving("absent-422") as url:
        report = verified(
            url,
            rules=("rentalot.review.not-found",),
            json=tmp_path / "r.json",
            junit=tmp_path / "r.xml",
        )
    assert (tmp_path / "r.json").exists()
    assert (tmp_path / "r.xml").exists()
    assert "$ curl -i -X PATCH" in report.text()


def test_dry_run_sends_nothing() -> None:
    report = verify(Options(api="rentalot", base_url="http://127.0.0.1:9", dry_run=True))
    assert report.requests == 0
    assert any("test_cell" in name for name in report.planned)


def test_usage_errors(good: str) -> None:
    with pytest.raises(TargetUnreachable, match="is the server running"):
        verify(Options(api="rentalot", base_url="http://127.0.0.1:9"))
    with pytest.raises(StatesUrlError, match="give the URL of a provider-state handler"):
        verify(Options(api="rentalot", base_url=good, states_url=f"{good}/elsewhere"))
    with pytest.raises(UsageError, match="not a base URL"):
        verify(Options(api="rentalot", base_url="127.0.0.1"))
    with pytest.raises(UsageError, match="no rule"):
        verified(good, rules=("rentalot.nothing",))
    with pytest.raises(UsageError, match="no API"):
        verify(Options(api="nobody", base_url=good))


def test_lost_target_is_an_error() -> None:
    with serving("hangs-up") as url:
        report = verified(url, rules=("rentalot.get.returns",))
    assert report.exit_status == 4


def test_user_pytest_settings_are_ignored(
    good: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "--another-option")
    report = verified(good, rules=("rentalot.get.returns",))
    assert report.exit_status == 0
    assert os.environ["PYTEST_ADDOPTS"] == "--another-option"
