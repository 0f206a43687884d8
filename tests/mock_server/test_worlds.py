"""Worlds over HTTP: isolated from each other; named, forked, limited in number and dropped."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from session_contracts.mock_server import store
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mock import Mock as WholeMock
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.worlds import Worlds
from session_contracts.openapi import bundled_names
from tests.mock_server.worlds import FAULTS, Scenario, drop, get, made, name_of, path_of, raw
from tests.serving import ACTIVE, DOCUMENTED, KEY, Mock, running

pytestmark = pytest.mark.slow


def watched(world: Mock, number: int) -> list[str]:
    """The responses of a scenario; some worlds have faults, a broken rule or rate limits."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        mock = replace(world, client=client)
        if number % 2:
            mock.control("PUT", "/faults", json={"faults": FAULTS})
        if number % 3 == 0:
            mock.control("PUT", "/broken-rules", json={"rules": ["rentalot.review.final"]})
        if number % 4 == 0:
            mock.state("rate limits")
        responses = Scenario(mock, number).run()
        responses += [
            mock.control("GET", path).text
            for path in ("/journal", "/coverage", "/broken-rules", "/journal/har")
        ]
        return [
            text.replace(path_of(world), "").replace(urlsplit(world.url).netloc, "")
            for text in responses
        ]


def test_worlds_are_isolated(whole_server: Mock) -> None:
    numbers = range(16)
    before = whole_server.control("GET", "/state").content
    alone = []
    for number in numbers:
        found = made(whole_server, seed=number // 2)
        alone.append(watched(found, number))
        drop(whole_server, found)
    seen = "\n".join(text for responses in alone for text in responses)
    for what in (
        ": 200 ",
        ": 201 ",
        ": 202 ",
        ": 401 ",
        ": 403 ",
        ": 409 ",
        ": 503 ",
        "broken off",
        '"email"',
        '"decision":"fault"',
    ):
        assert what in seen, what
    worlds = [made(whole_server, seed=number // 2) for number in numbers]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(watched, worlds, numbers))
    drop(whole_server, *worlds)
    for number in numbers:
        for one, other in zip(alone[number], together[number], strict=True):
            assert one == other
    assert whole_server.control("GET", "/state").content == before


# ---- made, listed and dropped


def test_a_world_is_made_listed_and_dropped(whole_server: Mock) -> None:
    answer = whole_server.control("POST", "/worlds", json={"name": "checkout-test"})
    assert answer.status_code == 201
    assert answer.json() == {
        "name": "checkout-test",
        "path": "/w/checkout-test",
        "apis": {api: f"/w/checkout-test/{api}" for api in sorted(bundled_names())},
    }
    found = replace(whole_server, url=f"{whole_server.url}/w/checkout-test")
    assert found.call("GET").status_code == 200
    listed = whole_server.control("GET", "/worlds").json()["worlds"]
    assert listed[0]["name"] == "default"
    assert {"name": "checkout-test", "now": "2026-05-06T17:00:00Z", "requests": 1} in listed
    assert whole_server.control("DELETE", "/worlds/checkout-test").json() == {}
    assert "checkout-test" not in [
        world["name"] for world in whole_server.control("GET", "/worlds").json()["worlds"]
    ]


def test_dropped_world_is_gone(whole_server: Mock) -> None:
    found = made(whole_server)
    drop(whole_server, found)
    for answer in (
        found.call("GET"),
        found.control("GET", "/clock"),
        whole_server.control("DELETE", f"/worlds/{name_of(found)}"),
    ):
        assert answer.status_code == 410, answer.text
        assert name_of(found) in answer.json()["error"]
        assert "more than" not in answer.json()["error"]


def test_name_of_a_dropped_world_is_free(whole_server: Mock) -> None:
    for _ in range(2):
        found = made(whole_server, name="again")
        assert len(found.call("GET").json()["data"]) > 0
        assert found.control("GET", "/journal").json()["total"] == 1
        drop(whole_server, found)


def test_the_default_world_has_a_name_as_well(whole_server: Mock) -> None:
    named = replace(whole_server, url=f"{whole_server.url}/w/default")
    assert named.control("GET", "/state").content == whole_server.control("GET", "/state").content
    before = whole_server.control("GET", "/journal?limit=0").json()["total"]
    named.call("GET")
    assert whole_server.control("GET", "/journal?limit=0").json()["total"] == before + 1
    answer = whole_server.control("DELETE", "/worlds/default")
    assert (answer.status_code, "reset" in answer.json()["error"]) == (409, True)


@pytest.mark.parametrize(
    "name", ["a", "A", "0", "a.b_c-d", "x" * 64, "Default", "w1.", "a..b", "con"]
)
def test_names(whole_server: Mock, name: str) -> None:
    found = made(whole_server, name=name)
    assert found.control("GET", "/clock").status_code == 200
    again = whole_server.control("POST", "/worlds", json={"name": name})
    assert (again.status_code, name in again.json()["error"]) == (409, True)
    drop(whole_server, found)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".a",
        "-a",
        "_a",
        "a/b",
        "a\\b",
        "%2e%2e",
        "a b",
        "a\n",
        "a\0",
        "é",
        "x" * 65,
        "a?b",
        "a#b",
        5,
        None,
        [],
        {},
        True,
    ],
)
def test_invalid_names_are_refused(whole_server: Mock, name: Any) -> None:
    before = whole_server.control("GET", "/worlds").content
    answer = whole_server.control("POST", "/worlds", json={"name": name})
    assert answer.status_code == 400, answer.text
    assert "name" in answer.json()["error"]
    assert whole_server.control("GET", "/worlds").content == before


def test_taken_names_are_refused(whole_server: Mock, world: Mock) -> None:
    before = whole_server.control("GET", "/worlds").content
    state = whole_server.control("GET", "/state").json()
    for asked in ({"name": "default"}, {"name": name_of(world)}):
        for how in ({}, {"fork": "default"}, {"state": state}, {"seed": 4}):
            assert whole_server.control("POST", "/worlds", json={**asked, **how}).status_code == 409
    assert whole_server.control("GET", "/worlds").content == before


def test_generated_name_is_unique(whole_server: Mock) -> None:
    first = made(whole_server)
    number = int(name_of(first).removeprefix("w"))
    taken = made(whole_server, name=f"w{number + 1}")
    others = [made(whole_server), made(whole_server, fork="default")]
    assert len({name_of(found) for found in (first, taken, *others)}) == 4
    drop(whole_server, first, taken, *others)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"fork": "default", "seed": 1}, "fork"),
        ({"fork": "default", "clock": {}}, "fork"),
        ({"fork": "default", "state": {}}, "fork"),
        ({"state": {}, "clock": {}}, "state"),
        ({"state": {}}, "format"),
        ({"state": []}, "state"),
        ({"fork": 5}, "fork"),
        ({"fork": None}, "fork"),
        ({"seed": "1"}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": True}, "seed"),
        ({"clock": "2026-05-06T17:00:00Z"}, "clock"),
        ({"clock": {"now": "soon"}}, "clock.now"),
        ({"clock": {"now": 0}}, "clock.now"),
        ({"clock": {"now": "9999-12-31T23:59:59Z"}}, "clock"),
        ({"clock": {"now": "1969-12-31T23:59:59Z"}}, "clock"),
        ({"clock": {"frozen": "yes"}}, "clock.frozen"),
        ({"clock": {"zone": "UTC"}}, "zone"),
        ({"colour": "red"}, "colour"),
        ([], "object"),
        ("a", "object"),
    ],
)
def test_invalid_worlds_are_refused(whole_server: Mock, body: Any, said: str) -> None:
    before = whole_server.control("GET", "/worlds").content
    answer = whole_server.control("POST", "/worlds", json=body)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]
    assert whole_server.control("GET", "/worlds").content == before


