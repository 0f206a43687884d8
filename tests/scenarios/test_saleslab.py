"""Sales Lab's mock over HTTP: scenarios from the vendor's page alone, without the contract."""

from collections import Counter
from typing import Any

import httpx
import pytest

from tests.serving import Mock

SESSION = "30000000-0000-0000-0000-000000000001"
REP = "a0000000-0000-0000-0000-000000000002"
ROW: dict[str, Any] = {
    "id": SESSION,
    "user_id": REP,
    "scenario_id": "10000000-0000-0000-0000-000000000004",
    "status": "scored",
    "started_at": "2026-05-06T17:00:00Z",
    "ended_at": "2026-05-06T17:07:00Z",
    "duration_seconds": 420,
    "created_at": "2026-05-06T17:00:00Z",
}
OPERATIONS = {
    "sessions": "sessions:read",
    f"sessions/{SESSION}": "sessions:read",
    f"scorecards/{SESSION}": "scorecards:read",
    "scenarios": "scenarios:read",
    "users": "users:read",
    "analytics/summary": "analytics:read",
}
TENANT = "slt_mockOtherTenantToken0000000000000000000000000"
OTHER = {"Authorization": f"Bearer {TENANT}"}


def data(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.json()["ok"] is True
    return answer.json()["data"]


def refused(answer: httpx.Response, status: int, code: str) -> str:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"ok", "error"}
    assert body["ok"] is False
    assert body["error"]["code"] == code
    return str(body["error"]["message"])


