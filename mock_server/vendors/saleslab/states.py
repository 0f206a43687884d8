"""Sales Lab's provider states."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from session_contracts.mock_server.clock import parse_time, rfc3339
from session_contracts.mock_server.errors import BadState, NoSuchState
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.states.common import (
    FLAG,
    NEVER,
    TENANT,
    TEXT,
    TIME,
    UUID,
    State,
    existing,
    issued_key,
    moment,
    one_of,
    state,
)
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import World
from session_contracts.openapi.model import JsonSchema

_CALL = timedelta(minutes=7)


def credential(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """The tenant's first token, or a new one if it is to be revoked or limited to scopes."""
    return issued_key(world, api, params, "slt_", "token")


def user(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A rep, or a manager."""
    fields = {
        "id": world.new_id(),
        "full_name": params.get("full_name", "Robin Example"),
        "role": params.get("role", "rep"),
        "last_session_at": None,  # worked out when it is read
    }
    return _placed(world, api, "User", fields, params)


def scenario(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario."""
    fields = {
        "id": world.new_id(),
        "name": params.get("name", "Discovery — First Call"),
        "call_type": params.get("call_type", "discovery"),
    }
    return _placed(world, api, "Scenario", fields, params, archived=params.get("archived", False))


def session(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A session, by default one that just ended; a scored one has a scorecard.

    Raises BadState, NoSuchState.
    """
    status = params.get("status", "completed")
    fields = {
        "id": world.new_id(),
        "user_id": _owned(world, api, "User", "user_id", params),
        "scenario_id": _owned(world, api, "Scenario", "scenario_id", params),
        "status": status,
        **_life(world, status, params),
    }
    transcript = params.get("transcript", [{"role": "agent", "message": "Hello?", "time": 0}])
    placed = _placed(world, api, "Session", fields, params, transcript=transcript)
    if status == "scored":
        _judge(world, api, placed["id"], params)
    return placed


def scorecard(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """The scorecard of a session, with its id; the session becomes scored. Raises BadState."""
    key = (
        params.get("session_id")
        or session(world, api, {name: value for name, value in params.items() if name == "tenant"})[
            "id"
        ]
    )
    scored = existing(world, api, "Session", key, "session_id")
    _require_tenant(scored, "session_id", params)
    began = parse_time(scored.fields["started_at"])
    ended = scored.fields["ended_at"] or rfc3339(min(world.clock.now(), began + _CALL))
    lasted = (parse_time(ended) - began).total_seconds()
    fields = {
        **scored.fields,
        "status": "scored",
        "ended_at": ended,
        "duration_seconds": int(lasted),
    }
    world.place(api.resources["Session"], fields, scored.tenant, scored.private)
    return _judge(world, api, key, params)


#: The verdict and the headline from a score on.
_JUDGEMENTS = (
    (85, ("crushed_it", "You let the customer find the answer.")),
    (70, ("solid", "You listened more than you talked.")),
    (float("-inf"), ("needs_work", "You talked past the first objection.")),
)


def _judge(world: World, api: ApiPlan, key: str, params: Mapping[str, Any]) -> dict[str, Any]:
    score = params.get("overall_score", 75)
    verdict, headline = next(words for least, words in _JUDGEMENTS if score >= least)
    fields = {
        "id": key,
        "overall_score": score,
        "verdict": params.get("verdict", verdict),
        "headline": params.get("headline", headline),
        "categories": [{"name": "Opening", "score": score}, {"name": "Closing", "score": score}],
        "callouts": ["Ask one more open question before you offer a price."],
    }
    return _placed(world, api, "Scorecard", fields, params)


def _life(world: World, status: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """When it began and ended, and how long it lasted. Raises NoSuchState, BadState."""
    now = world.clock.now()
    unfinished = status == "in_progress"
    if unfinished and "duration_seconds" in params:
        raise NoSuchState("duration_seconds: a session that is in_progress has none yet")
    given, began = params.get("duration_seconds"), moment(params, "started_at")
    if began is not None and began > now:
        raise NoSuchState("started_at: lies in the future")
    lasts = (
        timedelta(seconds=given)
        if given is not None
        else _CALL
        if began is None
        else min(_CALL, now - began)
    )
    began = began or (now if unfinished else now - lasts)
    if not unfinished and began + lasts > now:
        raise NoSuchState(
            f"duration_seconds: a session that is {status} has ended, and this one would not have"
        )
    return {
        "started_at": rfc3339(began),
        "ended_at": None if unfinished else rfc3339(began + lasts),
        "duration_seconds": None if unfinished else int(lasts.total_seconds()),
        "created_at": rfc3339(began),
    }


def _owned(world: World, api: ApiPlan, resource: str, param: str, params: Mapping[str, Any]) -> str:
    """The id of the named user or scenario of the tenant, or of its first one. Raises BadState."""
    if param in params:
        record = existing(world, api, resource, params[param].lower(), param)
        _require_tenant(record, param, params)
        return record.key
    rows = world.collection(api.resources[resource]).rows(_tenant(params), {})
    return (
        str(rows[0].key)
        if rows
        else str(_OWNERS[resource](world, api, {"tenant": _tenant(params)})["id"])
    )


_OWNERS = {"User": user, "Scenario": scenario}


def _require_tenant(record: Record, param: str, params: Mapping[str, Any]) -> None:
    if record.tenant != _tenant(params):
        raise BadState(f"{param}: {record.key} belongs to another tenant")


def _tenant(params: Mapping[str, Any]) -> str:
    return str(params.get("tenant", "default"))


def _placed(
    world: World,
    api: ApiPlan,
    resource: str,
    fields: Mapping[str, Any],
    params: Mapping[str, Any],
    **private: Any,
) -> dict[str, Any]:
    return {"id": world.place(api.resources[resource], fields, _tenant(params), private).key}


_SCOPES = one_of(
    "sessions:read", "scorecards:read", "scenarios:read", "users:read", "analytics:read"
)
_SAID: JsonSchema = {
    "type": "object",
    "required": ["role", "message", "time"],
    "properties": {"role": TEXT, "message": TEXT, "time": {"type": "number", "minimum": 0}},
    "additionalProperties": False,
}

STATES: dict[str, State] = {
    "credential": state(
        credential,
        tenant=TENANT,
        kind=one_of("token"),
        scopes={"type": "array", "items": _SCOPES},
        expired=NEVER,
        revoked=FLAG,
    ),
    "user": state(user, full_name=TEXT, role=one_of("rep", "manager"), tenant=TENANT),
    "scenario": state(scenario, name=TEXT, call_type=TEXT, archived=FLAG, tenant=TENANT),
    "session": state(
        session,
        user_id=UUID,
        scenario_id=UUID,
        status=one_of("in_progress", "completed", "scored"),
        started_at=TIME,
        duration_seconds={"type": "integer", "minimum": 0, "maximum": 86400},
        transcript={"type": "array", "items": _SAID},
        tenant=TENANT,
    ),
    "scorecard": state(
        scorecard,
        session_id=UUID,
        overall_score={"type": "number"},
        verdict=TEXT,
        headline=TEXT,
        tenant=TENANT,
    ),
}
