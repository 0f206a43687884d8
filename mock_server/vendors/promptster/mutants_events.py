"""Mutants of Promptster's rules on events, timelines and decisions."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from session_contracts.mock_server.clock import parse_moment, rfc3339_ms
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import credentials, edits, mutate
from session_contracts.mock_server.mutants.edits import Edit
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, ParameterPlan
from session_contracts.mock_server.store import Fields, Record

from . import handlers

TIMELINE, DECISIONS, INGEST = "getTimeline", "getDecisions", "ingestEvent"


# ---- timelines


def _last(call: Call) -> str | None:
    after = call.parameters.get("after")
    return None if after is None else str(after)


def _page(events: Sequence[Record], more: bool) -> Answer:
    frame = {"events": [], "hasMore": more}
    return Answer(200, {**frame, "events": [event.encoded for event in events]}, frame)


def _sorted_by(key: Callable[[Record], Any]) -> Mutation:
    """Sort and page the timeline by another key."""

    def handler(call: Call) -> Answer:
        handlers.get_timeline(call)
        rows = sorted(handlers.events_of(call.world, call.api, call.found), key=key)
        start = 1 + [event.key for event in rows].index(_last(call) or "") if _last(call) else 0
        end = start + call.parameters["limit"]
        return _page(rows[start:end], end < len(rows))

    return mutate.handler(TIMELINE, handler)


def _arrival(event: Record) -> Any:
    return event.serial


def _latest_of_a_moment(event: Record) -> Any:
    return event.fields["ts"], -event.serial


def _one_more(call: Call) -> Answer:
    call.parameters["limit"] += 1
    return handlers.get_timeline(call)


def _from_the_start(call: Call) -> Answer:
    """Without a limit, `after` is ignored."""
    if call.parameters["limit"] == _DEFAULT_LIMIT:
        call.parameters.pop("after", None)
    return handlers.get_timeline(call)


_DEFAULT_LIMIT = 500


def _last_of_the_rest(call: Call) -> Answer:
    """After an event, return the last of the following ones."""
    answer = handlers.get_timeline(call)
    if _last(call) is None:
        return answer
    rows = list(handlers.events_of(call.world, call.api, call.found))
    rest = rows[1 + [event.key for event in rows].index(_last(call) or "") :]
    return _page(rest[-call.parameters["limit"] :], bool(answer.body["hasMore"]))


def _full_page(call: Call) -> Answer:
    answer = handlers.get_timeline(call)
    more = len(answer.body["events"]) == call.parameters["limit"]
    return replace(answer, body={**answer.body, "hasMore": more})


def _attribution_alone(member: str) -> Edit:
    """Replace the provenance by its attribution, a string."""
    alone = edits.with_member("provenance", lambda event: event["provenance"]["attribution"])
    return edits.member(member, edits.each(alone))


def _at_most_a_thousand(plan: ParameterPlan) -> ParameterPlan:
    assert plan.clamp is not None, "the limit is clamped"
    return replace(plan, clamp=replace(plan.clamp, maximum=1000))


# ---- decisions


def _decisions(change: Callable[[Sequence[Record]], Sequence[Record]]) -> Mutation:
    """Change the list of decisions."""

    def handler(call: Call) -> Answer:
        rows = change(
            list(handlers.events_of(call.world, call.api, call.found, kind="decision_event"))
        )
        return Answer(200, {"decisions": [event.encoded for event in rows]}, {"decisions": []})

    return mutate.handler(DECISIONS, handler)


def _none_found(call: Call) -> Answer:
    """Answer 404 if the query has no result."""
    answer = handlers.get_decisions(call)
    if not answer.body["decisions"] and handlers.events_of(call.world, call.api, call.found):
        raise Refused(None, "No decisions", status=404)
    return answer


# ---- ingest


def _session(call: Call) -> Record | None:
    """The session that an event names, if it exists."""
    return call.world.collection(call.api.resources["Session"]).get(call.body["sessionId"])


def _seen(call: Call) -> Record | None:
    """The caller's event with that id, if it exists."""
    found = call.world.collection(call.api.resources["Event"]).get(call.body["id"])
    return found if found and found.tenant == call.tenant else None


