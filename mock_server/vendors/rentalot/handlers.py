"""Rentalot: handlers, effects, and the form of an error."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.errors import FieldError
from session_contracts.mock_server.paging import numbered_page
from session_contracts.mock_server.plan import Answer, Call, Change, one
from session_contracts.mock_server.world import Message

UNAUTHORIZED = "Missing or invalid API key"
#: The prospect's address on file.
PRIVATE = {
    "Session": {"type": "object", "properties": {"email": {"type": "string", "nullable": True}}}
}


def list_sessions(call: Call) -> Answer:
    return numbered_page(call)


def get_session(call: Call) -> Answer:
    return one(call.found, "data")


def review_session(call: Call) -> Answer:
    return one(call.perform(), "data")


def store_notes(call: Call, change: Change) -> None:
    change.fields["reviewNotes"] = call.body.get("reviewNotes")


def stamp_review(call: Call, change: Change) -> None:
    change.fields["reviewedAt"] = change.fields["updatedAt"] = rfc3339(call.time)


def notify_prospect(call: Call, change: Change) -> None:
    """Send the decision to the prospect, without the notes."""
    session = call.found
    if session.private.get("email"):
        text = f"Your application was {call.body['reviewStatus']}."
        change.messages.append(
            Message("email", about=session.key, to=session.private["email"], text=text)
        )


#: The vendor shows the first title; the others are the standard phrases, fixed here because
#: Python's change with its version.
_TITLES: Mapping[int, str] = {
    401: "Unauthorized",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


def error_body(
    status: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """An RFC 9457 problem."""
    title = _TITLES.get(status) or HTTPStatus(status).phrase
    problem = {
        "type": f"https://rentalot.ai/problems/{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors:
        problem["errors"] = [vars(error) for error in errors]
    return "application/problem+json", problem