@pytest.mark.parametrize(
    "now",
    [
        "1970-01-01T00:00:00Z",
        "1970-02-01T00:00:00Z",
        "8999-12-31T00:00:00Z",
        "9000-01-01T00:00:00Z",
    ],
)
def test_a_world_at_the_ends_of_time_is_made_or_refused(whole_server: Mock, now: str) -> None:
    answer = whole_server.control("POST", "/worlds", json={"name": "edge", "clock": {"now": now}})
    whole_server.control("DELETE", "/worlds/edge")
    assert answer.status_code in (201, 400), answer.text
    assert "broken" not in answer.text


@pytest.mark.parametrize("seed", [2**53, 2**63, 10**30, -(10**16)])
def test_seeds_that_are_too_long(whole_server: Mock, seed: int) -> None:
    answer = whole_server.control("POST", "/worlds", json={"seed": seed})
    assert (answer.status_code, "seed" in answer.text) == (400, True)


@pytest.mark.parametrize("seed", [-1, -(10**15), 10**15])
def test_seeds_of_any_size(whole_server: Mock, seed: int) -> None:
    found = made(whole_server, seed=seed)
    key = found.given()
    assert found.call("GET", f"/{key}").status_code == 200
    assert found.control("GET", "/state").status_code == 200
    drop(whole_server, found)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/w/nobody/rentalot/api/v1/sessions", 404),
        ("/w/nobody/_mock/clock", 404),
        ("/w//_mock/clock", 404),
        ("/w/", 404),
        ("/w", 404),
        ("/w/default", 404),
        ("/w/default/", 404),
        ("/w/DEFAULT/_mock/clock", 404),
        ("/w/default/w/default/_mock/clock", 404),
        ("/w/../_mock/clock", 404),
        ("/w/%2e%2e/_mock/clock", 404),
        ("/w/%2e%2e%2f_mock%2fclock", 404),
        ("/w/default%2f_mock/clock", 404),
        ("/w/default%2F..%2F_mock/clock", 404),
        ("/w/..%2f..%2fetc%2fpasswd/_mock/state", 404),
        ("/w/%00/_mock/clock", 404),
        ("/w/%ff/_mock/clock", 404),
        ("/w/%ED%A0%80/_mock/clock", 404),
        ("/w/default%20/_mock/clock", 404),
        ("/w/default/_mock/../_mock/clock", 404),
        ("/w/default/%2e%2e/_mock/clock", 404),
        ("/w/" + "x" * 5000 + "/_mock/clock", 404),
        ("/w/default/_mock/clock", 200),
        ("/w/%64efault/_mock/clock", 200),
    ],
)
def test_path_selects_the_world(whole_server: Mock, path: str, status: int) -> None:
    head, _, body = raw(whole_server, get(path)).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status, (head, body)
    assert len(body) < 1500
    assert b"Traceback" not in body
    assert "\ufdd0".encode() not in body


