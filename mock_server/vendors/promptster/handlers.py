"""Promptster: handlers, effects, credentials, and the form of an error."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from session_contracts.mock_server import tokens
from session_contracts.mock_server.clock import EARLIEST, parse_moment, parse_time, rfc3339_ms
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.paging import page_after, skipped_page
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, Change, one
from session_contracts.mock_server.security import find_issued
from session_contracts.mock_server.store import Fields, Record, Rows
from session_contracts.mock_server.world import World

from .cohort import statistics

UNAUTHORIZED = "Invalid or missing API key"
#: Assessments and candidate keys, which other pages speak of.
HIDDEN = {
    "Assessment": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
    "CandidateKey": {
        "type": "object",
        "required": ["id", "key", "assessmentId", "status", "sessionId"],
        "properties": {
            "id": {"type": "string"},
            "key": {"type": "string"},
            "assessmentId": {"type": "string", "nullable": True},
            "status": {
                "type": "string",
                "enum": ["pending", "redeemed", "completed", "expired", "hired"],
            },
            "sessionId": {"type": "string", "nullable": True},
        },
    },
}
_TEXT = {"type": "string", "nullable": True}
#: A session's assessment, whether its start was fixed, and given metrics; what a key was linked to.
PRIVATE = {
    "Session": {
        "type": "object",
        "properties": {
            "assessmentId": _TEXT,
            "fixed": {"type": "boolean"},
            "metrics": {
                "type": "object",
                "properties": {"testsPassed": {"type": "boolean", "nullable": True}},
                "additionalProperties": {"type": "number", "nullable": True},
            },
        },
    },
    "CandidateKey": {"type": "object", "properties": {"linked": _TEXT}},
}
#: Members of a session_start's data that the session's metadata get.
_PROMOTED = ("assessmentId", "candidateName", "repoUrl", "cwd")
_INVALID = "Invalid request body"
_PROVENANCE = {"attribution": "unknown", "confidence": 0.5, "observability": "partial"}


# ---- sessions


def create_session(call: Call) -> Answer:
    key = call.body.get("id") or call.world.new_id()
    taken = call.world.collection(call.api.resources["Session"]).get(key)
    if taken is not None:
        own = taken.tenant == call.tenant
        rule = "promptster.create.conflict" if own else "promptster.create.foreign-id"
        raise Refused(rule, "Session already exists", members={"id": key})
    fields = new_session(
        key,
        call.tenant or "",
        rfc3339_ms(call.time),
        call.body.get("sourceService"),
        call.body.get("metadata"),
    )
    return one(
        call.world.place(call.api.resources["Session"], fields, call.tenant or "", {}),
        "session",
        201,
    )


def new_session(
    key: str, tenant: str, started: str, source: str | None, metadata: Mapping[str, Any] | None
) -> dict[str, Any]:
    """A session in progress, without events."""
    return {
        "id": key,
        "orgId": f"org_{tenant}",
        "sourceService": source,
        "startedAt": started,
        "endedAt": None,
        "lastActivityAt": None,
        "eventCount": 0,
        "decisionFlagCount": 0,
        "aiAttributionPct": None,
        "metadata": metadata or {},
    }


def list_sessions(call: Call) -> Answer:
    page, total = skipped_page(call)
    frame = {
        "sessions": [],
        "total": total,
        "limit": call.parameters["limit"],
        "offset": call.parameters["offset"],
    }
    return Answer(200, {**frame, "sessions": [record.encoded for record in page]}, frame)


def get_session(call: Call) -> Answer:
    return one(call.found, "session")


def update_session(call: Call) -> Answer:
    return one(call.perform(), "session")


def take_over(call: Call, change: Change) -> None:
    """What the body names takes the place of what was there. Raises Refused."""
    if call.body.get("endedAt") is not None:
        change.fields["endedAt"] = _moment(
            call.body["endedAt"], "endedAt", "promptster.update.ended-form"
        )
    if call.body.get("metadata") is not None:
        change.fields["metadata"] = call.body["metadata"]


def _moment(text: str, name: str, rule: str) -> str:
    try:
        parse_time(text)  # which lies within what the mock can show
        return rfc3339_ms(parse_moment(text))
    except ValueError as error:
        raise Refused(rule, "Invalid request body", errors=[FieldError(name, str(error))]) from None


def merge_metadata(call: Call) -> Answer:
    session = call.found
    merged = {**session.fields["metadata"], **call.body}
    return one(
        call.world.move(call.resource(), session, str(session.state), {"metadata": merged}),
        "session",
    )


def delete_session(call: Call) -> Answer:
    return Answer(200, {"ok": True, "id": call.perform().key})


def delete_everything(call: Call, change: Change) -> None:
    """The events go with the session; the candidate key stays, and forgets it."""
    for event in list(events_of(call.world, call.api, call.found)):
        call.world.drop(call.api.resources["Event"], event)
    for key in list(call.rows_of("CandidateKey", {"sessionId": call.found.key})):
        _change_key(call, key, sessionId=None)


def _change_key(call: Call, key: Record, **changes: Any) -> Record:
    """It remembers to which session it was linked, also when it is no more."""
    linked = {"linked": changes["sessionId"]} if changes.get("sessionId") else {}
    return call.world.place(
        call.api.resources["CandidateKey"],
        {**key.fields, **changes},
        key.tenant,
        {**key.private, **linked},
    )


# ---- events


def get_timeline(call: Call) -> Answer:
    rows = events_of(call.world, call.api, call.found)
    page, more = page_after(call, rows, _last(call))
    return Answer(
        200,
        {"events": [event.encoded for event in page], "hasMore": more},
        {"events": [], "hasMore": more},
    )


def _last(call: Call) -> Record | None:
    """The event that the caller has come to. Raises Refused."""
    given = call.parameters.get("after")
    if given is None:
        return None
    event = call.world.collection(call.api.resources["Event"]).get(given)
    if event is None or event.fields["sessionId"] != call.found.key:
        raise Refused(
            "promptster.timeline.after-unknown", f"after: the session has no event {given[:100]}"
        )
    return event


def get_decisions(call: Call) -> Answer:
    rows = events_of(call.world, call.api, call.found, kind="decision_event")
    return Answer(200, {"decisions": [event.encoded for event in rows]}, {"decisions": []})


def events_of(world: World, api: ApiPlan, session: Record, **filters: str) -> Rows:
    """A session's timeline, or the events in it that equal `filters`."""
    return world.collection(api.resources["Event"]).rows(
        session.tenant, {"sessionId": session.key, **filters}
    )


