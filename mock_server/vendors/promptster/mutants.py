"""Mutants of Promptster's rules on sessions and credentials, and those of all other modules."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from session_contracts.mock_server import security
from session_contracts.mock_server.clock import parse_moment, rfc3339_ms
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.mutants import credentials, edits, mutate, writes
from session_contracts.mock_server.mutants.edits import Edit
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, Change, one
from session_contracts.mock_server.request import parse_body
from session_contracts.mock_server.store import Record
from session_contracts.openapi.model import ABSENT

from . import handlers, mutants_cohort, mutants_events, mutants_lists

CREATE, LIST, GET, UPDATE, DELETE, MERGE, TIMELINE, DECISIONS, COHORT, INGEST = (
    "createSession",
    "listSessions",
    "getSession",
    "updateSession",
    "deleteSession",
    "mergeMetadata",
    "getTimeline",
    "getDecisions",
    "getCohortStats",
    "ingestEvent",
)


def _shown(edit: Edit) -> Mutation:
    """Change the session in responses with a single session."""
    return mutate.response((CREATE, GET, UPDATE, MERGE), edits.member("session", edit))


def _everywhere(edit: Edit) -> Mutation:
    """Change the session in all responses, including lists."""
    return mutate.all_of(
        _shown(edit), mutate.response(LIST, edits.member("sessions", edits.each(edit)))
    )


def _named(call: Call, key: str | None) -> Record | None:
    """The caller's session with that id."""
    found = call.world.collection(call.api.resources["Session"]).get(key or "")
    return found if found and found.tenant == call.tenant else None


def _write(call: Call, session: Record, **changes: Any) -> Record:
    return call.world.move(call.api.resources["Session"], session, str(session.state), changes)


def _touch(call: Call, session: Record) -> None:
    _write(call, session, metadata={**session.fields["metadata"], "touched": True})


def _of_assessment(call: Call) -> Sequence[Record]:
    """The sessions of the same assessment."""
    assessment = call.found.private.get("assessmentId")
    return call.rows_of("Session", {"assessmentId": assessment}) if assessment else []


def _touches_siblings(name: str) -> Mutation:
    return writes.others(name, _touch, _of_assessment)


# ---- sessions


def _long_over(call: Call, session: Mapping[str, Any]) -> bool:
    ended = session["endedAt"]
    return (
        bool(ended)
        and session["eventCount"] == 0
        and call.time - parse_moment(ended) > timedelta(days=7)
    )


