"""Rentalot's suite profile."""

from typing import Any

from session_contracts.conformance.profile.model import SuiteProfile

_LONG = 1000


def _refused(body: Any) -> str | None:
    """Missing or long notes have rules of their own."""
    if not isinstance(body, dict):
        return None
    if "reviewNotes" not in body:
        return "rentalot.review.notes-optional"
    notes = body["reviewNotes"]
    return "rentalot.review.notes-max" if isinstance(notes, str) and len(notes) > _LONG else None


SESSION = SuiteProfile(
    resource="Session",
    read="getSession",
    list="listSessions",
    state="session",
    other_operations=("listSessions",),
    scopes={"contactId": None, "workflowTemplateId": None},
    examples={
        "reviewSession": {
            "reviewStatus": "approved",
            "reviewNotes": "Strong candidate, good income verification",
        }
    },
    refusal_rule=_refused,
)

PROFILES = (SESSION,)
