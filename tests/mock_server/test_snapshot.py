"""Snapshots over HTTP: an imported world continues like its origin; a bad one changes nothing."""

import copy
import json
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from session_contracts.application import application
from session_contracts.in_process import URL, in_process
from session_contracts.mock_server.errors import BadSnapshot, FixtureError
from tests.mock_server.worlds import (
    FAULTS,
    NEW_SESSION,
    PAGE,
    Scenario,
    drop,
    made,
    name_of,
    path_of,
)
from tests.serving import DOCUMENTED, KEY, Mock, running

pytestmark = pytest.mark.slow

MEMBERS = ("format", "version", "clock", "random", "apis", "outbox", "rates", "faults", "broken")


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Mock]:
    """Another server, started with other options."""
    with running("--clock", "2027-08-09T10:11:12Z", "--seed", "99", "--rate-limits") as server:
        yield server


def exported(world: Mock) -> dict[str, Any]:
    answer = world.control("GET", "/state")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def later(world: Mock, number: int) -> list[str]:
    """The responses of a world to later scenarios."""
    responses = Scenario(world, number).run()
    world.control("POST", "/clock/advance", json={"by": "P31D"})
    responses += Scenario(world, number + 1).run()
    world.control("DELETE", "/faults")
    return [
        text.replace(path_of(world), "") for text in responses + Scenario(world, number + 2).run()
    ]


# ---- there and back


@pytest.mark.parametrize("number", [1, 2])
def test_imported_world_continues_like_its_origin(
    whole_server: Mock, elsewhere: Mock, number: int
) -> None:
    here = made(whole_server, seed=number, clock={"now": "2026-05-06T17:00:00Z"})
    here.control(
        "PUT",
        "/faults",
        json={"faults": [*FAULTS, {"status": 500, "operation": "getNotes", "first": 3}]},
    )
    here.control("PUT", "/broken-rules", json={"rules": ["rentalot.review.final"][: number % 2]})
    replace(here, api="mobilenext").state("rate limits")
    Scenario(here, number).run()
    state = here.control("GET", "/state")
    assert set(state.json()) == set(MEMBERS)
    imported, begun = made(elsewhere, seed=5), made(elsewhere, state=state.json())
    Scenario(imported, 1).run()
    assert imported.control("PUT", "/state", json=state.json()).json() == {}
    assert [found.control("GET", "/state").content for found in (imported, begun)] == [
        state.content
    ] * 2
    responses = later(here, number)
    assert later(imported, number) == responses
    assert later(begun, number) == responses
    assert here.control("GET", "/state").content == imported.control("GET", "/state").content
    imported.control("POST", "/reset")
    assert exported(imported)["clock"]["now"] == "2027-08-09T10:11:12Z"
    begun.control("POST", "/reset")
    assert exported(begun)["apis"] == state.json()["apis"] | {
        api: {**part, "credentials": exported(begun)["apis"][api]["credentials"]}
        for api, part in state.json()["apis"].items()
    }
    drop(whole_server, here)
    drop(elsewhere, imported, begun)


def test_timers_survive_an_import(world: Mock, elsewhere: Mock) -> None:
    scout = replace(world, api="openscouter").credential()
    world.client.post(f"{world.url}/openscouter/api/sessions/sess_001/analyze", headers=scout)
    world.control("POST", "/clock/advance", json={"by": "PT30S"})
    forever = replace(world, api="openscouter").state("session", status="analyzing")["sessionId"]
    active = world.given(status="active")
    there = made(elsewhere, state=exported(world))
    for seconds, statuses in (
        (14, ("analyzing", "analyzing", "active")),
        (1, ("analyzed", "analyzing", "active")),
    ):
        there.control("POST", "/clock/advance", json={"by": f"PT{seconds}S"})
        seen = [
            there.client.get(f"{there.url}/openscouter/api/sessions/{key}", headers=scout).json()[
                "data"
            ]["status"]
            for key in ("sess_001", forever)
        ]
        assert (*seen, there.call("GET", f"/{active}").json()["data"]["status"]) == statuses
    there.control("POST", "/clock/advance", json={"by": "P30D"})
    assert there.call("GET", f"/{active}").json()["data"]["status"] == "expired"
    drop(elsewhere, there)