def _recent_ends_only(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """A session that ended long ago, without an event, looks as if it were in progress."""
    session = body["session"]
    return {"session": {**session, "endedAt": None}} if _long_over(call, session) else body


def _another_for_old_ones(call: Call) -> Answer:
    """Return the latest session for one that ended long ago."""
    over = _long_over(call, call.found.fields)
    return one(call.rows_of("Session", {})[0] if over else call.found, "session")


def _message_mostly(
    code: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """Return the documented body only for a conflict."""
    return (
        handlers.error_body(code, detail, errors)
        if code == 409
        else mutate.plain_message(code, detail, errors)
    )


# ---- credentials


def _any_key(call: Call, sent: str | None) -> Credential:
    """Whatever is in the header of the key is one."""
    keyed = (
        sent
        and call.scheme is not None
        and not call.scheme.bearer
        and call.scheme in call.plan.contract.security
    )
    default = call.world.credentials[call.api.name].default(kind="candidate")
    return (
        default
        if keyed and default and not call.api.find_credential(call, sent or "")
        else security.authenticate(call, sent)
    )


def _no_decisions_for_candidates(call: Call, credential: Credential) -> None:
    if credential.kind == "candidate" and call.plan.id == DECISIONS:
        raise Refused(None, "Only for reviewers", status=403)


# ---- creation


def _keeps_one_member(call: Call) -> Answer:
    answer = handlers.create_session(call)
    session = _named(call, answer.frame["session"]["id"])
    assert session is not None, "it was made just now"
    _write(call, session, metadata=dict(list(session.fields["metadata"].items())[:1]))
    return answer


def _own_ids(call: Call) -> None:
    """Use the id in the request only if it is taken."""
    taken = call.world.collection(call.api.resources["Session"]).get(call.body.get("id") or "")
    if taken is None:
        call.body = edits.without("id")(call.body)


def _short_ids(call: Call) -> None:
    if not call.body.get("id"):
        call.body = {**call.body, "id": f"ses_{call.world.new_id()[:8]}"}


def _in_the_way(call: Call) -> Record:
    session = _named(call, call.body["id"])
    assert session is not None, "only of a conflict"
    return session


def _as_it_is(call: Call, refusal: Refused) -> Answer:
    return one(_in_the_way(call), "session", 201)


def _just_conflict(call: Call, refusal: Refused) -> Answer:
    raise Refused(refusal.rule, "Conflict")


def _overwrites(call: Call, refusal: Refused) -> Answer:
    _write(call, _in_the_way(call), metadata=call.body.get("metadata") or {})
    raise refusal


def _anything(name: str, member: str, convert: Callable[[Call, Any], Any]) -> Mutation:
    """A member may be of any type; `convert` makes a valid value of it."""

    def act(call: Call) -> None:
        if call.body.get(member) is not None:
            call.body = {**call.body, member: convert(call, call.body[member])}

    return mutate.all_of(mutate.body_schema(name, edits.any_type(member)), mutate.before(name, act))


def _uuid_or_none(call: Call, value: Any) -> Any:
    try:
        uuid.UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
    return value


def _object_or_none(call: Call, value: Any) -> Any:
    return value if isinstance(value, dict) else None


def _moment_or_now(call: Call, value: Any) -> Any:
    try:
        parse_moment(value)
    except (ValueError, TypeError, AttributeError):
        return rfc3339_ms(call.time)
    return value


# ---- updates, merges


def _now_whatever_is_given(call: Call, change: Change) -> None:
    handlers.take_over(call, change)
    if "endedAt" in change.fields:
        change.fields["endedAt"] = rfc3339_ms(call.time)


def _takes_ends_back(call: Call) -> Answer:
    """An end set by an update is removed by the next update without one."""
    closed = call.found.private.get("closed")
    session = call.perform()
    if call.body.get("endedAt"):
        session = call.world.keep(call.resource(), session, {"closed": True})
    elif closed:
        session = call.world.move(call.resource(), session, "running", {}, {"closed": False})
    return one(session, "session")


def _merges(call: Call, change: Change) -> None:
    handlers.take_over(call, change)
    if "metadata" in change.fields:
        change.fields["metadata"] = {**call.found.fields["metadata"], **change.fields["metadata"]}


def _is_active(call: Call, change: Change) -> None:
    """An update counts as an activity."""
    handlers.take_over(call, change)
    change.fields["lastActivityAt"] = rfc3339_ms(call.time)


def _before(call: Call) -> Answer:
    session = call.found
    call.perform()
    return one(session, "session")


def _writes_before_it_checks(api: ApiPlan) -> ApiPlan:
    """The metadata are written before the rest of the body is validated."""
    body = api.operations[UPDATE].body
    assert body is not None, "an update has a body"

    def act(call: Call) -> None:
        session = _named(call, call.parameters["id"])
        if session and isinstance(call.body, dict) and isinstance(call.body.get("metadata"), dict):
            _write(call, session, metadata=call.body["metadata"])
        call.body = parse_body(body, orjson.dumps(call.body), None)

    return mutate.all_of(mutate.body_schema(UPDATE, lambda schema: {}), mutate.before(UPDATE, act))(
        api
    )


def _replaces(call: Call) -> Answer:
    return one(_write(call, call.found, metadata=call.body), "session")


def _merge_is_active(call: Call) -> Answer:
    merged = {**call.found.fields["metadata"], **call.body}
    return one(
        _write(call, call.found, metadata=merged, lastActivityAt=rfc3339_ms(call.time)), "session"
    )


_TAKEN = "promptster.create.conflict"
_NOT_FOUND = ("promptster.delete.removes",)

_SESSIONS: Mapping[str, Mutant] = {
    "promptster.session.members": Mutant(
        "leaves out a member", _everywhere(edits.without("aiAttributionPct"))
    ),
    "promptster.session.ended": Mutant(
        "returns endedAt only of recently ended sessions",
        mutate.response_to((CREATE, GET, UPDATE, MERGE), _recent_ends_only),
    ),
    "promptster.session.organization": Mutant(
        "returns the same organization for all sessions",
        _everywhere(edits.with_member("orgId", lambda session: "org_default")),
    ),
    "promptster.session.started": Mutant(
        "uses the last event's time as the start",
        _shown(
            edits.with_member(
                "startedAt", lambda session: session["lastActivityAt"] or session["startedAt"]
            )
        ),
    ),
    "promptster.session.last-activity": Mutant(
        "uses the first event's time as the last activity",
        _everywhere(
            edits.with_member(
                "lastActivityAt", lambda session: session["lastActivityAt"] and session["startedAt"]
            )
        ),
    ),
    "promptster.session.event-count": Mutant(
        "does not count decision events",
        _everywhere(
            edits.with_member(
                "eventCount", lambda session: session["eventCount"] - session["decisionFlagCount"]
            )
        ),
    ),
    "promptster.session.decision-count": Mutant(
        "counts at most one decision",
        _everywhere(
            edits.with_member(
                "decisionFlagCount", lambda session: min(1, session["decisionFlagCount"])
            )
        ),
    ),
    "promptster.session.not-found": Mutant(
        "answers 400 for an unknown id",
        mutate.all_of(
            *(mutate.refusal(name, [ABSENT], 400) for name in (UPDATE, DELETE, DECISIONS))
        ),
        entails=_NOT_FOUND,
    ),
    "promptster.session.parts-not-found": Mutant(
        "answers 400 for an unknown id",
        mutate.refusal((TIMELINE, COHORT, MERGE), [ABSENT], 400),
        entails=_NOT_FOUND,
    ),
    "promptster.session.foreign": Mutant(
        "looks records up by id, whatever the tenant", mutate.no_tenant_check
    ),
    "promptster.error.body": Mutant("answers {message}", mutate.api(error_body=_message_mostly)),
    "promptster.answer.declared": Mutant(
        "answers 202 instead of 200", mutate.success_status(GET, 202)
    ),
    "promptster.auth.required": Mutant("serves anonymous calls", credentials.accept_anonymous),
    "promptster.auth.scheme": Mutant("accepts any scheme", credentials.accept_any_scheme),
    "promptster.auth.malformed": Mutant(
        "takes the second word of a malformed header as the token", credentials.accept_malformed
    ),
    "promptster.auth.unknown": Mutant("does not check the signature", credentials.accept_unknown),
    "promptster.auth.expired": Mutant(
        "accepts expired credentials",
        credentials.credential(lambda found: replace(found, expires=None), kind="reviewer"),
    ),
    "promptster.auth.candidate": Mutant(
        "refuses candidates' keys for decisions",
        mutate.api(authorize=_no_decisions_for_candidates),
    ),
    "promptster.auth.key-unknown": Mutant("accepts any key", mutate.api(authenticate=_any_key)),
    "promptster.auth.key-expired": Mutant(
        "accepts expired credentials",
        credentials.credential(lambda found: replace(found, expires=None), kind="candidate"),
    ),
    "promptster.auth.key-revoked": Mutant(
        "accepts deleted keys",
        credentials.credential(lambda found: replace(found, revoked=False), kind="candidate"),
    ),
    "promptster.rate.limit": Mutant(
        "counts calls but never refuses one", credentials.no_rate_limit
    ),
    "promptster.rate.per-key": Mutant(
        "counts the ingests of all keys together", credentials.shared_rate_limit
    ),
    "promptster.request.malformed-body": Mutant(
        "answers 422, its framework's default",
        mutate.rule_status("promptster.request.malformed-body", 422),
    ),
    "promptster.request.not-an-object": Mutant(
        "answers 422, its framework's default",
        mutate.rule_status("promptster.request.not-an-object", 422),
    ),
    "promptster.create.returns": Mutant(
        "drops the metadata", mutate.request_body(CREATE, edits.without("metadata"))
    ),
    "promptster.create.envelope": Mutant(
        "returns the session without its envelope", mutate.response(CREATE, edits.only("session"))
    ),
    "promptster.create.stored": Mutant(
        "stores only one member of the metadata", mutate.handler(CREATE, _keeps_one_member)
    ),
    "promptster.create.id-given": Mutant(
        "ignores the id in the request", mutate.before(CREATE, _own_ids)
    ),
    "promptster.create.id-generated": Mutant(
        "generates ids that are not UUIDs", mutate.before(CREATE, _short_ids)
    ),
    "promptster.create.conflict": Mutant(
        "returns the existing session", mutate.instead_of_refusal(CREATE, _TAKEN, _as_it_is)
    ),
    "promptster.create.conflict-body": Mutant(
        "leaves the id out of the refusal",
        mutate.instead_of_refusal(CREATE, _TAKEN, _just_conflict),
    ),
    "promptster.create.keeps": Mutant(
        "writes before checking the request", mutate.instead_of_refusal(CREATE, _TAKEN, _overwrites)
    ),
    "promptster.create.id-form": Mutant(
        "ignores an invalid id", _anything(CREATE, "id", _uuid_or_none)
    ),
    "promptster.create.source-type": Mutant(
        "converts any type to a string",
        _anything(CREATE, "sourceService", lambda call, value: str(value)),
    ),
    "promptster.create.metadata-type": Mutant(
        "ignores invalid metadata", _anything(CREATE, "metadata", _object_or_none)
    ),
    "promptster.get.returns": Mutant(
        "returns the latest session for one that ended long ago",
        mutate.handler(GET, _another_for_old_ones),
    ),
    "promptster.get.envelope": Mutant(
        "returns the session without its envelope", mutate.response(GET, edits.only("session"))
    ),
    "promptster.update.ends": Mutant(
        "uses its own time", mutate.effects(UPDATE, _now_whatever_is_given)
    ),
    "promptster.update.leaves": Mutant(
        "removes the end set by the previous update", mutate.handler(UPDATE, _takes_ends_back)
    ),
    "promptster.update.replaces": Mutant("merges the metadata", mutate.effects(UPDATE, _merges)),
    "promptster.update.keeps": Mutant(
        "changes lastActivityAt on an update", mutate.effects(UPDATE, _is_active)
    ),
    "promptster.update.envelope": Mutant(
        "returns the session without its envelope", mutate.response(UPDATE, edits.only("session"))
    ),
    "promptster.update.answer": Mutant(
        "returns the session as it was before the change", mutate.handler(UPDATE, _before)
    ),
    "promptster.update.ended-form": Mutant(
        "uses its own time for an invalid endedAt", _anything(UPDATE, "endedAt", _moment_or_now)
    ),
    "promptster.update.metadata-type": Mutant(
        "ignores invalid metadata", _anything(UPDATE, "metadata", _object_or_none)
    ),
    "promptster.update.atomic": Mutant(
        "writes before checking the request", _writes_before_it_checks
    ),
    "promptster.update.isolated": Mutant(
        "changes the assessment's other sessions", _touches_siblings(UPDATE)
    ),
    "promptster.delete.reviewer-only": Mutant(
        "accepts a candidate's key", credentials.every_scheme(DELETE)
    ),
    "promptster.delete.isolated": Mutant(
        "changes the assessment's other sessions", _touches_siblings(DELETE)
    ),
    "promptster.merge.merges": Mutant("replaces the metadata", mutate.handler(MERGE, _replaces)),
    "promptster.merge.keeps": Mutant(
        "changes lastActivityAt on a merge", mutate.handler(MERGE, _merge_is_active)
    ),
    "promptster.merge.isolated": Mutant(
        "changes the assessment's other sessions", _touches_siblings(MERGE)
    ),
}

MUTANTS: Mapping[str, Mutant] = {
    **_SESSIONS,
    **mutants_lists.MUTANTS,
    **mutants_events.MUTANTS,
    **mutants_cohort.MUTANTS,
}
