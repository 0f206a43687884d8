"""Provider states: tests prepare the mock by the messages that Pact uses."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.errors import BadState, NoSuchState
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.states import common
from session_contracts.mock_server.states.common import SetUp, State
from session_contracts.mock_server.world import World
from session_contracts.openapi import PartError, load_control
from session_contracts.openapi.locations import ApiLocation, Part, location_of, member_of

_COMMON: Mapping[str, SetUp] = {
    "reset": common.reset,
    "clock": common.clock,
    "rate limits": common.rate_limits,
    "outbox": common.outbox,
}


def set_up(world: World, api: ApiPlan, message: Mapping[str, Any]) -> dict[str, Any]:
    """Set up a state and return its values; ignore a teardown. Raises NoSuchState, BadState."""
    state, params = message["state"], message.get("params", {})
    known = _known(location_of(api.contract))
    if state not in known:
        raise NoSuchState(f"there is no state {state!r}; available: {', '.join(known)}")
    _check(known[state].checker, params)
    return known[state].set_up(world, api, params) if message["action"] == "setup" else {}


@cache
def _known(location: ApiLocation) -> Mapping[str, State]:
    """All states of an API, by name."""
    return {**_common(), **states_of(location)}


@cache
def _common() -> Mapping[str, State]:
    """The states that every API has; the control API's contract describes their params."""
    schemas = load_control().schemas
    return {
        name: State(set_up, Checker.of(schemas[f"any.{name.replace(' ', '_')}"]))
        for name, set_up in _COMMON.items()
    }


def states_of(location: ApiLocation) -> Mapping[str, State]:
    """The states of one API, by name, without those that every API has. Raises PartError."""
    fix = "write 'STATES: dict[str, State] = {...}', by name"
    found = member_of(location, Part.STATES, "STATES", fix)
    if not isinstance(found, Mapping) or not all(
        isinstance(each, State) for each in found.values()
    ):
        raise PartError(
            location.file(Part.STATES),
            None,
            "STATES is not a mapping of names to State objects",
            fix,
        )
    return found


#: Constraints on what a target offers, as opposed to what a message is like.
_UNSUPPORTED = ("additionalProperties", "enum", "minimum", "maximum")


def _check(checker: Checker, params: Mapping[str, Any]) -> None:
    """An unknown param or value is not supported; a wrong type is malformed."""
    for _, keyword, error in checker.violations(params):
        what = f"{'params' if error.field == 'body' else error.field}: {error.message}"
        raise NoSuchState(what) if keyword in _UNSUPPORTED else BadState(what)
