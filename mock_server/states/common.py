"""The provider states of every API, and what those of several share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from session_contracts.mock_server.chance import SECRETS
from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.clock import parse_duration, parse_moment, parse_time, rfc3339
from session_contracts.mock_server.credentials import Credential, random_key
from session_contracts.mock_server.errors import BadState, ClockError, NoSuchState
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.rates import Rates
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import World, as_message
from session_contracts.openapi.model import JsonSchema

#: Brings a state about, and returns the values that it names. Raises NoSuchState, BadState.
SetUp = Callable[[World, ApiPlan, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class State:
    """A provider state: what brings it about, and what its params are checked against."""

    set_up: SetUp
    checker: Checker


def state(set_up: SetUp, /, *needed: str, **params: JsonSchema) -> State:
    """A state with these params, by name, each with its schema; all optional except the `needed`.

    An unknown param is refused.
    """
    schema = {"type": "object", "properties": params, "additionalProperties": False}
    return State(set_up, Checker.of({**schema, "required": list(needed)} if needed else schema))


def one_of(*values: str) -> JsonSchema:
    """The schema of a param that is one of these strings."""
    return {"type": "string", "enum": list(values)}


#: Schemas of params.
TEXT: JsonSchema = {"type": "string"}
UUID: JsonSchema = {"type": "string", "format": "uuid"}
TIME: JsonSchema = {"type": "string", "format": "date-time"}
FLAG: JsonSchema = {"type": "boolean"}
#: A feature that the API does not have, such as a credential that expires.
NEVER: JsonSchema = {"type": "boolean", "enum": [False]}
#: The tenant that owns the record or credential.
TENANT: JsonSchema = {"type": "string", "enum": ["default", "other"]}


def reset(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """Restore the initial data."""
    world.reset()
    return {}


def clock(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """Advance the clock. Raises BadState."""
    try:
        world.clock.advance(parse_duration(params.get("advance", "PT0S")))
    except (ValueError, ClockError) as error:
        raise BadState(f"advance: {error}") from None
    return {"now": rfc3339(world.clock.now())}


def rate_limits(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """From now on: what was called before does not count."""
    world.rates = Rates(params.get("enforced", True))
    return {}


def outbox(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """The messages of the outbox."""
    return {"messages": [as_message(message) for message in world.outbox]}


# ---- what the states of several APIs share


def moment(params: Mapping[str, Any], name: str) -> datetime | None:
    """A time among the params.

    Raises BadState for a malformed time, NoSuchState for one beyond the range of the clock.
    """
    if name not in params:
        return None
    try:
        parse_moment(params[name])
    except ValueError as error:
        raise BadState(f"{name}: {error}") from None
    try:
        return parse_time(params[name])
    except ValueError as error:
        raise NoSuchState(f"{name}: {error}") from None


def existing(world: World, api: ApiPlan, resource: str, key: str, param: str) -> Record:
    """The record that a param names. Raises BadState."""
    found = world.collection(api.resources[resource]).get(key)
    if found is None:
        raise BadState(f"{param}: there is no {resource.lower()} {key}")
    return found


def bearer(secret: str) -> dict[str, Any]:
    """The header of a bearer credential, as a state returns it."""
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def issued_key(
    world: World, api: ApiPlan, params: Mapping[str, Any], prefix: str, kind: str
) -> dict[str, Any]:
    """The tenant's first key, or a new one if it is to be revoked or limited to scopes."""
    keys = world.credentials[api.name]
    tenant, revoked, scopes = (
        params.get("tenant", "default"),
        params.get("revoked", False),
        params.get("scopes"),
    )
    found = None if revoked or scopes is not None else keys.default(tenant)
    if found is None:
        limited = None if scopes is None else tuple(scopes)
        found = keys.issue(
            Credential(
                random_key(prefix, world.chance.draw(SECRETS)),
                tenant,
                kind,
                revoked=revoked,
                scopes=limited,
            )
        )
    return bearer(found.secret)


def key_state(prefix: str, kind: str = "api_key") -> State:
    """The state `credential` of an API whose bearer keys do not expire."""

    def credential(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
        return issued_key(world, api, params, prefix, kind)

    return state(
        credential,
        tenant=TENANT,
        kind=one_of(kind),
        expired=NEVER,
        revoked=FLAG,
    )
