"""MockServer and MockWorld, without the pytest plugin."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from session_contracts import MockFailed, MockRefused, MockServer, MockUnreachable, MockWorld

pytestmark = pytest.mark.slow

SESSION = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"


@pytest.mark.parametrize("process", [False, True], ids=["thread", "process"])
def test_context_manager(process: bool) -> None:
    with MockServer("rentalot", clock="2026-02-13T09:00:00Z", process=process) as mock:
        api = mock.api("rentalot")
        url = f"{api.base_url}/api/v1/sessions/{SESSION}"
        assert httpx.get(url, headers=api.headers).json()["data"]["id"] == SESSION
        assert httpx.get(url, headers=api.credential(tenant="other")).status_code == 404
        assert api.advance(timedelta(days=1)).isoformat() == "2026-02-14T09:00:00+00:00"
        assert [entry["status"] for entry in api.requests(operation="getSession")] == [200, 404]
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
    with pytest.raises(MockFailed, match="not running"):
        _ = mock.url


def test_worlds_and_forks() -> None:
    with MockServer("rentalot") as mock:
        with mock.world("first", clock="2026-02-13T09:00:00Z", seed=3) as first:
            made = first.api("rentalot").given("session", status="active")["id"]
            with first.fork() as second:
                second.advance("P40D")
                assert [status(world, made) for world in (first, second)] == ["active", "expired"]
            kept = first.export()
        with mock.world(state=kept) as again:
            assert status(again, made) == "active"
            assert again.export()["apis"] == kept["apis"]
        with pytest.raises(MockRefused, match="'first' was dropped"):
            _ = first.now


def status(world: MockWorld, session: str) -> Any:
    api = world.api("rentalot")
    return httpx.get(f"{api.base_url}/api/v1/sessions/{session}", headers=api.headers).json()[
        "data"
    ]["status"]


def test_exported_world_as_initial_data(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    with MockServer("rentalot") as mock:
        made = mock.api("rentalot").given()["id"]
        file.write_bytes(orjson.dumps(mock.default.export()))
    with MockServer("rentalot", world=file) as mock:
        mock.default.reset()
        assert status(mock.default, made) == "completed"


@pytest.mark.parametrize("process", [False, True], ids=["thread", "process"])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"clock": "noon"}, "noon"),
        ({"auth": "none"}, "none"),
        ({"world": "nowhere.json"}, "nowhere.json"),
        ({"world": "nowhere.yaml"}, "nowhere.yaml"),
    ],
)
def test_invalid_options(options: dict[str, Any], expected: str, process: bool) -> None:
    with pytest.raises(MockFailed, match=expected):
        MockServer("rentalot", process=process, **options).start()


def test_admin_token() -> None:
    with MockServer("rentalot", admin_token="s3cret") as mock:
        assert mock.api("rentalot").headers
        with mock.world() as world:
            assert world.journal == []
        with pytest.raises(MockRefused, match="401"):
            _ = MockWorld(mock.url).now


def test_unreachable_mock() -> None:
    with pytest.raises(MockUnreachable, match="session-contracts serve"):
        _ = MockWorld("http://127.0.0.1:9").now


def test_clock_rules_and_faults_can_be_restored() -> None:
    with MockServer("rentalot", clock="2026-02-13T09:00:00Z") as mock, mock.world() as world:
        api = world.api("rentalot")
        url = f"{api.base_url}/api/v1/sessions/{SESSION}"
        world.set_clock("2026-02-14T09:00:00Z", frozen=True)
        assert world.now.isoformat() == "2026-02-14T09:00:00+00:00"
        with pytest.raises(MockRefused, match="only moves forward"):
            world.set_clock("2026-02-13T09:00:00Z")
        world.break_rule("rentalot.review.final")
        world.fault("getSession", status=503)
        assert httpx.get(url, headers=api.headers).status_code == 503
        assert [fault["struck"] for fault in world.faults] == [1]
        world.clear_faults()
        world.keep_rules()
        assert httpx.get(url, headers=api.headers).status_code == 200
        review = [
            httpx.patch(
                f"{url}/review", headers=api.headers, json={"reviewStatus": "approved"}
            ).status_code
            for _ in range(2)
        ]
        assert review == [200, 409]
        assert len(world.har()["log"]["entries"]) == 4
        world.reset()
        assert (world.journal, world.outbox) == ([], [])
