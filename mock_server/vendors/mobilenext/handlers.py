"""Mobile Next: handlers, credentials, the choice of an organization, and the form of an error."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from session_contracts.mock_server import security, tokens
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.paging import cursor_page
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.store import Record

#: How long a JWT is valid.
LIFETIME = timedelta(hours=24)
#: Organizations and users, of which the API shows only ids. A user's default organization is
#: the first.
HIDDEN = {
    "Organization": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}},
    },
    "User": {
        "type": "object",
        "required": ["id", "organizations"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "organizations": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        },
    },
}


def list_sessions(call: Call) -> Answer:
    return listed(*cursor_page(call))


def listed(page: Sequence[Record], following: str | None) -> Answer:
    """A page of sessions; without a cursor where none follow."""
    frame = {"object": "list", "data": [], **({"nextCursor": following} if following else {})}
    return Answer(200, {**frame, "data": [record.encoded for record in page]}, frame)


def get_session(call: Call) -> Answer:
    return Answer(200, call.found.fields)


def find_credential(call: Call, secret: str) -> Credential | None:
    """An issued credential, or that of a JWT signed by the mock.

    The JWT's `sub` must be a known user, or it must list the user's `organizations`.
    """
    issued = security.find_issued(call, secret)
    if issued is not None:
        return issued
    signed = tokens.credential(secret)
    known = signed is not None and (
        signed.organizations is not None or _user(call, signed.user) is not None
    )
    return signed if known else None


def _user(call: Call, key: str | None) -> Record | None:
    return call.world.collection(call.api.resources["User"]).get(key or "")


def choose_tenant(call: Call) -> str | None:
    """The organization of the header, else of the key, else the caller's default.

    Raises Refused unless it is one of the caller's.
    """
    assert call.credential is not None, "every operation is secured"
    mine = organizations(call)
    chosen: str | None = (
        call.parameters.get("X-Organization-Id")
        or call.credential.organization
        or next(iter(mine), None)
    )
    if chosen is None:
        raise Refused(
            "mobilenext.organization.none", "you belong to no organization; ask for an invitation"
        )
    if chosen not in mine:
        raise Refused(_not_mine(call, chosen), f"{chosen} is not one of your organizations")
    return chosen


def organizations(call: Call) -> tuple[str, ...]:
    """Those that the caller belongs to and that exist, the default one first."""
    assert call.credential is not None, "every operation is secured"
    user = _user(call, call.credential.user)
    known: Sequence[str] = (
        user.fields["organizations"] if user else call.credential.organizations or ()
    )
    return tuple(organization for organization in known if _exists(call, organization))


def _exists(call: Call, organization: str) -> bool:
    return call.world.collection(call.api.resources["Organization"]).get(organization) is not None


def _not_mine(call: Call, organization: str) -> str:
    return (
        "mobilenext.organization.foreign"
        if _exists(call, organization)
        else "mobilenext.organization.unknown"
    )


def error_body(
    status: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """`{error: {code, message}}`; a code is the name of the status."""
    return "application/json", {
        "error": {"code": HTTPStatus(status).name.lower(), "message": detail}
    }
