"""The pytest plugin, in test runs with pytester."""

import pytest

from session_contracts import pytest_plugin
from session_contracts.openapi import bundled_names

pytestmark = pytest.mark.slow

pytest_plugins = ["pytester"]

SESSION = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
CLIENT = """
import httpx
import pytest

def review(api, session, decision):
    url = f"{api.base_url}/api/v1/sessions/{session}/review"
    return httpx.patch(url, headers=api.headers, json={"reviewStatus": decision}).status_code
"""
GOOD = (
    CLIENT
    + f"""
def test_provider_state(rentalot):
    session = rentalot.given("session", status="completed", email="ada@example.com")["id"]
    assert review(rentalot, session, "approved") == 200
    assert [message["to"] for message in rentalot.outbox] == ["ada@example.com"]
    (entry,) = rentalot.journal
    assert (entry["operation"], entry["status"]) == ("reviewSession", 200)
    assert rentalot.advance("P31D") == rentalot.now or rentalot.now

def test_broken_rule(rentalot):
    rentalot.break_rule("rentalot.review.final")
    assert review(rentalot, "{SESSION}", "approved") == 200
    assert review(rentalot, "{SESSION}", "denied") == 200

@pytest.mark.mock_world(clock="2026-02-13T09:00:00Z", seed=7)
def test_frozen_clock(rentalot, openscouter):
    assert rentalot.now.isoformat() == "2026-02-13T09:00:00+00:00"
    assert openscouter.world is rentalot.world
    assert rentalot.journal == []

@pytest.mark.parametrize("number", range(8))
def test_isolated_worlds(rentalot, number):
    rentalot.fault("reviewSession", status=503, first=1)
    assert [review(rentalot, "{SESSION}", "denied") for _ in range(3)] == [503, 200, 409]

@pytest.mark.parametrize("name", ["saleslab", "openscouter", "promptster", "mobilenext"])
def test_every_api(request, name):
    api = request.getfixturevalue(name)
    assert api.base_url.endswith(f"/{{name}}")
    assert api.headers
"""
)


def test_fixture_for_each_bundled_api() -> None:
    assert set(bundled_names()) <= set(vars(pytest_plugin))


@pytest.mark.parametrize("options", [(), ("-n", "3")], ids=["alone", "xdist"])
def test_a_world_for_each_test(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    pytester.makepyfile(GOOD)
    result = pytester.runpytest_subprocess(
        "-W", "error", "--strict-markers", "--mock-coverage", *options
    )
    result.assert_outcomes(passed=15)
    result.stdout.fnmatch_lines(["*coverage of the mock*", "rentalot: * % (*2/2 transitions, *"])
    assert result.ret == 0


def test_one_server_for_all_workers(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_where(mock_server_url, number, worker_id):
            print(worker_id, mock_server_url)
        """
    )
    result = pytester.runpytest_subprocess("-n", "3", "-rP")
    said = [line.split() for line in result.outlines if line.startswith("gw")]
    assert len({worker for worker, _ in said}) > 1
    assert len({url for _, url in said}) == 1


def test_failing_test_shows_its_requests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        CLIENT
        + f"""
def test_twice(rentalot):
    assert review(rentalot, "{SESSION}", "approved") == 200
    assert review(rentalot, "{SESSION}", "denied") == 200
"""
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*requests to the mock*",
            "1. * PATCH */review: 200 moved (awaiting_review -> approved)",
            "2. * PATCH */review: 409 refused by rentalot.review.final (approved -> approved)",
            "*allowed: awaiting_review -> approved with reviewStatus: approved; *",
        ]
    )


@pytest.mark.parametrize(("least", "code"), [("90", 1), ("1", 0)])
def test_minimum_coverage(pytester: pytest.Pytester, least: str, code: int) -> None:
    pytester.makepyfile(GOOD)
    result = pytester.runpytest_subprocess("--mock-coverage-fail-under", least)
    assert result.ret == code
    assert any(line.startswith("FAIL: ") for line in result.outlines) is bool(code)


def test_nothing_heavy_is_imported_without_a_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing():
            assert not {"session_contracts.mock_server", "connexion"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess("--mock-coverage").assert_outcomes(passed=1)
