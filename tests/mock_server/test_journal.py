"""The journal and its archive over real HTTP: requests, decisions, responses, no secrets."""

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from session_contracts.mock_server.journal import HttpRequest, Journal, JournalEntry
from session_contracts.mock_server.outcome import HttpOutcome
from tests.mock_server.worlds import PAGE, Scenario, drop, get, made, path_of, raw
from tests.serving import ACTIVE, DOCUMENTED, KEY, KEYS, Mock

REVIEW = {"reviewStatus": "approved"}


def journal(world: Mock, **filters: Any) -> dict[str, Any]:
    answer = world.control("GET", "/journal", params=filters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def entries(world: Mock, **filters: Any) -> list[dict[str, Any]]:
    return list(journal(world, **filters)["entries"])


def archive(world: Mock, **filters: Any) -> list[dict[str, Any]]:
    answer = world.control("GET", "/journal/har", params=filters)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["log"]["entries"])


# ---- what is taken down


def test_members_of_an_entry(world: Mock) -> None:
    path = f"{path_of(world)}/rentalot/api/v1/sessions/{DOCUMENTED}/review"
    common = {
        "at": "2026-05-06T17:00:00Z",
        "method": "PATCH",
        "path": path,
        "api": "rentalot",
        "operation": "reviewSession",
    }
    key = world.given(status="completed")
    for _ in range(2):
        world.call("PATCH", f"/{key}/review", json=REVIEW)
    world.call("GET", f"/{key}?page=%7Bx%7D&%20")
    moved, refused, stayed = entries(world)
    common["path"] = path.replace(DOCUMENTED, key)
    nothing = {"rule": None, "detail": None}
    assert moved == {
        **common,
        **nothing,
        "number": 1,
        "status": 200,
        "decision": "moved",
        "state": {"before": "awaiting_review", "after": "approved"},
    }
    assert refused == {
        **common,
        "number": 2,
        "status": 409,
        "decision": "refused",
        "rule": "rentalot.review.final",
        "detail": "Review a session: not possible for a session that is approved",
        "state": {"before": "approved", "after": "approved"},
        "allowed": [
            {"from": "awaiting_review", "to": "approved", "when": {"reviewStatus": "approved"}},
            {"from": "awaiting_review", "to": "denied", "when": {"reviewStatus": "denied"}},
        ],
    }
    assert stayed["path"] == f"{path_of(world)}/rentalot/api/v1/sessions/{key}?page=%7Bx%7D&%20"
    assert (stayed["method"], stayed["decision"], stayed["state"]) == (
        "GET",
        "stayed",
        {"before": "approved", "after": "approved"},
    )


@pytest.mark.parametrize(
    ("api", "method", "path", "body", "expected"),
    [
        ("rentalot", "GET", "sessions", None, ("answered", 200, None)),
        ("rentalot", "GET", "sessions?page=0", None, ("refused", 422, None)),
        (
            "rentalot",
            "PATCH",
            f"sessions/{ACTIVE}/review",
            REVIEW,
            ("refused", 422, ("active", "active")),
        ),
        (
            "rentalot",
            "PATCH",
            "sessions/00000000-0000-4000-8000-000000000000/review",
            REVIEW,
            ("refused", 404, ("absent", "absent")),
        ),
        ("rentalot", "PATCH", f"sessions/{DOCUMENTED}/review", {}, ("refused", 422, None)),
        (
            "rentalot",
            "PATCH",
            f"sessions/{DOCUMENTED}/review",
            REVIEW,
            ("moved", 200, ("awaiting_review", "approved")),
        ),
        ("rentalot", "DELETE", f"sessions/{DOCUMENTED}", None, ("unknown", 405, None)),
        ("rentalot", "GET", "session", None, ("unknown", 404, None)),
        ("saleslab", "GET", "analytics/summary", None, ("answered", 200, None)),
        (
            "saleslab",
            "GET",
            "sessions/00000000-0000-4000-8000-000000000000",
            None,
            ("refused", 404, ("absent", "absent")),
        ),
        ("mobilenext", "GET", "sessions", None, ("answered", 200, None)),
    ],
)
def test_decision_of_an_entry(
    world: Mock, api: str, method: str, path: str, body: Any, expected: tuple[str, int, Any]
) -> None:
    world.client.request(method, f"{world.url}/{api}/api/v1/{path}", headers=KEYS[api], json=body)
    (entry,) = entries(world)
    state = entry.get("state")
    assert (
        entry["decision"],
        entry["status"],
        state and (state["before"], state["after"]),
    ) == expected
    assert bool(entry["detail"]) == (entry["status"] >= 400)
    assert (entry["rule"] is not None) == (entry["decision"] == "refused")
    assert entry["operation"] is None if entry["decision"] == "unknown" else entry["operation"]


