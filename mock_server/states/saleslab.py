"""Sales Lab's own provider states."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_server.clock import parse_time, rfc3339
from mock_server.errors import BadState, NoSuchState
from mock_server.plan import ApiPlan
from mock_server.states.common import existing, issued_key, moment
from mock_server.store import Record
from mock_server.world import World

_CALL = timedelta(minutes=7)


def credential(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """The tenant's first token; a revoked one, or one with certain scopes, is made for the purpose."""
    return issued_key(world, api, params, "slt_", "token")


def user(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        "id": world.new_id(),
        "full_name": params.get("full_name", "Robin Example"),
        "role": params.get("role", "rep"),
        "last_session_at": None,  # worked out when it is read
    }
    return _placed(world, api, "User", fields, params)


def scenario(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    fields = {
        "id": world.new_id(),
        "name": params.get("name", "Discovery — First Call"),
        "call_type": params.get("call_type", "discovery"),
    }
    return _placed(world, api, "Scenario", fields, params, archived=params.get("archived", False))


def session(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A session as asked, by default one that just ended. One that is scored has a scorecard. Raises BadState, NoSuchState."""
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
    """The scorecard of a session, which is scored from then on. It has the session's id. Raises BadState."""
    key = params.get("session_id") or session(world, api, {name: value for name, value in params.items() if name == "tenant"})["id"]
    judged = existing(world, api, "Session", key, "session_id")
    _require_tenant(judged, "session_id", params)
    ended = judged.fields["ended_at"] or rfc3339(world.clock.now())
    lasted = (parse_time(ended) - parse_time(judged.fields["started_at"])).total_seconds()
    fields = {**judged.fields, "status": "scored", "ended_at": ended, "duration_seconds": int(lasted)}
    world.place(api, api.resources["Session"], fields, judged.tenant, judged.private)
    return _judge(world, api, key, params)


def _judge(world: World, api: ApiPlan, key: str, params: Mapping[str, Any]) -> dict[str, Any]:
    score = params.get("overall_score", 75)
    fields = {
        "id": key,
        "overall_score": score,
        "verdict": params.get("verdict", "solid"),
        "headline": params.get("headline", "You listened more than you talked."),
        "categories": [{"name": "Opening", "score": score}, {"name": "Closing", "score": score}],
        "callouts": ["Ask one more open question before you offer a price."],
    }
    return _placed(world, api, "Scorecard", fields, params)


def _life(world: World, status: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """When it began and ended, and how long it lasted. Raises NoSuchState, BadState."""
    now = world.clock.now()
    lasts = timedelta(seconds=params.get("duration_seconds", _CALL.total_seconds()))
    began = moment(params, "started_at") or now
    if began > now:
        raise NoSuchState("started_at: lies in the future")
    unfinished = status == "in_progress"
    if unfinished and "duration_seconds" in params:
        raise NoSuchState("duration_seconds: a session that is in_progress has none yet")
    return {
        "started_at": rfc3339(began),
        "ended_at": None if unfinished else rfc3339(began + lasts),
        "duration_seconds": None if unfinished else int(lasts.total_seconds()),
        "created_at": rfc3339(began),
    }


def _owned(world: World, api: ApiPlan, resource: str, param: str, params: Mapping[str, Any]) -> str:
    """The id of the user or scenario that is named, which is of the same tenant; the tenant's first where none is. Raises BadState."""
    if param in params:
        record = existing(world, api, resource, params[param].lower(), param)
        _require_tenant(record, param, params)
        return record.key
    rows = world.collection(api, api.resources[resource]).rows(_tenant(params), {})
    return str(rows[0].key) if rows else str(_OWNERS[resource](world, api, {"tenant": _tenant(params)})["id"])


_OWNERS = {"User": user, "Scenario": scenario}


def _require_tenant(record: Record, param: str, params: Mapping[str, Any]) -> None:
    if record.tenant != _tenant(params):
        raise BadState(f"{param}: {record.key} belongs to another tenant")


def _tenant(params: Mapping[str, Any]) -> str:
    return str(params.get("tenant", "default"))


def _placed(
    world: World, api: ApiPlan, resource: str, fields: Mapping[str, Any], params: Mapping[str, Any], **private: Any
) -> dict[str, Any]:
    return {"id": world.place(api, api.resources[resource], fields, _tenant(params), private).key}