def walk(mock: Mock, **params: Any) -> list[dict[str, Any]]:
    """Every row of every page."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = mock.get("sessions", **params)
        rows += data(answer)
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return rows
        params["cursor"] = cursor


# ---- the page's examples


def test_documented_examples(saleslab: Mock) -> None:
    assert saleslab.get("sessions", limit=1).json() == {
        "ok": True,
        "data": [ROW],
        "next_cursor": "2026-05-06T17:00:00Z",
    }
    detail = data(saleslab.get(f"sessions/{SESSION}"))
    assert detail["transcript"] == [{"role": "agent", "message": "Hello?", "time": 0}]
    scorecard = data(saleslab.get(f"scorecards/{SESSION}"))
    headline = "You earned the right to ask for the math by reframing his anger as data."
    assert (scorecard["overall_score"], scorecard["verdict"], scorecard["headline"]) == (
        87,
        "crushed_it",
        headline,
    )
    assert data(saleslab.get("scenarios"))[0] == {
        "id": ROW["scenario_id"],
        "name": "Cold Call — FSBO Seller",
        "call_type": "cold_call",
    }
    users = {user["id"]: user for user in data(saleslab.get("users"))}
    assert users[REP] == {
        "id": REP,
        "full_name": "Jordan Reyes",
        "role": "rep",
        "last_session_at": "2026-05-06T17:00:00Z",
    }
    summary = {"sessions": 132, "scored": 128, "avg_score": 78, "unique_reps": 12}
    assert data(saleslab.get("analytics/summary")) == {
        "from": "2026-04-06T17:00:00Z",
        "to": "2026-05-06T17:00:00Z",
        **summary,
    }


def test_no_undocumented_members(saleslab: Mock) -> None:
    for row in data(saleslab.get("sessions", limit=100)):
        assert set(row) == set(ROW)
    assert set(data(saleslab.get(f"sessions/{SESSION}"))) == {*ROW, "transcript"}
    for user in data(saleslab.get("users")):
        assert set(user) == {"id", "full_name", "role", "last_session_at"}
    for scenario in data(saleslab.get("scenarios")):
        assert set(scenario) == {"id", "name", "call_type"}
    for path in OPERATIONS:
        headers = {name.lower() for name in saleslab.get(path).headers}
        assert headers == {"content-type", "content-length"}


# ---- the list


def test_list_has_the_newest_fifty_sessions(saleslab: Mock) -> None:
    rows = data(saleslab.get("sessions"))
    assert len(rows) == 50
    assert [row["started_at"] for row in rows] == sorted(
        (row["started_at"] for row in rows), reverse=True
    )
    assert len(data(saleslab.get("sessions", limit=100))) == 100


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_are_complete_with_equal_times(saleslab: Mock, limit: int) -> None:
    user = saleslab.given("user")
    moments = ["2026-05-01T10:00:00Z"] * 5 + ["2026-05-01T10:00:01Z"] * 3 + ["2026-05-02T00:00:00Z"]
    made = [saleslab.given(user_id=user, started_at=moment) for moment in moments]
    rows = walk(saleslab, limit=limit, user_id=user)
    assert sorted(row["id"] for row in rows) == sorted(made)
    assert [row["started_at"] for row in rows] == sorted(moments, reverse=True)


def test_the_whole_world_is_walked(saleslab: Mock) -> None:
    rows = walk(saleslab, limit=9)
    assert len(rows) == 172
    assert len({row["id"] for row in rows}) == 172


def test_new_sessions_between_two_pages(saleslab: Mock) -> None:
    user = saleslab.given("user")
    moment = "2026-05-01T10:00:00Z"
    made = {saleslab.given(user_id=user, started_at=moment) for _ in range(5)}
    first = saleslab.get("sessions", limit=2, user_id=user).json()
    newer = [
        saleslab.given(user_id=user, started_at=late) for late in (moment, "2026-05-03T10:00:00Z")
    ]
    rest = walk(saleslab, limit=2, user_id=user, cursor=first["next_cursor"])
    seen = [row["id"] for row in [*first["data"], *rest]]
    assert Counter(seen) == Counter(made)
    assert not set(newer) & set(seen)


def test_bounds_are_included(saleslab: Mock) -> None:
    user = saleslab.given("user")
    made = [
        saleslab.given(user_id=user, started_at=f"2026-05-01T10:00:0{second}Z")
        for second in range(5)
    ]

    def ids(**params: Any) -> set[str]:
        return {row["id"] for row in data(saleslab.get("sessions", user_id=user, **params))}

    assert ids(**{"from": "2026-05-01T10:00:03Z"}) == set(made[3:])
    assert ids(to="2026-05-01T10:00:01Z") == set(made[:2])
    assert ids(**{"from": "2026-05-01T12:00:01+02:00", "to": "2026-05-01T10:00:02.500Z"}) == set(
        made[1:3]
    )
    assert ids(**{"from": "2026-05-01T10:00:03Z", "to": "2026-05-01T10:00:01Z"}) == set()


def test_a_filter_that_matches_nothing(saleslab: Mock) -> None:
    assert saleslab.get("sessions", user_id=saleslab.given("user")).json() == {
        "ok": True,
        "data": [],
        "next_cursor": None,
    }


# ---- single records and the other lists


def test_a_transcript_is_complete(saleslab: Mock) -> None:
    transcript = [
        {"role": "agent", "message": f"Zeile {number} — ß", "time": number} for number in range(300)
    ]
    assert (
        data(saleslab.get(f"sessions/{saleslab.given(transcript=transcript)}"))["transcript"]
        == transcript
    )


def test_every_scored_session_has_a_scorecard(saleslab: Mock) -> None:
    for row in walk(saleslab, limit=100):
        answer = saleslab.get(f"scorecards/{row['id']}")
        assert answer.status_code == (200 if row["status"] == "scored" else 404)
        if row["status"] == "scored":
            assert data(answer)["categories"]
            assert data(answer)["callouts"]


def test_scorecard_scores_its_session(saleslab: Mock) -> None:
    session = saleslab.given(status="in_progress")
    assert (
        saleslab.given("scorecard", session_id=session, overall_score=61, headline="Short.")
        == session
    )
    assert data(saleslab.get(f"scorecards/{session}"))["overall_score"] == 61
    assert data(saleslab.get(f"sessions/{session}"))["status"] == "scored"


def test_archived_scenarios_come_last(saleslab: Mock) -> None:
    archived = saleslab.given("scenario", name="AAA", archived=True)
    active = saleslab.given("scenario", name="ZZZ")
    ids = [scenario["id"] for scenario in data(saleslab.get("scenarios"))]
    assert ids.index(active) < ids.index("10000000-0000-0000-0000-000000000003")
    assert ids.index(active) < ids.index(archived)


def test_last_session_of_a_rep(saleslab: Mock) -> None:
    latest: dict[str, str] = {}
    for row in walk(saleslab, limit=100):
        latest.setdefault(row["user_id"], row["started_at"])
    for user in data(saleslab.get("users")):
        assert user["last_session_at"] == latest.get(user["id"])


@pytest.mark.parametrize(
    "period",
    [
        ("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "2026-04-30T12:00:00Z"),
    ],
)
def test_the_summary_is_computed_from_the_list(saleslab: Mock, period: tuple[str, str]) -> None:
    begin, end = period
    rows = walk(saleslab, limit=100, to=end, **{"from": begin})
    scores = [
        data(saleslab.get(f"scorecards/{row['id']}"))["overall_score"]
        for row in rows
        if row["status"] == "scored"
    ]
    summary = data(saleslab.get("analytics/summary", None, to=end, **{"from": begin}))
    counts = (len(rows), len(scores), len({row["user_id"] for row in rows}))
    assert (summary["sessions"], summary["scored"], summary["unique_reps"]) == counts
    assert abs(summary["avg_score"] - sum(scores) / len(scores)) <= 0.5


def test_summary_follows_the_virtual_clock(saleslab: Mock) -> None:
    saleslab.control("POST", "/clock/advance", json={"by": "P40D"})
    summary = data(saleslab.get("analytics/summary"))
    assert (summary["from"], summary["to"]) == ("2026-05-16T17:00:00Z", "2026-06-15T17:00:00Z")
    assert (
        summary["sessions"],
        summary["scored"],
        summary["avg_score"],
        summary["unique_reps"],
    ) == (0, 0, None, 0)


# ---- who may see what


def test_each_operation_needs_exactly_its_scope(saleslab: Mock) -> None:
    scopes = sorted(set(OPERATIONS.values()))
    for path, needed in OPERATIONS.items():
        for scope in scopes:
            answer = saleslab.get(path, headers=saleslab.credential(scopes=[scope]))
            if scope == needed:
                assert answer.status_code == 200
            else:
                assert refused(answer, 403, "FORBIDDEN") == f"Missing scope: {needed}"


def test_tokens(saleslab: Mock) -> None:
    revoked = saleslab.credential(revoked=True)
    bad = (
        {"X": "y"},
        {"Authorization": "Bearer slt_nobody"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer"},
        revoked,
    )
    for headers in (
        *bad,
        {"Authorization": f"Bearer {TENANT} {TENANT}"},
        {"Authorization": f"Token {TENANT}"},
    ):
        for path in OPERATIONS:
            refused(saleslab.get(path, headers=headers), 401, "UNAUTHORIZED")


def test_another_tenant_sees_nothing(saleslab: Mock) -> None:
    for path in (f"sessions/{SESSION}", f"scorecards/{SESSION}"):
        refused(saleslab.get(path, headers=OTHER), 404, "NOT_FOUND")
    theirs = {row["id"] for row in data(saleslab.get("sessions", headers=OTHER))}
    assert len(theirs) == 5
    assert not theirs & {row["id"] for row in walk(saleslab, limit=100)}
    assert data(saleslab.get("analytics/summary", headers=OTHER))["sessions"] == 5
    for path in ("users", "scenarios"):
        assert not {entry["id"] for entry in data(saleslab.get(path, headers=OTHER))} & {
            entry["id"] for entry in data(saleslab.get(path))
        }
    assert data(saleslab.get("sessions", user_id="a0000000-0000-0000-0000-0000000000f1")) == []


def test_sixty_calls_a_minute_for_each_token(saleslab: Mock) -> None:
    saleslab.state("rate limits", enforced=True)
    assert [saleslab.get("sessions", limit=1).status_code for _ in range(60)] == [200] * 60
    refused(saleslab.get("users"), 429, "RATE_LIMITED")
    assert saleslab.get("users", headers=OTHER).status_code == 200
    saleslab.control("POST", "/clock/advance", json={"by": "PT60S"})
    assert saleslab.get("users").status_code == 200


def test_nothing_can_be_written(saleslab: Mock) -> None:
    for path in OPERATIONS:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = saleslab.client.request(
                method, f"{saleslab.url}/saleslab/api/v1/{path}", headers=OTHER, json={}
            )
            refused(answer, 405, "METHOD_NOT_ALLOWED")
            assert answer.headers["allow"] == "GET"
