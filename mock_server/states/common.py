"""The provider states of every API."""

from collections.abc import Mapping
from typing import Any

from mock_server.clock import parse_duration, rfc3339
from mock_server.errors import BadState, ClockError
from mock_server.plan import ApiPlan
from mock_server.world import World, as_message


def reset(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    world.reset()
    return {}


def clock(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    try:
        world.clock.advance(parse_duration(params.get("advance", "PT0S")))
    except (ValueError, ClockError) as error:
        raise BadState(f"advance: {error}") from None
    return {"now": rfc3339(world.clock.now())}


def rate_limits(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    world.rates.enforced = params.get("enforced", True)
    return {}


def outbox(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"messages": [as_message(message) for message in world.outbox]}
