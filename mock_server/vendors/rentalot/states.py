"""Rentalot's provider states."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.errors import NoSuchState
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.states.common import (
    TENANT,
    TEXT,
    TIME,
    UUID,
    State,
    key_state,
    moment,
    one_of,
    state,
)
from session_contracts.mock_server.world import World

_TTL = timedelta(days=30)


def session(world: World, api: ApiPlan, params: Mapping[str, Any]) -> dict[str, Any]:
    """A session, by default one that was just completed.

    Raises BadState, NoSuchState.
    """
    now = world.clock.now()
    created, expires = _life(params, now)
    status = params.get("status") or ("expired" if expires <= now else "completed")
    review = params.get("reviewStatus", "pending_review")
    if review != "pending_review" and status in ("draft", "active"):
        raise NoSuchState(f"reviewStatus: a session that is {status} was never {review}")
    reviewed_at = rfc3339(min(now, expires)) if review != "pending_review" else None
    contact = params.get("contactId", world.new_id())
    fields = {
        "id": world.new_id(),
        "contactId": contact
        and contact.lower(),  # UUIDs are equal whatever the case, and written in lower case
        "workflowTemplateId": params.get("workflowTemplateId", world.new_id()).lower(),
        "submission": params.get("submission", {"fullName": "Sam Applicant"}),
        "status": status,
        "reviewStatus": review,
        "reviewNotes": None,
        "reviewedAt": reviewed_at,
        "createdAt": rfc3339(created),
        "updatedAt": reviewed_at or rfc3339(created),
        "expiresAt": rfc3339(expires),
    }
    private = {"email": params.get("email", "prospect@example.com")}
    record = world.place(api.resources["Session"], fields, params.get("tenant", "default"), private)
    return {"id": record.key}


def _life(params: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """CreatedAt and expiresAt; an expired session's whole life lies in the past."""
    created, expires = moment(params, "createdAt"), moment(params, "expiresAt")
    if created is None:
        latest = now - _TTL - timedelta(days=1) if params.get("status") == "expired" else now
        created = latest if expires is None else min(latest, expires - _TTL)
    expires = expires or created + _TTL
    if created > now:
        raise NoSuchState("createdAt: lies in the future")
    if expires <= created:
        raise NoSuchState("expiresAt: does not lie after createdAt")
    if params.get("status") == "expired" and expires > now:
        raise NoSuchState("status: a session is expired only once its expiresAt has passed")
    return created, expires


STATES: dict[str, State] = {
    "credential": key_state("ra_"),
    "session": state(
        session,
        status=one_of("active", "completed", "expired", "draft"),
        reviewStatus=one_of("pending_review", "approved", "denied"),
        contactId={**UUID, "nullable": True},
        workflowTemplateId=UUID,
        createdAt=TIME,
        expiresAt=TIME,
        submission={"type": "object"},
        email={**TEXT, "nullable": True},
        tenant=TENANT,
    ),
}