def ingest_event(call: Call) -> Answer:
    """Nothing is kept before everything is known to be good. Raises Refused."""
    seen = call.world.collection(call.api.resources["Event"]).get(call.body["id"])
    if seen is not None and seen.tenant == call.tenant:
        return Answer(200, {"ok": True, "skipped": True})
    if seen is not None:
        raise Refused(
            "promptster.ingest.foreign-id", "Event already exists", members={"id": call.body["id"]}
        )
    fields = event_fields(call.body)
    session = _addressed(call)
    key = _own_key(call)
    if key is not None and key.fields["status"] == "pending":
        key = _change_key(call, key, status="redeemed")
    if key is not None and key.fields["sessionId"] is None:
        _change_key(call, key, sessionId=session.key)
        session = call.world.keep(
            call.api.resources["Session"],
            session,
            {"assessmentId": key.fields["assessmentId"]},
        )
    take_down(call.world, call.api, session, fields, call.body["source"].get("integration"))
    if fields["kind"] == "session_end" and key is not None and key.fields["status"] == "redeemed":
        for own in list(call.rows_of("CandidateKey", {"sessionId": session.key})):
            _change_key(call, own, status="completed")
    return Answer(201, {"ok": True, "id": fields["id"]})


def event_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """An event as the timeline shows it. Raises Refused."""
    return {
        "id": body["id"],
        "sessionId": body["sessionId"],
        "kind": "tool_result" if body["kind"] == "tool_call" else body["kind"],
        "ts": _moment(body["ts"], "ts", "promptster.ingest.ts"),
        "data": body["data"],
        "provenance": {**_PROVENANCE, **body.get("provenance", {})},
    }