def _gives(**members: Any) -> Mutation:
    """Members that a body leaves out have these values."""
    return mutate.all_of(
        mutate.body_schema(INGEST, edits.optional(*members)),
        mutate.request_body(INGEST, lambda body: {**members, **body}),
    )


def _unchecked(*path: str) -> Mutation:
    """The body is not checked for one thing."""
    return mutate.body_schema(INGEST, edits.schema_without(*path))


def _sends(change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Mutation:
    """Members of the event are changed before it is stored."""
    return mutate.request_body(INGEST, lambda body: {**body, **change(body)})


def _drops_other_ids(call: Call) -> Answer:
    """Drop the event if its sessionId is not a UUID."""
    if _session(call) is None and not _is_uuid(call.body["sessionId"]):
        return Answer(201, {"ok": True, "id": call.body["id"]})
    return handlers.ingest_event(call)


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _scalars(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "data": {
            name: value
            for name, value in body["data"].items()
            if not isinstance(value, list | dict)
        }
    }


def _flat_data_only(call: Call) -> None:
    if (
        any(isinstance(value, list | dict) for value in call.body["data"].values())
        and _seen(call) is None
    ):
        raise Refused(None, "Invalid request body: data is nested", status=400)


def _conflict(call: Call) -> Answer:
    if _seen(call) is not None:
        raise Refused(None, "Event already exists", status=409)
    return handlers.ingest_event(call)


def _overwrites(call: Call) -> Answer:
    """Overwrite an event with its duplicate."""
    seen, answer = _seen(call), handlers.ingest_event(call)
    if seen is not None:
        fields = {**handlers.event_fields(call.body), "sessionId": seen.fields["sessionId"]}
        call.world.place(call.api.resources["Event"], fields, seen.tenant, {})
    return answer


def _afterwards(kind: str, act: Callable[[Call, Fields, Record], None]) -> Mutation:
    """Do something to the session of an event of some kind.

    `act` gets the metadata that the session had before.
    """

    def handler(call: Call) -> Answer:
        before = _session(call)
        metadata = before.fields["metadata"] if before else {}
        answer = handlers.ingest_event(call)
        session = _session(call)
        if session is not None and call.body["kind"] == kind and answer.status == 201:
            act(call, metadata, session)
        return answer

    return mutate.handler(INGEST, handler)


def _forgets(name: str) -> Mutation:
    """A session_start does not set this member of the metadata."""

    def act(call: Call, before: Fields, session: Record) -> None:
        given = session.fields["metadata"]
        kept = {key: value for key, value in given.items() if key != name or key in before}
        _set_metadata(call, session, kept)

    return _afterwards("session_start", act)


def _set_metadata(call: Call, session: Record, metadata: Fields) -> None:
    call.world.move(
        call.api.resources["Session"], session, str(session.state), {"metadata": metadata}
    )


def _goes_on(call: Call, before: Fields, session: Record) -> None:
    call.world.move(call.api.resources["Session"], session, "running", {})


def _updates_the_latest(call: Call, before: Fields, session: Record) -> None:
    """Write the metadata to the latest session as well."""
    others = [record for record in call.rows_of("Session", {}) if record.key != session.key]
    if others:
        latest = max(others, key=lambda record: record.serial)
        _set_metadata(call, latest, {**latest.fields["metadata"], **session.fields["metadata"]})


def _fewer_kinds(schema: dict[str, Any]) -> dict[str, Any]:
    schema["properties"]["kind"]["enum"].remove("mcp_call")
    return schema


def _anything(member: str, **left: Any) -> Mutation:
    """A member may be of any type; `left` are the keywords that remain of its schema."""
    return mutate.body_schema(INGEST, edits.any_type(member, **left))


def _takes_any_kind(api: ApiPlan) -> ApiPlan:
    """Store an unknown kind as checkpoint."""
    known = api.contract.schemas["Kind"]["enum"]
    as_checkpoint = _sends(
        lambda body: {} if body["kind"] in (*known, "tool_call") else {"kind": "checkpoint"}
    )
    return mutate.all_of(_anything("kind"), as_checkpoint)(api)


def _renamed(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"kind": "tool_use"} if body["kind"] == "tool_call" else {}


def _as_text(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"sessionId": str(body["sessionId"])}


def _as_object(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {} if isinstance(body["data"], dict) else {"data": {"value": body["data"]}}


def _in_utc(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Treat a time without an offset, or without a time of day, as UTC."""
    with suppress(ValueError):
        parse_moment(body["ts"])
        return {}
    with suppress(ValueError):
        return {
            "ts": rfc3339_ms(parse_moment(f"{datetime.fromisoformat(body['ts']).isoformat()}Z"))
        }
    return {}


def _at_most_certain(body: Mapping[str, Any]) -> Mapping[str, Any]:
    given = body.get("provenance", {})
    return (
        {"provenance": {**given, "confidence": min(1, given["confidence"])}}
        if "confidence" in given
        else {}
    )


def _certain(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"provenance": {"confidence": 1, **body.get("provenance", {})}}


def _begins_first(api: ApiPlan) -> ApiPlan:
    """The session begins before its data are validated."""
    body = api.operations[INGEST].body
    assert body is not None, "an event is a body"
    checkers = tuple(body.checkers.values())

    def change(call: Call) -> None:
        if not all(checker.is_valid(call.body) for checker in checkers):
            _begin(call)
            raise Refused("promptster.ingest.data", "Invalid request body")

    return mutate.all_of(_unchecked("allOf"), mutate.before(INGEST, change))(api)


def _begin(call: Call) -> None:
    if _session(call) is None:
        tenant = call.tenant or ""
        fields = handlers.new_session(
            call.body["sessionId"], tenant, rfc3339_ms(call.time), None, None
        )
        call.world.place(call.api.resources["Session"], fields, tenant, {})


MUTANTS: Mapping[str, Mutant] = {
    "promptster.timeline.returns": Mutant(
        "returns only sessions in progress", mutate.refusal(TIMELINE, ["ended"], 404)
    ),
    "promptster.timeline.envelope": Mutant(
        "leaves out hasMore", mutate.response(TIMELINE, edits.without("hasMore"))
    ),
    "promptster.timeline.members": Mutant(
        "returns only the attribution of the provenance",
        mutate.response(TIMELINE, _attribution_alone("events")),
    ),
    "promptster.timeline.order": Mutant("sorts by time of arrival", _sorted_by(_arrival)),
    "promptster.timeline.ties": Mutant(
        "reverses the order of events with the same ts", _sorted_by(_latest_of_a_moment)
    ),
    "promptster.timeline.limit": Mutant(
        "returns one event more than limit",
        mutate.handler(TIMELINE, _one_more),
    ),
    "promptster.timeline.limit-default": Mutant(
        "returns a hundred by default", mutate.default(TIMELINE, "limit", 100)
    ),
    "promptster.timeline.limit-clamp": Mutant(
        "returns at most a thousand", mutate.parameter(TIMELINE, "limit", _at_most_a_thousand)
    ),
    "promptster.timeline.after": Mutant(
        "ignores after without a limit", mutate.handler(TIMELINE, _from_the_start)
    ),
    "promptster.timeline.has-more": Mutant(
        "reports hasMore for every full page", mutate.handler(TIMELINE, _full_page)
    ),
    "promptster.timeline.walk": Mutant(
        "returns the last of the following events", mutate.handler(TIMELINE, _last_of_the_rest)
    ),
    "promptster.decisions.list": Mutant(
        "returns only the first twenty", _decisions(lambda rows: rows[:20])
    ),
    "promptster.decisions.returns": Mutant(
        "returns only sessions in progress", mutate.refusal(DECISIONS, ["ended"], 404)
    ),
    "promptster.decisions.envelope": Mutant(
        "names decisions events", mutate.response(DECISIONS, edits.renamed("decisions", "events"))
    ),
    "promptster.decisions.members": Mutant(
        "returns only the attribution of the provenance",
        mutate.response(DECISIONS, _attribution_alone("decisions")),
    ),
    "promptster.decisions.order": Mutant(
        "sorts by time of arrival", _decisions(lambda rows: sorted(rows, key=_arrival))
    ),
    "promptster.decisions.empty": Mutant(
        "answers 404 if there are no decisions", mutate.handler(DECISIONS, _none_found)
    ),
    "promptster.ingest.accepted": Mutant(
        "refuses nested data", mutate.before(INGEST, _flat_data_only)
    ),
    "promptster.ingest.answer": Mutant(
        "leaves out the id", mutate.response(INGEST, edits.without("id"))
    ),
    "promptster.ingest.upsert": Mutant(
        "drops events with a sessionId that is not a UUID", mutate.handler(INGEST, _drops_other_ids)
    ),
    "promptster.ingest.stored": Mutant(
        "stores only the strings and numbers of data", _sends(_scalars)
    ),
    "promptster.ingest.duplicate": Mutant(
        "answers a duplicate 409", mutate.handler(INGEST, _conflict)
    ),
    "promptster.ingest.ignored": Mutant(
        "overwrites the event with its duplicate", mutate.handler(INGEST, _overwrites)
    ),
    "promptster.ingest.metadata": Mutant("does not store assessmentId", _forgets("assessmentId")),
    "promptster.ingest.cwd": Mutant("does not store cwd", _forgets("cwd")),
    "promptster.ingest.session-end": Mutant(
        "leaves the session in progress after a session_end", _afterwards("session_end", _goes_on)
    ),
    "promptster.ingest.kinds": Mutant("refuses mcp_call", mutate.body_schema(INGEST, _fewer_kinds)),
    "promptster.ingest.tool-call": Mutant("stores tool_call as tool_use", _sends(_renamed)),
    "promptster.ingest.kind": Mutant("stores unknown kinds as checkpoint", _takes_any_kind),
    "promptster.ingest.data": Mutant("does not check the members of data", _unchecked("allOf")),
    "promptster.ingest.id": Mutant(
        "accepts any string as an id", _unchecked("properties", "id", "format")
    ),
    "promptster.ingest.session-id": Mutant(
        "converts sessionId to a string",
        mutate.all_of(_anything("sessionId", minLength=1), _sends(_as_text)),
    ),
    "promptster.ingest.ts": Mutant(
        "treats a ts without an offset as UTC",
        mutate.all_of(_unchecked("properties", "ts", "format"), _sends(_in_utc)),
    ),
    "promptster.ingest.kind-required": Mutant(
        "stores an event without a kind as prompt", _gives(kind="prompt")
    ),
    "promptster.ingest.source": Mutant(
        "accepts any channel", _unchecked("properties", "source", "properties", "channel", "enum")
    ),
    "promptster.ingest.v": Mutant("accepts v of any type", _anything("v")),
    "promptster.ingest.data-required": Mutant(
        "converts data to an object", mutate.all_of(_anything("data"), _sends(_as_object))
    ),
    "promptster.ingest.actor": Mutant(
        "accepts any type of actor", _unchecked("properties", "actor", "properties", "type", "enum")
    ),
    "promptster.ingest.provenance": Mutant(
        "clamps the confidence to 1",
        mutate.all_of(
            _unchecked("properties", "provenance", "properties", "confidence", "maximum"),
            _sends(_at_most_certain),
        ),
    ),
    "promptster.ingest.provenance-default": Mutant(
        "uses a confidence of 1 by default", _sends(_certain)
    ),
    "promptster.ingest.atomic": Mutant(
        "creates the session before checking the event", _begins_first
    ),
    "promptster.ingest.isolated": Mutant(
        "also updates the latest session", _afterwards("session_start", _updates_the_latest)
    ),
    "promptster.ingest.candidate-only": Mutant(
        "also accepts reviewers' tokens", credentials.every_scheme(INGEST)
    ),
}
