"""Promptster's mock over real HTTP, written from the vendor's pages alone: no contract."""

import itertools
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from tests.conftest import fresh
from tests.serving import Mock

pytestmark = pytest.mark.slow

NOW = "2026-05-06T17:00:00.000Z"
PAGE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
NOWHERE = "99999999-9999-4999-8999-999999999999"
FIELDS = {
    *(
        "id",
        "orgId",
        "sourceService",
        "startedAt",
        "endedAt",
        "lastActivityAt",
        "eventCount",
        "decisionFlagCount",
        "aiAttributionPct",
    ),
    "metadata",
}
COHORT: dict[str, Any] = {
    "sessionCount": 12,
    "metrics": {
        "avgDurationMs": 4320000,
        "avgPromptCount": 38.5,
        "avgCommandFailRate": 0.142,
        "avgVerifyIntensity": 0.61,
        "avgManualEditRatio": 0.33,
        "avgFirstChangeLatencyMs": 180000,
        "testPassRate": 75,
    },
    "percentiles": {
        "durationMs": 0.727,
        "promptCount": 0.455,
        "commandFailRate": 0.818,
        "verifyIntensity": 0.636,
        "manualEditRatio": 0.727,
        "firstChangeLatencyMs": 0.364,
    },
}
COMMAND = {"command": "pnpm test", "exitCode": 0, "durationMs": 4200}
DECISION = {
    "title": "Use JSONB for event payloads over a typed columns approach",
    "chosenOption": "JSONB payload column",
    "context": "Need flexible schema for heterogeneous event payloads",
    "tradeoffs": "Harder to query individual fields without GIN indexes",
    "rationale": "Avoids migrations as schema changes;"
    " acceptable read performance for our access patterns",
    "impactScore": 4,
}
UNKNOWN = {"attribution": "unknown", "confidence": 0.5, "observability": "partial"}
#: The token that the mock prints when it starts.
KEY = {
    "Authorization": "Bearer "
    + jwt.encode(
        {"sub": "user_default", "exp": 4102444800},
        "session-contracts-mock-signs-with-this",
        algorithm="HS256",
    )
}
COUNTER = itertools.count(1)


@pytest.fixture
def promptster(whole_server: Mock) -> Mock:
    return fresh(replace(whole_server, api="promptster"))