def _addressed(call: Call) -> Record:
    """The session that an event names, which begins with it where there is none. Raises Refused."""
    resource = call.api.resources["Session"]
    found = call.world.collection(resource).get(call.body["sessionId"])
    if found is not None and found.tenant != call.tenant:
        raise Refused("promptster.ingest.foreign", "Session not found")
    if found is not None:
        return found
    fields = new_session(
        call.body["sessionId"], call.tenant or "", rfc3339_ms(call.time), None, None
    )
    return call.world.place(resource, fields, call.tenant or "", {})


def _own_key(call: Call) -> Record | None:
    """The record of the call's candidate key; None after a reset, which its credential outlives."""
    assert call.credential is not None, "every operation is secured"
    return next(iter(call.rows_of("CandidateKey", {"key": call.credential.secret})), None)


def take_down(
    world: World, api: ApiPlan, session: Record, event: Fields, tool: str | None = None
) -> Record:
    """Add an event to the timeline. Returns the session, updated from all of its events."""
    world.place(api.resources["Event"], event, session.tenant, {})
    changes: dict[str, Any] = derived(world, api, session)
    state = str(session.state)
    if session.fields["sourceService"] is None and tool:
        changes["sourceService"] = tool
    if event["kind"] == "session_start":
        promoted = {
            name: event["data"][name] for name in _PROMOTED if event["data"].get(name) is not None
        }
        changes["metadata"] = {**session.fields["metadata"], **promoted}
    if event["kind"] == "session_end":
        changes["endedAt"], state = event["ts"], "ended"
    return world.move(api.resources["Session"], session, state, changes)


def derived(world: World, api: ApiPlan, session: Record) -> dict[str, Any]:
    """The members of a session that follow from its timeline; a fixed start stays."""
    events = events_of(world, api, session)
    start = session.fields["startedAt"] if session.private.get("fixed") else events[0].fields["ts"]
    return {
        "startedAt": start,
        "lastActivityAt": events[-1].fields["ts"],
        "eventCount": len(events),
        "decisionFlagCount": len(events_of(world, api, session, kind="decision_event")),
    }


# ---- the cohort


def get_cohort_stats(call: Call) -> Answer:
    session = call.found
    return Answer(
        200,
        {
            "cohortStats": statistics(
                session,
                cohort_of(call, session),
                lambda other: events_of(call.world, call.api, other),
            )
        },
    )


#: Of candidate keys whose sessions count.
_COUNTING = ("completed", "expired", "hired")


def cohort_of(call: Call, session: Record) -> list[Record]:
    """The sessions that count in this one's assessment; none without an assessment."""
    assessment = session.private.get("assessmentId")
    if assessment is None:
        return []
    sessions = call.world.collection(call.api.resources["Session"])
    keys = [
        key
        for status in _COUNTING
        for key in call.rows_of("CandidateKey", {"assessmentId": assessment, "status": status})
    ]
    linked = (
        sessions.get(key.fields["sessionId"]) for key in keys if key.fields["sessionId"] is not None
    )
    return [record for record in linked if record is not None]


# ---- credentials and errors


def find_credential(call: Call, secret: str) -> Credential | None:
    """In X-API-Key, a candidate's key; as a bearer token, a JWT, issued or signed by the mock."""
    issued = find_issued(call, secret)
    if call.scheme is not None and not call.scheme.bearer:
        return _alive(call, issued) if issued and issued.kind == "candidate" else None
    if issued is not None:
        return issued if issued.kind == "reviewer" else None
    told_by_token = tokens.credential(secret)
    return replace(told_by_token, kind="reviewer") if told_by_token else None


def _alive(call: Call, issued: Credential) -> Credential:
    """A key that has expired as a record has expired as a credential."""
    keys = call.world.collection(call.api.resources["CandidateKey"]).rows(
        issued.tenant, {"key": issued.secret}
    )
    expired = any(key.fields["status"] == "expired" for key in keys)
    return replace(issued, expires=EARLIEST) if expired else issued


def error_body(
    status: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """`{error}`, with `details` of each wrong field; the body as a whole has no path."""
    error, _, rest = detail.partition(": ") if detail.startswith(_INVALID) else (detail, "", "")
    details: list[dict[str, Any]] = [
        {"path": wrong.field.split("."), "message": wrong.message} for wrong in errors
    ]
    details += [{"path": [], "message": rest}] if rest else []
    return "application/json", {"error": error, **({"details": details} if details else {})}
