"""How each of Promptster's rules on sessions, credentials and lists is broken: what a hurried programmer would get wrong."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from session_contracts.mock_server import security
from session_contracts.mock_server.clock import parse_moment, rfc3339_ms
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.mutants import credentials
from session_contracts.mock_server.mutants.parts import (
    Apply,
    Edit,
    Mutant,
    all_of,
    answers,
    answers_with,
    body_schema,
    effects,
    first,
    handles,
    operation,
    plain_message,
    refuses,
    runs,
    status,
    unless_refused,
    without,
)
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


def _shown(edit: Edit, *names: str) -> Apply:
    """A session is shown otherwise wherever it is answered by itself."""
    return answers(
        lambda body: {**body, "session": edit(body["session"])},
        *(names or (CREATE, GET, UPDATE, MERGE)),
    )


def _everywhere(edit: Edit) -> Apply:
    """It is in lists as well."""
    return all_of(
        _shown(edit),
        answers(
            lambda body: {**body, "sessions": [edit(session) for session in body["sessions"]]}, LIST
        ),
    )


def _set(member: str, value: Callable[[dict[str, Any]], Any]) -> Edit:
    return lambda session: {**session, member: value(session)}


def _bare(name: str) -> Apply:
    return answers(lambda body: body["session"], name)


def _named(call: Call, key: str | None) -> Record | None:
    """The caller's session of that id."""
    found = call.world.collection(call.api.resources["Session"]).get(key or "")
    return found if found and found.tenant == call.tenant else None


def _write(call: Call, session: Record, **changes: Any) -> Record:
    return call.world.move(call.api.resources["Session"], session, str(session.state), changes)


def _touches_siblings(name: str) -> Apply:
    """The call changes the other sessions of the same assessment as well."""

    def change(plan: Any) -> Any:
        def handler(call: Call) -> Answer:
            chosen = call.found
            assessment = chosen.private.get("assessmentId")
            siblings = (
                list(call.rows_of("Session", {"assessmentId": assessment})) if assessment else []
            )
            answer: Answer = plan.handler(call)
            for session in siblings:
                if session.key != chosen.key:
                    _write(call, session, metadata={**session.fields["metadata"], "touched": True})
            return answer

        return replace(plan, handler=handler)

    return operation(name, change)


# ---- sessions


def _long_over(call: Call, session: Mapping[str, Any]) -> bool:
    ended = session["endedAt"]
    return (
        bool(ended)
        and session["eventCount"] == 0
        and call.time - parse_moment(ended) > timedelta(days=7)
    )


def _forgets_old_ends(name: str) -> Apply:
    """What ended long ago, without an event, looks as if it were in progress."""

    def change(plan: Any) -> Any:
        def finish(call: Call, answer: Answer) -> bytes:
            body = orjson.loads(plan.finish(call, answer))
            session = body["session"]
            return orjson.dumps(
                {"session": {**session, "endedAt": None} if _long_over(call, session) else session}
            )

        return replace(plan, finish=finish)

    return operation(name, change)


def _another_for_old_ones(call: Call) -> Answer:
    """In place of what ended long ago, the latest."""
    over = _long_over(call, call.found.fields)
    return one(call.rows_of("Session", {})[0] if over else call.found, "session")


