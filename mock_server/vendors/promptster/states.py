"""Promptster's provider states."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from session_contracts.mock_server import tokens
from session_contracts.mock_server.chance import IDS, SECRETS
from session_contracts.mock_server.clock import rfc3339_ms
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import BadState, NoSuchState
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.states.common import (
    FLAG,
    TENANT,
    TEXT,
    TIME,
    UUID,
    State,
    bearer,
    existing,
    moment,
    one_of,
    state,
)
from session_contracts.mock_server.store import Record, Rows
from session_contracts.mock_server.world import World
from session_contracts.openapi.model import JsonSchema

from .handlers import event_fields, new_session, take_down

#: How long a reviewer's token is valid.
LIFETIME = timedelta(hours=24)
_DATA: Mapping[str, Mapping[str, Any]] = {
    "command": {"command": "pnpm test", "exitCode": 0},
    "file_diff": {"path": "src/index.ts"},
    "file_create": {"path": "src/index.ts"},
    "git_action": {"action": "commit"},
}


def credential(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A reviewer's token, valid for a day or expired yesterday, or a candidate's key.

    Raises BadState, NoSuchState.
    """
    tenant = params.get("tenant", "default")
    if params.get("kind", "reviewer") == "candidate":
        return {"headers": {"X-API-Key": _candidate(world, api, tenant, params).secret}}
    for name in ("assessmentId", "sessionId", "revoked"):
        if params.get(name):
            raise NoSuchState(f"{name}: only a candidate's key has that")
    issued_at = world.clock.now() - (2 * LIFETIME if params.get("expired") else timedelta())
    unique = f"{world.chance.draw(SECRETS).getrandbits(64):016x}"
    return bearer(tokens.sign(f"user_{tenant}", issued_at, LIFETIME, tenant=tenant, jti=unique))


def _candidate(world: World, api: ApiPlan, tenant: str, params: Mapping[str, Any]) -> Credential:
    """The tenant's first key, the one that a session is linked through, or a new one."""
    keys = world.credentials[api.name]
    default = keys.default(tenant, "candidate")
    if (
        default is not None
        and default.kind == "candidate"
        and not params.keys() - {"kind", "tenant"}
    ):
        return default
    record = _linked(world, api, tenant, params) or _new_key(
        world, api, tenant, "redeemed", params.get("assessmentId"), None
    )
    secret = str(record.fields["key"])
    issued = Credential(secret, tenant, "candidate", revoked=params.get("revoked", False))
    return keys.issue(
        replace(issued, expires=world.clock.now()) if params.get("expired") else issued
    )


def _linked(world: World, api: ApiPlan, tenant: str, params: Mapping[str, Any]) -> Record | None:
    """The key of the named session, which gets one if it has none.

    Raises BadState, NoSuchState.
    """
    assessment_ = params.get("assessmentId")
    if (
        assessment_ is not None
        and existing(world, api, "Assessment", assessment_, "assessmentId").tenant != tenant
    ):
        raise BadState(f"assessmentId: {assessment_} belongs to another tenant")
    if "sessionId" not in params:
        return None
    session_ = existing(world, api, "Session", params["sessionId"], "sessionId")
    if session_.tenant != tenant:
        raise BadState(f"sessionId: {session_.key} belongs to another tenant")
    found: Record | None = next(iter(_keys(world, api, tenant, sessionId=session_.key)), None)
    if found is None:
        world.keep(api.resources["Session"], session_, {"assessmentId": assessment_})
        return _new_key(world, api, tenant, "redeemed", assessment_, session_.key)
    if assessment_ not in (None, found.fields["assessmentId"]):
        raise NoSuchState(
            f"assessmentId: the session is linked to {found.fields['assessmentId']} already"
        )
    return found


def _keys(world: World, api: ApiPlan, tenant: str | None, **filters: str) -> Rows:
    return world.collection(api.resources["CandidateKey"]).rows(tenant, filters)


def _new_key(
    world: World,
    api: ApiPlan,
    tenant: str,
    status: str,
    assessment_: str | None,
    session_: str | None,
) -> Record:
    letters = f"{world.chance.draw(SECRETS).getrandbits(32):08X}"
    fields = {
        "id": f"key_{world.chance.draw(IDS).randbytes(6).hex()}",
        "key": f"PST-{letters[:4]}-{letters[4:]}",
        "assessmentId": assessment_,
        "status": status,
        "sessionId": session_,
    }
    return world.place(api.resources["CandidateKey"], fields, tenant, {"linked": session_})


