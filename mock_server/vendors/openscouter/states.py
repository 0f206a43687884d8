"""OpenScouter's provider states."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from session_contracts.mock_server import tokens
from session_contracts.mock_server.chance import IDS, SECRETS
from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.errors import BadState, NoSuchState
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.states.common import (
    FLAG,
    NEVER,
    TENANT,
    TEXT,
    TIME,
    State,
    bearer,
    existing,
    moment,
    one_of,
    state,
)
from session_contracts.mock_server.world import World
from session_contracts.openapi.model import JsonSchema

from .handlers import LIFETIME

_RUN = timedelta(minutes=32)
_OVER = frozenset({"completed", "analyzing", "analyzed", "confirmed"})


def credential(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A JWT that is valid for 24 hours from now on, or was until yesterday."""
    tenant = params.get("tenant", "default")
    issued_at = world.clock.now() - (2 * LIFETIME if params.get("expired") else timedelta())
    user = "user_admin01" if tenant == "default" else "user_elsewhere"
    return bearer(
        tokens.sign(
            user,
            issued_at,
            LIFETIME,
            tenant=tenant,
            jti=f"{world.chance.draw(SECRETS).getrandbits(64):016x}",
        )
    )


def study(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A study with its A/B split. Raises NoSuchState."""
    given = params.get("splitRatio", {})
    split = {
        "A": given.get("A", 100 - given.get("B", 50)),
        "B": given.get("B", 100 - given.get("A", 50)),
    }
    if not split["A"] + split["B"]:
        raise NoSuchState("splitRatio: A and B are 0; make one of them greater")
    fields = {"id": _new_id(world, "job"), "splitRatio": split}
    return {
        "jobId": world.place(
            api.resources["Study"], fields, params.get("tenant", "default"), {}
        ).key
    }


def tester(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A tester."""
    return {
        "testerId": world.place(api.resources["Tester"], {"id": _new_id(world, "user")}, "", {}).key
    }


def session(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A session, by default a completed one; an analysis lasts until `analysis finished`.

    Raises BadState, NoSuchState.
    """
    status, now = params.get("status", "completed"), world.clock.now()
    tenant = params.get("tenant", "default")
    started = moment(params, "startedAt") or (now - _RUN if status in _OVER else now)
    if started > now:
        raise NoSuchState("startedAt: lies in the future")
    ended = min(now, started + _RUN) if status in _OVER else None
    job = params.get("jobId") or study(world, api, {"tenant": tenant})["jobId"]
    if existing(world, api, "Study", job, "jobId").tenant != tenant:
        raise BadState(f"jobId: {job} belongs to another tenant")
    who = params.get("testerId") or tester(world, api, {})["testerId"]
    existing(world, api, "Tester", who, "testerId")
    fields = {
        "sessionId": _new_id(world, "sess"),
        "jobId": job,
        "testerId": who,
        "variant": params.get("variant", "A"),
        "status": status,
        "startedAt": rfc3339(started),
        "completedAt": ended and rfc3339(ended),
        "durationSeconds": ended and int((ended - started).total_seconds()),
    }
    private = {"notes": (), **({"confirmedAt": rfc3339(now)} if status == "confirmed" else {})}
    key = world.place(api.resources["Session"], fields, tenant, private).key
    return {"sessionId": key, "jobId": job, "testerId": who}


def analysis_finished(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A running analysis has ended; where none runs, nothing changes. Raises BadState."""
    if "sessionId" not in params:
        raise BadState("sessionId: is missing; name the session whose analysis is over")
    found = existing(world, api, "Session", params["sessionId"], "sessionId")
    session_ = api.resources["Session"]
    for timer in session_.timers:
        if found.state in timer.sources:
            world.move(session_, found, timer.target, {})
    return {}


def _new_id(world: World, prefix: str) -> str:
    return f"{prefix}_{world.chance.draw(IDS).randbytes(6).hex()}"


_SHARE: JsonSchema = {"type": "number", "minimum": 0, "maximum": 100}

STATES: dict[str, State] = {
    "credential": state(credential, tenant=TENANT, kind=one_of("jwt"), expired=FLAG, revoked=NEVER),
    "study": state(
        study,
        splitRatio={
            "type": "object",
            "properties": {"A": _SHARE, "B": _SHARE},
            "additionalProperties": False,
        },
        tenant=TENANT,
    ),
    "tester": state(tester),
    "session": state(
        session,
        status=one_of("active", "paused", "completed", "analyzing", "analyzed", "confirmed"),
        variant=one_of("A", "B"),
        jobId=TEXT,
        testerId=TEXT,
        startedAt=TIME,
        tenant=TENANT,
    ),
    "analysis finished": state(analysis_finished, sessionId=TEXT),
}