def test_states_of_deleted_and_foreign_records(world: Mock) -> None:
    promptster = replace(world, api="promptster")
    url = f"{world.url}/promptster/v1/sessions"
    reviewer, other = promptster.credential(), promptster.credential(tenant="other")
    key = world.client.post(url, headers=reviewer, json={}).json()["session"]["id"]
    for headers in (other, reviewer, reviewer):
        world.client.delete(f"{url}/{key}", headers=headers)
    created, foreign, deleted, absent = entries(world)
    assert (created["decision"], created["status"]) == ("answered", 201)
    assert (foreign["decision"], foreign["state"]) == (
        "refused",
        {"before": "foreign", "after": "foreign"},
    )
    assert deleted["decision"] == "moved"
    assert deleted["state"]["after"] == "absent"
    assert (absent["decision"], absent["state"]) == (
        "refused",
        {"before": "absent", "after": "absent"},
    )
    assert absent["allowed"]


def test_faults_and_examples_have_their_own_decisions(world: Mock) -> None:
    world.call("GET", headers={"Prefer": "code=503"})
    world.call("GET", headers={"Prefer": "example=Conflict"})
    faults = [
        {"status": 502, "first": 1},
        {"drop": True, "first": 1},
        {"delay": {"type": "fixed", "milliseconds": 1}},
    ]
    world.control("PUT", "/faults", json={"faults": faults})
    world.call("GET")
    with pytest.raises(httpx.TransportError):
        world.call("GET")
    world.call("GET")
    seen = [(entry["decision"], entry["status"], entry["rule"]) for entry in entries(world)]
    assert seen[:1] + seen[2:] == [
        ("example", 503, None),
        ("fault", 502, None),
        ("fault", 0, None),
        ("answered", 200, None),
    ]
    assert seen[1][1] == 400


def test_control_api_is_not_journaled(whole_server: Mock, world: Mock) -> None:
    world.given()
    for path in ("/nothing", "/journal/har", "/faults?x=1", "", "/clock/"):
        for method in ("GET", "POST", "PATCH"):
            world.control(method, path)
    world.control("PUT", "/state", content=b"{")
    assert journal(world) == {"entries": [], "total": 0, "dropped": 0}
    before = journal(whole_server, limit=0)
    whole_server.client.get(f"{whole_server.url}/w/nobody/rentalot/api/v1/sessions")
    assert journal(whole_server, limit=0) == before


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/rentalot/api/v1/session", "GET /rentalot/api/v1/sessions"),
        ("/rentalot/api/v1/sessions/", "GET /rentalot/api/v1/sessions"),
        ("/rentalot/v1/sessions", "GET /rentalot/api/v1/sessions"),
        (
            f"/rentalot/api/v1/sessions/{DOCUMENTED}/reviews",
            "PATCH /rentalot/api/v1/sessions/{id}/review",
        ),
        (f"/promptster/v1/sessions/{PAGE}/decision", "GET /promptster/v1/sessions/{id}/decisions"),
        (
            "/openscouter/api/sessions/sess_001/note",
            "GET, PATCH /openscouter/api/sessions/{id}/notes",
        ),
        ("/promptster/v1/sesions", "GET, POST /promptster/v1/sessions"),
        ("/promptster/v1/hook/ingest", "POST /promptster/v1/hooks/ingest"),
        ("/openscouter/api/v1/sessions", "POST /openscouter/api/sessions"),
        ("/rentlot/api/v1/sessions", "GET /rentalot/api/v1/sessions"),
        ("/saleslab/api/v1/analytic/summary", "GET /saleslab/api/v1/analytics/summary"),
    ],
)
def test_near_misses(world: Mock, path: str, near: str) -> None:
    answer = world.client.get(world.url + path, headers=KEY)
    assert answer.status_code == 404
    (entry,) = entries(world)
    assert near in entry["near"]
    assert entry["decision"] == "unknown"
    assert near in entry["detail"]
    assert near in answer.text


