"""Mobile Next's provider states."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from session_contracts.mock_server import tokens
from session_contracts.mock_server.chance import IDS, SECRETS
from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.credentials import Credential, random_key
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
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import World

from .handlers import LIFETIME

_DEVICES: Mapping[str, Mapping[str, str]] = {
    "ios": {
        "id": "dev-ios-7",
        "platform": "ios",
        "type": "phone",
        "name": "iPhone 16",
        "osVersion": "18.3",
    },
    "android": {
        "id": "dev-android-4",
        "platform": "android",
        "type": "tablet",
        "name": "Galaxy Tab S9",
        "osVersion": "14",
    },
}


def credential(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A JWT or an API key of the default, a named or a new user, or the other tenant's.

    Raises BadState, NoSuchState.
    """
    owner = _owner(world, api, params)
    if params.get("kind", "jwt") == "api_key":
        return bearer(_key(world, api, owner, params).secret)
    if "organization" in params:
        raise NoSuchState("organization: only an API key is bound to one")
    issued_at = world.clock.now() - (2 * LIFETIME if params.get("expired") else timedelta())
    claims: dict[str, Any] = {"jti": f"{world.chance.draw(SECRETS).getrandbits(64):016x}"}
    if "organizations" in params:
        claims["organizations"] = params[
            "organizations"
        ]  # so that the token outlives a reset, which its user does not
    token = tokens.sign(owner.key, issued_at, LIFETIME, **claims)
    if params.get("revoked"):
        expires = world.clock.now() + LIFETIME
        world.credentials[api.name].issue(
            Credential(token, "default", "jwt", revoked=True, expires=expires, user=owner.key)
        )
    return bearer(token)


def _key(world: World, api: ApiPlan, owner: Record, params: Mapping[str, Any]) -> Credential:
    if params.get("expired"):
        raise NoSuchState("expired: API keys do not expire")
    mine = owner.fields["organizations"]
    bound = params.get("organization") or next(iter(mine), None)
    if bound is None:
        raise NoSuchState("organization: a key is bound to one, and its owner belongs to none")
    existing(world, api, "Organization", bound, "organization")
    if bound not in mine:
        raise NoSuchState(f"organization: the key's owner does not belong to {bound}")
    secret, revoked = random_key("mob_", world.chance.draw(SECRETS)), params.get("revoked", False)
    key = Credential(
        secret, "default", "api_key", revoked=revoked, user=owner.key, organization=bound
    )
    return world.credentials[api.name].issue(key)


def _owner(world: World, api: ApiPlan, params: Mapping[str, Any]) -> Record:
    """The owner of a credential; `organizations` makes a new user, or sets those of `user`."""
    if "organizations" not in params:
        return (
            existing(world, api, "User", params["user"], "user")
            if "user" in params
            else default_user(world, api, params)
        )
    if "user" in params:
        existing(world, api, "User", params["user"], "user")
    for organization_ in params["organizations"]:
        existing(world, api, "Organization", organization_, "organizations")
    fields = {"id": params.get("user") or world.new_id(), "organizations": params["organizations"]}
    return world.place(api.resources["User"], fields, "", {})


def default_user(world: World, api: ApiPlan, params: Mapping[str, Any]) -> Record:
    """The user of the tenant's first credential."""
    issued = world.credentials[api.name].default(params.get("tenant", "default"))
    if issued is None or issued.user is None:
        raise BadState("tenant: this world has no credential of its user")
    return existing(world, api, "User", issued.user, "tenant")


def organization(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A new organization; the default user joins it, and keeps its default one."""
    key = f"org_{world.chance.draw(IDS).randbytes(6).hex()}"
    world.place(api.resources["Organization"], {"id": key}, "", {})
    if params.get("member", True):
        member = default_user(world, api, {})
        fields = {**member.fields, "organizations": [*member.fields["organizations"], key]}
        world.place(api.resources["User"], fields, "", {})
    return {"id": key}


def session(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A session, by default one that just began and holds its device.

    Raises BadState, NoSuchState.
    """
    owner = default_user(world, api, params)
    if "tenant" in params and "organization" in params:
        raise NoSuchState("tenant: give an organization or a tenant, not both")
    home = params.get("organization") or owner.fields["organizations"][0]
    existing(world, api, "Organization", home, "organization")
    user = (
        existing(world, api, "User", params["user"].lower(), "user") if "user" in params else owner
    )
    now = world.clock.now()
    created = moment(params, "createdAt") or now
    if created > now:
        raise NoSuchState("createdAt: lies in the future")
    fields = {
        "id": world.new_id(),
        "organization": home,
        "user": user.key,
        "device": dict(_DEVICES[params.get("platform", "ios")]),
        "createdAt": rfc3339(created),
        "releasedAt": rfc3339(now) if params.get("released", False) else None,
    }
    return {"id": world.place(api.resources["Session"], fields, home, {}).key}


STATES: dict[str, State] = {
    "credential": state(
        credential,
        tenant=TENANT,
        kind=one_of("jwt", "api_key"),
        organizations={"type": "array", "items": TEXT, "uniqueItems": True},
        organization=TEXT,
        user=TEXT,
        expired=FLAG,
        revoked=FLAG,
    ),
    "organization": state(organization, member=FLAG),
    "session": state(
        session,
        organization=TEXT,
        user=UUID,
        createdAt=TIME,
        released=FLAG,
        platform=one_of("ios", "android"),
        tenant=TENANT,
    ),
}
