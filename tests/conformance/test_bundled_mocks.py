"""The suite against the mock of each API, as a user would run it."""

from collections.abc import Iterator

import pytest

from session_contracts.conformance.outcomes import RuleOutcome
from session_contracts.conformance.report import Report
from session_contracts.conformance.runner import Options, verify
from session_contracts.openapi import bundled_names
from tests.serving import Mock, running

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served() -> Iterator[Mock]:
    """A mock whose clock differs from the clock of this machine."""
    with running("--clock", "2031-01-31T23:30:00Z") as mock:
        yield mock


def verified(mock: Mock, api: str, *, states: bool) -> Report:
    url = f"{mock.url}/_mock/{api}/states" if states else None
    given = () if states else tuple(mock.credential_of(api).items())
    return verify(
        Options(
            api=api,
            base_url=f"{mock.url}/{api}",
            states_url=url,
            headers=given,
            max_examples=3,
            quiet=True,
        )
    )


@pytest.mark.parametrize("api", bundled_names())
def test_mock_conforms(served: Mock, api: str) -> None:
    report = verified(served, api, states=True)
    assert {
        result.id: result.reason
        for result in report.results
        if result.outcome is not RuleOutcome.PASSED
    } == {}
    assert report.exit_status == 0


@pytest.mark.parametrize("api", bundled_names())
def test_no_rule_fails_without_states(served: Mock, api: str) -> None:
    report = verified(served, api, states=False)
    assert {result.outcome for result in report.results} == {
        RuleOutcome.PASSED,
        RuleOutcome.NOT_EXERCISED,
    }
    assert report.exit_status == 3
