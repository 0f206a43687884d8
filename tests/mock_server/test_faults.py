"""Faults over HTTP: calls are delayed, fail or lose their connection, reproducibly."""

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from itertools import groupby
from typing import Any

import httpx
import pytest

from session_contracts.mock_server.chance import Chance
from session_contracts.mock_server.faults import Fault, Faults
from session_contracts.openapi import bundled_names, load
from tests.mock_server.worlds import NEW_SESSION, drop, get, made, name_of, path_of, raw
from tests.serving import DOCUMENTED, Mock

REVIEW = {"reviewStatus": "approved"}


def inject(world: Mock, *faults: Mapping[str, Any]) -> None:
    answer = world.control("PUT", "/faults", json={"faults": list(faults)})
    assert answer.status_code == 200, answer.text
    for given, shown in zip(faults, answer.json()["faults"], strict=True):
        assert shown == {
            "struck": 0,
            **{name: value for name, value in given.items() if (name, value) != ("rate", 1)},
        }


def struck(world: Mock) -> list[int]:
    return [fault["struck"] for fault in world.control("GET", "/faults").json()["faults"]]


def status_of(world: Mock, *args: Any, **options: Any) -> int:
    """0 if the connection was dropped."""
    try:
        return world.call(*args, **options).status_code
    except httpx.TransportError:
        return 0


def first_call(world: Mock, api: str) -> httpx.Response:
    """An operation of an API, without a credential."""
    operation = next(iter(load(api).operations.values()))
    return world.client.request(
        operation.method, f"{world.url}/{api}{operation.path.replace('{', '').replace('}', '')}"
    )


# ---- what happens


@pytest.mark.parametrize("api", bundled_names())
def test_every_status_in_the_form_of_every_vendor(world: Mock, api: str) -> None:
    credential = replace(world, api=api).credential()
    operation = next(iter(load(api).operations.values()))
    for status in (status for status in HTTPStatus if status >= 400):
        inject(world, {"api": api, "status": int(status)})
        answer = world.client.request(
            operation.method, f"{world.url}/{api}{operation.path}", headers=credential
        )
        assert answer.status_code == status
        assert answer.headers["x-mock-fault"] == str(int(status))
        assert "json" in answer.headers["content-type"]
        assert "fault" in answer.text
        assert "x-mock-rule" not in answer.headers


@pytest.mark.parametrize("api", bundled_names())
@pytest.mark.parametrize(("status", "header"), [(401, "www-authenticate"), (405, "allow")])
def test_fault_has_the_required_headers(world: Mock, api: str, status: int, header: str) -> None:
    inject(world, {"status": status})
    assert header in first_call(world, api).headers


def test_dropped_connection(world: Mock) -> None:
    key = world.given(status="completed")
    inject(world, {"drop": True, "first": 1})
    assert raw(world, get(f"{path_of(world)}/rentalot/api/v1/sessions")) == b""
    assert status_of(world, "GET") == 200
    inject(world, {"drop": True})
    assert status_of(world, "PATCH", f"/{key}/review", json=REVIEW) == 0
    assert status_of(world, "PATCH", f"/{key}/review", content=b"x" * 3_000_000) == 0
    world.control("DELETE", "/faults")
    assert world.call("GET", f"/{key}").json()["data"]["reviewStatus"] == "pending_review"
    assert world.outbox() == []