@pytest.mark.parametrize("path", ["/w/a%2Fb/_mock/clock", "/rentalot/a%2Fb", "/a%2Fb"])
def test_encoded_slash_is_shown_encoded(whole_server: Mock, path: str) -> None:
    body = raw(whole_server, get(path)).partition(b"\r\n\r\n")[2].decode()
    assert "a/b" in body or "a%2Fb" in body
    assert "ufdd0" not in ascii(body)


@pytest.mark.parametrize(
    "name", ["nobody", "%2e%2e", "..%2fdefault", "default%2f", "%00", "%ff", "x" * 4000]
)
def test_default_and_unknown_worlds_are_not_dropped(whole_server: Mock, name: str) -> None:
    before = whole_server.control("GET", "/worlds").content
    head = raw(whole_server, get(f"/_mock/worlds/{name}").replace(b"GET", b"DELETE", 1))
    assert head.split()[1] == b"404"
    assert whole_server.control("GET", "/worlds").content == before


# ---- bounded


def test_least_recently_used_world_is_evicted() -> None:
    with running(
        "--max-worlds", "3", "--clock", "2026-02-13T09:00:00Z", apis=["rentalot"]
    ) as server:
        first, second, third = (made(server, name=name) for name in ("first", "second", "third"))
        states = {
            world.control("GET", "/state").content for world in (server, first, second, third)
        }
        assert len(states) == 1  # a new world is like the server at its start
        first.call("GET")
        third.control("GET", "/clock")
        fourth = made(server, name="fourth", fork="first")
        assert [world["name"] for world in server.control("GET", "/worlds").json()["worlds"]] == [
            "default",
            "third",
            "first",
            "fourth",
        ]
        for answer in (
            second.call("GET"),
            second.control("GET", "/state"),
            server.control("DELETE", "/worlds/second"),
        ):
            assert answer.status_code == 410, answer.text
            assert "second" in answer.json()["error"]
            assert "3 worlds" in answer.json()["error"]
        assert server.control("POST", "/worlds", json={"fork": "second"}).status_code == 410
        assert [found.call("GET").status_code for found in (first, third, fourth)] == [200] * 3
        server.control("POST", "/worlds", json={"name": "first"})
        server.control("POST", "/worlds", json={"name": "bad", "state": {}})
        server.control("POST", "/worlds", json={"fork": "nobody"})
        assert [found.call("GET").status_code for found in (first, third, fourth)] == [
            200
        ] * 3  # what was refused dropped none
        second = made(server, name="second")  # of a name that had to go
        assert second.call("GET").status_code == 200
        assert first.call("GET").status_code == 410
        assert server.call("GET").status_code == 200  # the default one never goes
        for _ in range(30):
            made(server)
        assert len(server.control("GET", "/worlds").json()["worlds"]) == 4