def test_equal_records_keep_their_order(world: Mock, elsewhere: Mock) -> None:
    mobilenext = replace(world, api="mobilenext")
    home = mobilenext.given("organization")
    keys = [mobilenext.given("session", organization=home) for _ in range(7)]
    key = mobilenext.credential(kind="api_key", organization=home)
    url = "/mobilenext/api/v1/sessions?limit=3"
    first = world.client.get(f"{world.url}{url}", headers=key).json()
    there = made(elsewhere, state=exported(world))
    there_mobilenext = replace(there, api="mobilenext")
    second = there.client.get(f"{there.url}{url}&before={first['nextCursor']}", headers=key).json()
    keys.append(there_mobilenext.given("session", organization=home))
    third = there.client.get(f"{there.url}{url}&before={second['nextCursor']}", headers=key).json()
    seen = [session["id"] for page in (first, second, third) for session in page["data"]]
    assert seen == keys[6::-1]
    assert there.client.get(f"{there.url}{url}", headers=key).json()["data"][0]["id"] == keys[-1]
    drop(elsewhere, there)


def test_rate_counts_survive_an_import(world: Mock, elsewhere: Mock) -> None:
    world.state("rate limits")
    answers = [world.call("GET", "?limit=1") for _ in range(118)]
    there = made(elsewhere, state=exported(world))
    for found in (world, there):
        assert [found.call("GET", "?limit=1").status_code for _ in range(4)] == [200, 200, 429, 429]
    assert {answer.status_code for answer in answers} == {200}
    drop(elsewhere, there)


def test_credentials_survive_an_import(world: Mock, elsewhere: Mock) -> None:
    saleslab, mobilenext, promptster = (
        replace(world, api=api) for api in ("saleslab", "mobilenext", "promptster")
    )
    sent = {
        "/rentalot/api/v1/sessions": world.credential(revoked=True),
        "/saleslab/api/v1/users": saleslab.credential(scopes=["sessions:read"]),
        "/saleslab/api/v1/sessions": saleslab.credential(scopes=[]),
        "/mobilenext/api/v1/sessions": mobilenext.credential(organizations=[]),
        "/promptster/v1/sessions": promptster.credential(expired=True),
        "/mobilenext/api/v1/sessions?limit=1": mobilenext.credential(
            kind="api_key", organization=mobilenext.given("organization")
        ),
    }
    there = made(elsewhere, state=exported(world))
    answers = [
        [found.client.get(found.url + path, headers=headers) for path, headers in sent.items()]
        for found in (world, there)
    ]
    assert [answer.status_code for answer in answers[0]] == [401, 403, 403, 403, 401, 200]
    assert [answer.content for answer in answers[0]] == [answer.content for answer in answers[1]]
    for api, params in (
        ("rentalot", {"revoked": True}),
        ("saleslab", {"scopes": []}),
        ("promptster", {}),
        ("openscouter", {}),
    ):
        issued = [replace(found, api=api).credential(**params) for found in (world, there)]
        assert issued[0] == issued[1]
        assert issued[0] not in sent.values()
    drop(elsewhere, there)


def test_apis_missing_in_a_snapshot_keep_their_data(world: Mock) -> None:
    state = exported(world)
    rentalot = world.given()
    mobilenext = replace(world, api="mobilenext").given("session")
    kept = {
        **state,
        "apis": {"rentalot": state["apis"]["rentalot"]},
        "random": exported(world)["random"],
    }
    assert world.control("PUT", "/state", json=kept).status_code == 200
    assert world.call("GET", f"/{rentalot}").status_code == 404
    assert replace(world, api="mobilenext").call("GET", f"/{mobilenext}").status_code == 200


@pytest.mark.parametrize("api", ["rentalot", "mobilenext"])
def test_one_api_can_be_exported_alone(world: Mock, elsewhere: Mock, api: str) -> None:
    Scenario(world, 0).run()
    alone = world.control("GET", f"/state?api={api}").json()
    whole = exported(world)
    rates = {
        **whole["rates"],
        "counts": [count for count in whole["rates"]["counts"] if count["api"] == api],
    }
    assert alone == {**whole, "apis": {api: whole["apis"][api]}, "rates": rates}
    there = made(elsewhere)
    before = exported(there)["apis"]
    assert there.control("PUT", "/state", json=alone).status_code == 200
    assert exported(there)["apis"] == {**before, **alone["apis"]}
    assert there.control("GET", f"/state?api={api}").json() == alone
    for name in ("nobody", "control", "", "Rentalot", "%00"):
        assert there.control("GET", f"/state?api={name}").status_code in (400, 404)
    drop(elsewhere, there)