def assessment(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """An assessment."""
    fields = {"id": f"asm_{world.chance.draw(IDS).randbytes(6).hex()}"}
    return {
        "assessmentId": world.place(
            api.resources["Assessment"], fields, params.get("tenant", "default"), {}
        ).key
    }


def session(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A session without events; metrics that are not given are unknown.

    Raises BadState, NoSuchState.
    """
    tenant, assessment_ = params.get("tenant", "default"), params.get("assessmentId")
    key = params.get("id") or world.new_id()
    if world.collection(api.resources["Session"]).get(key) is not None:
        raise BadState(f"id: there is a session {key} already")
    if assessment_ is None and "keyStatus" in params:
        raise BadState("keyStatus: give an assessmentId too; without one there is no key")
    if (
        assessment_ is not None
        and existing(world, api, "Assessment", assessment_, "assessmentId").tenant != tenant
    ):
        raise BadState(f"assessmentId: {assessment_} belongs to another tenant")
    started, ended = moment(params, "startedAt"), moment(params, "endedAt")
    fields = new_session(
        key,
        tenant,
        rfc3339_ms(started or world.clock.now()),
        params.get("sourceService", "claude-code"),
        params.get("metadata"),
    )
    fields["endedAt"] = ended and rfc3339_ms(ended)
    private = {
        "metrics": params.get("metrics", {}),
        "fixed": started is not None,
        "assessmentId": assessment_,
    }
    made = world.place(api.resources["Session"], fields, tenant, private)
    if assessment_ is not None:
        _new_key(world, api, tenant, params.get("keyStatus", "completed"), assessment_, made.key)
    return {"id": made.key}


def event(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """An event of a session, of a new one where none is named. Raises BadState, NoSuchState."""
    key = params.get("sessionId") or session(world, api, {})["id"]
    of = _judge_event(world, api, key, params)
    kind = params.get("kind", "prompt")
    body = {
        "id": params.get("id") or world.new_id(),
        "sessionId": key,
        "kind": kind,
        "ts": params.get("ts") or rfc3339_ms(world.clock.now()),
        "data": params.get("data", _DATA.get(kind, {})),
        "provenance": params.get("provenance", {}),
    }
    take_down(world, api, of, event_fields(body))
    return {"id": body["id"]}


def _judge_event(world: World, api: ApiPlan, key: str, params: Mapping[str, Any]) -> Record:
    """The session of an event that can be put there. Raises BadState."""
    of = existing(world, api, "Session", key, "sessionId")
    if "id" in params and world.collection(api.resources["Event"]).get(params["id"]) is not None:
        raise BadState(f"id: there is an event {params['id']} already")
    moment(params, "ts")  # which may be malformed, or beyond what the mock can show
    return of


def events(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """All of these events, or none. Raises BadState, NoSuchState."""
    ids = [entry["id"] for entry in params["events"] if "id" in entry]
    if len(set(ids)) != len(ids):
        raise BadState("events: two of them have the same id")
    key = params["sessionId"]
    for place, entry in enumerate(params["events"]):
        if entry.get("sessionId", key) != key:
            raise BadState(f"events.{place}.sessionId: all of them are of one session")
        _judge_event(world, api, key, entry)
    return {
        "ids": [event(world, api, {**entry, "sessionId": key})["id"] for entry in params["events"]]
    }


def candidate_key(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """The key through which a session is or was linked. Raises BadState."""
    found = next(iter(_keys(world, api, None, linked=params["sessionId"])), None)
    if found is None:
        raise BadState(f"sessionId: no candidate key was ever linked to {params['sessionId']}")
    return {"status": found.fields["status"], "sessionId": found.fields["sessionId"]}


_METRIC: JsonSchema = {"type": "number", "minimum": 0, "maximum": 1000000000000}
_METRICS = (
    "durationMs",
    "promptCount",
    "commandFailRate",
    "verifyIntensity",
    "manualEditRatio",
    "firstChangeLatencyMs",
)
_KINDS = (
    "prompt",
    "ai_response",
    "file_diff",
    "file_create",
    "file_delete",
    "command",
    "test_run",
    "build_run",
    "git_action",
    "decision_event",
    "session_start",
    "session_end",
    "checkpoint",
    "tool_use",
    "tool_result",
    "planning",
    "mcp_call",
)
_ATTRIBUTIONS = (
    "likely_ai",
    "ai_revised_by_human",
    "likely_human",
    "mixed",
    "system_generated",
    "unknown",
)

_EVENT = state(
    event,
    sessionId=TEXT,
    id=UUID,
    kind=one_of(*_KINDS),
    ts=TIME,
    data={"type": "object"},
    provenance={
        "type": "object",
        "properties": {
            "attribution": one_of(*_ATTRIBUTIONS),
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "observability": one_of("high", "medium", "partial", "low", "unknown"),
        },
        "additionalProperties": False,
    },
)

STATES: dict[str, State] = {
    "credential": state(
        credential,
        tenant=TENANT,
        kind=one_of("reviewer", "candidate"),
        assessmentId=TEXT,
        sessionId=TEXT,
        expired=FLAG,
        revoked=FLAG,
    ),
    "assessment": state(assessment, tenant=TENANT),
    "session": state(
        session,
        id={"type": "string", "minLength": 1},
        sourceService=TEXT,
        startedAt=TIME,
        endedAt=TIME,
        assessmentId=TEXT,
        keyStatus=one_of("pending", "redeemed", "completed", "expired", "hired"),
        metadata={"type": "object"},
        tenant=TENANT,
        metrics={
            "type": "object",
            "properties": {**dict.fromkeys(_METRICS, _METRIC), "testsPassed": FLAG},
            "additionalProperties": False,
        },
    ),
    "event": _EVENT,
    "events": state(
        events,
        "sessionId",
        "events",
        sessionId=TEXT,
        events={"type": "array", "items": _EVENT.checker.schema},
    ),
    "candidate key": state(candidate_key, "sessionId", sessionId=TEXT),
}
