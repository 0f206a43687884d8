"""Provider states: how a test prepares the mock, by the messages that Pact uses."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from mock_server.errors import BadState, NoSuchState
from mock_server.plan import ApiPlan, Checker
from mock_server.states import common, mobilenext, openscouter, promptster, rentalot, saleslab
from mock_server.world import World
from openapi import load_control

SetUp = Callable[[World, ApiPlan, Mapping[str, Any]], dict[str, Any]]

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
    own = _BY_API[api.name]
    known = {**_COMMON, **own}
    if state not in known:
        raise NoSuchState(f"there is no state {state!r}; there is one of each of: {', '.join(known)}")
    schema = f"{api.name if state in own else 'any'}.{state.replace(' ', '_')}"
    _check(_checker(schema), params)
    return known[state](world, api, params) if message["action"] == "setup" else {}


@cache
def _checker(schema: str) -> Checker:
    return Checker.of(load_control().schemas[schema])


#: Constraints on what a target offers, as opposed to what a message is like.
_UNSUPPORTED = ("additionalProperties", "enum", "minimum", "maximum")


def _check(checker: Checker, params: Mapping[str, Any]) -> None:
    """An unknown param or value is not supported; a wrong type is malformed."""
    for _, keyword, error in checker.violations(params):
        what = f"{'params' if error.field == 'body' else error.field}: {error.message}"
        raise NoSuchState(what) if keyword in _UNSUPPORTED else BadState(what)