def test_dissimilar_path_has_no_suggestions(world: Mock) -> None:
    for path in (
        "/favicon.ico",
        "/rentalot",
        "/rentalot/" + "x/" * 400,
        "/" + "%f0%9f%92%a9" * 300,
        "/" + "sessions" * 1500,
    ):
        assert world.client.get(world.url + path).status_code == 404
    assert not any("near" in entry for entry in entries(world))


# ---- which of them


def test_filters(world: Mock) -> None:
    Scenario(world, 2).run()
    every = entries(world)
    for name, value in (
        ("api", "openscouter"),
        ("operation", "listSessions"),
        ("method", "POST"),
        ("status", 403),
        ("rule", "rentalot.review.final"),
        ("decision", "moved"),
    ):
        found = journal(world, **{name: value})
        assert found["entries"] == [entry for entry in every if entry[name] == value]
        assert found["entries"]
        assert found["total"] == len(found["entries"]) < len(every)
        assert len(archive(world, **{name: value})) == found["total"]
    both = journal(world, api="rentalot", status=200, since=2, limit=2)
    matching = [
        entry
        for entry in every
        if entry["api"] == "rentalot" and entry["status"] == 200 and entry["number"] > 2
    ]
    assert (both["entries"], both["total"]) == (matching[-2:], len(matching))
    assert len(matching) > 2
    assert [entry["number"] for entry in every] == list(range(1, len(every) + 1))
    assert entries(world, since=len(every)) == []
    assert entries(world, limit=0) == []
    assert entries(world, limit=10**6) == every
    assert entries(world, api="nobody") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1&limit=1",
        "since=-1",
        "since=1.5",
        "since=" + "9" * 400,
        "status=ok",
        "decision=maybe",
    ],
)
def test_invalid_filters_are_refused(world: Mock, query: str) -> None:
    for path in ("/journal", "/journal/har"):
        answer = world.control("GET", f"{path}?{query}")
        assert (answer.status_code, query.split("=")[0] in answer.json()["error"]) == (400, True)


# ---- bounded


def test_number_of_entries_is_limited(world: Mock) -> None:
    for _ in range(1005):
        world.client.head(f"{world.url}/nowhere")
    found = journal(world)
    assert (len(found["entries"]), found["total"], found["dropped"]) == (1000, 1000, 5)
    assert (found["entries"][0]["number"], found["entries"][-1]["number"]) == (6, 1005)
    world.control("DELETE", "/journal")
    assert journal(world) == {"entries": [], "total": 0, "dropped": 0}
    world.client.head(f"{world.url}/nowhere")
    assert journal(world, limit=0) == {"entries": [], "total": 1, "dropped": 0}


def test_bytes_of_entries_are_limited(world: Mock) -> None:
    body = json.dumps({"notes": "x" * 900_000}).encode()
    for _ in range(5):
        world.call(
            "PATCH",
            f"/{DOCUMENTED}/review",
            {**KEY, "Content-Type": "application/json"},
            content=body,
        )
    found = journal(world)
    assert (found["total"], found["dropped"]) == (2, 3)
    assert len(world.control("GET", "/journal/har").content) < 3_000_000


