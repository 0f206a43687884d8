"""Sales Lab: handlers, what they compute from other records, and the form of an error."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.errors import FieldError
from session_contracts.mock_server.paging import cursor_page, span
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.store import Record

_PERIOD = timedelta(days=30)

#: The transcript, which only one operation shows; whether a scenario is archived.
PRIVATE = {
    "Session": {
        "type": "object",
        "required": ["transcript"],
        "properties": {
            "transcript": {"type": "array", "nullable": True, "items": {"type": "object"}}
        },
    },
    "Scenario": {"type": "object", "properties": {"archived": {"type": "boolean"}}},
}


def list_sessions(call: Call) -> Answer:
    return listed(*cursor_page(call))


def listed(page: Sequence[Record], following: str | None) -> Answer:
    """A page of sessions."""
    frame = {"ok": True, "data": [], "next_cursor": following}
    return Answer(200, {**frame, "data": [record.encoded for record in page]}, frame)


def get_session(call: Call) -> Answer:
    """The session as the list shows it, with its transcript, which was checked when stored."""
    session = call.found
    return _ok({**session.fields, "transcript": session.private["transcript"]})


def get_scorecard(call: Call) -> Answer:
    return _ok(call.found.fields)


def list_scenarios(call: Call) -> Answer:
    """The active ones first; sorting is stable, so both keep their order."""
    return _ok([record.fields for record in sorted(call.rows(), key=is_archived)])


def is_archived(scenario: Record) -> bool:
    return bool(scenario.private.get("archived"))


def list_users(call: Call) -> Answer:
    return _ok(
        [
            {**record.fields, "last_session_at": last_session_at(call, record)}
            for record in call.rows()
        ]
    )


def last_session_at(call: Call, user: Record) -> str | None:
    sessions = call.rows_of("Session", {"user_id": user.key})
    return str(sessions[0].fields["started_at"]) if sessions else None


def get_analytics_summary(call: Call) -> Answer:
    """Computed from the same rows as the list of sessions."""
    call.parameters = {
        "from": rfc3339(call.time - _PERIOD),
        "to": rfc3339(call.time),
        **call.parameters,
    }
    return _ok(summary(call, sessions_of_period(call)))


def sessions_of_period(call: Call) -> list[Record]:
    """The sessions from `from` to `to`."""
    rows = call.rows_of("Session", {})
    start, stop = span(call, rows)
    return list(rows[start:stop])


def summary(call: Call, sessions: list[Record]) -> dict[str, Any]:
    scored = [session for session in sessions if session.state == "scored"]
    return {
        "from": call.parameters["from"],
        "to": call.parameters["to"],
        "sessions": len(sessions),
        "scored": len(scored),
        "avg_score": average(scores(call, scored)),
        "unique_reps": len({session.fields["user_id"] for session in sessions}),
    }


def scores(call: Call, scored: list[Record]) -> list[float]:
    """The overall scores of these sessions; one that was only declared scored has none."""
    scorecards = call.world.collection(call.api.resources["Scorecard"])
    found = (scorecards.get(session.key) for session in scored)
    return [scorecard.fields["overall_score"] for scorecard in found if scorecard]


def average(values: list[float]) -> int | None:
    """To the nearest whole number, a half up; None of nothing."""
    return int(sum(values) / len(values) + 0.5) if values else None


def _ok(data: Any) -> Answer:
    return Answer(200, {"ok": True, "data": data})


def error_body(
    status: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """`{ok: false, error: {code, message}}`.

    The vendor's pages name three of the codes; the others are the names of the statuses.
    """
    code = _CODES.get(status) or HTTPStatus(status).name
    return "application/json", {"ok": False, "error": {"code": code, "message": detail}}


_CODES = {401: "UNAUTHORIZED", 403: "FORBIDDEN", 429: "RATE_LIMITED"}
