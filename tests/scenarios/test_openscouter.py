"""OpenScouter's mock over HTTP: scenarios from the vendor's page alone, without the contract."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from tests.serving import Mock

pytestmark = pytest.mark.slow

SECRET = "session-contracts-mock-signs-with-this"
NOW = datetime(2026, 5, 6, 17, tzinfo=UTC)
ADMIN = "user_admin01"
STUDY = {"jobId": "job_abc123", "testerId": "user_xyz789"}
SESSION: dict[str, Any] = {
    "sessionId": "sess_001",
    **STUDY,
    "variant": "A",
    "status": "completed",
    "startedAt": "2026-03-16T10:00:00Z",
    "completedAt": "2026-03-16T10:32:00Z",
    "durationSeconds": 1920,
}
NOTE = {
    "noteId": "note_001",
    "content": "Tester struggled with the checkout flow.",
    "timestamp": "2026-03-16T10:15:00Z",
    "authorId": ADMIN,
}
RATING = {"rating": 5, "comment": "Thorough and articulate tester."}
FEEDBACK: dict[str, Any] = {
    "clarity": 4,
    "difficulty": 3,
    "technicalIssues": False,
    "comment": "Instructions were clear but the prototype had a broken back button.",
}


def token(
    user: str = ADMIN,
    *,
    secret: str = SECRET,
    algorithm: str = "HS256",
    lasts: timedelta = timedelta(hours=24),
    **claims: Any,
) -> str:
    """A token as the test of a client would sign it."""
    return jwt.encode(
        {"sub": user, "exp": int((NOW + lasts).timestamp()), **claims},
        secret if algorithm != "none" else None,
        algorithm,
    )


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


KEY = bearer(token())
OTHER = bearer(token("user_b2", tenant="other"))
YEAR = bearer(token(lasts=timedelta(days=365)))


def call(
    mock: Mock, method: str, path: str = "", body: Any = None, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Below the sessions."""
    sent = KEY if headers is None else headers
    url = f"{mock.url}/openscouter/api/sessions{path}"
    return mock.client.request(
        method, url, headers=sent, **({} if body is None else {"json": body})
    )


def data(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"success", "data", "error", "metadata"}
    assert (body["success"], body["error"], body["metadata"]) == (True, None, None)
    return body["data"]