def test_newest_entry_is_always_kept() -> None:
    kept = Journal(max_entries=3, max_bytes=10)
    at, request = datetime(2026, 5, 6, tzinfo=UTC), HttpRequest("GET", b"/")
    for size in (1, 2, 500, 1, 1, 1, 1):
        outcome = HttpOutcome(200, body=b"x" * size)
        entry = JournalEntry(kept.count + 1, at, request, outcome)
        kept.add(entry)
        assert [*kept][-1] is entry
        assert len([*kept]) <= 3
        assert kept.count == len([*kept]) + kept.dropped
    assert [entry.number for entry in kept] == [5, 6, 7]


def test_memory_is_bounded(whole_server: Mock) -> None:
    def memory() -> int:
        return int(
            re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{whole_server.pid}/status").read_text())[0]
        )

    body = b'{"a": [' + b"{}," * 300_000 + b"{}]}"
    headers = {
        **replace(whole_server, api="promptster").credential(),
        "Content-Type": "application/json",
    }
    worlds = [made(whole_server) for _ in range(5)]
    world, *more = worlds
    world.client.patch(
        f"{world.url}/promptster/v1/sessions/nobody/metadata", headers=headers, content=body
    )
    before = memory()
    for found in more:
        for _ in range(2):
            answer = found.client.patch(
                f"{found.url}/promptster/v1/sessions/nobody/metadata", headers=headers, content=body
            )
            assert answer.status_code == 404
    grown = memory() - before
    drop(whole_server, *worlds)
    assert (
        grown < 4 * 3 * 2048
    )  # kilobytes, of four journals with 2 MiB at most; thrice that, to be generous


# ---- the archive


def test_an_archive_has_every_mandatory_member(world: Mock) -> None:
    Scenario(world, 0).run()
    world.call(
        "PATCH",
        f"/{DOCUMENTED}/review?a=1&a=%C3%A9&b",
        {**KEY, "Content-Type": "application/json"},
        content=b"\xff{",
    )
    world.control(
        "PUT",
        "/faults",
        json={"faults": [{"drop": True, "delay": {"type": "fixed", "milliseconds": 20}}]},
    )
    with pytest.raises(httpx.TransportError):
        world.call("GET")
    log = world.control("GET", "/journal/har").json()["log"]
    assert log["version"] == "1.2"
    assert {"name", "version"} <= set(log["creator"])
    assert len(log["entries"]) == len(entries(world))
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo is not None
        timings = entry["timings"]
        assert set(timings) >= {"send", "wait", "receive"}
        assert sum(timings.values()) == entry["time"] >= 0
        request, response = entry["request"], entry["response"]
        members = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert {"method", "url", "queryString", *members} <= set(request)
        assert {"status", "statusText", "content", "redirectURL", *members} <= set(response)
        assert {"size", "mimeType"} <= set(response["content"])
        assert request["url"].startswith(f"{world.url}/")
        assert request["httpVersion"] == response["httpVersion"] == "HTTP/1.1"
        for pair in (*request["headers"], *response["headers"], *request["queryString"]):
            assert {"name", "value"} <= set(pair)
            assert all(isinstance(value, str) for value in pair.values())
        assert ("postData" in request) == (request["bodySize"] > 0)
        if "postData" in request:
            assert {"mimeType", "text"} <= set(request["postData"])
        assert (
            response["bodySize"]
            == response["content"]["size"]
            == len(response["content"]["text"].encode())
        )
    review, dropped = log["entries"][-2:]
    assert review["request"]["queryString"] == [
        {"name": "a", "value": "1"},
        {"name": "a", "value": "é"},
        {"name": "b", "value": ""},
    ]
    assert review["request"]["bodySize"] == 2
    assert (dropped["response"]["status"], dropped["time"]) == (0, 20)


def test_an_archive_has_what_was_sent_and_answered(world: Mock) -> None:
    key = world.given(status="completed")
    answer = world.call("PATCH", f"/{key}/review", {**KEY, "X-Custom": "kept"}, json=REVIEW)
    (entry,) = archive(world)
    assert entry["response"]["content"]["text"] == answer.text
    assert json.loads(entry["request"]["postData"]["text"]) == REVIEW
    assert {"name": "x-custom", "value": "kept"} in entry["request"]["headers"]
    sent = {header["name"].lower(): header["value"] for header in entry["response"]["headers"]}
    assert sent.items() <= answer.headers.items()
    assert sent["x-ratelimit-limit"] == answer.headers["x-ratelimit-limit"]


