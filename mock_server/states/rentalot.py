"""Rentalot's own provider states."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from mock_server.clock import parse_time, rfc3339
from mock_server.credentials import Credential, random_key
from mock_server.errors import BadState
from mock_server.plan import ApiPlan
from mock_server.world import World

_TTL = timedelta(days=30)


def credential(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """The tenant's first key; a revoked one is made for the purpose."""
    keys = world.credentials[api.name]
    tenant = params.get("tenant", "default")
    found = None if params.get("revoked") else keys.default(tenant)
    if found is None:
        found = keys.issue(Credential(random_key("ra_", world.random), tenant, "api_key", revoked=params.get("revoked", False)))
    return {"headers": {"Authorization": f"Bearer {found.secret}"}}


def session(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A session as asked; what is not asked for is of a session that was just completed."""
    now = world.clock.now()
    created = _time(params, "createdAt") or now
    expires = _time(params, "expiresAt") or created + _TTL
    status = params.get("status") or ("expired" if expires <= now else "completed")
    if status == "expired" and expires > now:
        if "expiresAt" in params:
            raise BadState("expiresAt: lies in the future, but the session is to be expired")
        created = created if "createdAt" in params else now - _TTL - timedelta(days=1)
        expires = min(created + _TTL, now - timedelta(seconds=1))
    review = params.get("reviewStatus", "pending_review")
    reviewed = review != "pending_review"
    at = rfc3339(max(created, min(now, expires)))
    fields = {
        "id": world.new_id(),
        "contactId": params.get("contactId", world.new_id()),
        "workflowTemplateId": params.get("workflowTemplateId", world.new_id()),
        "submission": params.get("submission", {"fullName": "Sam Applicant"}),
        "status": status,
        "reviewStatus": review,
        "reviewNotes": None,
        "reviewedAt": at if reviewed else None,
        "createdAt": rfc3339(created),
        "updatedAt": at if reviewed else rfc3339(created),
        "expiresAt": rfc3339(expires),
    }
    private = {"email": params.get("email", "prospect@example.com")}
    record = world.place(api, api.resources["Session"], fields, params.get("tenant", "default"), private)
    return {"id": record.key}


def _time(params: Mapping[str, Any], name: str) -> Any:
    if name not in params:
        return None
    try:
        return parse_time(params[name])
    except ValueError as error:
        raise BadState(f"{name}: {error}") from None