@pytest.mark.parametrize(("fault", "status"), [({"status": 503}, 503), ({"drop": True}, 0)])
def test_fault_after_the_operation_loses_its_answer(
    world: Mock, fault: dict[str, Any], status: int
) -> None:
    key = world.given(status="completed")
    inject(world, {**fault, "after": True, "operation": "reviewSession"})
    assert status_of(world, "PATCH", f"/{key}/review", json=REVIEW) == status
    assert world.call("GET", f"/{key}").json()["data"]["reviewStatus"] == "approved"
    assert [message["about"] for message in world.outbox()] == [key]
    assert (
        status_of(world, "PATCH", f"/{key}/review", json=REVIEW) == status
    )  # although it was refused
    assert status_of(world, "PATCH", f"/{key}/review", content=b"{") == status
    assert len(world.outbox()) == 1
    entries = world.control("GET", "/journal?operation=reviewSession").json()["entries"]
    assert {(entry["decision"], entry["status"]) for entry in entries} == {("fault", status)}
    assert entries[0]["state"] == {"before": "awaiting_review", "after": "approved"}


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}])
def test_fault_before_the_operation_has_no_effect(world: Mock, fault: dict[str, Any]) -> None:
    key = world.given(status="completed")
    before = world.control("GET", "/state").json()
    inject(world, fault)
    for _ in range(3):
        status_of(world, "PATCH", f"/{key}/review", json=REVIEW)
    world.control("DELETE", "/faults")
    after = world.control("GET", "/state").json()
    assert after["random"]["drawn"].pop("faults") == 3
    assert after == before


@pytest.mark.parametrize(
    ("delay", "least", "most"),
    [
        ({"type": "fixed", "milliseconds": 120}, 120, 120),
        ({"type": "fixed", "milliseconds": 0}, 0, 0),
        ({"type": "uniform", "lower": 80, "upper": 160}, 80, 160),
        ({"type": "uniform", "lower": 160, "upper": 80}, 80, 160),
        ({"type": "lognormal", "median": 100, "sigma": 0}, 100, 100),
        ({"type": "lognormal", "median": 60, "sigma": 0.1}, 30, 120),
    ],
)
def test_delays(world: Mock, delay: dict[str, Any], least: float, most: float) -> None:
    inject(world, {"delay": delay})
    begun = time.monotonic()
    assert world.call("GET").status_code == 200
    took = (time.monotonic() - begun) * 1000
    (entry,) = world.control("GET", "/journal/har").json()["log"]["entries"]
    assert least - 1e-6 <= entry["time"] <= most + 1e-6
    assert entry["time"] <= took + 2
    assert took < entry["time"] + 5000
    (entry,) = world.control("GET", "/journal").json()["entries"]
    assert (entry["status"], entry["decision"]) == (200, "answered")


def test_delay_comes_before_the_error(world: Mock) -> None:
    for fault, status in (
        ({"status": 503}, 503),
        ({"drop": True}, 0),
        ({"status": 503, "after": True}, 503),
    ):
        inject(world, {**fault, "delay": {"type": "fixed", "milliseconds": 80}})
        begun = time.monotonic()
        assert status_of(world, "GET") == status
        assert time.monotonic() - begun >= 0.079


def test_delayed_call_does_not_block_others(whole_server: Mock, world: Mock) -> None:
    """Others are answered while the delayed calls wait, and these wait at the same time."""
    inject(world, {"operation": "listSessions", "delay": {"type": "fixed", "milliseconds": 2000}})
    with ThreadPoolExecutor(4) as pool:
        begun = time.monotonic()
        slow = [
            pool.submit(httpx.get, world.sessions, headers=world.credential(), trust_env=False)
            for _ in range(4)
        ]
        time.sleep(0.05)
        for found in (whole_server, world):
            assert found.call("GET", f"/{DOCUMENTED}").status_code == 200
        world.control("GET", "/journal")
        assert not any(answer.done() for answer in slow)
        assert [answer.result().status_code for answer in slow] == [200] * 4
        assert time.monotonic() - begun < 4 * 2