def test_partial_import_repeats_no_id(world: Mock) -> None:
    """Restarted random numbers would repeat the ids of the records that are kept."""
    state = exported(world)
    scout = replace(world, api="openscouter").credential()
    sessions = f"{world.url}/openscouter/api/sessions"
    key = world.client.post(sessions, headers=scout, json=NEW_SESSION).json()["data"]["sessionId"]
    world.client.post(f"{sessions}/{key}/complete", headers=scout)
    world.control("PUT", "/state", json={**state, "apis": {}})
    world.client.post(sessions, headers=scout, json=NEW_SESSION)
    assert (
        world.client.get(f"{sessions}/{key}", headers=scout).json()["data"]["status"] == "completed"
    )


def test_incomplete_import_changes_nothing(world: Mock) -> None:
    state = exported(world)
    world.given()
    Scenario(world, 0).rentalot()
    before = world.control("GET", "/state").content
    body = json.dumps(state).encode()
    host = urlsplit(world.url)
    for path in (f"PUT {path_of(world)}/_mock/state", "POST /_mock/worlds"):
        for length, sent in (
            (len(body), body[:-1]),
            (len(body) + 1, body),
            (len(body), b""),
            (10**9, body),
        ):
            with socket.create_connection((host.hostname, host.port)) as connection:
                media = "Content-Type: application/json"
                head = f"{path} HTTP/1.1\r\nHost: x\r\n{media}\r\nContent-Length: {length}\r\n\r\n"
                connection.sendall(head.encode() + sent)
        with socket.create_connection((host.hostname, host.port)) as connection:
            connection.sendall(
                f"{path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                f"{len(body):x}\r\n".encode()
                + body
            )
    time.sleep(0.1)
    assert world.control("GET", "/state").content == before
    assert world.control("PUT", "/state", json=state).status_code == 200


# ---- a server that begins with an exported world


def test_server_starts_with_a_snapshot(whole_server: Mock, tmp_path: Path) -> None:
    origin = made(whole_server, seed=4, clock={"now": "2026-07-08T09:10:11Z"})
    origin.control("PUT", "/faults", json={"faults": FAULTS})
    Scenario(origin, 3).run()
    state = origin.control("GET", "/state").content
    file = tmp_path / "WORLD.JSON"
    file.write_bytes(state)
    with running("--world", str(file)) as server:
        assert server.control("GET", "/state").content == state
        begun, fork = made(server), made(server, fork="default")
        assert fork.control("GET", "/state").content == state
        assert server.control("GET", "/journal").json()["total"] == 0
        responses = [Scenario(found, 1).run() for found in (server, fork)]
        assert [text.replace(path_of(fork), "") for text in responses[1]] == responses[0]
        server.control("POST", "/reset")
        went_back, original = exported(server), json.loads(state)
        for part in ("clock", "outbox", "rates", "broken"):
            assert went_back[part] == original[part], part
        for api, kept in original["apis"].items():
            assert went_back["apis"][api]["records"] == kept["records"]
        assert (
            begun.control("GET", "/state").content == state
        )  # a new world is as the server was when it started
    drop(whole_server, origin)