def refused(answer: httpx.Response, status: int) -> str:
    """What the refusal says."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"success", "data", "error", "metadata"}
    assert (body["success"], body["data"], body["metadata"]) == (False, None, None)
    assert isinstance(body["error"], str)
    assert body["error"]
    return str(body["error"])


def get(mock: Mock, session: str, headers: dict[str, str] | None = None) -> Any:
    return data(call(mock, "GET", f"/{session}", headers=headers))


def notes(mock: Mock, session: str) -> list[dict[str, Any]]:
    found = data(call(mock, "GET", f"/{session}/notes"))
    assert set(found) == {"sessionId", "notes"}
    assert found["sessionId"] == session
    return list(found["notes"])


def placed(mock: Mock, status: str, **params: Any) -> str:
    """A session that a provider state made."""
    return str(mock.state("session", status=status, **params)["sessionId"])


def advance(mock: Mock, by: str) -> None:
    assert mock.control("POST", "/clock/advance", json={"by": by}).status_code == 200


# ---- the page's examples


def test_the_session_of_the_page(openscouter: Mock) -> None:
    answer = call(openscouter, "GET", "/sess_001")
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "data": SESSION, "error": None, "metadata": None}


def test_the_notes_of_the_page(openscouter: Mock) -> None:
    assert data(call(openscouter, "GET", "/sess_001/notes")) == {
        "sessionId": "sess_001",
        "notes": [NOTE],
    }


def test_the_creation_of_the_page(openscouter: Mock) -> None:
    created = data(call(openscouter, "POST", "", {**STUDY, "variant": "A"}), 201)
    session = created["sessionId"]
    assert isinstance(session, str)
    assert session not in ("", "sess_001")
    assert created == {
        "sessionId": session,
        **STUDY,
        "variant": "A",
        "status": "active",
        "createdAt": "2026-05-06T17:00:00Z",
    }


def test_documented_completion(openscouter: Mock) -> None:
    session = placed(openscouter, "active", variant="A", startedAt="2026-03-16T10:00:00Z", **STUDY)
    completed = data(
        call(openscouter, "POST", f"/{session}/complete", {"completedAt": "2026-03-16T10:32:00Z"})
    )
    assert completed == {
        "sessionId": session,
        "status": "completed",
        "completedAt": "2026-03-16T10:32:00Z",
    }
    assert get(openscouter, session) == {**SESSION, "sessionId": session}


def test_the_analysis_of_the_page(openscouter: Mock) -> None:
    started = data(call(openscouter, "POST", "/sess_001/analyze"), 202)
    assert started == {
        "sessionId": "sess_001",
        "status": "analyzing",
        "estimatedCompletionSeconds": 45,
    }


def test_documented_update_of_notes(openscouter: Mock) -> None:
    old, new = (
        "Updated: tester recovered after second attempt.",
        "New note added post-session review.",
    )
    written = data(
        call(
            openscouter,
            "PATCH",
            "/sess_001/notes",
            {"notes": [{"noteId": "note_001", "content": old}, {"content": new}]},
        )
    )
    assert written == {"sessionId": "sess_001", "updatedCount": 1, "createdCount": 1}
    first, second = notes(openscouter, "sess_001")
    assert first == {**NOTE, "content": old}
    assert second == {
        "noteId": second["noteId"],
        "content": new,
        "timestamp": "2026-05-06T17:00:00Z",
        "authorId": ADMIN,
    }
    assert second["noteId"] not in ("", "note_001")


def test_documented_confirmation(openscouter: Mock) -> None:
    call(openscouter, "POST", "/sess_001/analyze")
    advance(openscouter, "PT45S")
    confirmed = data(call(openscouter, "POST", "/sess_001/confirm", RATING))
    assert confirmed == {
        "sessionId": "sess_001",
        "status": "confirmed",
        "payoutQueued": True,
        "confirmedAt": "2026-05-06T17:00:45Z",
    }
    assert openscouter.outbox() == [{"kind": "payout", "about": "sess_001"}]


def test_the_feedback_of_the_page(openscouter: Mock) -> None:
    given = data(call(openscouter, "POST", "/sess_001/feedback", FEEDBACK))
    assert given == {
        "sessionId": "sess_001",
        "feedbackId": given["feedbackId"],
        "submittedAt": "2026-05-06T17:00:00Z",
    }
    assert isinstance(given["feedbackId"], str)
    assert given["feedbackId"]


# ---- the lifecycle


def test_a_whole_life(openscouter: Mock) -> None:
    session = data(call(openscouter, "POST", "", STUDY), 201)["sessionId"]
    born = get(openscouter, session)
    assert born["variant"] in ("A", "B")
    fixed = {
        "sessionId": session,
        **STUDY,
        "variant": born["variant"],
        "startedAt": "2026-05-06T17:00:00Z",
    }
    assert born == {**fixed, "status": "active", "completedAt": None, "durationSeconds": None}
    assert notes(openscouter, session) == []

    advance(openscouter, "PT12M34S")
    assert (
        data(call(openscouter, "PATCH", f"/{session}/notes", {"notes": [{"content": "Slow."}]}))[
            "createdCount"
        ]
        == 1
    )
    refused(call(openscouter, "POST", f"/{session}/feedback", FEEDBACK), 409)
    completed = data(call(openscouter, "POST", f"/{session}/complete", {}))
    assert completed == {
        "sessionId": session,
        "status": "completed",
        "completedAt": "2026-05-06T17:12:34Z",
    }
    done = {**fixed, "completedAt": "2026-05-06T17:12:34Z", "durationSeconds": 754}
    assert get(openscouter, session) == {**done, "status": "completed"}

    data(call(openscouter, "POST", f"/{session}/feedback", FEEDBACK))
    data(call(openscouter, "POST", f"/{session}/analyze"), 202)
    assert get(openscouter, session) == {**done, "status": "analyzing"}
    refused(call(openscouter, "POST", f"/{session}/confirm", RATING), 409)
    advance(openscouter, "PT45S")
    assert get(openscouter, session) == {**done, "status": "analyzed"}
    assert openscouter.outbox() == []

    advance(openscouter, "PT1H")
    assert (
        data(call(openscouter, "POST", f"/{session}/confirm", RATING))["confirmedAt"]
        == "2026-05-06T18:13:19Z"
    )
    assert get(openscouter, session) == {**done, "status": "confirmed"}
    for step, body in (
        ("complete", {}),
        ("analyze", None),
        ("confirm", RATING),
        ("feedback", FEEDBACK),
    ):
        refused(call(openscouter, "POST", f"/{session}/{step}", body), 409)
    assert get(openscouter, session) == {**done, "status": "confirmed"}
    assert [note["content"] for note in notes(openscouter, session)] == ["Slow."]
    assert openscouter.outbox() == [{"kind": "payout", "about": session}]


STATUSES = ("active", "paused", "completed", "analyzing", "analyzed", "confirmed")
CALLS: dict[str, tuple[str, str, Any]] = {
    "get": ("GET", "", None),
    "complete": ("POST", "/complete", {}),
    "analyze": ("POST", "/analyze", None),
    "read notes": ("GET", "/notes", None),
    "write notes": ("PATCH", "/notes", {"notes": [{"content": "A note."}]}),
    "confirm": ("POST", "/confirm", {"rating": 3}),
    "feedback": ("POST", "/feedback", FEEDBACK),
}
ANSWERS = {
    #               active paused completed analyzing analyzed confirmed
    "get": (200, 200, 200, 200, 200, 200),
    "complete": (200, 200, 409, 409, 409, 409),
    "analyze": (409, 409, 202, 409, 409, 409),
    "read notes": (200, 200, 200, 200, 200, 200),
    "write notes": (200, 200, 200, 200, 200, 200),
    "confirm": (409, 409, 409, 409, 200, 409),
    "feedback": (409, 409, 200, 200, 200, 200),
}
LEADS_TO = {"complete": "completed", "analyze": "analyzing", "confirm": "confirmed"}


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("status", STATUSES)
def test_every_operation_in_every_state(openscouter: Mock, status: str, operation: str) -> None:
    method, path, body = CALLS[operation]
    expected = ANSWERS[operation][STATUSES.index(status)]
    session = placed(openscouter, status)
    before = get(openscouter, session)
    assert before["status"] == status
    answer = call(openscouter, method, f"/{session}{path}", body)
    after = get(openscouter, session)
    if expected == 409:
        refused(answer, 409)
        assert after == before
    else:
        data(answer, expected)
        assert after["status"] == LEADS_TO.get(operation, status)
        assert {**after, "status": status} == before or operation == "complete"
    assert len(notes(openscouter, session)) == (operation == "write notes")
    assert openscouter.outbox() == (
        [{"kind": "payout", "about": session}]
        if (status, operation) == ("analyzed", "confirm")
        else []
    )


@pytest.mark.parametrize("status", STATUSES)
def test_times_in_every_state(openscouter: Mock, status: str) -> None:
    made = openscouter.state("session", status=status)
    session = get(openscouter, made["sessionId"])
    assert set(session) == set(SESSION)
    assert {name: session[name] for name in made} == made
    assert datetime.fromisoformat(session["startedAt"]) <= NOW
    if status in ("active", "paused"):
        assert (session["completedAt"], session["durationSeconds"]) == (None, None)
    else:
        lasted = datetime.fromisoformat(session["completedAt"]) - datetime.fromisoformat(
            session["startedAt"]
        )
        assert (
            type(session["durationSeconds"]),
            timedelta(seconds=session["durationSeconds"]),
        ) == (int, lasted)
        assert datetime.fromisoformat(session["completedAt"]) <= NOW


# ---- creation


@pytest.mark.parametrize("variant", ["A", "B"])
def test_a_wished_variant_is_given(openscouter: Mock, variant: str) -> None:
    job = openscouter.state(
        "study", splitRatio={"A": int(variant == "B"), "B": int(variant == "A")}
    )["jobId"]
    created = data(call(openscouter, "POST", "", {**STUDY, "jobId": job, "variant": variant}), 201)
    assert created["variant"] == variant
    assert get(openscouter, created["sessionId"])["variant"] == variant


@pytest.mark.parametrize(
    ("ratio", "low", "high"),
    [((1, 0), 60, 60), ((0, 100), 0, 0), ((50, 50), 18, 42), ((80, 20), 36, 59)],
)
def test_variants_follow_the_split(
    openscouter: Mock, ratio: tuple[int, int], low: int, high: int
) -> None:
    job = openscouter.state("study", splitRatio=dict(zip("AB", ratio, strict=True)))["jobId"]
    tester = openscouter.state("tester")["testerId"]
    counts = Counter(
        data(call(openscouter, "POST", "", {"jobId": job, "testerId": tester}), 201)["variant"]
        for _ in range(60)
    )
    assert set(counts) <= {"A", "B"}
    assert low <= counts["A"] <= high


def test_a_variant_stays(openscouter: Mock) -> None:
    created = [data(call(openscouter, "POST", "", STUDY), 201) for _ in range(8)]
    for _ in range(2):
        assert [get(openscouter, session["sessionId"])["variant"] for session in created] == [
            session["variant"] for session in created
        ]


def test_unknown_study(openscouter: Mock) -> None:
    for unknown in (
        {"jobId": "job_nowhere"},
        {"testerId": "user_nobody"},
        {"jobId": "user_xyz789"},
        {"jobId": "JOB_ABC123"},
    ):
        refused(call(openscouter, "POST", "", {**STUDY, **unknown}), 404)


def test_new_sessions_have_unique_ids(openscouter: Mock) -> None:
    created = [data(call(openscouter, "POST", "", STUDY), 201)["sessionId"] for _ in range(30)]
    assert len({*created, *(placed(openscouter, "active") for _ in range(30))}) == 60
    assert get(openscouter, "sess_001") == SESSION


def test_client_cannot_set_other_members(openscouter: Mock) -> None:
    answer = call(
        openscouter,
        "POST",
        "",
        {
            **STUDY,
            "sessionId": "sess_001",
            "status": "confirmed",
            "createdAt": "2020-01-01T00:00:00Z",
        },
    )
    if answer.status_code != 400:
        created = data(answer, 201)
        assert created["sessionId"] != "sess_001"
        assert (created["status"], created["createdAt"]) == ("active", "2026-05-06T17:00:00Z")
    assert get(openscouter, "sess_001") == SESSION


# ---- completion


def test_completion_has_the_server_time(openscouter: Mock) -> None:
    without = call(
        openscouter,
        "POST",
        f"/{placed(openscouter, 'active', startedAt='2026-05-06T16:00:00Z')}/complete",
    )
    empty = call(
        openscouter,
        "POST",
        f"/{placed(openscouter, 'paused', startedAt='2026-05-06T16:00:00Z')}/complete",
        {},
    )
    for answer in (without, empty):
        completed = data(answer)
        assert completed["completedAt"] == "2026-05-06T17:00:00Z"
        assert get(openscouter, completed["sessionId"])["durationSeconds"] == 3600


@pytest.mark.parametrize(
    ("moment", "lasted"),
    [
        ("2026-05-06T16:00:00Z", 0),
        ("2026-05-06T16:00:01Z", 1),
        ("2026-05-06T17:00:00Z", 3600),
        ("2026-05-06T18:30:00+02:00", 1800),
        ("2026-05-06T11:30:00-05:00", 1800),
        ("2026-05-06t16:00:10z", 10),
    ],
)
def test_completion_at_a_time_between_start_and_now(
    openscouter: Mock, moment: str, lasted: int
) -> None:
    session = placed(openscouter, "active", startedAt="2026-05-06T16:00:00Z")
    completed = data(call(openscouter, "POST", f"/{session}/complete", {"completedAt": moment}))
    assert set(completed) == {"sessionId", "status", "completedAt"}
    found = get(openscouter, session)
    assert found["completedAt"] == completed["completedAt"]
    assert datetime.fromisoformat(found["completedAt"]) == datetime.fromisoformat(
        "2026-05-06T16:00:00Z"
    ) + timedelta(seconds=lasted)
    assert (found["status"], found["durationSeconds"]) == ("completed", lasted)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-05-06T15:59:59Z",
        "2026-05-06T17:01:01Z",
        "2026-05-06T17:00:01+02:00",
        "2027-01-01T00:00:00Z",
    ],
)
def test_completion_at_no_other_time(openscouter: Mock, moment: str) -> None:
    session = placed(openscouter, "active", startedAt="2026-05-06T16:00:00Z")
    refused(call(openscouter, "POST", f"/{session}/complete", {"completedAt": moment}), 400)
    assert get(openscouter, session)["status"] == "active"
    data(call(openscouter, "POST", f"/{session}/complete"))


def test_completing_twice_changes_nothing(openscouter: Mock) -> None:
    refused(call(openscouter, "POST", "/sess_001/complete"), 409)
    refused(
        call(openscouter, "POST", "/sess_001/complete", {"completedAt": "2026-03-16T10:32:00Z"}),
        409,
    )
    assert get(openscouter, "sess_001") == SESSION


# ---- analysis


def test_an_analysis_takes_45_seconds(openscouter: Mock) -> None:
    later = placed(openscouter, "completed")
    data(call(openscouter, "POST", "/sess_001/analyze"), 202)
    advance(openscouter, "PT30S")
    data(call(openscouter, "POST", f"/{later}/analyze"), 202)
    for by, expected in (
        ("PT14S", ("analyzing", "analyzing")),
        ("PT1S", ("analyzed", "analyzing")),
        ("PT29S", ("analyzed", "analyzing")),
    ):
        advance(openscouter, by)
        assert (
            get(openscouter, "sess_001")["status"],
            get(openscouter, later)["status"],
        ) == expected
    refused(call(openscouter, "POST", f"/{later}/confirm", RATING), 409)
    advance(openscouter, "PT1S")
    data(call(openscouter, "POST", f"/{later}/confirm", RATING))
    assert get(openscouter, "sess_001") == {**SESSION, "status": "analyzed"}


def test_analysis_ends_without_requests(openscouter: Mock) -> None:
    data(call(openscouter, "POST", "/sess_001/analyze"), 202)
    advance(openscouter, "PT10H")
    data(call(openscouter, "POST", "/sess_001/confirm", {"rating": 1}))


def test_analysis_cannot_start_again(openscouter: Mock) -> None:
    data(call(openscouter, "POST", "/sess_001/analyze", {}), 202)
    advance(openscouter, "PT44S")
    refused(call(openscouter, "POST", "/sess_001/analyze"), 409)
    advance(openscouter, "PT1S")
    assert get(openscouter, "sess_001")["status"] == "analyzed"
    refused(call(openscouter, "POST", "/sess_001/analyze"), 409)


def test_prepared_analysis_lasts_until_finished(openscouter: Mock) -> None:
    session, neighbour = placed(openscouter, "analyzing"), placed(openscouter, "analyzing")
    advance(openscouter, "P30D")
    assert get(openscouter, session, YEAR)["status"] == "analyzing"
    assert openscouter.state("analysis finished", sessionId=session) == {}
    assert get(openscouter, session, YEAR)["status"] == "analyzed"
    assert get(openscouter, neighbour, YEAR)["status"] == "analyzing"
    data(call(openscouter, "POST", f"/{session}/confirm", RATING, YEAR))


def test_an_analysis_can_be_finished_early(openscouter: Mock) -> None:
    data(call(openscouter, "POST", "/sess_001/analyze"), 202)
    openscouter.state("analysis finished", sessionId="sess_001")
    assert get(openscouter, "sess_001") == {**SESSION, "status": "analyzed"}
    data(call(openscouter, "POST", "/sess_001/confirm", RATING))
    advance(openscouter, "PT45S")
    assert get(openscouter, "sess_001")["status"] == "confirmed"


# ---- notes


def test_notes_are_written_all_or_not_at_all(openscouter: Mock) -> None:
    foreign = placed(openscouter, "completed")
    data(call(openscouter, "PATCH", f"/{foreign}/notes", {"notes": [{"content": "Elsewhere."}]}))
    elsewhere = notes(openscouter, foreign)
    update, create = {"noteId": "note_001", "content": "Changed."}, {"content": "New."}
    for bad, status in (
        ({"noteId": "note_404", "content": "x"}, 404),
        ({"noteId": elsewhere[0]["noteId"], "content": "x"}, 404),
        ({"content": ""}, 400),
        ({"noteId": "note_001", "content": ""}, 400),
        ({"noteId": "note_001"}, 400),
        ({"content": 7}, 400),
        ("New.", 400),
    ):
        for batch in ([update, create, bad], [bad, update, create]):
            refused(call(openscouter, "PATCH", "/sess_001/notes", {"notes": batch}), status)
            assert notes(openscouter, "sess_001") == [NOTE]
    assert notes(openscouter, foreign) == elsewhere


def test_no_notes_at_all(openscouter: Mock) -> None:
    written = data(call(openscouter, "PATCH", "/sess_001/notes", {"notes": []}))
    assert written == {"sessionId": "sess_001", "updatedCount": 0, "createdCount": 0}
    assert notes(openscouter, "sess_001") == [NOTE]


def test_update_keeps_time_and_author_of_a_note(openscouter: Mock) -> None:
    colleague = bearer(token("user_colleague"))
    data(
        call(openscouter, "PATCH", "/sess_001/notes", {"notes": [{"content": "Mine."}]}, colleague)
    )
    mine = notes(openscouter, "sess_001")[1]
    assert (mine["authorId"], mine["timestamp"]) == ("user_colleague", "2026-05-06T17:00:00Z")
    advance(openscouter, "PT1H")
    update = [
        {"noteId": mine["noteId"], "content": "Ours."},
        {"noteId": "note_001", "content": "Theirs."},
    ]
    assert (
        data(call(openscouter, "PATCH", "/sess_001/notes", {"notes": update}))["updatedCount"] == 2
    )
    assert notes(openscouter, "sess_001") == [
        {**NOTE, "content": "Theirs."},
        {**mine, "content": "Ours."},
    ]


def test_notes_keep_what_was_written(openscouter: Mock) -> None:
    session = placed(openscouter, "active")
    contents = [f'Zeile {number}: ß, 検索, \U0001f600, "quoted" \\ \t\n' for number in range(200)]
    written = data(
        call(
            openscouter,
            "PATCH",
            f"/{session}/notes",
            {"notes": [{"content": content} for content in contents]},
        )
    )
    assert (written["updatedCount"], written["createdCount"]) == (0, 200)
    found = notes(openscouter, session)
    assert [note["content"] for note in found] == contents
    assert len({note["noteId"] for note in found}) == 200


def test_a_later_update_in_one_request_wins(openscouter: Mock) -> None:
    updates = [{"noteId": "note_001", "content": content} for content in ("First.", "Last.")]
    data(call(openscouter, "PATCH", "/sess_001/notes", {"notes": updates}))
    assert notes(openscouter, "sess_001") == [{**NOTE, "content": "Last."}]


# ---- confirmation and feedback


def test_confirmation_comment_is_internal(openscouter: Mock) -> None:
    session = placed(openscouter, "analyzed")
    confirmed = call(
        openscouter, "POST", f"/{session}/confirm", {"rating": 2, "comment": "Between us."}
    )
    assert set(data(confirmed)) == {"sessionId", "status", "payoutQueued", "confirmedAt"}
    for answer in (
        confirmed,
        call(openscouter, "GET", f"/{session}"),
        call(openscouter, "GET", f"/{session}/notes"),
    ):
        assert "Between us" not in answer.text
        assert "rating" not in answer.text


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 4.0])
def test_numbers_from_one_to_five(openscouter: Mock, number: float) -> None:
    session = placed(openscouter, "analyzed")
    data(
        call(
            openscouter,
            "POST",
            f"/{session}/feedback",
            {"clarity": number, "difficulty": number, "technicalIssues": True},
        )
    )
    data(call(openscouter, "POST", f"/{session}/confirm", {"rating": number}))


def test_feedback_is_given_once(openscouter: Mock) -> None:
    first = data(call(openscouter, "POST", "/sess_001/feedback", FEEDBACK))
    for body in (FEEDBACK, {"clarity": 1, "difficulty": 1, "technicalIssues": True}):
        refused(call(openscouter, "POST", "/sess_001/feedback", body), 409)
    other = data(
        call(openscouter, "POST", f"/{placed(openscouter, 'completed')}/feedback", FEEDBACK)
    )
    assert other["feedbackId"] != first["feedbackId"]
    assert get(openscouter, "sess_001") == SESSION


# ---- at the same moment


def together(many: int, send: Callable[[httpx.Client, int], httpx.Response]) -> list[int]:
    limits = httpx.Limits(max_connections=many)
    with (
        httpx.Client(trust_env=False, limits=limits, timeout=30, headers=KEY) as client,
        ThreadPoolExecutor(many) as pool,
    ):
        return sorted(
            answer.status_code
            for answer in pool.map(lambda number: send(client, number), range(many))
        )


def test_one_of_64_parallel_confirmations_wins(openscouter: Mock) -> None:
    for _ in range(2):
        session = placed(openscouter, "analyzed")
        url = f"{openscouter.url}/openscouter/api/sessions/{session}/confirm"

        def confirm(client: httpx.Client, number: int, url: str = url) -> httpx.Response:
            return client.post(url, json={"rating": 1 + number % 5})

        assert together(64, confirm) == [200] + [409] * 63
        assert [message for message in openscouter.outbox() if message["about"] == session] == [
            {"kind": "payout", "about": session}
        ]
        assert get(openscouter, session)["status"] == "confirmed"


@pytest.mark.parametrize(
    ("status", "step", "body", "won"),
    [
        ("active", "complete", {}, 200),
        ("completed", "analyze", {}, 202),
        ("completed", "feedback", FEEDBACK, 200),
    ],
)
def test_one_of_16_parallel_calls_wins(
    openscouter: Mock, status: str, step: str, body: Any, won: int
) -> None:
    url = f"{openscouter.url}/openscouter/api/sessions/{placed(openscouter, status)}/{step}"
    assert together(16, lambda client, _: client.post(url, json=body)) == [won] + [409] * 15


def test_parallel_notes_lose_nothing(openscouter: Mock) -> None:
    session = placed(openscouter, "active")
    url = f"{openscouter.url}/openscouter/api/sessions/{session}/notes"
    statuses = together(
        16, lambda client, number: client.patch(url, json={"notes": [{"content": f"{number}"}] * 2})
    )
    assert statuses == [200] * 16
    found = notes(openscouter, session)
    assert Counter(note["content"] for note in found) == Counter(
        [str(number) for number in range(16)] * 2
    )
    assert len({note["noteId"] for note in found}) == 32


# ---- who may see what


def every_call(mock: Mock, session: str, headers: dict[str, str]) -> list[httpx.Response]:
    return [
        call(mock, method, f"/{session}{path}", body, headers)
        for method, path, body in CALLS.values()
    ]


def test_an_unknown_session(openscouter: Mock) -> None:
    for answer in every_call(openscouter, "sess_nowhere", KEY):
        assert refused(answer, 404) == "Session not found"


@pytest.mark.parametrize("status", STATUSES)
def test_another_tenant_sees_nothing(openscouter: Mock, status: str) -> None:
    ours, theirs = placed(openscouter, status), placed(openscouter, status, tenant="other")
    before = get(openscouter, ours), get(openscouter, theirs, OTHER)
    for session, headers in ((ours, OTHER), (theirs, KEY), ("sess_001", OTHER)):
        for answer in every_call(openscouter, session, headers):
            assert refused(answer, 404) == "Session not found"
    assert (get(openscouter, ours), get(openscouter, theirs, OTHER)) == before
    assert openscouter.outbox() == []


def test_each_tenant_runs_its_own_studies(openscouter: Mock) -> None:
    theirs = openscouter.state("study", tenant="other")["jobId"]
    tester = openscouter.state("tester")["testerId"]
    refused(call(openscouter, "POST", "", {**STUDY, "jobId": theirs}), 404)
    refused(call(openscouter, "POST", "", STUDY, OTHER), 404)
    created = data(call(openscouter, "POST", "", {"jobId": theirs, "testerId": tester}, OTHER), 201)
    assert get(openscouter, created["sessionId"], OTHER)["jobId"] == theirs
    refused(call(openscouter, "GET", f"/{created['sessionId']}"), 404)


def test_a_credential_of_each_tenant(openscouter: Mock) -> None:
    theirs = openscouter.credential(tenant="other")
    session = placed(openscouter, "active", tenant="other")
    assert get(openscouter, "sess_001", openscouter.credential()) == SESSION
    assert get(openscouter, session, theirs)["sessionId"] == session
    refused(call(openscouter, "GET", "/sess_001", headers=theirs), 404)
    assert get(openscouter, "sess_001", bearer(token(tenant="default"))) == SESSION


@pytest.mark.parametrize(
    "headers",
    [
        {"X": "y"},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": token()},
        {"Authorization": f"Token {token()}"},
        {"Authorization": "Basic eDp5"},
        {"x-webhook-secret": SECRET},
        bearer("garbage"),
        bearer(token(secret="somebody-else-signed-this-one-here")),
        bearer(token(lasts=timedelta())),
    ],
)
def test_nothing_opens_without_a_token(openscouter: Mock, headers: dict[str, str]) -> None:
    for answer in (
        *every_call(openscouter, "sess_001", headers),
        call(openscouter, "POST", "", STUDY, headers),
    ):
        refused(answer, 401)
    refused(call(openscouter, "GET", "/sess_nowhere", headers=headers), 401)
    assert get(openscouter, "sess_001") == SESSION
    assert notes(openscouter, "sess_001") == [NOTE]


def test_an_expired_credential_stays_expired(openscouter: Mock) -> None:
    good, bad = openscouter.credential(), openscouter.credential(expired=True)
    for _ in range(2):
        refused(call(openscouter, "GET", "/sess_001", headers=bad), 401)
        assert get(openscouter, "sess_001", good) == SESSION
        openscouter.control("POST", "/reset")


def test_token_is_valid_for_a_day_of_virtual_time(openscouter: Mock) -> None:
    headers = openscouter.credential()
    for by, status in (("PT23H59M59S", 200), ("PT1S", 401)):
        advance(openscouter, by)
        assert call(openscouter, "GET", "/sess_001", headers=headers).status_code == status
    assert get(openscouter, "sess_001", openscouter.credential()) == SESSION


# ---- rate limits


def test_120_calls_a_minute_for_each_token(openscouter: Mock) -> None:
    openscouter.state("rate limits", enforced=True)
    session = placed(openscouter, "analyzed")
    theirs = placed(openscouter, "active", tenant="other")
    assert [call(openscouter, "GET", "/sess_001").status_code for _ in range(120)] == [200] * 120
    answer = call(openscouter, "POST", f"/{session}/confirm", RATING)
    refused(answer, 429)
    wait = int(answer.headers["retry-after"])
    assert 1 <= wait <= 60
    assert openscouter.outbox() == []
    assert get(openscouter, theirs, OTHER)["status"] == "active"
    advance(openscouter, f"PT{wait}S")
    data(call(openscouter, "POST", f"/{session}/confirm", RATING))


def test_no_rate_limit_by_default(openscouter: Mock) -> None:
    assert {call(openscouter, "GET", "/sess_001").status_code for _ in range(125)} == {200}
    openscouter.state("rate limits", enforced=True)
    openscouter.state("rate limits", enforced=False)
    assert {call(openscouter, "GET", "/sess_001").status_code for _ in range(125)} == {200}


# ---- nothing else


def test_no_undocumented_members(openscouter: Mock) -> None:
    created = call(openscouter, "POST", "", STUDY)
    assert set(data(created, 201)) == {
        "sessionId",
        "jobId",
        "testerId",
        "variant",
        "status",
        "createdAt",
    }
    session = placed(openscouter, "analyzed")
    answers = [
        created,
        *every_call(openscouter, session, KEY),
        call(openscouter, "POST", "/sess_001/analyze"),
    ]
    answers += [call(openscouter, "POST", f"/{created.json()['data']['sessionId']}/complete")]
    for answer in answers:
        assert set(answer.json()) == {"success", "data", "error", "metadata"}
        if answer.is_success:
            assert {name.lower() for name in answer.headers} == {"content-type", "content-length"}
            assert answer.headers["content-type"] == "application/json"
    for note in notes(openscouter, session):
        assert set(note) == set(NOTE)


def test_a_query_changes_nothing(openscouter: Mock) -> None:
    assert data(call(openscouter, "GET", "/sess_001?include=notes&page=7&page=8")) == SESSION


def test_reset_restores_the_initial_snapshot(openscouter: Mock) -> None:
    session = data(call(openscouter, "POST", "", STUDY), 201)["sessionId"]
    call(
        openscouter,
        "PATCH",
        "/sess_001/notes",
        {"notes": [{"noteId": "note_001", "content": "Changed."}]},
    )
    call(openscouter, "POST", "/sess_001/analyze")
    call(openscouter, "POST", f"/{placed(openscouter, 'analyzed')}/confirm", RATING)
    openscouter.control("POST", "/reset")
    refused(call(openscouter, "GET", f"/{session}"), 404)
    assert (get(openscouter, "sess_001"), notes(openscouter, "sess_001"), openscouter.outbox()) == (
        SESSION,
        [NOTE],
        [],
    )
    advance(openscouter, "PT45S")
    assert get(openscouter, "sess_001") == SESSION


def test_runs_are_reproducible(openscouter: Mock) -> None:
    def answers() -> list[Any]:
        openscouter.control("POST", "/reset")
        made = [openscouter.state(state) for state in ("study", "tester", "session")]
        responses = [call(openscouter, "POST", "", STUDY).content for _ in range(5)]
        responses += [
            call(
                openscouter,
                "PATCH",
                "/sess_001/notes",
                {"notes": [{"content": "x"}, {"content": "y"}]},
            ).content
        ]
        responses += [answer.content for answer in every_call(openscouter, "sess_001", KEY)]
        return [made, responses, call(openscouter, "GET", "/sess_001/notes").content]

    assert answers() == answers()