def test_delays_are_drawn_as_they_are_distributed() -> None:
    def draws(delay: dict[str, Any]) -> list[float]:
        chance, faults = Chance(1), Faults([Fault(delay=delay)])
        return [found[1] for _ in range(2000) if (found := faults.strike("a", "b", chance))]

    uniform = sorted(draws({"type": "uniform", "lower": 1000, "upper": 3000}))
    assert 1 <= uniform[0] < 1.02 < 2.98 < uniform[-1] <= 3
    assert abs(uniform[1000] - 2) < 0.1
    lognormal = sorted(draws({"type": "lognormal", "median": 100, "sigma": 1}))
    assert abs(lognormal[1000] - 0.1) < 0.01
    assert abs(lognormal[1683] / 0.1 - 2.718) < 0.4
    assert max(draws({"type": "lognormal", "median": 60_000, "sigma": 10})) == 60


# ---- to which calls


def test_fault_hits_its_operations_only(world: Mock) -> None:
    def seen() -> list[int]:
        scout = replace(world, api="openscouter").credential()
        return [
            world.call("GET").status_code,
            world.call("GET", f"/{DOCUMENTED}").status_code,
            replace(world, api="mobilenext").call("GET").status_code,
            world.client.get(
                f"{world.url}/openscouter/api/sessions/sess_001", headers=scout
            ).status_code,
        ]

    for fault, expected in (
        ({"api": "rentalot"}, [503, 503, 200, 200]),
        ({"operation": "getSession"}, [200, 503, 200, 503]),
        ({"api": "openscouter", "operation": "getSession"}, [200, 200, 200, 503]),
        ({}, [503] * 4),
        ({"rate": 0}, [200] * 4),
    ):
        inject(world, {**fault, "status": 503})
        assert seen() == expected
        assert struck(world) == [expected.count(503)]


def test_first_matching_fault_wins(world: Mock) -> None:
    inject(
        world,
        {"operation": "getSession", "status": 500},
        {"status": 501, "first": 2},
        {"status": 502, "rate": 0},
        {"status": 503},
    )
    assert world.call("GET", f"/{DOCUMENTED}").status_code == 500
    assert [world.call("GET").status_code for _ in range(4)] == [501, 501, 503, 503]
    assert struck(world) == [1, 2, 0, 2]


@pytest.mark.parametrize("first", [1, 2, 5])
def test_fault_hits_the_first_calls_only(world: Mock, first: int) -> None:
    inject(world, {"status": 503, "first": first})
    assert [world.call("GET").status_code for _ in range(first + 2)] == [503] * first + [200, 200]
    inject(world, {"status": 503, "first": first, "struck": first - 1})
    assert [world.call("GET").status_code for _ in range(2)] == [503, 200]


def test_unrouted_requests_have_no_faults(world: Mock) -> None:
    inject(world, {"status": 503})
    assert world.client.get(f"{world.url}/nowhere").status_code == 404
    assert world.call("DELETE").status_code == 405
    assert (
        world.call("GET", headers={}).status_code == 503
    )  # a fault comes before the check of the credential
    assert struck(world) == [1]


def test_the_control_api_has_no_faults(world: Mock) -> None:
    inject(world, {"status": 503}, {"drop": True})
    for path in ("/health", "/faults", "/state", "/journal", "/clock"):
        assert world.control("GET", path).status_code == 200
    assert world.control("POST", "/reset").status_code == 200
    assert world.given()
    assert struck(world) == [0, 0]


def test_faults_are_per_world_and_removable(whole_server: Mock, world: Mock) -> None:
    inject(world, {"status": 503})
    assert whole_server.control("GET", "/faults").json() == {"faults": []}
    assert (world.call("GET").status_code, whole_server.call("GET").status_code) == (503, 200)
    world.control("POST", "/reset")
    assert world.call("GET").status_code == 503  # a reset is not one
    assert world.control("DELETE", "/faults").json() == {"faults": []}
    assert world.call("GET").status_code == 200


# ---- drawn, and drawn again


RATED = (
    {"operation": "listSessions", "status": 503, "rate": 0.5},
    {"drop": True, "rate": 0.2},
    {"status": 500, "rate": 0.3, "first": 4},
)