# ---- seeds and forks


def test_seed_determines_data_and_new_ids(whole_server: Mock) -> None:
    worlds = [made(whole_server, seed=seed) for seed in (5, 5, 6)]
    states = [found.control("GET", "/state").content for found in worlds]
    keys = [[found.given() for _ in range(3)] for found in worlds]
    drop(whole_server, *worlds)
    assert states[0] == states[1] != states[2]
    assert keys[0] == keys[1]
    assert not set(keys[0]) & set(keys[2])


def test_fork_starts_with_the_state_of_its_origin(whole_server: Mock) -> None:
    origin = made(whole_server, seed=3)
    origin.control("PUT", "/broken-rules", json={"rules": ["rentalot.review.final"]})
    origin.control("PUT", "/faults", json={"faults": FAULTS})
    Scenario(origin, 2).run()
    fork = made(whole_server, fork=name_of(origin))
    for path in ("/state", "/outbox", "/faults", "/broken-rules", "/clock"):
        assert fork.control("GET", path).content == origin.control("GET", path).content
    assert fork.control("GET", "/journal").json() == {"entries": [], "total": 0, "dropped": 0}
    assert '"count":0' in fork.control("GET", "/coverage").text
    assert not any(
        api["summary"]["rule"]["reached"]
        for api in fork.control("GET", "/coverage").json()["apis"].values()
    )
    responses = [Scenario(found, 4).run() for found in (origin, fork)]
    assert responses[0] == responses[1]
    drop(whole_server, origin, fork)


@pytest.mark.parametrize("written_first", ["origin", "fork"])
def test_fork_and_origin_are_independent(whole_server: Mock, written_first: str) -> None:
    origin = made(whole_server)
    origin.call("GET")
    fork = made(whole_server, fork=name_of(origin))
    writer, reader = (origin, fork) if written_first == "origin" else (fork, origin)
    page = reader.call("GET", "?limit=100").content
    before = {
        path: reader.control("GET", path).content
        for path in ("/state", "/outbox", "/clock", "/faults", "/broken-rules", "/journal")
    }
    writer.control("PUT", "/faults", json={"faults": FAULTS})
    writer.control("PUT", "/broken-rules", json={"rules": ["rentalot.review.final"]})
    Scenario(writer, 0).run()
    writer.control("DELETE", "/faults")
    writer.control("POST", "/clock/advance", json={"by": "P90D"})
    assert writer.call("GET", "?limit=100").content != page
    assert {path: reader.control("GET", path).content for path in before} == before
    assert reader.call("GET", "?limit=100").content == page
    drop(whole_server, origin)
    assert fork.call("GET").status_code == 200
    drop(whole_server, fork)


