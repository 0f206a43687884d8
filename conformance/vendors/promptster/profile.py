"""Promptster's suite profile."""

from typing import Any

from session_contracts.conformance.profile.model import SuiteProfile


def _breaks(operation: str, body: Any) -> tuple[str, ...]:
    """No schema can express that a session ends after its start, or that an update is not empty."""
    if operation != "updateSession" or not isinstance(body, dict):
        return ()
    nothing = body.get("endedAt") is None and body.get("metadata") is None
    return (
        *(("promptster.update.nothing",) if nothing else ()),
        *(("promptster.update.before-start",) if "endedAt" in body else ()),
    )


SESSION = SuiteProfile(
    resource="Session",
    read="getSession",
    list="listSessions",
    state="session",
    other_operations=("listSessions", "ingestEvent"),
    scopes={"assessmentId": "assessment", "sourceService": None},
    state_params={
        "running": {},
        "ended": {"startedAt": "2026-01-05T10:00:00Z", "endedAt": "2026-01-05T11:12:00Z"},
    },
    time_param="startedAt",
    kinds=("reviewer", "candidate"),
    credential_params={"candidate": "sessionId"},
    examples={
        "createSession": {
            "id": "{uuid}",
            "sourceService": "claude-code",
            "metadata": {"candidateName": "Ada Lovelace"},
        },
        "updateSession": {
            "endedAt": "{now}",
            "metadata": {"candidateName": "Ada Lovelace", "reviewed": True},
        },
        "mergeMetadata": {"reviewed": True},
        "ingestEvent": {
            "id": "{uuid}",
            "sessionId": "{uuid}",
            "ts": "2026-01-05T10:15:00.000Z",
            "kind": "command",
            "source": {"channel": "cli", "integration": "claude-code", "emitter": "hook"},
            "actor": {"type": "human"},
            "provenance": {
                "attribution": "likely_human",
                "confidence": 0.9,
                "observability": "high",
            },
            "v": 1,
            "data": {"command": "pnpm test", "exitCode": 0, "durationMs": 4200},
        },
    },
    affected_rules=_breaks,
)

PROFILES = (SESSION,)