def broken_off(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "outbox": [{"kind": "email", "about": "x", "colour": "red"}]}


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", "null", "0", '""', "broken"])
def test_server_does_not_start_with_a_bad_snapshot(
    small: Mock, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "world.json"
    file.write_text(json.dumps(broken_off(exported(small))) if content == "broken" else content)
    with pytest.raises((BadSnapshot, FixtureError)):
        application(world=file)


# ---- imports that are wrong


def small_world(state: dict[str, Any]) -> dict[str, Any]:
    """The first two records of each resource, so that many imports are fast."""
    apis = {
        api: {
            **part,
            "records": {
                name: records[: 2 if name != "CandidateKey" else 40]
                for name, records in part["records"].items()
            },
        }
        for api, part in state["apis"].items()
    }
    return {**state, "apis": apis}


@pytest.fixture(scope="module")
def small(whole_server: Mock) -> Iterator[Mock]:
    """A world of a few records, with content in each of its parts; no test changes it."""
    found = made(whole_server)
    Scenario(found, 0).run()
    found.control("PUT", "/faults", json={"faults": FAULTS})
    found.control("PUT", "/broken-rules", json={"rules": ["rentalot.review.final"]})
    state = exported(found)
    assert found.control("PUT", "/state", json=small_world(state)).status_code == 200
    yield found
    drop(whole_server, found)


Path_ = tuple[str | int, ...]


def changed(state: dict[str, Any], path: Path_, value: Any) -> Any:
    """The state with another value in one place; `...` removes it."""
    if not path:
        return value
    made_ = copy.deepcopy(state)
    part: Any = made_
    for name in path[:-1]:
        part = part[name]
    if value is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return made_


RECORDS: Path_ = ("apis", "rentalot", "records", "Session")
FIRST: Path_ = (*RECORDS, 0)
CREDENTIAL: Path_ = ("apis", "rentalot", "credentials", 0)
COUNT = {"api": "rentalot", "who": "x", "index": 0, "window": 1, "calls": 1}
DEEP: Any = []
for _ in range(150):
    DEEP = [DEEP]

#: Where it is wrong, what stands there, and what the answer says.
WRONG: tuple[tuple[Path_, Any, str], ...] = (
    ((), [], "object"),
    ((), "session-contracts/world", "object"),
    ((), {}, "format"),
    ((), DEEP, "deep"),
    (("format",), "session-contracts/state", "format"),
    (("format",), ..., "format"),
    (("format",), ["session-contracts/world"], "format"),
    (("version",), 2, "version"),
    (("version",), "1", "version"),
    (("version",), True, "version"),
    (("version",), ..., "version"),
    (("version",), 10**30, "version"),
    *(((name,), ..., name) for name in MEMBERS),
    *(((name,), value, name) for name in MEMBERS[2:] for value in (None, 5, "x", True)),
    *(((name,), [], name) for name in ("clock", "random", "apis", "rates")),
    *(((name,), {}, name) for name in ("clock", "random", "outbox", "rates", "faults", "broken")),
    (("colour",), "red", "colour"),
    (("clock", "now"), "soon", "clock.now"),
    (("clock", "now"), "2026-02-30T00:00:00Z", "clock.now"),
    (("clock", "now"), "2026-05-06T17:00:00", "clock.now"),
    (("clock", "now"), "1969-12-31T23:59:59Z", "clock.now"),
    (("clock", "now"), "9999-12-31T23:59:59Z", "clock.now"),
    (("clock", "now"), 1778086800, "clock.now"),
    (("clock", "now"), ..., "clock"),
    (("clock", "frozen"), "true", "clock.frozen"),
    (("clock", "frozen"), ..., "clock"),
    (("clock", "zone"), "UTC", "zone"),
    (("random", "seed"), "0", "random.seed"),
    (("random", "seed"), 0.5, "random.seed"),
    (("random", "drawn"), {"ids": -1}, "random.drawn.ids"),
    (("random", "drawn"), {"ids": 0.5}, "random.drawn.ids"),
    (("random", "drawn"), {"ids": "1"}, "random.drawn.ids"),
    (("random", "drawn"), [], "random.drawn"),
    (("random", "drawn"), {"ids": DEEP}, "deep"),
    (("random", "colour"), 1, "colour"),
    (("apis", "nobody"), {"records": {}, "credentials": []}, "nobody"),
    (("apis", "control"), {"records": {}, "credentials": []}, "control"),
    (("apis", "rentalot"), [], "rentalot"),
    (("apis", "rentalot", "records"), ..., "records"),
    (("apis", "rentalot", "records"), [], "records"),
    (("apis", "rentalot", "credentials"), ..., "credentials"),
    (("apis", "rentalot", "credentials"), {}, "credentials"),
    (("apis", "rentalot", "colour"), 1, "colour"),
    (("apis", "rentalot", "records", "Order"), [], "Order"),
    (("apis", "rentalot", "records", "session"), [], "session"),
    (RECORDS, {}, "Session"),
    (RECORDS, [5], "Session.0"),
    (FIRST, None, "Session.0"),
    ((*FIRST, "tenant"), ..., "Session.0"),
    ((*FIRST, "tenant"), 5, "Session.0.tenant"),
    ((*FIRST, "private"), ..., "Session.0"),
    ((*FIRST, "private"), [], "Session.0.private"),
    ((*FIRST, "fields"), ..., "Session.0"),
    ((*FIRST, "fields"), {}, "Session.0"),
    ((*FIRST, "fields"), [], "Session.0.fields"),
    ((*FIRST, "colour"), 1, "colour"),
    ((*FIRST, "fields", "id"), ..., "Session.0"),
    ((*FIRST, "fields", "id"), None, "Session.0"),
    ((*FIRST, "fields", "id"), {}, "Session.0"),
    ((*FIRST, "fields", "id"), "1", "Session.0"),
    ((*FIRST, "fields", "status"), "paused", "Session.0"),
    ((*FIRST, "fields", "status"), None, "Session.0"),
    ((*FIRST, "fields", "expiresAt"), "9999-12-31T23:59:59Z", "Session.0"),
    ((*FIRST, "fields", "createdAt"), "today", "Session.0"),
    ((*FIRST, "timer"), {}, "Session.0.timer"),
    ((*FIRST, "timer"), "expire", "Session.0.timer"),
    ((*FIRST, "timer"), {"name": "ring", "due": "2027-01-01T00:00:00Z"}, "Session.0"),
    ((*FIRST, "timer"), {"name": "expire_reviewed", "due": "2027-01-01T00:00:00Z"}, "Session.0"),
    ((*FIRST, "timer"), {"name": "expire", "due": "soon"}, "Session.0.timer.due"),
    ((*FIRST, "timer"), {"name": "expire", "due": "9999-01-01T00:00:00Z"}, "Session.0"),
    ((*FIRST, "timer"), {"name": [], "due": "2027-01-01T00:00:00Z"}, "Session.0.timer.name"),
    (
        ("apis", "saleslab", "records", "User", 0, "timer"),
        {"name": "expire", "due": "2027-01-01T00:00:00Z"},
        "User.0",
    ),
    (("apis", "mobilenext", "records", "User", 0, "fields", "organizations"), ["a", "a"], "User.0"),
    (
        ("apis", "promptster", "records", "CandidateKey", 1, "fields", "status"),
        "lost",
        "CandidateKey.1",
    ),
    (
        ("apis", "openscouter", "records", "Study", 0, "fields", "splitRatio"),
        {"A": -1, "B": 1},
        "Study.0",
    ),
    (CREDENTIAL, 5, "credentials.0"),
    ((*CREDENTIAL, "secret"), ..., "credentials"),
    ((*CREDENTIAL, "secret"), 5, "credentials"),
    ((*CREDENTIAL, "secret"), {}, "credentials"),
    ((*CREDENTIAL, "tenant"), [], "credentials"),
    ((*CREDENTIAL, "kind"), ["api_key"], "credentials"),
    ((*CREDENTIAL, "revoked"), "no", "credentials"),
    ((*CREDENTIAL, "scopes"), "sessions:read", "credentials"),
    ((*CREDENTIAL, "scopes"), 5, "credentials"),
    ((*CREDENTIAL, "scopes"), [{}], "credentials"),
    ((*CREDENTIAL, "expires"), "soon", "credentials"),
    ((*CREDENTIAL, "expires"), 5, "credentials"),
    ((*CREDENTIAL, "expires"), "2030-01-01T00:00:00", "credentials"),
    ((*CREDENTIAL, "user"), {}, "credentials"),
    ((*CREDENTIAL, "organization"), [], "credentials"),
    ((*CREDENTIAL, "organizations"), [[]], "credentials"),
    ((*CREDENTIAL, "colour"), "red", "credentials"),
    (("outbox",), [5], "outbox.0"),
    (("outbox",), [{"kind": "email"}], "outbox.0"),
    (("outbox",), [{"kind": "fax", "about": "x"}], "outbox.0.kind"),
    (("outbox",), [{"kind": "email", "about": "x", "to": 5}], "outbox.0.to"),
    (("outbox",), [{"kind": "email", "about": "x", "colour": "red"}], "outbox"),
    (("rates", "enforced"), "yes", "rates.enforced"),
    (("rates", "enforced"), ..., "rates"),
    (("rates", "counts"), [5], "rates.counts.0"),
    (("rates", "counts"), [{}], "rates.counts.0"),
    (("rates", "counts"), [{**COUNT, "calls": -1}], "rates.counts.0.calls"),
    (("rates", "counts"), [{**COUNT, "calls": "1"}], "rates.counts.0.calls"),
    (("rates", "counts"), [{**COUNT, "window": None}], "rates.counts.0.window"),
    (("rates", "counts"), [{**COUNT, "who": []}], "rates.counts.0.who"),
    (("rates", "counts"), [{**COUNT, "colour": 1}], "colour"),
    (("rates", "counts"), [{**COUNT, "api": "nobody"}], "nobody"),
    (("faults",), [5], "faults.0"),
    (("faults",), [{}], "faults.0"),
    (("faults",), [{"api": "nobody", "status": 503}], "faults.0"),
    (("faults",), [{"status": 503}, {"operation": "nothing", "status": 503}], "faults.1"),
    (("faults",), [{"status": 599}], "faults.0"),
    (("faults",), [{"status": 503, "drop": True}], "faults.0"),
    (("faults",), [{"status": 503, "struck": -1}], "faults.0.struck"),
    (("faults",), [{"delay": 5}], "faults.0.delay"),
    (("faults",), [{"delay": {"type": "fixed"}}], "faults.0"),
    (("faults",), [{"delay": {"type": "fixed", "lower": 1, "upper": 2}}], "faults.0"),
    (("broken",), ["rentalot.no.such"], "rentalot.no.such"),
    (("broken",), [5], "broken.0"),
    (("broken",), [["rentalot.review.final"]], "broken.0"),
)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    WRONG,
    ids=[".".join(map(str, path)) or "body" for path, _, _ in WRONG],
)
def test_bad_import_says_where_and_changes_nothing(
    whole_server: Mock, small: Mock, path: Path_, value: Any, said: str
) -> None:
    before = small.control("GET", "/state").content
    wrong = changed(json.loads(before), path, value)
    answer = small.control("PUT", "/state", json=wrong)
    unchanged = small.control("GET", "/state").content == before
    small.control(
        "PUT", "/state", content=before, headers={"Content-Type": "application/json"}
    )  # for the next test
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["error"]
    assert len(answer.text) < 20_000
    assert "__init__" not in answer.text
    assert "object is not" not in answer.text
    assert unchanged
    if isinstance(wrong, dict):
        worlds = whole_server.control("GET", "/worlds").content
        assert (
            whole_server.control(
                "POST", "/worlds", json={"name": "never", "state": wrong}
            ).status_code
            == 400
        )
        assert len(whole_server.control("GET", "/worlds").content) == len(worlds)