def _message_mostly(
    code: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """Only a conflict is as the page shows it."""
    return (
        handlers.error_body(code, detail, errors)
        if code == 409
        else plain_message(code, detail, errors)
    )


# ---- credentials


def _finds(kind: str, change: Callable[[Credential], Credential]) -> Apply:
    """A credential of one kind is taken for something better."""

    def wrap(api: ApiPlan) -> ApiPlan:
        def find(call: Call, secret: str) -> Credential | None:
            found = api.find_credential(call, secret)
            return change(found) if found and found.kind == kind else found

        return replace(api, find_credential=find)

    return wrap


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


def _counts_together(call: Call, credential: Credential) -> None:
    security.limit(call, replace(credential, secret="everybody"))


def _any_scheme_deletes(api: ApiPlan) -> ApiPlan:
    plan = api.operations[DELETE]
    contract = replace(plan.contract, security=api.contract.security)
    return replace(api, operations={**api.operations, DELETE: replace(plan, contract=contract)})


# ---- creation


def _body_without(member: str) -> Callable[[Call], None]:
    def change(call: Call) -> None:
        call.body = {name: value for name, value in call.body.items() if name != member}

    return change


def _keeps_one_member(call: Call) -> Answer:
    answer = handlers.create_session(call)
    session = _named(call, answer.frame["session"]["id"])
    assert session is not None, "it was made just now"
    _write(call, session, metadata=dict(list(session.fields["metadata"].items())[:1]))
    return answer


def _own_ids(call: Call) -> None:
    """The id that is given counts only where it is taken."""
    taken = call.world.collection(call.api.resources["Session"]).get(call.body.get("id") or "")
    if taken is None:
        _body_without("id")(call)


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


def _anything(name: str, member: str, repair: Callable[[Call, Any], Any]) -> Apply:
    """A member may be of any type; `repair` makes something valid of it."""

    def edit(schema: dict[str, Any]) -> dict[str, Any]:
        schema["properties"][member] = {}
        return schema

    def change(call: Call) -> None:
        if call.body.get(member) is not None:
            call.body = {**call.body, member: repair(call, call.body[member])}

    return all_of(body_schema(name, edit), runs(name, first(change)))


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
    """An end that an update gave lasts until the next one, which does not give any."""
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
    """The metadata are there before the whole body is looked at."""
    plan = api.operations[UPDATE]
    body = plan.body
    assert body is not None, "an update has a body"

    def change(call: Call) -> None:
        session = _named(call, call.parameters["id"])
        if session and isinstance(call.body, dict) and isinstance(call.body.get("metadata"), dict):
            _write(call, session, metadata=call.body["metadata"])
        call.body = parse_body(body, orjson.dumps(call.body), None)

    return all_of(body_schema(UPDATE, lambda schema: {}), runs(UPDATE, first(change)))(api)


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
        "forgets a member", _everywhere(without("aiAttributionPct"))
    ),
    "promptster.session.ended": Mutant(
        "tells of recent ends only",
        all_of(*(_forgets_old_ends(name) for name in (CREATE, GET, UPDATE, MERGE))),
    ),
    "promptster.session.organization": Mutant(
        "shows the same for all", _everywhere(_set("orgId", lambda session: "org_default"))
    ),
    "promptster.session.started": Mutant(
        "begins with the last event",
        _shown(
            _set("startedAt", lambda session: session["lastActivityAt"] or session["startedAt"])
        ),
    ),
    "promptster.session.last-activity": Mutant(
        "ends with the first event",
        _everywhere(
            _set(
                "lastActivityAt", lambda session: session["lastActivityAt"] and session["startedAt"]
            )
        ),
    ),
    "promptster.session.event-count": Mutant(
        "counts no decisions",
        _everywhere(
            _set("eventCount", lambda session: session["eventCount"] - session["decisionFlagCount"])
        ),
    ),
    "promptster.session.decision-count": Mutant(
        "tells only whether there are any",
        _everywhere(
            _set("decisionFlagCount", lambda session: min(1, session["decisionFlagCount"]))
        ),
    ),
    "promptster.session.not-found": Mutant(
        "answers 400 for an unknown id",
        all_of(*(refuses(name, [ABSENT], 400) for name in (UPDATE, DELETE, DECISIONS))),
        entails=_NOT_FOUND,
    ),
    "promptster.session.parts-not-found": Mutant(
        "answers 400 for an unknown id",
        all_of(*(refuses(name, [ABSENT], 400) for name in (TIMELINE, COHORT, MERGE))),
        entails=_NOT_FOUND,
    ),
    "promptster.session.foreign": Mutant(
        "looks up by id alone", lambda api: replace(api, sees=lambda caller, owner: True)
    ),
    "promptster.error.body": Mutant(
        "answers {message}", lambda api: replace(api, error_body=_message_mostly)
    ),
    "promptster.answer.declared": Mutant("answers 202 to a read", answers_with(202, GET)),
    "promptster.auth.required": Mutant("serves anonymous calls", credentials.serves_anybody),
    "promptster.auth.scheme": Mutant(
        "takes the last word of the header", credentials.takes_any_scheme
    ),
    "promptster.auth.malformed": Mutant(
        "takes the second word of the header", credentials.takes_the_second_word
    ),
    "promptster.auth.unknown": Mutant(
        "does not check who signed", credentials.takes_what_nobody_issued
    ),
    "promptster.auth.expired": Mutant(
        "does not look at the clock", _finds("reviewer", lambda found: replace(found, expires=None))
    ),
    "promptster.auth.candidate": Mutant(
        "shows decisions to reviewers only",
        lambda api: replace(api, authorize=_no_decisions_for_candidates),
    ),
    "promptster.auth.key-unknown": Mutant(
        "checks only that there is a key", lambda api: replace(api, authenticate=_any_key)
    ),
    "promptster.auth.key-expired": Mutant(
        "does not look at the clock",
        _finds("candidate", lambda found: replace(found, expires=None)),
    ),
    "promptster.auth.key-revoked": Mutant(
        "forgets no key", _finds("candidate", lambda found: replace(found, revoked=False))
    ),
    "promptster.rate.limit": Mutant(
        "counts and never refuses", lambda api: replace(api, limit=credentials.counts_only)
    ),
    "promptster.rate.per-key": Mutant(
        "counts all keys together", lambda api: replace(api, limit=_counts_together)
    ),
    "promptster.request.malformed-body": Mutant(
        "answers 422, as its framework does", status("promptster.request.malformed-body", 422)
    ),
    "promptster.request.not-an-object": Mutant(
        "answers 422, as its framework does", status("promptster.request.not-an-object", 422)
    ),
    "promptster.create.returns": Mutant(
        "drops the metadata", runs(CREATE, first(_body_without("metadata")))
    ),
    "promptster.create.envelope": Mutant("answers the bare session", _bare(CREATE)),
    "promptster.create.stored": Mutant(
        "keeps one member of the metadata", handles(CREATE, _keeps_one_member)
    ),
    "promptster.create.id-given": Mutant("makes ids of its own", runs(CREATE, first(_own_ids))),
    "promptster.create.id-generated": Mutant("makes short ids", runs(CREATE, first(_short_ids))),
    "promptster.create.conflict": Mutant(
        "answers what is there", runs(CREATE, unless_refused(_as_it_is, _TAKEN))
    ),
    "promptster.create.conflict-body": Mutant(
        "answers a bare conflict", runs(CREATE, unless_refused(_just_conflict, _TAKEN))
    ),
    "promptster.create.keeps": Mutant(
        "writes before it checks", runs(CREATE, unless_refused(_overwrites, _TAKEN))
    ),
    "promptster.create.id-form": Mutant(
        "takes another id for none", _anything(CREATE, "id", _uuid_or_none)
    ),
    "promptster.create.source-type": Mutant(
        "makes text of anything", _anything(CREATE, "sourceService", lambda call, value: str(value))
    ),
    "promptster.create.metadata-type": Mutant(
        "takes other metadata for none", _anything(CREATE, "metadata", _object_or_none)
    ),
    "promptster.get.returns": Mutant(
        "gives the latest for what ended long ago", handles(GET, _another_for_old_ones)
    ),
    "promptster.get.envelope": Mutant("answers the bare session", _bare(GET)),
    "promptster.update.ends": Mutant("takes its own time", effects(UPDATE, _now_whatever_is_given)),
    "promptster.update.leaves": Mutant(
        "takes back the end that an update gave", handles(UPDATE, _takes_ends_back)
    ),
    "promptster.update.replaces": Mutant("merges the metadata", effects(UPDATE, _merges)),
    "promptster.update.keeps": Mutant(
        "takes an update for an activity", effects(UPDATE, _is_active)
    ),
    "promptster.update.envelope": Mutant("answers the bare session", _bare(UPDATE)),
    "promptster.update.answer": Mutant(
        "answers with what it read before", handles(UPDATE, _before)
    ),
    "promptster.update.ended-form": Mutant(
        "takes another end for now", _anything(UPDATE, "endedAt", _moment_or_now)
    ),
    "promptster.update.metadata-type": Mutant(
        "takes other metadata for none", _anything(UPDATE, "metadata", _object_or_none)
    ),
    "promptster.update.atomic": Mutant("writes before it checks", _writes_before_it_checks),
    "promptster.update.isolated": Mutant(
        "changes the assessment's other sessions", _touches_siblings(UPDATE)
    ),
    "promptster.delete.reviewer-only": Mutant("takes a key for a token", _any_scheme_deletes),
    "promptster.delete.isolated": Mutant(
        "changes the assessment's other sessions", _touches_siblings(DELETE)
    ),
    "promptster.merge.merges": Mutant("replaces the metadata", handles(MERGE, _replaces)),
    "promptster.merge.keeps": Mutant(
        "takes a merge for an activity", handles(MERGE, _merge_is_active)
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