def test_the_same_seed_gives_the_same_sequence(whole_server: Mock) -> None:
    seen = []
    for seed in (1, 1, 2):
        found = made(whole_server, seed=seed)
        inject(found, *RATED)
        seen.append(
            [status_of(found, "GET", path) for _ in range(40) for path in ("", f"/{DOCUMENTED}")]
        )
        drop(whole_server, found)
    assert seen[0] == seen[1] != seen[2]
    counts = Counter(seen[0])
    assert set(counts) == {0, 200, 500, 503}
    assert counts[500] == 4
    assert 10 < counts[503] < 30


def test_reset_restarts_and_fork_continues_the_draws(whole_server: Mock, world: Mock) -> None:
    def seen(found: Mock, count: int = 20) -> list[int]:
        return [status_of(found, "GET") for _ in range(count)]

    inject(world, *RATED[:2])
    first = seen(world)
    fork = made(whole_server, fork=name_of(world))
    second = seen(world)
    assert first != second == seen(fork)
    world.control("POST", "/reset")
    assert seen(world) == first
    drop(whole_server, fork)


def test_ids_and_secrets_are_the_same_with_and_without_faults(whole_server: Mock) -> None:
    runs = []
    for faults in ((), RATED, ({"delay": {"type": "uniform", "lower": 0, "upper": 2}},)):
        found = made(whole_server, seed=6)
        inject(found, *faults)
        made_: list[Any] = []
        scout = replace(found, api="openscouter").credential()
        for _ in range(8):
            status_of(found, "GET")
            made_ += [found.given(), found.credential(revoked=True)]
            found.control("DELETE", "/faults")
            made_.append(
                found.client.post(
                    f"{found.url}/openscouter/api/sessions", headers=scout, json=NEW_SESSION
                ).json()["data"]
            )
            found.control("PUT", "/faults", json={"faults": faults})
        runs.append(made_)
        drop(whole_server, found)
    assert runs[0] == runs[1] == runs[2]


def test_a_rate_of_all_and_of_none(world: Mock) -> None:
    inject(world, {"status": 503, "rate": 1})
    assert {world.call("GET").status_code for _ in range(20)} == {503}
    inject(world, {"status": 503, "rate": 0.0})
    assert {world.call("GET").status_code for _ in range(20)} == {200}


def test_a_rate_is_not_met_in_runs() -> None:
    chance, faults = Chance(3), Faults([Fault(status=503, rate=0.5)])
    seen = [faults.strike("a", "b", chance) is not None for _ in range(1000)]
    assert 430 < sum(seen) < 570
    assert max(len(list(run)) for _, run in groupby(seen)) < 20


