"""Rentalot's mock over HTTP: scenarios from the vendor's page alone, without the contract."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.serving import ACTIVE, DOCUMENTED, KEY, OTHER, Mock

EXAMPLE: dict[str, Any] = {
    "id": "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
    "contactId": "550e8400-e29b-41d4-a716-446655440000",
    "workflowTemplateId": "f47ac10b-58cc-4372-a567-0e02b2c3d479",
    "submission": {
        "fullName": "Jane Smith",
        "moveInDate": "2026-04-01",
        "budget": 2500,
        "pets": "1 cat",
    },
    "status": "completed",
    "reviewStatus": "pending_review",
    "reviewNotes": None,
    "reviewedAt": None,
    "createdAt": "2026-02-12T10:30:00Z",
    "updatedAt": "2026-02-12T10:45:00Z",
    "expiresAt": "2026-03-14T10:30:00Z",
}


def review(mock: Mock, session: str, **body: object) -> httpx.Response:
    return mock.call("PATCH", f"/{session}/review", json={"reviewStatus": "approved"} | body)


def test_documented_session(mock: Mock) -> None:
    assert mock.call("GET", f"/{DOCUMENTED}").json() == {"data": EXAMPLE}


def test_every_state_has_forty_sessions(mock: Mock) -> None:
    pairs = [
        (session["status"], session["reviewStatus"])
        for page in range(1, 5)
        for session in mock.call("GET", params={"limit": 100, "page": page}).json()["data"]
    ]
    completed = {("completed", review) for review in ("pending_review", "approved", "denied")}
    assert completed | {
        (status, "pending_review") for status in ("active", "draft", "expired")
    } <= set(pairs)
    for status, review in completed:
        assert pairs.count((status, review)) >= 40


def test_list_is_newest_first_and_pages_are_complete(mock: Mock) -> None:
    contact = "7b0e2c1e-93d8-4d60-9a55-1d9dc8a1c111"
    made = {
        mock.given(contactId=contact, createdAt=f"2026-02-1{n % 2}T08:00:00Z") for n in range(7)
    }
    pages = [
        mock.call("GET", params={"contactId": contact, "limit": 3, "page": page}).json()
        for page in (1, 2, 3, 4)
    ]
    seen = [session for page in pages for session in page["data"]]
    assert [len(page["data"]) for page in pages] == [3, 3, 1, 0]
    assert {session["id"] for session in seen} == made
    assert [session["createdAt"] for session in seen] == sorted(
        (session["createdAt"] for session in seen), reverse=True
    )
    assert pages[0]["pagination"] == {"page": 1, "limit": 3, "total": 7, "totalPages": 3}


def test_filters_combine(mock: Mock) -> None:
    answer = mock.call(
        "GET", params={"status": "completed", "reviewStatus": "denied", "limit": 100}
    ).json()
    assert answer["pagination"]["total"] == 40
    assert {(session["status"], session["reviewStatus"]) for session in answer["data"]} == {
        ("completed", "denied")
    }


def test_a_list_follows_a_review(mock: Mock) -> None:
    def totals() -> tuple[int, int]:
        pending, approved = (
            mock.call("GET", params={"reviewStatus": status}).json()["pagination"]["total"]
            for status in ("pending_review", "approved")
        )
        return pending, approved

    pending, approved = totals()
    review(mock, DOCUMENTED)
    assert totals() == (pending - 1, approved + 1)


def test_a_review_decides_once(mock: Mock) -> None:
    first = review(mock, DOCUMENTED, reviewNotes="good")
    assert first.status_code == 200
    session = first.json()["data"]
    assert (session["reviewStatus"], session["reviewNotes"], session["reviewedAt"]) == (
        "approved",
        "good",
        "2026-02-13T09:00:00Z",
    )
    again = review(mock, DOCUMENTED)
    assert (again.status_code, again.headers["x-mock-rule"]) == (409, "rentalot.review.final")
    assert mock.call("GET", f"/{DOCUMENTED}").json() == first.json()
    assert mock.outbox() == [
        {
            "kind": "email",
            "to": "jane.smith@example.com",
            "about": DOCUMENTED,
            "text": "Your application was approved.",
        }
    ]


@pytest.mark.parametrize("status", ["active", "draft", "expired"])
def test_only_a_completed_session_is_reviewed(mock: Mock, status: str) -> None:
    session = mock.given(status=status)
    answer = review(mock, session)
    assert (answer.status_code, answer.headers["x-mock-rule"]) == (
        422,
        "rentalot.review.completed-only",
    )
    assert mock.outbox() == []


def test_no_message_without_an_address(mock: Mock) -> None:
    assert review(mock, mock.given(email=None)).status_code == 200
    assert mock.outbox() == []


def test_a_session_both_reviewed_and_expired(mock: Mock) -> None:
    assert review(mock, mock.given(status="expired", reviewStatus="denied")).status_code == 409


def test_sessions_expire_by_the_clock(mock: Mock) -> None:
    session = mock.given()
    reviewed = mock.given(reviewStatus="approved")
    mock.control("POST", "/clock/advance", json={"by": "P29DT23H59M59S"})
    assert mock.call("GET", f"/{session}").json()["data"]["status"] == "completed"
    mock.control("POST", "/clock/advance", json={"by": "PT1S"})
    assert mock.call("GET", f"/{session}").json()["data"]["status"] == "expired"
    assert mock.call("GET", f"/{reviewed}").json()["data"]["status"] == "completed"
    assert review(mock, session).status_code == 422
    assert session in {
        row["id"]
        for row in mock.call("GET", params={"status": "expired", "limit": 100}).json()["data"]
    }


def test_another_tenant_sees_nothing(mock: Mock) -> None:
    assert mock.call("GET", f"/{DOCUMENTED}", OTHER).status_code == 404
    assert (
        mock.call(
            "PATCH", f"/{DOCUMENTED}/review", OTHER, json={"reviewStatus": "approved"}
        ).status_code
        == 404
    )
    assert mock.call("GET", "", OTHER).json()["pagination"]["total"] == 5


def test_keys(mock: Mock) -> None:
    revoked = mock.control(
        "POST",
        "/rentalot/states",
        json={"action": "setup", "state": "credential", "params": {"revoked": True}},
    ).json()["headers"]
    for headers in (
        {"X": "y"},
        {"Authorization": "Bearer nobody"},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer"},
        revoked,
    ):
        answer = mock.call("GET", "", headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json() == {
            "type": "https://rentalot.ai/problems/unauthorized",
            "title": "Unauthorized",
            "status": 401,
            "detail": "Missing or invalid API key",
        }


def test_rate_limits(mock: Mock) -> None:
    mock.control(
        "POST",
        "/rentalot/states",
        json={"action": "setup", "state": "rate limits", "params": {"enforced": True}},
    )
    statuses = [mock.call("GET", params={"limit": 1}).status_code for _ in range(121)]
    assert statuses == [200] * 120 + [429]
    refused = mock.call("GET")
    assert refused.headers["retry-after"] == "60"
    mock.control("POST", "/clock/advance", json={"by": "PT60S"})
    assert mock.call("GET").headers["x-ratelimit-remaining"] == "119"


def test_one_of_64_parallel_reviews_wins(mock: Mock) -> None:
    for _ in range(3):
        session = mock.given()
        limits = httpx.Limits(max_connections=64)
        with (
            httpx.Client(trust_env=False, limits=limits, timeout=30) as client,
            ThreadPoolExecutor(64) as pool,
        ):
            url = f"{mock.sessions}/{session}/review"
            statuses = list(
                pool.map(
                    lambda _, url=url: (
                        client.patch(url, headers=KEY, json={"reviewStatus": "denied"}).status_code
                    ),
                    range(64),
                )
            )
        assert sorted(statuses) == [200] + [409] * 63
        assert len([message for message in mock.outbox() if message["about"] == session]) == 1


def test_broken_rule_and_back(mock: Mock) -> None:
    assert mock.control(
        "PUT", "/broken-rules", json={"rules": ["rentalot.review.completed-only"]}
    ).json()["broken"] == ["rentalot.review.completed-only"]
    assert review(mock, ACTIVE).status_code == 200
    assert mock.control("DELETE", "/broken-rules").json()["broken"] == []
    mock.control("POST", "/reset")
    assert review(mock, ACTIVE).status_code == 422


def test_no_undocumented_members(mock: Mock) -> None:
    documented = set(EXAMPLE)
    for session in mock.call("GET", params={"limit": 100}).json()["data"]:
        assert set(session) == documented
    assert set(review(mock, DOCUMENTED).json()["data"]) == documented


def test_runs_are_reproducible(mock: Mock) -> None:
    def answers() -> list[bytes]:
        mock.control("POST", "/reset")
        return [mock.call("GET").content, mock.given().encode(), review(mock, DOCUMENTED).content]

    assert answers() == answers()


def test_new_session_evicts_none(mock: Mock) -> None:
    before = mock.call("GET").json()["pagination"]["total"]
    assert len({mock.given() for _ in range(300)}) == 300
    assert mock.call("GET").json()["pagination"]["total"] == before + 300


def test_a_uuid_is_the_same_in_capitals(mock: Mock) -> None:
    assert mock.call("GET", f"/{DOCUMENTED.upper()}").json() == {"data": EXAMPLE}
    assert mock.call("GET", params={"contactId": EXAMPLE["contactId"].upper()}).json()["data"] == [
        EXAMPLE
    ]


def test_paths_answer_at_the_root_too(mock: Mock) -> None:
    assert (
        mock.client.get(f"{mock.url}/api/v1/sessions/{DOCUMENTED}", headers=KEY).status_code == 200
    )