@pytest.mark.parametrize("api", ["rentalot", "saleslab", "openscouter", "promptster", "mobilenext"])
def test_duplicate_ids_are_refused(small: Mock, api: str) -> None:
    before = small.control("GET", "/state").content
    for resource in json.loads(before)["apis"][api]["records"]:
        state = json.loads(before)
        records = state["apis"][api]["records"][resource]
        records.append({**records[0], "tenant": "other"})
        answer = small.control("PUT", "/state", json=state)
        assert answer.status_code == 400, answer.text
        assert f"apis.{api}.records.{resource}.{len(records) - 1}" in answer.json()["error"]
        assert small.control("GET", "/state").content == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b"null",
        b"NaN",
        b'{"format": NaN}',
        b'{"format": Infinity}',
        b'{"format": "session-contracts/world", "version": 1e999}',
        b"[" * 200_000,
        b'{"a":' * 50_000,
        b"%YAML 1.1\n---\n!!python/object/apply:os.system [id]",
        b"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94",
        b'{"__class__": "World", "__reduce__": ["os.system", "id"]}',
        b"format=session-contracts/world",
    ],
)
def test_bodies_that_are_not_snapshots_are_refused(small: Mock, content: bytes) -> None:
    before = small.control("GET", "/state").content
    for media in (
        "application/json",
        "application/yaml",
        "application/x-python-pickle",
        "text/plain",
        "multipart/form-data",
    ):
        answer = small.control("PUT", "/state", content=content, headers={"Content-Type": media})
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]
    assert small.control("GET", "/state").content == before