def test_a_fork_of_a_fork_outlives_both(whole_server: Mock) -> None:
    first = made(whole_server)
    keys = [first.given()]
    second = made(whole_server, fork=name_of(first))
    keys.append(second.given())
    third = made(whole_server, fork=name_of(second))
    keys.append(third.given())
    drop(whole_server, first, second)
    assert [third.call("GET", f"/{key}").status_code for key in keys] == [200] * 3
    third.control("POST", "/reset")
    assert [third.call("GET", f"/{key}").status_code for key in keys] == [200, 200, 404]
    drop(whole_server, third)


def test_reset_restores_one_world_alone(whole_server: Mock, world: Mock) -> None:
    other = made(whole_server, fork=name_of(world))
    Scenario(other, 1).run()
    unmoved = other.control("GET", "/state").content
    before = world.control("GET", "/state").json()
    keys = [world.given() for _ in range(2)]
    Scenario(world, 1).run()
    world.control("POST", "/clock/advance", json={"by": "P1D"})
    assert world.control("POST", "/reset").json() == {}
    after = world.control("GET", "/state").json()
    for part in ("clock", "outbox", "rates", "faults", "broken"):
        assert after[part] == before[part], part
    assert {api: part["records"] for api, part in after["apis"].items()} == {
        api: part["records"] for api, part in before["apis"].items()
    }
    assert world.control("GET", "/journal").json() == {"entries": [], "total": 0, "dropped": 0}
    assert [world.given() for _ in range(2)] == keys
    assert other.control("GET", "/state").content == unmoved
    drop(whole_server, other)


def test_a_reset_of_an_untouched_world_changes_nothing(world: Mock) -> None:
    before = world.control("GET", "/state").content
    world.control("POST", "/reset")
    assert world.control("GET", "/state").content == before