# ---- that cannot be


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({}, "set status, delay or drop"),
        ({"drop": False}, "set status, delay or drop"),
        ({"after": True}, "set status, delay or drop"),
        ({"rate": 0.5, "first": 1, "api": "rentalot"}, "set status, delay or drop"),
        ({"status": 503, "drop": True}, "remove status or drop"),
        ({"status": 200}, "status"),
        ({"status": 399}, "status"),
        ({"status": 419}, "HTTP status"),
        ({"status": 599}, "HTTP status"),
        ({"status": 600}, "status"),
        ({"status": -1}, "status"),
        ({"status": "503"}, "status"),
        ({"status": None}, "status"),
        ({"status": True}, "status"),
        ({"status": 503.5}, "status"),
        ({"status": 10**30}, "status"),
        ({"status": 503, "api": "nobody"}, "rentalot"),
        ({"status": 503, "api": "control"}, "rentalot"),
        ({"status": 503, "api": "Rentalot"}, "rentalot"),
        ({"status": 503, "api": ["rentalot"]}, "api"),
        ({"status": 503, "operation": "nothing"}, "reviewSession"),
        ({"status": 503, "operation": "getHealth"}, "reviewSession"),
        ({"status": 503, "operation": ""}, "reviewSession"),
        ({"status": 503, "api": "rentalot", "operation": "createSession"}, "reviewSession"),
        ({"status": 503, "operation": None}, "operation"),
        ({"drop": 1}, "drop"),
        ({"drop": "true"}, "drop"),
        ({"status": 503, "after": "later"}, "after"),
        ({"status": 503, "rate": 1.01}, "rate"),
        ({"status": 503, "rate": -0.01}, "rate"),
        ({"status": 503, "rate": "half"}, "rate"),
        ({"status": 503, "rate": None}, "rate"),
        ({"status": 503, "first": 0}, "first"),
        ({"status": 503, "first": -1}, "first"),
        ({"status": 503, "first": 1.5}, "first"),
        ({"status": 503, "struck": -1}, "struck"),
        ({"status": 503, "colour": "red"}, "colour"),
        ({"delay": 5}, "delay"),
        ({"delay": None}, "delay"),
        ({"delay": []}, "delay"),
        ({"delay": "fixed"}, "delay"),
        ({"delay": {}}, "delay"),
        ({"delay": {"milliseconds": 5}}, "delay"),
        ({"delay": {"type": "fixed"}}, "delay"),
        ({"delay": {"type": "soon", "milliseconds": 5}}, "delay.type"),
        ({"delay": {"type": None, "milliseconds": 5}}, "delay.type"),
        ({"delay": {"type": "fixed", "milliseconds": -1}}, "milliseconds"),
        ({"delay": {"type": "fixed", "milliseconds": 60_001}}, "milliseconds"),
        ({"delay": {"type": "fixed", "milliseconds": "5"}}, "milliseconds"),
        ({"delay": {"type": "fixed", "lower": 1, "upper": 2}}, "milliseconds"),
        ({"delay": {"type": "fixed", "milliseconds": 1, "lower": 1, "upper": 2}}, "delay"),
        ({"delay": {"type": "uniform", "lower": 1}}, "delay"),
        ({"delay": {"type": "uniform", "lower": 1, "upper": 60_001}}, "upper"),
        ({"delay": {"type": "uniform", "milliseconds": 1}}, "lower and upper"),
        ({"delay": {"type": "uniform", "lower": 1, "upper": 2, "median": 3, "sigma": 4}}, "delay"),
        ({"delay": {"type": "lognormal", "median": 1}}, "delay"),
        ({"delay": {"type": "lognormal", "median": 1, "sigma": 10.5}}, "sigma"),
        ({"delay": {"type": "lognormal", "median": 1, "sigma": -1}}, "sigma"),
        ({"delay": {"type": "lognormal", "lower": 1, "upper": 2}}, "median and sigma"),
        ({"delay": {"type": "fixed", "milliseconds": 5, "colour": 1}}, "colour"),
        (5, "faults.1"),
        (None, "faults.1"),
        ([], "faults.1"),
    ],
)
def test_invalid_faults_are_refused(world: Mock, fault: Any, said: str) -> None:
    inject(world, {"status": 502, "operation": "getSession"})
    answer = world.control("PUT", "/faults", json={"faults": [{"status": 503}, fault]})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]
    assert "faults.1" in answer.json()["error"]
    assert world.control("GET", "/faults").json()["faults"] == [
        {"status": 502, "operation": "getSession", "struck": 0}
    ]
    assert world.call("GET").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "x",
        5,
        {"faults": {}},
        {"faults": None},
        {"faults": [{"status": 503}] * 101},
        {"faults": [], "also": 1},
    ],
)
def test_bodies_without_faults_are_refused(world: Mock, body: Any) -> None:
    inject(world, {"status": 502, "first": 7})
    answer = world.control("PUT", "/faults", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]
    assert len(world.control("GET", "/faults").json()["faults"]) == 1


def test_number_of_faults_is_limited(world: Mock) -> None:
    inject(world, *[{"status": 503, "rate": 0}] * 99, {"status": 504})
    assert world.call("GET").status_code == 504