def test_invalid_numbers_are_refused_anywhere(small: Mock) -> None:
    before = small.control("GET", "/state").content
    for number in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"01", b"0x10", b"1_000"):
        sent = before.replace(b'"seed":0', b'"seed":' + number)
        assert sent != before
        answer = small.control(
            "PUT", "/state", content=sent, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400, (number, answer.text)
    assert small.control("GET", "/state").content == before


# ---- imports that look good


def first(*path: str | int) -> Path_:
    return ("apis", *path[:1], "records", *path[1:2], 0, *path[2:])


REVIEW = ("PATCH", f"/rentalot/api/v1/sessions/{DOCUMENTED}/review", {"reviewStatus": "approved"})
NOTHING: Mapping[str, Any] = {"records": {}, "credentials": []}
STATES = {
    "promptster": "event",
    "mobilenext": "session",
    "openscouter": "session",
    "saleslab": "session",
    "rentalot": "credential",
}
#: What is imported where, and calls that come across it.
ODD: tuple[tuple[Path_, Any, tuple[tuple[str, str, Any], ...]], ...] = (
    (first("rentalot", "Session", "private"), {}, (REVIEW, ("GET", "/_mock/outbox", None))),
    (
        first("rentalot", "Session", "private", "email"),
        7,
        (REVIEW, ("GET", "/_mock/outbox", None), ("GET", "/_mock/state", None)),
    ),
    (
        first("rentalot", "Session", "fields", "createdAt"),
        "2026-06-30T23:59:60Z",
        (("GET", "/rentalot/api/v1/sessions", None),),
    ),
    (
        first("rentalot", "Session", "fields", "createdAt"),
        "0000-01-01T00:00:00Z",
        (("GET", "/rentalot/api/v1/sessions", None),),
    ),
    (
        first("rentalot", "Session", "fields", "createdAt"),
        "2026-01-01t00:00:00z",
        (("GET", "/rentalot/api/v1/sessions", None),),
    ),
    (
        first("saleslab", "Session", "fields", "started_at"),
        "2026-06-30T23:59:60Z",
        (("GET", "/saleslab/api/v1/sessions", None),),
    ),
    (
        first("mobilenext", "Session", "fields", "createdAt"),
        "2026-06-30T23:59:60Z",
        (("GET", "/mobilenext/api/v1/sessions", None),),
    ),
    (
        first("promptster", "Event", "fields", "ts"),
        "2026-06-30T23:59:60Z",
        (("GET", f"/promptster/v1/sessions/{PAGE}/timeline", None),),
    ),
    (
        first("saleslab", "Session", "private"),
        {},
        (("GET", "/saleslab/api/v1/sessions/30000000-0000-0000-0000-000000000001", None),),
    ),
    (
        first("saleslab", "Session", "private", "transcript"),
        5,
        (("GET", "/saleslab/api/v1/sessions/30000000-0000-0000-0000-000000000001", None),),
    ),
    (
        first("openscouter", "Session", "private", "notes"),
        5,
        (("GET", "/openscouter/api/sessions/sess_001/notes", None),),
    ),
    (
        first("openscouter", "Session", "private", "notes"),
        [{}],
        (("GET", "/openscouter/api/sessions/sess_001/notes", None),),
    ),
    (
        first("openscouter", "Session", "private"),
        {},
        (("GET", "/openscouter/api/sessions/sess_001/notes", None),),
    ),
    (
        first("promptster", "Session", "private", "assessmentId"),
        {},
        (("GET", f"/promptster/v1/sessions/{PAGE}/cohort-stats", None),),
    ),
    (
        first("promptster", "Session", "private", "metrics"),
        5,
        (("GET", f"/promptster/v1/sessions/{PAGE}/cohort-stats", None),),
    ),
    (
        first("promptster", "CandidateKey", "private", "linked"),
        {},
        (
            (
                "POST",
                "/_mock/promptster/states",
                {"action": "setup", "state": "candidate key", "params": {"sessionId": PAGE}},
            ),
        ),
    ),
    (
        ("random", "drawn"),
        {"ids": 2**64 - 1},
        (("POST", "/promptster/v1/sessions", {}), ("GET", "/_mock/state", None)),
    ),
    (
        ("faults",),
        [{"api": "rentalot", "status": 503, "struck": 2**64 - 1}],
        (REVIEW, ("GET", "/_mock/faults", None), ("GET", "/_mock/state", None)),
    ),
    (
        ("rates",),
        {
            "enforced": False,
            "counts": [
                {
                    **COUNT,
                    "who": KEY["Authorization"][7:],
                    "window": 1778086800 // 60,
                    "calls": 2**64 - 1,
                }
            ],
        },
        (REVIEW, ("GET", "/_mock/state", None)),
    ),
    (
        ("random", "seed"),
        10**30,
        (("POST", "/promptster/v1/sessions", {}), ("GET", "/_mock/state", None)),
    ),
    (("apis", "rentalot", "credentials"), [], (REVIEW,)),
    *(
        (
            ("apis", api),
            NOTHING,
            (("POST", f"/_mock/{api}/states", {"action": "setup", "state": state}),),
        )
        for api, state in STATES.items()
    ),
)


@pytest.mark.parametrize(
    ("path", "value", "calls"),
    ODD,
    ids=[f"{'.'.join(map(str, path))}={value}"[:90] for path, value, _ in ODD],
)
def test_imported_data_never_cause_a_500(
    carried: requests.Session,
    pristine: Mapping[str, Any],
    keys: Mapping[str, dict[str, str]],
    path: Path_,
    value: Any,
    calls: Any,
) -> None:
    """The import is refused, or the world still works."""
    answer = carried.post(
        f"{URL}/_mock/worlds", json={"name": "odd", "state": changed(dict(pristine), path, value)}
    )
    answers = []
    if answer.status_code == 201:
        for method, url, body in calls:
            answers.append(
                carried.request(
                    method, f"{URL}/w/odd{url}", headers=keys.get(url.split("/")[1], {}), json=body
                )
            )
        carried.delete(f"{URL}/_mock/worlds/odd")
    assert answer.status_code in (201, 400), answer.text
    for one in answers:
        assert one.status_code < 500 or one.headers.get("x-mock-fault"), one.text


@pytest.fixture(scope="module")
def carried() -> Iterator[requests.Session]:
    """A mock without a socket, which may log its defects."""
    with (
        in_process(application(clock="2026-05-06T17:00:00Z")) as adapter,
        requests.Session() as session,
    ):
        session.mount(URL, adapter)
        yield session


@pytest.fixture(scope="module")
def pristine(whole_server: Mock) -> dict[str, Any]:
    found = made(whole_server)
    state = small_world(exported(found))
    drop(whole_server, found)
    return state


@pytest.fixture(scope="module")
def keys(whole_server: Mock) -> dict[str, dict[str, str]]:
    found = made(whole_server)
    issued = {
        api: replace(found, api=api).credential()
        for api in ("rentalot", "saleslab", "openscouter", "promptster", "mobilenext")
    }
    drop(whole_server, found)
    return issued


def test_a_timer_of_another_state_is_refused(
    whole_server: Mock, pristine: Mapping[str, Any]
) -> None:
    timer = {"name": "expire", "due": "2026-05-06T17:00:10Z"}
    active = {**pristine["apis"]["rentalot"]["records"]["Session"][0]}
    active["fields"] = {**active["fields"], "status": "expired"}
    state = changed(dict(pristine), FIRST, {**active, "timer": timer})
    assert (
        whole_server.control("POST", "/worlds", json={"name": "odd", "state": state}).status_code
        == 400
    )
    whole_server.control("DELETE", "/worlds/odd")


LONG = "x" * 200_000


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), {"a": LONG}),
        (("version",), [LONG]),
        (("apis",), {LONG: NOTHING}),
        (("apis", "rentalot", "records"), {LONG: []}),
        (("broken",), [LONG]),
        (("faults",), [{"api": LONG, "status": 503}]),
        ((*CREDENTIAL, "expires"), LONG),
        ((*FIRST, "timer"), {"name": LONG, "due": "2027-01-01T00:00:00Z"}),
        (("colour" + LONG,), 1),
    ],
    ids=range(9),
)
def test_message_about_a_bad_import_is_short(small: Mock, path: Path_, value: Any) -> None:
    answer = small.control("PUT", "/state", json=changed(exported(small), path, value))
    assert answer.status_code == 400
    assert len(answer.text) < 30_000