def send(
    mock: Mock, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Below the API's version."""
    sent = KEY if headers is None else headers
    return mock.client.request(
        method,
        f"{mock.url}/promptster/v1/{path}",
        headers=sent,
        **({} if body is None else {"json": body}),
    )


def call(
    mock: Mock, method: str, path: str = "", body: Any = None, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Below the sessions."""
    return send(mock, method, f"sessions{path}", body, headers)


def data(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def session(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    found = data(answer, status)
    assert set(found) == {"session"}
    assert set(found["session"]) == FIELDS
    return dict(found["session"])


def get(mock: Mock, identity: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return session(call(mock, "GET", f"/{identity}", headers=headers))


def refused(answer: httpx.Response, *statuses: int) -> str:
    """What the refusal says."""
    assert answer.status_code in statuses, answer.text
    body = answer.json()
    assert set(body) <= {"error", "code", "details", "id"}
    assert isinstance(body["error"], str)
    assert body["error"]
    return str(body["error"])


def listed(mock: Mock, headers: dict[str, str] | None = None, **params: Any) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    found = data(call(mock, "GET", f"?{query}" if query else "", headers=headers))
    assert set(found) == {"sessions", "total", "limit", "offset"}
    for one in found["sessions"]:
        assert set(one) == FIELDS
    return dict(found)


def timeline(
    mock: Mock, identity: str, headers: dict[str, str] | None = None, **params: Any
) -> tuple[list[dict[str, Any]], bool]:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    found = data(call(mock, "GET", f"/{identity}/timeline?{query}", headers=headers))
    assert set(found) == {"events", "hasMore"}
    assert type(found["hasMore"]) is bool
    return found["events"], found["hasMore"]


def decisions(mock: Mock, identity: str) -> list[dict[str, Any]]:
    found = data(call(mock, "GET", f"/{identity}/decisions"))
    assert set(found) == {"decisions"}
    return list(found["decisions"])


def cohort(mock: Mock, identity: str, headers: dict[str, str] | None = None) -> Any:
    found = data(call(mock, "GET", f"/{identity}/cohort-stats", headers=headers))
    assert set(found) == {"cohortStats"}
    return found["cohortStats"]


def new_id() -> str:
    return str(uuid.UUID(int=(0xE << 124) + next(COUNTER), version=4))


def key(mock: Mock, **params: Any) -> dict[str, str]:
    """A candidate's key; without params, the default one."""
    return mock.credential(kind="candidate", **params)


def event(
    identity: str,
    kind: str = "prompt",
    ts: str = "2026-05-06T16:00:00Z",
    content: Any = None,
    **members: Any,
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "sessionId": identity,
        "ts": ts,
        "kind": kind,
        "source": {"channel": "cli", "integration": "claude-code"},
        "v": 1,
        "data": {} if content is None else content,
        **members,
    }


def ingest(
    mock: Mock, body: dict[str, Any], headers: dict[str, str] | None = None
) -> httpx.Response:
    return send(mock, "POST", "hooks/ingest", body, key(mock) if headers is None else headers)


def taken(
    mock: Mock,
    identity: str,
    kind: str = "prompt",
    ts: str = "2026-05-06T16:00:00Z",
    content: Any = None,
    **members: Any,
) -> str:
    """The id of an event that the default candidate has sent."""
    body = event(identity, kind, ts, content, **members)
    assert data(ingest(mock, body), 201) == {"ok": True, "id": body["id"]}
    return str(body["id"])


def key_of(mock: Mock, identity: str) -> dict[str, Any]:
    """The status and the session of the key that was linked to a session."""
    return dict(mock.state("candidate key", sessionId=identity))


def assessment(mock: Mock, **params: Any) -> str:
    return str(mock.state("assessment", **params)["assessmentId"])


def advance(mock: Mock, by: str) -> None:
    assert mock.control("POST", "/clock/advance", json={"by": by}).status_code == 200


def ids(records: Iterable[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


# ---- the page's examples


def test_documented_list_of_84_sessions(promptster: Mock) -> None:
    for _ in range(84):
        promptster.given(sourceService="page")
    found = listed(promptster, sourceService="page")
    assert {**found, "sessions": []} == {"sessions": [], "total": 84, "limit": 20, "offset": 0}
    assert len(found["sessions"]) == 20


def test_the_command_of_the_page(promptster: Mock) -> None:
    events, more = timeline(promptster, PAGE)
    assert not more
    (command,) = (one for one in events if one["kind"] == "command")
    assert {name: command[name] for name in ("kind", "ts", "data")} == {
        "kind": "command",
        "ts": "2026-04-01T10:15:00.000Z",
        "data": COMMAND,
    }


def test_the_decision_of_the_page(promptster: Mock) -> None:
    assert [one["ts"] for one in decisions(promptster, PAGE)] == ["2026-04-01T11:02:00.000Z"]
    made = taken(promptster, "s", "decision_event", "2026-04-01T11:02:00.000Z", DECISION)
    (decision,) = decisions(promptster, "s")
    assert decision == {
        "id": made,
        "sessionId": "s",
        "kind": "decision_event",
        "ts": "2026-04-01T11:02:00.000Z",
        "data": DECISION,
        "provenance": UNKNOWN,
    }


def test_the_cohort_of_the_page(promptster: Mock) -> None:
    assert cohort(promptster, PAGE) == COHORT


# ---- create


def test_create_without_members(promptster: Mock) -> None:
    made = session(call(promptster, "POST", "", {}), 201)
    assert str(uuid.UUID(made["id"])) == made["id"]
    assert made == {
        "id": made["id"],
        "orgId": get(promptster, PAGE)["orgId"],
        "sourceService": None,
        "startedAt": NOW,
        "endedAt": None,
        "lastActivityAt": None,
        "eventCount": 0,
        "decisionFlagCount": 0,
        "aiAttributionPct": None,
        "metadata": {},
    }
    assert get(promptster, made["id"]) == made
    assert timeline(promptster, made["id"]) == ([], False)


def test_a_session_is_registered_under_an_id(promptster: Mock) -> None:
    body = {
        "id": new_id(),
        "sourceService": "cursor",
        "metadata": {"a": 1, "deep": {"list": [1, None, "x", 2.5, True]}},
    }
    made = session(call(promptster, "POST", "", body), 201)
    assert {name: made[name] for name in body} == body
    assert get(promptster, made["id"]) == made
    assert listed(promptster)["sessions"][0] == made


def test_generated_ids_differ(promptster: Mock) -> None:
    made = [session(call(promptster, "POST", "", {}), 201)["id"] for _ in range(30)]
    made += [promptster.given() for _ in range(30)]
    assert len(set(made)) == 60


def test_creating_again_overwrites_nothing(promptster: Mock) -> None:
    before = get(promptster, PAGE)
    for body in ({}, {"sourceService": "shell"}, {"metadata": {"a": 1}}):
        assert data(call(promptster, "POST", "", {"id": PAGE, **body}), 409) == {
            "error": "Session already exists",
            "id": PAGE,
        }
    assert get(promptster, PAGE) == before
    assert cohort(promptster, PAGE) == COHORT


def test_id_of_another_organization_is_taken(promptster: Mock) -> None:
    theirs = promptster.given(tenant="other", metadata={"a": 1})
    other = promptster.credential(tenant="other")
    before = get(promptster, theirs, other)
    assert data(call(promptster, "POST", "", {"id": theirs, "metadata": {}}), 409) == {
        "error": "Session already exists",
        "id": theirs,
    }
    assert get(promptster, theirs, other) == before
    refused(call(promptster, "GET", f"/{theirs}"), 404)


def test_an_id_in_capitals(promptster: Mock) -> None:
    """Who is responses that a session exists finds it under the same id."""
    made = "abcdefab-cdef-4abc-8def-abcdefabcdef"
    session(call(promptster, "POST", "", {"id": made}), 201)
    answer = call(promptster, "POST", "", {"id": made.upper()})
    found = call(promptster, "GET", f"/{made.upper()}")
    assert (answer.status_code, found.status_code) in ((409, 200), (201, 200))


@pytest.mark.parametrize(
    "body",
    [
        {"id": "my-session"},
        {"id": 7},
        {"sourceService": 7},
        {"metadata": []},
        {"metadata": "x"},
        [],
        "x",
    ],
)
def test_creations_that_are_no_good(promptster: Mock, body: Any) -> None:
    before = listed(promptster)
    assert refused(call(promptster, "POST", "", body), 400).startswith("Invalid request body")
    assert listed(promptster) == before


def test_client_cannot_set_other_members(promptster: Mock) -> None:
    answer = call(
        promptster,
        "POST",
        "",
        {
            "orgId": "org_x",
            "eventCount": 9,
            "startedAt": "2020-01-01T00:00:00Z",
            "aiAttributionPct": 3,
        },
    )
    if answer.status_code != 400:
        made = session(answer, 201)
        assert (made["orgId"], made["eventCount"]) == (get(promptster, PAGE)["orgId"], 0)
        assert (made["startedAt"], made["aiAttributionPct"]) == (NOW, None)


def test_events_follow_to_a_registered_session(promptster: Mock) -> None:
    made = new_id()
    session(
        call(promptster, "POST", "", {"id": made, "metadata": {"team": "a", "candidateName": "?"}}),
        201,
    )
    taken(
        promptster,
        made,
        "session_start",
        "2026-05-06T15:00:00Z",
        {"candidateName": "Ada", "cwd": "/w"},
    )
    found = get(promptster, made)
    assert (found["startedAt"], found["eventCount"]) == ("2026-05-06T15:00:00.000Z", 1)
    assert found["sourceService"] == "claude-code"
    assert found["metadata"] == {"team": "a", "candidateName": "Ada", "cwd": "/w"}


# ---- list


def test_the_most_recent_session_comes_first(promptster: Mock) -> None:
    starts = [
        "2026-05-06T10:00:00Z",
        "2026-05-06T16:59:59Z",
        "2020-01-01T00:00:00Z",
        "2026-05-06T11:30:00Z",
    ]
    made = {start: promptster.given(sourceService="sorted", startedAt=start) for start in starts}
    assert ids(listed(promptster, sourceService="sorted")["sessions"]) == [
        made[start] for start in sorted(starts, reverse=True)
    ]
    everything = [one["startedAt"] for one in listed(promptster, limit=100)["sessions"]]
    assert everything == sorted(everything, reverse=True)


def test_an_early_event_moves_a_session_down(promptster: Mock) -> None:
    first, second = (
        session(call(promptster, "POST", "", {"sourceService": "moved"}), 201)["id"]
        for _ in range(2)
    )
    taken(promptster, first, ts="2026-05-06T16:00:00Z")
    taken(promptster, second, ts="2026-05-06T15:00:00Z")
    assert ids(listed(promptster, sourceService="moved")["sessions"]) == [first, second]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("0", 1),
        ("-1", 1),
        ("-99999", 1),
        ("1", 1),
        ("20", 20),
        ("100", 100),
        ("101", 100),
        ("2147483648", 100),
    ],
)
def test_the_limit_of_a_list_is_clamped(promptster: Mock, asked: str, given: int) -> None:
    found = listed(promptster, limit=asked)
    assert found["limit"] == given
    assert len(found["sessions"]) == min(given, found["total"])


@pytest.mark.parametrize(
    "asked", ["9223372036854775807", "99999999999999999999", "-9223372036854775808"]
)
def test_limit_beyond_64_bits_is_clamped(promptster: Mock, asked: str) -> None:
    given = 1 if asked.startswith("-") else 100
    assert listed(promptster, limit=asked)["limit"] == given


def test_a_page_holds_100_sessions_at_most(promptster: Mock) -> None:
    for _ in range(103):
        promptster.given(sourceService="many")
    found = listed(promptster, sourceService="many", limit=1000)
    assert (len(found["sessions"]), found["total"], found["limit"]) == (100, 103, 100)
    rest = listed(promptster, sourceService="many", limit=100, offset=100)
    assert (len(rest["sessions"]), rest["total"], rest["offset"]) == (3, 103, 100)
    assert len({*ids(found["sessions"]), *ids(rest["sessions"])}) == 103


@pytest.mark.parametrize("size", [1, 3, 7, 20])
def test_list_pages_have_each_session_once(promptster: Mock, size: int) -> None:
    """Also where many sessions have started in the same second."""
    made = {
        promptster.given(sourceService="walked", startedAt="2026-05-06T09:00:00Z")
        for _ in range(10)
    }
    made |= {
        promptster.given(sourceService="walked", startedAt=f"2026-05-06T09:00:{number:02}Z")
        for number in range(1, 4)
    }
    walked: list[str] = []
    for offset in itertools.count(0, size):
        page = listed(promptster, sourceService="walked", limit=size, offset=offset)
        assert (page["total"], page["limit"], page["offset"]) == (13, size, offset)
        if not page["sessions"]:
            break
        walked += ids(page["sessions"])
    assert (len(walked), set(walked)) == (13, made)


def test_an_offset_beyond_the_end(promptster: Mock) -> None:
    total = listed(promptster)["total"]
    assert listed(promptster, offset=total) == {
        "sessions": [],
        "total": total,
        "limit": 20,
        "offset": total,
    }
    assert len(listed(promptster, offset=total - 1)["sessions"]) == 1


def test_sessions_of_a_tool(promptster: Mock) -> None:
    made = promptster.given(sourceService="windsurf")
    promptster.given(sourceService="windsurf-next")
    taken(promptster, "ingested", source={"channel": "hook", "integration": "windsurf"})
    assert set(ids(listed(promptster, sourceService="windsurf")["sessions"])) == {made, "ingested"}
    assert listed(promptster, sourceService="nobody") == {
        "sessions": [],
        "total": 0,
        "limit": 20,
        "offset": 0,
    }


def test_sessions_of_an_assessment(promptster: Mock) -> None:
    """What counts is the key, not what the metadata say."""
    ours = assessment(promptster)
    linked = [
        promptster.given(assessmentId=ours, keyStatus=status)
        for status in ("pending", "redeemed", "completed", "expired", "hired")
    ]
    promptster.given(metadata={"assessmentId": ours})
    promptster.given(assessmentId=assessment(promptster))
    found = listed(promptster, assessmentId=ours)
    assert (found["total"], set(ids(found["sessions"]))) == (5, set(linked))
    assert listed(promptster, assessmentId="asm_nowhere")["total"] == 0


def test_filters_narrow_each_other(promptster: Mock) -> None:
    ours = assessment(promptster)
    made = promptster.given(assessmentId=ours, sourceService="cursor")
    promptster.given(assessmentId=ours, sourceService="shell")
    promptster.given(sourceService="cursor")
    found = listed(promptster, assessmentId=ours, sourceService="cursor", limit=1)
    assert (found["total"], ids(found["sessions"])) == (1, [made])


def test_a_candidates_key_links_what_it_sends(promptster: Mock) -> None:
    ours = assessment(promptster)
    data(ingest(promptster, event("linked"), key(promptster, assessmentId=ours)), 201)
    assert ids(listed(promptster, assessmentId=ours)["sessions"]) == ["linked"]


# ---- get


def test_fields_of_a_session(promptster: Mock) -> None:
    for found in listed(promptster, limit=100)["sessions"]:
        assert isinstance(found["orgId"], str)
        assert isinstance(found["sourceService"], str)
        assert isinstance(found["metadata"], dict)
        for name in ("startedAt", "endedAt", "lastActivityAt"):
            assert found[name] is None or datetime.fromisoformat(found[name]).tzinfo == UTC
        assert found["startedAt"] is not None
        assert (type(found["eventCount"]), type(found["decisionFlagCount"])) == (int, int)
        assert found["aiAttributionPct"] is None or 0 <= found["aiAttributionPct"] <= 100
        events, _ = timeline(promptster, found["id"], limit=2000)
        assert found["eventCount"] == len(events)
        assert found["decisionFlagCount"] == len(decisions(promptster, found["id"]))
        assert found["startedAt"] == events[0]["ts"]
        assert found["lastActivityAt"] == events[-1]["ts"]
        assert get(promptster, found["id"]) == found


def test_a_session_grows_with_its_events(promptster: Mock) -> None:
    known = {
        "assessmentId": "asm_x",
        "candidateName": "Ada",
        "repoUrl": "https://git.example.com/a",
    }
    steps = [
        ("session_start", "2026-05-06T15:00:00Z", known),
        ("prompt", "2026-05-06T15:01:00Z", {"text": "hello"}),
        ("decision_event", "2026-05-06T15:02:00Z", DECISION),
        ("command", "2026-05-06T15:03:00.5Z", COMMAND),
        ("decision_event", "2026-05-06T15:04:00Z", DECISION),
    ]
    for number, (kind, moment, content) in enumerate(steps, start=1):
        taken(promptster, "growing", kind, moment, content)
        found = get(promptster, "growing")
        assert found["eventCount"] == number
        assert found["decisionFlagCount"] == sum(
            step[0] == "decision_event" for step in steps[:number]
        )
        assert datetime.fromisoformat(found["lastActivityAt"]) == datetime.fromisoformat(moment)
        assert (found["startedAt"], found["endedAt"]) == ("2026-05-06T15:00:00.000Z", None)
    assert found["metadata"] == known
    assert found["sourceService"] == "claude-code"
    taken(promptster, "growing", "session_end", "2026-05-06T15:30:00Z")
    found = get(promptster, "growing")
    assert (found["endedAt"], found["eventCount"]) == ("2026-05-06T15:30:00.000Z", 6)


def test_the_first_event_is_the_earliest(promptster: Mock) -> None:
    for moment in ("2026-05-06T15:00:00Z", "2026-05-06T16:00:00+02:00", "2026-05-06T16:00:00Z"):
        taken(promptster, "s", ts=moment)
    assert get(promptster, "s")["startedAt"] == "2026-05-06T14:00:00.000Z"


def test_a_fixed_start_stays(promptster: Mock) -> None:
    fixed, free = promptster.given(startedAt="2026-05-06T12:00:00Z"), promptster.given()
    for made in (fixed, free):
        taken(promptster, made, ts="2026-05-06T11:00:00Z")
    assert get(promptster, fixed)["startedAt"] == "2026-05-06T12:00:00.000Z"
    assert get(promptster, free)["startedAt"] == "2026-05-06T11:00:00.000Z"


def test_prepared_sessions(promptster: Mock) -> None:
    params = {
        "sourceService": "shell",
        "startedAt": "2026-05-01T10:00:00Z",
        "endedAt": "2026-05-01T11:00:00Z",
        "metadata": {"a": [1]},
    }
    found = get(promptster, promptster.given(id=(made := new_id()), **params))
    assert found == {
        **{"id": made, "orgId": found["orgId"], "sourceService": "shell", "metadata": {"a": [1]}},
        **{
            "startedAt": "2026-05-01T10:00:00.000Z",
            "endedAt": "2026-05-01T11:00:00.000Z",
            "lastActivityAt": None,
        },
        **{"eventCount": 0, "decisionFlagCount": 0, "aiAttributionPct": None},
    }


# ---- update


def test_a_session_is_marked_as_ended(promptster: Mock) -> None:
    made = promptster.given(metadata={"a": 1}, startedAt="2026-05-06T12:00:00Z")
    before = get(promptster, made)
    for given, stored in (
        ("2026-05-06T13:00:00Z", "2026-05-06T13:00:00.000Z"),
        ("2026-05-06T13:00:00.250Z", "2026-05-06T13:00:00.250Z"),
        ("2026-05-06T16:00:00+02:00", "2026-05-06T14:00:00.000Z"),
        ("2026-05-06T09:30:00-05:00", "2026-05-06T14:30:00.000Z"),
    ):
        found = session(call(promptster, "PATCH", f"/{made}", {"endedAt": given}))
        assert found == {**before, "endedAt": stored} == get(promptster, made)


def test_metadata_are_replaced(promptster: Mock) -> None:
    made = promptster.given(metadata={"a": 1, "b": {"c": 2}}, endedAt="2026-05-06T16:30:00Z")
    before = get(promptster, made)
    for metadata in ({"b": {"d": 3}}, {"x": None}, {}, {"assessmentId": "asm_x"}):
        found = session(call(promptster, "PATCH", f"/{made}", {"metadata": metadata}))
        assert found == {**before, "metadata": metadata} == get(promptster, made)


def test_both_are_updated_at_once(promptster: Mock) -> None:
    made = promptster.given(metadata={"a": 1})
    found = session(
        call(
            promptster,
            "PATCH",
            f"/{made}",
            {"endedAt": "2026-05-06T16:45:00Z", "metadata": {"b": 2}},
        )
    )
    assert (found["endedAt"], found["metadata"]) == ("2026-05-06T16:45:00.000Z", {"b": 2})


def test_an_update_is_all_or_nothing(promptster: Mock) -> None:
    before = get(promptster, PAGE)
    body: Any
    for body in (
        {"endedAt": "today", "metadata": {"a": 1}},
        {"endedAt": "2026-05-06T16:45:00Z", "metadata": 7},
        {"endedAt": 7},
        {"endedAt": "2026-05-06"},
        {"endedAt": "2026-05-06T16:45:00"},
        {"metadata": [1]},
        [],
        "x",
    ):
        assert refused(call(promptster, "PATCH", f"/{PAGE}", body), 400).startswith(
            "Invalid request body"
        )
    assert get(promptster, PAGE) == before


def test_an_update_touches_nothing_else(promptster: Mock) -> None:
    before = get(promptster, PAGE)
    body = {
        "id": NOWHERE,
        "orgId": "org_x",
        "sourceService": "x",
        "eventCount": 0,
        "startedAt": "2020-01-01T00:00:00Z",
    }
    answer = call(promptster, "PATCH", f"/{PAGE}", body)
    assert answer.status_code in (200, 400)
    assert get(promptster, PAGE) == before == session(call(promptster, "PATCH", f"/{PAGE}", {}))


def test_updated_metadata_do_not_link(promptster: Mock) -> None:
    """The link is the candidate's key."""
    session(call(promptster, "PATCH", f"/{PAGE}", {"metadata": {}}))
    assert cohort(promptster, PAGE) == COHORT
    loose = promptster.given()
    session(call(promptster, "PATCH", f"/{loose}", {"metadata": {"assessmentId": "asm_backend"}}))
    assert cohort(promptster, loose) is None


def test_metadata_are_merged(promptster: Mock) -> None:
    made = promptster.given(metadata={"a": 1, "b": {"c": 2}}, endedAt="2026-05-06T16:30:00Z")
    before = get(promptster, made)
    expected = before["metadata"]
    for part in (
        {"x": "new"},
        {"a": 2},
        {"b": {"d": 3}},
        {},
        {"x": None},
        {"endedAt": "never", "id": 7},
    ):
        expected = {**expected, **part}
        found = session(call(promptster, "PATCH", f"/{made}/metadata", part))
        assert found == {**before, "metadata": expected} == get(promptster, made)


def test_nothing_else_is_merged(promptster: Mock) -> None:
    before = get(promptster, PAGE)
    body: Any
    for body in ([], "x", 7, [{}]):
        refused(call(promptster, "PATCH", f"/{PAGE}/metadata", body), 400)
    assert get(promptster, PAGE) == before


# ---- delete


def test_deleting_a_session_deletes_its_data(promptster: Mock) -> None:
    before = listed(promptster, limit=100)
    assert data(call(promptster, "DELETE", f"/{PAGE}")) == {"ok": True, "id": PAGE}
    for method, path, body in PATHS:
        assert refused(call(promptster, method, f"/{PAGE}{path}", body), 404) == "Session not found"
    after = listed(promptster, limit=100)
    assert (after["total"], ids(after["sessions"])) == (
        before["total"] - 1,
        [one for one in ids(before["sessions"]) if one != PAGE],
    )
    assert PAGE not in ids(listed(promptster, assessmentId="asm_backend", limit=100)["sessions"])


def test_the_key_of_a_deleted_session_is_kept(promptster: Mock) -> None:
    candidate = key(promptster, assessmentId=assessment(promptster))
    data(ingest(promptster, event("s"), candidate), 201)
    status = key_of(promptster, "s")["status"]
    assert key_of(promptster, "s")["sessionId"] == "s"
    data(call(promptster, "DELETE", "/s"))
    assert key_of(promptster, "s") == {"status": status, "sessionId": None}
    assert call(promptster, "GET", headers=candidate).status_code == 200


@pytest.mark.parametrize("status", ["pending", "redeemed", "completed", "expired", "hired"])
def test_keys_of_every_status_are_cleared(promptster: Mock, status: str) -> None:
    made = promptster.given(assessmentId=assessment(promptster), keyStatus=status)
    assert key_of(promptster, made) == {"status": status, "sessionId": made}
    data(call(promptster, "DELETE", f"/{made}"))
    assert key_of(promptster, made) == {"status": status, "sessionId": None}


def test_a_deleted_session_leaves_its_cohort(promptster: Mock) -> None:
    ours = assessment(promptster)
    made = [
        promptster.given(assessmentId=ours, metrics={"promptCount": number})
        for number in (10, 20, 60)
    ]
    data(call(promptster, "DELETE", f"/{made[2]}"))
    found = cohort(promptster, made[0])
    assert (
        found["sessionCount"],
        found["metrics"]["avgPromptCount"],
        found["percentiles"]["promptCount"],
    ) == (2, 15, 1)


def test_deleting_cannot_be_undone(promptster: Mock) -> None:
    made = session(call(promptster, "POST", "", {"metadata": {"a": 1}}), 201)["id"]
    body = event(made, "decision_event", content=DECISION)
    data(ingest(promptster, body), 201)
    data(call(promptster, "DELETE", f"/{made}"))
    again = session(call(promptster, "POST", "", {"id": made}), 201)
    assert (
        again["metadata"],
        again["eventCount"],
        again["decisionFlagCount"],
        again["lastActivityAt"],
    ) == ({}, 0, 0, None)
    assert (timeline(promptster, made), decisions(promptster, made)) == (([], False), [])
    assert data(ingest(promptster, body), 201) == {"ok": True, "id": body["id"]}
    assert get(promptster, made)["eventCount"] == 1


def test_deleting_twice(promptster: Mock) -> None:
    made, neighbour = promptster.given(), promptster.given()
    data(call(promptster, "DELETE", f"/{made}"))
    assert refused(call(promptster, "DELETE", f"/{made}"), 404) == "Session not found"
    get(promptster, neighbour)


def test_a_candidate_deletes_nothing(promptster: Mock) -> None:
    made = promptster.given(assessmentId=assessment(promptster), keyStatus="redeemed")
    for candidate in (key(promptster), key(promptster, sessionId=made)):
        for identity in (made, PAGE, NOWHERE):
            refused(call(promptster, "DELETE", f"/{identity}", headers=candidate), 401, 403)
    get(promptster, made)
    get(promptster, PAGE)


# ---- timeline


def test_events_are_sorted_by_time_then_insertion(promptster: Mock) -> None:
    moments = [
        "16:00:02",
        "16:00:00",
        "16:00:01",
        "16:00:00",
        "16:00:02",
        "15:59:59",
        "16:00:00",
        "16:00:00.001",
        "16:00:00",
    ]
    made = [(moment, taken(promptster, "s", ts=f"2026-05-06T{moment}Z")) for moment in moments]
    events, more = timeline(promptster, "s")
    assert ids(events) == [identity for _, identity in sorted(made, key=lambda one: one[0])]
    assert not more


def test_equal_times_are_sorted_by_insertion(promptster: Mock) -> None:
    made = [
        taken(promptster, "s", ts=f"2026-05-06T16:00:00.123{rest}Z")
        for rest in ("9", "0", "5", "", "1")
    ]
    events, _ = timeline(promptster, "s")
    if len({one["ts"] for one in events}) == 1:
        assert ids(events) == made
    else:
        assert [one["ts"] for one in events] == sorted(one["ts"] for one in events)


def test_offsets_do_not_disturb_the_order(promptster: Mock) -> None:
    late = taken(promptster, "s", ts="2026-05-06T10:00:00-05:00")
    early = taken(promptster, "s", ts="2026-05-06T16:00:00+02:00")
    events, _ = timeline(promptster, "s")
    assert [(one["id"], one["ts"]) for one in events] == [
        (early, "2026-05-06T14:00:00.000Z"),
        (late, "2026-05-06T15:00:00.000Z"),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 12, 13])
def test_timeline_pages_have_each_event_once(promptster: Mock, size: int) -> None:
    for number in (3, 1, 2, 1, 1, 3, 2, 1, 4, 1, 2, 3):
        taken(promptster, "s", ts=f"2026-05-06T16:00:0{number}Z")
    everything, _ = timeline(promptster, "s")
    walked: list[dict[str, Any]] = []
    pages = 0
    more = True
    while more:
        page, more = timeline(
            promptster, "s", limit=size, **({"after": walked[-1]["id"]} if walked else {})
        )
        assert 1 <= len(page) <= size
        walked += page
        pages += 1
    assert walked == everything
    assert (len(walked), pages) == (12, -(-12 // size))
    assert timeline(promptster, "s", after=walked[-1]["id"]) == ([], False)


def test_new_events_come_after_the_cursor(promptster: Mock) -> None:
    first = taken(promptster, "s", ts="2026-05-06T16:00:00Z")
    cursor = taken(promptster, "s", ts="2026-05-06T16:00:10Z")
    early = taken(promptster, "s", ts="2026-05-06T16:00:05Z")
    same, later = (
        taken(promptster, "s", ts="2026-05-06T16:00:10Z"),
        taken(promptster, "s", ts="2026-05-06T16:00:20Z"),
    )
    assert ids(timeline(promptster, "s", after=cursor)[0]) == [same, later]
    assert ids(timeline(promptster, "s", after=first)[0]) == [early, cursor, same, later]


def test_a_long_timeline(promptster: Mock) -> None:
    """500 events by default, 2000 at most, one at least."""
    candidate = key(promptster)
    start = datetime(2026, 5, 6, 12, tzinfo=UTC)
    made = []
    for number in range(2003):
        body = event("long", ts=(start + timedelta(seconds=number // 2)).isoformat())
        assert ingest(promptster, body, candidate).status_code == 201
        made.append(body["id"])
    for asked, given in (
        (None, 500),
        ("0", 1),
        ("-7", 1),
        ("1", 1),
        ("2000", 2000),
        ("2001", 2000),
        ("999999", 2000),
    ):
        events, more = timeline(
            promptster, "long", None, **({} if asked is None else {"limit": asked})
        )
        assert (ids(events), more) == (made[:given], True)
    events, more = timeline(promptster, "long", limit=2000, after=made[1])
    assert (ids(events), more) == (made[2:2002], True)
    events, more = timeline(promptster, "long", limit=2000, after=made[2])
    assert (ids(events), more) == (made[3:], False)


@pytest.mark.parametrize("asked", ["9223372036854775807", "99999999999999999999"])
def test_timeline_limit_beyond_64_bits_is_clamped(promptster: Mock, asked: str) -> None:
    assert len(timeline(promptster, PAGE, limit=asked)[0]) == 4


def test_unknown_cursor(promptster: Mock) -> None:
    taken(promptster, "s")
    theirs = ids(timeline(promptster, PAGE)[0])[0]
    for after in (theirs, NOWHERE, "x", "s"):
        refused(call(promptster, "GET", f"/s/timeline?after={after}"), 400, 404)


def test_timeline_has_the_sent_events(promptster: Mock) -> None:
    content = {
        "text": 'ß, 検索, \U0001f600, "quoted" \\ \t\n',
        "nested": {"list": [1, 2.5, None, True, {}]},
        "": 0,
    }
    provenance = {"attribution": "likely_ai", "confidence": 0.75, "observability": "high"}
    made = taken(
        promptster,
        "s",
        "prompt",
        "2026-05-06T16:00:00.250Z",
        content,
        provenance=provenance,
        actor={"type": "ai"},
    )
    assert timeline(promptster, "s") == (
        [
            {
                "id": made,
                "sessionId": "s",
                "kind": "prompt",
                "ts": "2026-05-06T16:00:00.250Z",
                "data": content,
                "provenance": provenance,
            }
        ],
        False,
    )


def test_part_of_a_provenance_is_completed(promptster: Mock) -> None:
    for part in (
        {},
        {"attribution": "mixed"},
        {"confidence": 0},
        {"confidence": 1},
        {"observability": "low"},
    ):
        taken(promptster, "s", provenance=part)
        assert timeline(promptster, "s")[0][-1]["provenance"] == {**UNKNOWN, **part}


# ---- decisions


def test_decisions_are_the_decision_events(promptster: Mock) -> None:
    kinds = [
        "decision_event",
        "prompt",
        "decision_event",
        "planning",
        "decision_event",
        "checkpoint",
    ]
    made = [
        (
            f"2026-05-06T16:00:0{9 - number}Z",
            kind,
            taken(promptster, "s", kind, f"2026-05-06T16:00:0{9 - number}Z"),
        )
        for number, kind in enumerate(kinds)
    ]
    found = decisions(promptster, "s")
    assert ids(found) == [
        identity for _, kind, identity in sorted(made) if kind == "decision_event"
    ]
    assert found == [one for one in timeline(promptster, "s")[0] if one["kind"] == "decision_event"]
    assert get(promptster, "s")["decisionFlagCount"] == 3


def test_no_decisions(promptster: Mock) -> None:
    taken(promptster, "s")
    assert decisions(promptster, "s") == decisions(promptster, promptster.given()) == []


def test_decisions_are_not_paged(promptster: Mock) -> None:
    candidate = key(promptster)
    for _ in range(510):
        assert ingest(promptster, event("s", "decision_event"), candidate).status_code == 201
    assert len(decisions(promptster, "s")) == 510


# ---- cohort statistics

METRICS: dict[str, Any] = {
    "durationMs": 1000,
    "promptCount": 10,
    "commandFailRate": 0.5,
    "verifyIntensity": 0.5,
    "manualEditRatio": 0.5,
    "firstChangeLatencyMs": 100,
}
#: What is better: more, or less.
MORE = ("verifyIntensity", "manualEditRatio")


def average(name: str) -> str:
    return f"avg{name[0].upper()}{name[1:]}"


def test_a_session_without_an_assessment(promptster: Mock) -> None:
    assert cohort(promptster, promptster.given()) is None
    assert cohort(promptster, promptster.given(metadata={"assessmentId": "asm_backend"})) is None


def test_a_cohort_without_a_completed_session(promptster: Mock) -> None:
    ours = assessment(promptster)
    for status in ("pending", "redeemed"):
        assert (
            cohort(
                promptster, promptster.given(assessmentId=ours, keyStatus=status, metrics=METRICS)
            )
            is None
        )


@pytest.mark.parametrize(
    ("status", "counts"),
    [("pending", 0), ("redeemed", 0), ("completed", 1), ("expired", 1), ("hired", 1)],
)
def test_whose_sessions_count(promptster: Mock, status: str, counts: int) -> None:
    ours = assessment(promptster)
    first = promptster.given(assessmentId=ours, metrics={"promptCount": 10})
    second = promptster.given(assessmentId=ours, keyStatus=status, metrics={"promptCount": 20})
    for made in (first, second):
        found = cohort(promptster, made)
        assert (found["sessionCount"], found["metrics"]["avgPromptCount"]) == (
            1 + counts,
            10 + 5 * counts,
        )
        assert ("percentiles" in found) == bool(counts)


def test_one_session_has_no_percentiles(promptster: Mock) -> None:
    found = cohort(
        promptster,
        promptster.given(
            assessmentId=assessment(promptster), metrics={**METRICS, "testsPassed": True}
        ),
    )
    assert found == {
        "sessionCount": 1,
        "metrics": {
            **{average(name): value for name, value in METRICS.items()},
            "testPassRate": 100,
        },
    }


def test_percentiles(promptster: Mock) -> None:
    ours = assessment(promptster)
    made = [
        promptster.given(
            assessmentId=ours, metrics={name: value * (1 + rank) for name, value in METRICS.items()}
        )
        for rank in range(8)
    ]
    for rank, identity in enumerate(made):
        found = cohort(promptster, identity)
        assert found["sessionCount"] == 8
        for name in METRICS:
            beaten = rank if name in MORE else 7 - rank
            assert found["percentiles"][name] == round(beaten / 7, 3), name
        assert found["metrics"]["avgPromptCount"] == 45
        assert found["metrics"]["avgDurationMs"] == 4500


@pytest.mark.parametrize("size", [2, 3, 5, 12])
def test_percentiles_of_best_and_worst(promptster: Mock, size: int) -> None:
    ours = assessment(promptster)
    made = [
        promptster.given(
            assessmentId=ours, metrics={"commandFailRate": rank / 20, "durationMs": rank}
        )
        for rank in range(size)
    ]
    found = [cohort(promptster, identity)["percentiles"]["commandFailRate"] for identity in made]
    assert found == [round((size - 1 - rank) / (size - 1), 3) for rank in range(size)]
    assert (found[0], found[-1]) == (1, 0)


def test_percentiles_of_equal_sessions(promptster: Mock) -> None:
    ours = assessment(promptster)
    made = [promptster.given(assessmentId=ours, metrics=METRICS) for _ in range(3)]
    found = [cohort(promptster, identity)["percentiles"] for identity in made]
    assert found[0] == found[1] == found[2]
    assert all(0 <= value <= 1 for value in found[0].values())


def test_metrics_that_are_unknown(promptster: Mock) -> None:
    ours = assessment(promptster)
    blank = promptster.given(assessmentId=ours)
    found = cohort(promptster, blank)
    assert found == {
        "sessionCount": 1,
        "metrics": {**{average(name): None for name in METRICS}, "testPassRate": None},
    }
    first = promptster.given(assessmentId=ours, metrics={"durationMs": 100})
    second = promptster.given(assessmentId=ours, metrics={"durationMs": 300, "promptCount": 4})
    found = cohort(promptster, first)
    assert (
        found["sessionCount"],
        found["metrics"]["avgDurationMs"],
        found["metrics"]["avgPromptCount"],
    ) == (3, 200, 4)
    assert found["percentiles"] == {**dict.fromkeys(METRICS), "durationMs": 1}
    assert cohort(promptster, second)["percentiles"]["durationMs"] == 0
    assert cohort(promptster, blank)["percentiles"] == dict.fromkeys(METRICS)


@pytest.mark.parametrize(
    ("passed", "rate"),
    [((True,), 100), ((False,), 0), ((True, True, False), 67), ((True, False, False), 33)],
)
def test_the_share_of_sessions_whose_tests_pass(
    promptster: Mock, passed: tuple[bool, ...], rate: int
) -> None:
    ours = assessment(promptster)
    made = [promptster.given(assessmentId=ours, metrics={"testsPassed": one}) for one in passed]
    promptster.given(assessmentId=ours)
    found = cohort(promptster, made[0])["metrics"]["testPassRate"]
    assert (type(found), found) == (int, rate)


def test_every_assessment_has_its_own_cohort(promptster: Mock) -> None:
    first, second = assessment(promptster), assessment(promptster)
    made = [
        promptster.given(assessmentId=ours, metrics={"promptCount": 7})
        for ours in (first, first, second)
    ]
    assert [cohort(promptster, identity)["sessionCount"] for identity in made] == [2, 2, 1]
    assert cohort(promptster, PAGE) == COHORT


def test_ended_session_joins_its_cohort(promptster: Mock) -> None:
    ours = assessment(promptster)
    candidate = key(promptster, assessmentId=ours)
    for kind, moment in (
        ("session_start", "15:00:00"),
        ("prompt", "15:01:00"),
        ("prompt", "15:02:00"),
    ):
        data(ingest(promptster, event("s", kind, f"2026-05-06T{moment}Z"), candidate), 201)
    assert key_of(promptster, "s") == {"status": "redeemed", "sessionId": "s"}
    assert cohort(promptster, "s") is None
    data(ingest(promptster, event("s", "session_end", "2026-05-06T15:30:00Z"), candidate), 201)
    assert key_of(promptster, "s") == {"status": "completed", "sessionId": "s"}
    found = cohort(promptster, "s")
    assert (
        found["sessionCount"],
        found["metrics"]["avgDurationMs"],
        found["metrics"]["avgPromptCount"],
    ) == (1, 1_800_000, 2)


def test_figures_come_from_the_events(promptster: Mock) -> None:
    candidate = key(promptster, assessmentId=assessment(promptster))
    steps: list[tuple[str, int, Any]] = [
        *(
            ("session_start", 0, {}),
            ("prompt", 10, {}),
            ("file_diff", 30, {"path": "a"}),
            ("command", 40, {"command": "x", "exitCode": 1}),
        ),
        *(
            ("command", 50, {"command": "x", "exitCode": 0}),
            ("file_create", 60, {"path": "b"}),
            ("command", 70, COMMAND),
        ),
        *(("command", 80, COMMAND), ("session_end", 120, {})),
    ]
    for kind, seconds, content in steps:
        moment = (datetime(2026, 5, 6, 15, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()
        data(ingest(promptster, event("s", kind, moment, content), candidate), 201)
    metrics = cohort(promptster, "s")["metrics"]
    assert metrics["avgDurationMs"] == 120_000
    assert metrics["avgPromptCount"] == 1
    assert metrics["avgCommandFailRate"] == 0.25
    assert metrics["avgVerifyIntensity"] == 2
    assert metrics["avgFirstChangeLatencyMs"] == 30_000


# ---- ingest

KINDS: dict[str, dict[str, Any]] = {
    **{
        kind: {}
        for kind in (
            "prompt",
            "ai_response",
            "file_delete",
            "test_run",
            "build_run",
            "decision_event",
            "session_start",
        )
    },
    **{
        kind: {}
        for kind in ("session_end", "checkpoint", "tool_use", "tool_result", "planning", "mcp_call")
    },
    **{
        "file_diff": {"path": "a.py"},
        "file_create": {"path": "a.py"},
        "command": {"command": "ls"},
        "git_action": {"action": "commit"},
    },
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_events(promptster: Mock, kind: str) -> None:
    made = taken(promptster, "s", kind, content=KINDS[kind])
    (found,) = timeline(promptster, "s")[0]
    assert (found["id"], found["kind"], found["data"]) == (made, kind, KINDS[kind])


def test_a_tool_call_is_kept_as_its_result(promptster: Mock) -> None:
    taken(promptster, "s", "tool_call", content={"tool": "grep"})
    (found,) = timeline(promptster, "s")[0]
    assert (found["kind"], found["data"]) == ("tool_result", {"tool": "grep"})


def test_payloads_that_are_strict(promptster: Mock) -> None:
    for kind, content in (
        ("command", {}),
        ("file_diff", {}),
        ("file_create", {}),
        ("git_action", {}),
        ("command", {"command": 7}),
    ):
        assert (
            refused(ingest(promptster, event("s", kind, content=content)), 400)
            == "Invalid request body"
        )
    refused(call(promptster, "GET", "/s"), 404)


def test_a_duplicate_is_skipped(promptster: Mock) -> None:
    body = event("s", "decision_event", content=DECISION)
    assert data(ingest(promptster, body), 201) == {"ok": True, "id": body["id"]}
    before = get(promptster, "s"), timeline(promptster, "s")
    for again in (
        body,
        {**body, "data": {}},
        {**body, "kind": "prompt", "ts": "2020-01-01T00:00:00Z"},
        {**body, "sessionId": "t"},
    ):
        assert data(ingest(promptster, again), 200) == {"ok": True, "skipped": True}
    assert (get(promptster, "s"), timeline(promptster, "s")) == before
    refused(call(promptster, "GET", "/t"), 404)


@pytest.mark.parametrize(
    "identity",
    [
        "my-session-uuid",
        "7c9e6679-7425-40de-944b-000000000000",
        "X",
        "with space",
        "ü",
        "a?b#c",
        "%2F",
    ],
)
def test_the_first_event_makes_the_session(promptster: Mock, identity: str) -> None:
    taken(promptster, identity, ts="2026-05-06T16:00:00Z")
    found = get(
        promptster,
        httpx.URL("http://x/", params={"id": identity})
        .query.decode()
        .removeprefix("id=")
        .replace("+", "%20"),
    )
    assert (found["id"], found["startedAt"], found["eventCount"]) == (
        identity,
        "2026-05-06T16:00:00.000Z",
        1,
    )


def test_session_id_with_a_slash(promptster: Mock) -> None:
    taken(promptster, "team/session")
    assert get(promptster, "team%2Fsession")["id"] == "team/session"


def test_an_event_after_the_end(promptster: Mock) -> None:
    taken(promptster, "s", "session_end", "2026-05-06T16:00:00Z")
    taken(promptster, "s", "prompt", "2026-05-06T16:10:00Z")
    found = get(promptster, "s")
    assert (found["endedAt"], found["eventCount"]) == ("2026-05-06T16:00:00.000Z", 2)


def test_session_start_fills_known_metadata_only(promptster: Mock) -> None:
    known = {
        "assessmentId": "asm_x",
        "candidateName": "Ada",
        "repoUrl": "https://git.example.com/a",
        "cwd": "/w",
    }
    taken(promptster, "s", "session_start", content={**known, "shell": "zsh"})
    taken(promptster, "s", "prompt", content={"candidateName": "Mallory"})
    assert get(promptster, "s")["metadata"] == known


def test_only_a_candidate_ingests(promptster: Mock) -> None:
    misplaced = {"Authorization": f"Bearer {key(promptster)['X-API-Key']}"}
    for headers in (KEY, {"X": "y"}, {"X-API-Key": "PST-XXXX-XXXX"}, {"X-API-Key": ""}, misplaced):
        assert refused(ingest(promptster, event("s"), headers), 401) == "Invalid or missing API key"
    refused(call(promptster, "GET", "/s"), 404)
    data(ingest(promptster, event("s"), {**KEY, **key(promptster)}), 201)


@pytest.mark.parametrize("param", ["expired", "revoked"])
def test_only_an_active_key_ingests(promptster: Mock, param: str) -> None:
    bad = key(promptster, **{param: True})
    for _ in range(2):
        refused(ingest(promptster, event("s"), bad), 401)
        refused(call(promptster, "GET", headers=bad), 401)
        promptster.control("POST", "/reset")
    refused(call(promptster, "GET", "/s"), 404)


def test_sending_redeems_a_pending_key(promptster: Mock) -> None:
    made = promptster.given(assessmentId=assessment(promptster), keyStatus="pending")
    candidate = key(promptster, sessionId=made)
    data(ingest(promptster, event(made, "session_start"), candidate), 201)
    assert key_of(promptster, made) == {"status": "redeemed", "sessionId": made}
    data(ingest(promptster, event(made, "session_end"), candidate), 201)
    assert key_of(promptster, made) == {"status": "completed", "sessionId": made}


def test_a_hired_candidate_stays_hired(promptster: Mock) -> None:
    made = promptster.given(assessmentId=assessment(promptster), keyStatus="hired")
    ingest(promptster, event(made, "session_end"), key(promptster, sessionId=made))
    assert key_of(promptster, made)["status"] == "hired"


def test_writing_into_another_organizations_session(promptster: Mock) -> None:
    other, before = (
        key(promptster, tenant="other"),
        (get(promptster, PAGE), timeline(promptster, PAGE)),
    )
    assert not ingest(promptster, event(PAGE), other).is_success
    used = timeline(promptster, PAGE)[0][0]["id"]
    refused(ingest(promptster, {**event("theirs"), "id": used}, other), 400, 404, 409)
    assert (get(promptster, PAGE), timeline(promptster, PAGE)) == before


def test_events_of_a_provider_state_count(promptster: Mock) -> None:
    made = promptster.given()
    identity = promptster.given(
        "event",
        sessionId=made,
        id=new_id(),
        kind="decision_event",
        ts="2026-05-06T16:00:00Z",
        data=DECISION,
        provenance={"confidence": 1},
    )
    (found,) = timeline(promptster, made)[0]
    assert found == {
        **{
            "id": identity,
            "sessionId": made,
            "kind": "decision_event",
            "ts": "2026-05-06T16:00:00.000Z",
            "data": DECISION,
        },
        "provenance": {**UNKNOWN, "confidence": 1},
    }
    counted = get(promptster, made)
    assert (counted["eventCount"], counted["decisionFlagCount"], counted["lastActivityAt"]) == (
        1,
        1,
        "2026-05-06T16:00:00.000Z",
    )


# ---- who may do what

#: Every operation on one session but its deletion.
PATHS: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"metadata": {"new": 1}}),
    ("PATCH", "/metadata", {"new": 1}),
    ("GET", "/timeline", None),
    ("GET", "/decisions", None),
    ("GET", "/cohort-stats", None),
]


def test_both_kinds_of_credentials(promptster: Mock) -> None:
    seen: list[Any] = []
    for headers in (
        promptster.credential(),
        key(promptster),
        promptster.credential(kind="reviewer"),
        KEY,
    ):
        promptster.control("POST", "/reset")
        responses = [
            call(promptster, method, f"/{PAGE}{path}", body, headers)
            for method, path, body in PATHS
        ]
        responses += [
            call(promptster, "GET", headers=headers),
            call(promptster, "POST", "", {"id": NOWHERE}, headers),
        ]
        seen.append([(answer.status_code, answer.json()) for answer in responses])
        assert {answer.status_code for answer in responses} == {200, 201}
    assert seen[0] == seen[1] == seen[2] == seen[3]


def test_both_credentials_at_once(promptster: Mock) -> None:
    both = {**KEY, **key(promptster)}
    made = promptster.given()
    for method, path, body in PATHS:
        data(call(promptster, method, f"/{made}{path}", body, both))
    data(ingest(promptster, event(made), both), 201)
    assert data(call(promptster, "DELETE", f"/{made}", headers=both)) == {"ok": True, "id": made}


@pytest.mark.parametrize("kind", ["reviewer", "candidate"])
def test_another_organization_sees_nothing(promptster: Mock, kind: str) -> None:
    theirs = promptster.credential(tenant="other", kind=kind)
    made = promptster.given(tenant="other", metadata={"a": 1})
    promptster.state("event", sessionId=made)
    before = get(promptster, PAGE), timeline(promptster, PAGE), get(promptster, made, theirs)
    ours = promptster.credential(kind=kind)
    for session_id, headers in ((PAGE, theirs), (made, ours)):
        for method, path, body in PATHS:
            assert (
                refused(call(promptster, method, f"/{session_id}{path}", body, headers), 404)
                == "Session not found"
            )
        answer = call(promptster, "DELETE", f"/{session_id}", headers=headers)
        refused(answer, *((404,) if kind == "reviewer" else (401, 403)))
    assert (
        get(promptster, PAGE),
        timeline(promptster, PAGE),
        get(promptster, made, theirs),
    ) == before
    assert made in ids(listed(promptster, theirs, limit=100)["sessions"])
    assert made not in ids(listed(promptster, ours, limit=100)["sessions"])
    assert PAGE not in ids(listed(promptster, theirs, limit=100)["sessions"])
    assert listed(promptster, theirs, assessmentId="asm_backend")["total"] == 0


def test_every_organization_has_an_id(promptster: Mock) -> None:
    theirs = promptster.credential(tenant="other")
    organizations = [
        {one["orgId"] for one in listed(promptster, headers, limit=100)["sessions"]}
        for headers in (KEY, theirs)
    ]
    assert [len(found) for found in organizations] == [1, 1]
    assert organizations[0] != organizations[1]


@pytest.mark.parametrize("identity", [NOWHERE, "nowhere", "sess_001"])
def test_unknown_session(promptster: Mock, identity: str) -> None:
    for headers in (KEY, key(promptster)):
        for method, path, body in PATHS:
            assert (
                refused(call(promptster, method, f"/{identity}{path}", body, headers), 404)
                == "Session not found"
            )
    assert refused(call(promptster, "DELETE", f"/{identity}"), 404) == "Session not found"


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "y"},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer garbage"},
        {"Authorization": KEY["Authorization"].removeprefix("Bearer ")},
        {"Authorization": "Basic eDp5"},
        {"X-API-Key": "PST-XXXX-XXXX"},
        {"X-API-Key": ""},
        {"X-API-Key": KEY["Authorization"].removeprefix("Bearer ")},
    ],
)
def test_nothing_opens_without_a_credential(promptster: Mock, headers: dict[str, str]) -> None:
    before = listed(promptster, limit=100)
    for session_id in (PAGE, NOWHERE):
        for method, path, body in (*PATHS, ("DELETE", "", None)):
            assert (
                refused(call(promptster, method, f"/{session_id}{path}", body, headers), 401)
                == "Invalid or missing API key"
            )
    refused(call(promptster, "GET", headers=headers), 401)
    refused(call(promptster, "POST", "", {}, headers), 401)
    refused(ingest(promptster, event("s"), headers), 401)
    assert listed(promptster, limit=100) == before


def test_an_expired_credential_stays_expired(promptster: Mock) -> None:
    good, bad = promptster.credential(), promptster.credential(expired=True)
    for _ in range(2):
        for method, path, body in (*PATHS, ("DELETE", "", None)):
            refused(call(promptster, method, f"/{PAGE}{path}", body, bad), 401)
        get(promptster, PAGE, good)
        promptster.control("POST", "/reset")


def test_reviewers_token_expires_in_virtual_time(promptster: Mock) -> None:
    headers = promptster.credential()
    get(promptster, PAGE, headers)
    advance(promptster, "P400D")
    refused(call(promptster, "GET", f"/{PAGE}", headers=headers), 401)
    get(promptster, PAGE, promptster.credential())


def test_credentials_outlive_a_reset(promptster: Mock) -> None:
    reviewer, candidate = promptster.credential(), key(promptster)
    promptster.state("reset")
    assert get(promptster, PAGE, reviewer) == get(promptster, PAGE, candidate)


# ---- time and limits


def test_a_registered_session_starts_now(promptster: Mock) -> None:
    advance(promptster, "PT90S")
    assert session(call(promptster, "POST", "", {}), 201)["startedAt"] == "2026-05-06T17:01:30.000Z"


def test_100_events_a_minute_for_each_key(promptster: Mock) -> None:
    promptster.state("rate limits", enforced=True)
    candidate, other = key(promptster), key(promptster, assessmentId=assessment(promptster))
    assert {ingest(promptster, event("s"), candidate).status_code for _ in range(100)} == {201}
    late = event("s")
    assert refused(ingest(promptster, late, candidate), 429).startswith("Rate limit exceeded")
    data(ingest(promptster, event("t"), other), 201)
    assert get(promptster, "s")["eventCount"] == 100
    assert call(promptster, "GET", "/s", headers=candidate).status_code == 200
    advance(promptster, "PT60S")
    data(ingest(promptster, late, candidate), 201)
    assert get(promptster, "s")["eventCount"] == 101


def test_no_rate_limit_by_default(promptster: Mock) -> None:
    candidate = key(promptster)
    assert {ingest(promptster, event("s"), candidate).status_code for _ in range(105)} == {201}
    promptster.state("rate limits", enforced=True)
    promptster.state("rate limits", enforced=False)
    assert {ingest(promptster, event("s"), candidate).status_code for _ in range(105)} == {201}


# ---- at the same moment


def together(many: int, do: Callable[[httpx.Client, int], httpx.Response]) -> list[int]:
    limits = httpx.Limits(max_connections=many)
    with (
        httpx.Client(trust_env=False, limits=limits, timeout=30, headers=KEY) as client,
        ThreadPoolExecutor(many) as pool,
    ):
        return sorted(
            answer.status_code
            for answer in pool.map(lambda number: do(client, number), range(many))
        )


def test_one_of_16_parallel_creations_wins(promptster: Mock) -> None:
    url = f"{promptster.url}/promptster/v1/sessions"
    assert (
        together(
            16,
            lambda client, number: client.post(
                url, json={"id": NOWHERE, "metadata": {"n": number}}
            ),
        )
        == [201] + [409] * 15
    )
    assert set(get(promptster, NOWHERE)["metadata"]) == {"n"}


def test_one_of_16_parallel_deletions_wins(promptster: Mock) -> None:
    url = f"{promptster.url}/promptster/v1/sessions/{PAGE}"
    assert together(16, lambda client, _: client.delete(url)) == [200] + [404] * 15


def test_one_of_16_equal_parallel_events_counts(promptster: Mock) -> None:
    url, body, candidate = (
        f"{promptster.url}/promptster/v1/hooks/ingest",
        event("s"),
        key(promptster),
    )
    assert together(16, lambda client, _: client.post(url, json=body, headers=candidate)) == [
        200
    ] * 15 + [201]
    assert get(promptster, "s")["eventCount"] == 1


def test_parallel_merges_and_events_lose_nothing(promptster: Mock) -> None:
    made, candidate = promptster.given(), key(promptster)
    base = f"{promptster.url}/promptster/v1"

    def both(client: httpx.Client, number: int) -> httpx.Response:
        client.post(f"{base}/hooks/ingest", json=event(made), headers=candidate)
        return client.patch(f"{base}/sessions/{made}/metadata", json={f"k{number}": number})

    assert together(16, both) == [200] * 16
    found = get(promptster, made)
    assert found["metadata"] == {f"k{number}": number for number in range(16)}
    assert found["eventCount"] == len(timeline(promptster, made)[0]) == 16


# ---- nothing else


def test_no_undocumented_members(promptster: Mock) -> None:
    answers = [call(promptster, method, f"/{PAGE}{path}", body) for method, path, body in PATHS]
    answers += [
        call(promptster, "GET"),
        call(promptster, "POST", "", {}),
        ingest(promptster, event("s")),
    ]
    answers += [call(promptster, "DELETE", "/s")]
    for answer in answers:
        assert answer.is_success
        assert answer.headers["content-type"] == "application/json"
        assert {name.lower() for name in answer.headers} <= {"content-type", "content-length"}
    for one in timeline(promptster, PAGE)[0]:
        assert set(one) == {"id", "sessionId", "kind", "ts", "data", "provenance"}
        assert set(one["provenance"]) == {"attribution", "confidence", "observability"}
    assert promptster.outbox() == []


def test_a_query_changes_nothing(promptster: Mock) -> None:
    assert session(call(promptster, "GET", f"/{PAGE}?include=events&limit=0&limit=7")) == get(
        promptster, PAGE
    )


def test_reset_restores_the_initial_snapshot(promptster: Mock) -> None:
    before = listed(promptster, limit=100), timeline(promptster, PAGE)
    taken(promptster, "s")
    taken(promptster, PAGE)
    session(
        call(promptster, "PATCH", f"/{PAGE}", {"metadata": {}, "endedAt": "2026-05-06T12:00:00Z"})
    )
    session(call(promptster, "POST", "", {"id": NOWHERE}), 201)
    data(call(promptster, "DELETE", f"/{before[0]['sessions'][0]['id']}"))
    promptster.control("POST", "/reset")
    assert (listed(promptster, limit=100), timeline(promptster, PAGE)) == before
    assert cohort(promptster, PAGE) == COHORT


def test_runs_are_reproducible(promptster: Mock) -> None:
    body = event("s", "decision_event", content=DECISION)

    def answers() -> list[Any]:
        promptster.control("POST", "/reset")
        made = [promptster.state("assessment"), promptster.state("session"), key(promptster)]
        responses = [call(promptster, "POST", "", {}).content for _ in range(5)] + [
            ingest(promptster, body).content
        ]
        responses += [
            call(promptster, method, f"/{PAGE}{path}", content).content
            for method, path, content in PATHS
        ]
        return [
            made,
            responses,
            call(promptster, "GET", "?limit=100").content,
            call(promptster, "GET", "/s/timeline").content,
        ]

    assert answers() == answers()
