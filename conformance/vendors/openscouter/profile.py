"""OpenScouter's suite profile."""

from typing import Any

from session_contracts.conformance.profile.model import SuiteProfile


def _breaks(operation: str, body: Any) -> tuple[str, ...]:
    """A fresh session has no notes to update, and its start decides whether a time is valid."""
    if not isinstance(body, dict):
        return ()
    if operation == "updateNotes" and isinstance(notes := body.get("notes"), list):
        updates = any(
            isinstance(note, dict) and isinstance(note.get("noteId"), str) for note in notes
        )
        return (
            *(("openscouter.notes.unknown",) if updates else ()),
            *(() if notes else ("openscouter.notes.empty",)),
        )
    return (
        ("openscouter.complete.time-form",)
        if operation == "completeSession" and "completedAt" in body
        else ()
    )


SESSION = SuiteProfile(
    resource="Session",
    read="getSession",
    state="session",
    scopes={"jobId": "study", "testerId": "tester"},
    time_param="startedAt",
    examples={
        "createSession": {"jobId": "{jobId}", "testerId": "{testerId}", "variant": "A"},
        "completeSession": {},
        "updateNotes": {"notes": [{"content": "Tester struggled with the checkout flow."}]},
        "confirmSession": {"rating": 5, "comment": "Thorough and articulate tester."},
        "submitFeedback": {
            "clarity": 4,
            "difficulty": 3,
            "technicalIssues": False,
            "comment": "Instructions were clear.",
        },
    },
    affected_rules=_breaks,
)

PROFILES = (SESSION,)