def test_same_history_gives_the_same_snapshot(whole_server: Mock) -> None:
    one, other = made(whole_server), made(whole_server)
    other_state = exported(other)
    one.given()
    assert exported(other) == other_state != exported(one)
    assert name_of(one) not in json.dumps(exported(one))
    drop(whole_server, one, other)


def test_export_of_one_api_fits_a_server_of_it_alone(whole_server: Mock) -> None:
    found = made(whole_server)
    key = found.given()
    replace(found, api="saleslab").get("users")
    found.call("GET")
    rules = ["rentalot.review.final", "saleslab.users.order"]
    breakable = found.control("GET", "/broken-rules").json()["breakable"]
    found.control(
        "PUT", "/broken-rules", json={"rules": [rule for rule in breakable if rule in rules]}
    )
    everywhere: list[dict[str, Any]] = [
        {"status": 503, "first": 1},
        {"operation": "getTimeline", "drop": True},
    ]
    faults = [*everywhere, {"api": "rentalot", "drop": True}, {"api": "saleslab", "drop": True}]
    assert found.control("PUT", "/faults", json={"faults": faults}).status_code == 200
    exported = found.control("GET", "/state", params={"api": "rentalot"}).json()
    assert found.control("GET", "/state", params={"api": "nothing"}).status_code == 404
    drop(whole_server, found)
    assert list(exported["apis"]) == ["rentalot"]
    assert exported["broken"] == ["rentalot.review.final"]
    assert [fault.get("api") for fault in exported["faults"]] == [None, "rentalot"]
    with running(apis=["rentalot"]) as other:
        assert other.control("PUT", "/state", json=exported).status_code == 200, other.control(
            "PUT", "/state", json=exported
        ).text
        other.control("DELETE", "/faults")
        assert other.call("GET", f"/{key}").status_code == 200
