"""Provider states: how a test prepares the mock, by the messages that Pact uses."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from session_contracts.mock_server.errors import BadState, NoSuchState
from session_contracts.mock_server.plan import ApiPlan, Checker
from session_contracts.mock_server.states import (
    common,
    mobilenext,
    openscouter,
    promptster,
    rentalot,
    saleslab,
)
from session_contracts.mock_server.states.common import SetUp, State
from session_contracts.mock_server.world import World
from session_contracts.openapi import PartError, load_control
from session_contracts.openapi.catalog import Home, home_of, of_part

_COMMON: Mapping[str, SetUp] = {
    "reset": common.reset,
    "clock": common.clock,
    "rate limits": common.rate_limits,
    "outbox": common.outbox,
}
_BY_API: Mapping[str, Mapping[str, SetUp]] = {
    "rentalot": {"credential": rentalot.credential, "session": rentalot.session},
    "saleslab": {
        "credential": saleslab.credential,
        "user": saleslab.user,
        "scenario": saleslab.scenario,
        "session": saleslab.session,
        "scorecard": saleslab.scorecard,
    },
    "openscouter": {
        "credential": openscouter.credential,
        "study": openscouter.study,
        "tester": openscouter.tester,
        "session": openscouter.session,
        "analysis finished": openscouter.analysis_finished,
    },
    "promptster": {
        "credential": promptster.credential,
        "assessment": promptster.assessment,
        "session": promptster.session,
        "event": promptster.event,
        "events": promptster.events,
        "candidate key": promptster.candidate_key,
    },
    "mobilenext": {
        "credential": mobilenext.credential,
        "organization": mobilenext.organization,
        "session": mobilenext.session,
    },
}


def set_up(world: World, api: ApiPlan, message: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the state names; a teardown does nothing. Raises NoSuchState, BadState."""
    state, params = message["state"], message.get("params", {})
    known = {**_documented("any"), **states_of(home_of(api.contract))}
    if state not in known:
        raise NoSuchState(
            f"there is no state {state!r}; there is one of each of: {', '.join(known)}"
        )
    _check(known[state].checker, params)
    return known[state].set_up(world, api, params) if message["action"] == "setup" else {}


def states_of(api: Home) -> Mapping[str, State]:
    """The states of one API, by name, without those that every API has. Raises PartError."""
    return _documented(api.name) if api.name in _BY_API else _own(api)


@cache
def _documented(api: str) -> Mapping[str, State]:
    """Their params are in the control API's own contract."""
    schemas = load_control().schemas
    found = _COMMON if api == "any" else _BY_API[api]
    return {
        name: State(set_up, Checker.of(schemas[f"{api}.{name.replace(' ', '_')}"]))
        for name, set_up in found.items()
    }


def _own(home: Home) -> Mapping[str, State]:
    fix = "write 'STATES: dict[str, State] = {...}', by name"
    found = of_part(home, "states", "STATES", fix)
    if not isinstance(found, Mapping) or not all(
        isinstance(each, State) for each in found.values()
    ):
        raise PartError(home.file("states"), None, "STATES is no mapping of names to a State", fix)
    return found


#: Constraints on what a target offers, as opposed to what a message is like.
_UNSUPPORTED = ("additionalProperties", "enum", "minimum", "maximum")


def _check(checker: Checker, params: Mapping[str, Any]) -> None:
    """An unknown param or value is not supported; a wrong type is malformed."""
    for _, keyword, error in checker.violations(params):
        what = f"{'params' if error.field == 'body' else error.field}: {error.message}"
        raise NoSuchState(what) if keyword in _UNSUPPORTED else BadState(what)