# ---- forks share unchanged tables


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The number of copies of tables."""
    counts: Counter[str] = Counter()
    copy = store._Tables.copy

    def counted(self: store._Tables) -> store._Tables:
        counts["copies"] += 1
        return copy(self)

    monkeypatch.setattr(store._Tables, "copy", counted)
    return counts


def worlds_of(sessions: int, max_worlds: int = 500) -> Worlds:
    """The worlds of a mock in this process; its default world has this many additional sessions."""
    moment = datetime(2026, 5, 6, 17, tzinfo=UTC)
    worlds = WholeMock(Settings(("mobilenext",), frozen_at=moment, max_worlds=max_worlds)).worlds
    table = worlds.default.collections["mobilenext", "Session"]
    table.rows("org_harbor", {})
    some = next(iter(table))
    for number in range(sessions):
        table.put(replace(some, key=f"{number:08}-0000-4000-8000-000000000000"))
    return worlds


def test_fork_shares_tables_until_one_is_written(copied: Counter[str]) -> None:
    worlds = worlds_of(1_000)
    copied.clear()
    fork = worlds.fork("fork", "default")
    for name, origin in worlds.default.collections.items():
        assert fork.collections[name]._tables is origin._tables
    session = ("mobilenext", "Session")
    origin, table = worlds.default.collections[session], fork.collections[session]
    assert len(table) == len(origin) > 1_000
    assert len(table.rows("org_harbor", {})) > 1_000
    assert copied["copies"] == 0
    table.put(next(iter(table)))
    table.put(next(iter(table)))
    assert copied["copies"] == 1
    for name, origin in worlds.default.collections.items():
        assert (fork.collections[name]._tables is origin._tables) == (name != session)


def test_fork_may_evict_its_origin() -> None:
    worlds = worlds_of(5, max_worlds=1)
    worlds.fork("first", "default")
    second = worlds.fork("second", "first")
    assert [world.name for world in worlds] == ["default", "second"]
    assert len(second.collections["mobilenext", "Session"]) == len(
        worlds.default.collections["mobilenext", "Session"]
    )
    with pytest.raises(Refused, match="first"):
        worlds.find("first")


def test_index_made_in_a_fork_serves_both_worlds() -> None:
    worlds = worlds_of(50)
    fork = worlds.fork("fork", "default")
    origin_table, table = (
        found.collections["mobilenext", "Session"] for found in (worlds.default, fork)
    )
    some = next(iter(table))
    rows = len(table.rows("org_harbor", {"user": some.fields["user"]}))
    origin_table.put(replace(some, key="ffffffff-0000-4000-8000-000000000000", serial=0))
    assert len(table.rows("org_harbor", {"user": some.fields["user"]})) == rows
    assert len(origin_table.rows("org_harbor", {"user": some.fields["user"]})) == rows + 1


# ---- clocks


def now_of(world: Mock) -> str:
    return str(world.control("GET", "/clock").json()["now"])


def test_each_world_has_its_own_time(whole_server: Mock) -> None:
    here, there = made(whole_server), made(whole_server, clock={"now": "2031-01-01T00:00:00+01:00"})
    assert here.control("POST", "/clock/advance", json={"by": "P1DT1H"}).json() == {
        "now": "2026-05-07T18:00:00Z",
        "frozen": True,
    }
    assert there.control("PUT", "/clock", json={"now": "2032-01-01T00:00:00.9Z"}).json() == {
        "now": "2032-01-01T00:00:00Z",
        "frozen": True,
    }
    assert [now_of(found) for found in (whole_server, here, there)] == [
        "2026-05-06T17:00:00Z",
        "2026-05-07T18:00:00Z",
        "2032-01-01T00:00:00Z",
    ]
    listed = {
        each["name"]: each["now"]
        for each in whole_server.control("GET", "/worlds").json()["worlds"]
    }
    assert (listed[name_of(here)], listed[name_of(there)]) == (
        "2026-05-07T18:00:00Z",
        "2032-01-01T00:00:00Z",
    )
    drop(whole_server, here, there)


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PUT", "/clock", {"now": "2026-05-06T16:59:59Z"}, "only moves forward"),
        ("PUT", "/clock", {"now": "1970-01-01T00:00:00Z", "frozen": False}, "only moves forward"),
        ("PUT", "/clock", {"now": "2026-05-06T17:00:00"}, "date-time"),
        ("PUT", "/clock", {"now": 1778086800}, "now"),
        ("PUT", "/clock", {"now": None}, "now"),
        ("PUT", "/clock", {"now": "9000-01-01T00:00:01Z"}, "out of range"),
        ("PUT", "/clock", {"frozen": 1}, "frozen"),
        ("PUT", "/clock", {"now": "2027-01-01T00:00:00Z", "frozen": "no"}, "frozen"),
        ("PUT", "/clock", {"then": "2027-01-01T00:00:00Z"}, "then"),
        ("PUT", "/clock", [], "object"),
        ("POST", "/clock/advance", {"by": "-PT1S"}, "only moves forward"),
        ("POST", "/clock/advance", {"by": "P9999Y"}, "duration"),
        ("POST", "/clock/advance", {"by": "P9999999D"}, "ends"),
        ("POST", "/clock/advance", {"by": "P" + "9" * 400 + "D"}, ""),
        ("POST", "/clock/advance", {"by": 5}, "by"),
        ("POST", "/clock/advance", {"by": "PT1S", "again": True}, "again"),
    ],
)
def test_invalid_times_are_refused(
    world: Mock, method: str, path: str, body: Any, said: str
) -> None:
    answer = world.control(method, path, json=body)
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]
    assert world.control("GET", "/clock").json() == {"now": "2026-05-06T17:00:00Z", "frozen": True}


def test_a_clock_runs_and_stands_still_again(whole_server: Mock) -> None:
    found = made(whole_server, clock={"now": "2026-01-01T00:00:00Z", "frozen": False})
    origin = datetime(2026, 1, 1, tzinfo=UTC)
    time.sleep(1.1)
    ran = datetime.fromisoformat(now_of(found)) - origin
    assert timedelta(seconds=1) <= ran < timedelta(seconds=9)
    assert found.control("PUT", "/clock", json={"now": "2026-01-01T00:00:00Z"}).status_code == 400
    found.control("POST", "/clock/advance", json={"by": "P1D"})
    stood = found.control("PUT", "/clock", json={"frozen": True}).json()
    assert stood["frozen"] is True
    assert (
        timedelta(days=1)
        <= datetime.fromisoformat(stood["now"]) - origin
        < timedelta(days=1, seconds=9)
    )
    fork = made(whole_server, fork=name_of(found))
    went_on = found.control("PUT", "/clock", json={"frozen": False}).json()
    assert went_on["frozen"] is False
    assert now_of(fork) == stood["now"] <= went_on["now"]
    assert fork.control("GET", "/clock").json()["frozen"] is True
    drop(whole_server, found, fork)


def test_everything_uses_the_world_clock(whole_server: Mock, world: Mock) -> None:
    scout, rentalot = replace(world, api="openscouter"), replace(world, api="rentalot")
    token = scout.credential()
    sessions = f"{world.url}/openscouter/api/sessions"
    active = rentalot.given(status="active")
    world.client.post(f"{sessions}/sess_001/analyze", headers=token)
    rentalot.state("rate limits")
    assert [rentalot.call("GET", "?limit=1").status_code for _ in range(121)].count(429) == 1

    def seen() -> tuple[Any, ...]:
        analysis = world.client.get(f"{sessions}/sess_001", headers=scout.credential()).json()[
            "data"
        ]["status"]
        status = (
            rentalot.call("GET", f"/{active}", headers=rentalot.credential(tenant="default"))
            .json()
            .get("data", {})
            .get("status")
        )
        return analysis, status, world.client.get(f"{sessions}/sess_001", headers=token).status_code

    assert seen() == ("analyzing", None, 200)  # None: the limit is used up
    whole_server.control("GET", "/clock")
    world.control("POST", "/clock/advance", json={"by": "PT44S"})
    assert seen() == ("analyzing", None, 200)
    world.control("POST", "/clock/advance", json={"by": "PT1S"})
    assert seen()[0] == "analyzed"
    world.control("POST", "/clock/advance", json={"by": "PT1M"})
    assert seen() == ("analyzed", "active", 200)
    world.control("POST", "/clock/advance", json={"by": "P1D"})
    assert seen() == ("analyzed", "active", 401)
    world.control("PUT", "/clock", json={"now": "2026-06-05T16:59:59Z"})
    assert seen()[1] == "active"
    world.control("PUT", "/clock", json={"now": "2026-06-05T17:00:00Z"})
    assert seen()[1] == "expired"
    entries = world.control("GET", "/journal").json()["entries"]
    assert (entries[0]["at"], entries[-1]["at"]) == ("2026-05-06T17:00:00Z", "2026-06-05T17:00:00Z")
    assert [entry["at"] for entry in entries] == sorted(entry["at"] for entry in entries)


def test_delayed_call_meets_the_current_state(whole_server: Mock, world: Mock) -> None:
    key = world.given(status="completed")
    world.control(
        "PUT", "/faults", json={"faults": [{"delay": {"type": "fixed", "milliseconds": 300}}]}
    )
    with ThreadPoolExecutor(1) as pool, httpx.Client(trust_env=False, timeout=10) as client:
        late = pool.submit(
            lambda: client.patch(
                f"{world.sessions}/{key}/review", headers=KEY, json={"reviewStatus": "approved"}
            )
        )
        time.sleep(0.15)
        world.control("DELETE", "/faults")
        world.control("POST", "/clock/advance", json={"by": "P60D"})
        answer = late.result()
    session = world.call("GET", f"/{key}").json()["data"]
    if answer.is_success:  # then it was answered as of its arrival
        assert session["reviewedAt"] <= session["expiresAt"]
    else:
        assert session["status"] == "expired"


def test_the_documented_records_are_in_every_world(world: Mock) -> None:
    assert [world.call("GET", f"/{key}").status_code for key in (DOCUMENTED, ACTIVE)] == [200, 200]