SECRET = "s3cr3t-0123456789"
BASIC = base64.b64encode(f"user:{SECRET}".encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: bearer {SECRET}",
        f"aUTHORIZATION: BEARER  {SECRET}",
        f"Authorization: {SECRET}",
        f"Authorization: {SECRET} and more",
        f"Authorization: {SECRET}, Bearer",
        f"Authorization:{SECRET}\tand more",
        f"Authorization: Bearer\t{SECRET}",
        f"Authorization: Bearer:{SECRET} x",
        f"Authorization: Bearer={SECRET} x",
        f"Authorization: Basic {BASIC}",
        f'Authorization: Digest username="x", response="{SECRET}"',
        f"Authorization: ApiKey {SECRET}",
        f"Authorization: \xff {SECRET}",
        f"Authorization: Bearer \xff\xfe{SECRET}",
        f"Authorization: Bearer ok\r\nAuthorization: {SECRET} again",
        f"X-API-Key: {SECRET}",
        f"x-Api-kEY: {SECRET} more",
        f"X-API-KEY: Bearer {SECRET}",
        f"X-API-Key: {SECRET}\r\nX-API-Key: {SECRET} x",
        f"Cookie: session={SECRET}",
        f"cOOKIE: session={SECRET}; theme=dark",
        f"Cookie: {SECRET}; a=b",
        f"Cookie: a=b; session={SECRET}",
        f"Proxy-Authorization: Basic {BASIC}",
        f"Proxy-Authorization: {SECRET} x",
    ],
)
def test_archive_has_no_secrets(world: Mock, header: str) -> None:
    for path in (
        "/rentalot/api/v1/sessions",
        f"/promptster/v1/sessions/{PAGE}",
        "/nowhere",
        "/openscouter/api/sessions",
        "/mobilenext/x",
    ):
        raw(world, get(path_of(world) + path, *header.split("\r\n")))
    texts = [world.control("GET", path).text for path in ("/journal", "/journal/har")]
    assert all(journal(world)["entries"])
    assert len(archive(world)) == 5
    for text in texts:
        for secret in (SECRET, BASIC):
            assert secret not in text
            assert quote(secret) not in text


def test_archive_has_no_valid_credentials(world: Mock) -> None:
    sent = {
        "rentalot": KEY,
        "saleslab": KEYS["saleslab"],
        "mobilenext": replace(world, api="mobilenext").credential(),
        "promptster": replace(world, api="promptster").credential(kind="candidate"),
        "openscouter": replace(world, api="openscouter").credential(),
    }
    for api, headers in sent.items():
        path = {"openscouter": "api/sessions/sess_001", "promptster": "v1/hooks/ingest"}.get(
            api, "api/v1/sessions"
        )
        answer = world.client.request(
            "POST" if api == "promptster" else "GET", f"{world.url}/{api}/{path}", headers=headers
        )
        assert answer.status_code != 401
    texts = [world.control("GET", path).text for path in ("/journal", "/journal/har")]
    for headers in sent.values():
        for value in headers.values():
            assert not any(value.rpartition(" ")[2] in text for text in texts)


def test_a_path_of_any_bytes_is_shown_as_it_was_sent(world: Mock) -> None:
    for path in (
        "/%00%ff%ED%A0%80",
        "/a%2Fb?%ff=%00&&=;x",
        "/rentalot/api/v1/sessions/%2e%2e?q=\xe9",
        "/\"'<>",
    ):
        raw(world, get(path_of(world) + path))
    shown = [entry["path"].removeprefix(path_of(world)) for entry in entries(world)]
    assert {"/%00%ff%ED%A0%80", "/a%2Fb?%ff=%00&&=;x"} <= set(shown)
    assert world.control("GET", "/journal/har").status_code == 200
