"""Mutants of OpenScouter's rules: mistakes that a programmer in a hurry would make."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from session_contracts.mock_server import security
from session_contracts.mock_server.chance import CHOICES
from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import credentials, edits, mutate, writes
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.plan import Answer, Call, Change
from session_contracts.mock_server.resource import Resource
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import Message
from session_contracts.openapi.model import ABSENT

from . import handlers

CREATE, GET, COMPLETE, ANALYZE, NOTES, UPDATE, CONFIRM, FEEDBACK = (
    "createSession",
    "getSession",
    "completeSession",
    "analyzeSession",
    "getNotes",
    "updateNotes",
    "confirmSession",
    "submitFeedback",
)


def _session(call: Call) -> Any:
    """The caller's session that a call names, even if the call is refused later."""
    found = call.world.collection(call.api.resources["Session"]).get(call.parameters["id"])
    return found if found and found.tenant == call.tenant else None


def _touch(call: Call, session: Record) -> None:
    """Change the session, but not its status."""
    other = "B" if session.fields["variant"] == "A" else "A"
    call.world.move(call.api.resources["Session"], session, str(session.state), {"variant": other})


def _siblings(call: Call, chosen: Record) -> list[Record]:
    """Other sessions of the same study and tester."""
    rows = call.rows_of(
        "Session", {"jobId": chosen.fields["jobId"], "testerId": chosen.fields["testerId"]}
    )
    return [record for record in rows if record.key != chosen.key]


def _touches_siblings(name: str) -> Mutation:
    return writes.others(name, _touch, lambda call: _siblings(call, call.found))


# ---- credentials, errors


def _ten_hours(call: Call, authorization: str | None) -> Credential:
    found = security.authenticate(call, authorization)
    early = found.expires is not None and found.expires - call.time < timedelta(hours=14)
    if early:
        raise security.unauthorized(call, "expired")
    return found


def _breaks_down(call: Call) -> None:
    """Fail on updates of notes of a session without any."""
    if any(
        change.get("noteId") for change in call.body["notes"] if isinstance(change, dict)
    ) and not handlers.notes_of(_session(call)):
        raise ZeroDivisionError("the average length of no notes")


# ---- creation


def _other_variant(call: Call) -> None:
    call.body = {**call.body, "variant": "A"}


def _one_per_study(call: Call) -> Answer:
    """The id of the session that the study has already, of any tester."""
    keys = [record.key for record in call.rows_of("Session", {"jobId": call.body["jobId"]})]
    answer = handlers.create_session(call)
    return (
        replace(answer, body={**answer.body, "data": {**answer.body["data"], "sessionId": keys[0]}})
        if keys
        else answer
    )


def _lenient(name: str, member: str, value: Any) -> Mutation:
    """A member may be left out; it then has this value."""
    return mutate.all_of(
        mutate.body_schema(name, edits.optional(member)),
        mutate.request_body(name, lambda body: {member: value, **body}),
    )


def _anything(name: str, member: str) -> Mutation:
    """A member may be of any type."""
    return mutate.body_schema(name, edits.any_type(member))


def _without_bounds(name: str, member: str) -> Mutation:
    bounds = (edits.schema_without("properties", member, each) for each in ("minimum", "maximum"))
    return mutate.all_of(*(mutate.body_schema(name, edit) for edit in bounds))


def _fractions_too(name: str, member: str) -> Mutation:
    """Accept any number, string or boolean."""
    left: Any = {"type": ["number", "string", "boolean"], "minimum": 1, "maximum": 5}
    return mutate.body_schema(name, edits.any_type(member, **left))


def _known_or_made_up(call: Call) -> None:
    """Ids of other types become those of the default study and tester."""
    for member, value in (("jobId", "job_abc123"), ("testerId", "user_xyz789")):
        if not isinstance(call.body.get(member), str):
            call.body = {**call.body, member: value}


def _optional_id(member: str) -> Mutation:
    return mutate.all_of(
        _lenient(CREATE, member, None),
        _anything(CREATE, member),
        mutate.before(CREATE, _known_or_made_up),
    )


def _any_variant(call: Call) -> None:
    if call.body.get("variant") not in ("A", "B", None):
        call.body = {**call.body, "variant": "A"}


def _even_split(call: Call) -> None:
    if call.body.get("variant") is None:
        call.body = {**call.body, "variant": call.world.chance.draw(CHOICES).choice("AB")}


def _unassigned(call: Call, answer: Answer) -> Answer:
    """Return both variants if the request has none."""
    if call.body.get("variant"):
        return answer
    data = {**answer.body["data"], "variant": "A/B"}
    return replace(answer, body={**answer.body, "data": data})


# ---- completion, analysis


def _now_whatever_is_given(call: Call, change: Change) -> None:
    call.body = {}
    handlers.stamp_completion(call, change)


def _at_the_start(call: Call, change: Change) -> None:
    handlers.stamp_completion(call, change)
    if not (call.body or {}).get("completedAt"):
        change.fields |= {"completedAt": call.found.fields["startedAt"], "durationSeconds": 0}


def _at_once(call: Call) -> Answer:
    answer = handlers.analyze_session(call)
    call.world.move(call.resource(), _session(call), "analyzed", {})
    return answer


def _does_nothing(call: Call) -> Answer:
    shown = {
        "sessionId": call.found.key,
        "status": "completed",
        "completedAt": call.found.fields["startedAt"],
    }
    return Answer(200, {"success": True, "data": shown, "error": None, "metadata": None})


def _forgets_to_start(call: Call) -> Answer:
    raise Refused(None, "The analyst is not available", status=422)


def _never_over(session: Resource) -> Resource:
    """The timers exist but never fire, not even for a provider state."""
    timers = tuple(replace(timer, sources=()) for timer in session.timers)
    return replace(session, timers=timers)


def _confirms_nothing(call: Call) -> Answer:
    shown = {
        "sessionId": call.found.key,
        "status": "confirmed",
        "payoutQueued": True,
        "confirmedAt": rfc3339(call.time),
    }
    return Answer(200, {"success": True, "data": shown, "error": None, "metadata": None})


# ---- notes


def _saves(call: Call, notes: Any) -> None:
    call.world.keep(call.api.resources["Session"], _session(call), {"notes": tuple(notes)})


def _counted(call: Call, counts: Mapping[str, int]) -> Answer:
    return Answer(
        200,
        {
            "success": True,
            "data": {"sessionId": call.found.key, **counts},
            "error": None,
            "metadata": None,
        },
    )


def _adds_instead(call: Call) -> Answer:
    """An update adds a note with the new content."""
    notes, counts = handlers.changed_notes(call)
    kept = handlers.notes_of(call.found)
    updated = [change for change in call.body["notes"] if change.get("noteId")]
    fresh = [
        {**note, "noteId": handlers.new_id(call, "note")}
        for change in updated
        for note in notes
        if note["noteId"] == change["noteId"]
    ]
    created = list(notes)[len(kept) :]
    _saves(call, [*kept, *created, *fresh])
    return _counted(call, counts)


def _one_at_a_time(call: Call) -> Answer:
    """Add only the last of the new notes."""
    notes, counts = handlers.changed_notes(call)
    kept, added = (
        list(notes)[: len(handlers.notes_of(call.found))],
        list(notes)[len(handlers.notes_of(call.found)) :],
    )
    _saves(call, [*kept, *added[-1:]])
    return _counted(call, counts)


def _for_the_tester(call: Call) -> Answer:
    """The notes of all sessions of the study and tester are changed."""
    siblings = _siblings(call, call.found)
    answer = handlers.update_notes(call)
    for record in siblings:
        notes = [
            {**note, "content": f"{note['content']} (see {call.found.key})"}
            for note in handlers.notes_of(record)
        ]
        call.world.keep(call.api.resources["Session"], record, {"notes": tuple(notes)})
    return answer


def _twenty(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "notes": data["notes"][:20]}


def _swapped(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "updatedCount": data["createdCount"], "createdCount": data["updatedCount"]}


def _empty_notes(call: Call) -> None:
    if not isinstance((call.body or {}).get("notes"), list):
        call.body = {"notes": []}


def _content_as_text(call: Call) -> None:
    notes = [{**note, "content": str(note.get("content", ""))} for note in call.body["notes"]]
    call.body = {**call.body, "notes": notes}


def _any_note_id(schema: dict[str, Any]) -> dict[str, Any]:
    schema["properties"]["notes"]["items"]["properties"]["noteId"] = {}
    return schema


def _texts_only(call: Call) -> None:
    notes = [
        {name: value for name, value in note.items() if name != "noteId" or isinstance(value, str)}
        for note in call.body["notes"]
    ]
    call.body = {**call.body, "notes": notes}


def _loose_content(schema: dict[str, Any]) -> dict[str, Any]:
    item = schema["properties"]["notes"]["items"]
    item["properties"]["content"], item["required"] = {}, []
    return schema


# ---- confirmation, feedback


def _pays(call: Call, session: Record) -> None:
    call.world.outbox.append(Message("payout", about=session.key))


def _unpaid(call: Call, change: Change) -> None:
    handlers.queue_payout(call, change)
    change.messages.clear()


def _as_integers(*members: str) -> Callable[[Call], None]:
    """Convert members as a database column would."""

    def change(call: Call) -> None:
        for member in members:
            value = call.body.get(member)
            if not isinstance(value, int) or isinstance(value, bool):
                call.body = {**call.body, member: 3}

    return change


def _noted_comment(call: Call) -> Answer:
    """Add the comment as a note, which others can read."""
    answer = handlers.confirm_session(call)
    session, comment = _session(call), call.body.get("comment")
    if comment:
        note = {
            "noteId": handlers.new_id(call, "note"),
            "content": comment,
            "timestamp": rfc3339(call.time),
            "authorId": "user_admin01",
        }
        call.world.keep(call.resource(), session, {"notes": (*handlers.notes_of(session), note)})
    return answer


def _same_feedback_id(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "feedbackId": "fb_001"}


def _a_day_early(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "confirmedAt": "2020-01-01T00:00:00Z"}


def _feedback_confirms(call: Call) -> Answer:
    answer = handlers.submit_feedback(call)
    _touch(call, _session(call))
    return answer


def _integer(name: str, member: str) -> Mutation:
    return mutate.all_of(_fractions_too(name, member), mutate.before(name, _as_integers(member)))


MUTANTS: dict[str, Mutant] = {
    "openscouter.session.members": Mutant(
        "leaves out a member", mutate.data(GET, edits.without("testerId"))
    ),
    "openscouter.session.values": Mutant(
        "returns the tester's id as that of the study",
        mutate.data(GET, edits.with_member("jobId", lambda data: data["testerId"])),
        entails=("openscouter.create.stored",),
    ),
    "openscouter.session.duration": Mutant(
        "returns milliseconds instead of seconds",
        mutate.data(
            GET,
            edits.with_member(
                "durationSeconds",
                lambda data: data["durationSeconds"] and data["durationSeconds"] * 1000,
            ),
        ),
    ),
    "openscouter.session.not-found": Mutant(
        "answers 400 for an unknown id",
        mutate.refusal((GET, COMPLETE, ANALYZE, NOTES, UPDATE, CONFIRM, FEEDBACK), [ABSENT], 400),
    ),
    "openscouter.envelope.form": Mutant(
        "leaves out members that are null",
        mutate.response(
            (GET, CREATE, NOTES),
            lambda body: {name: value for name, value in body.items() if value is not None},
        ),
    ),
    "openscouter.error.body": Mutant("answers {message}", mutate.plain_errors),
    "openscouter.answer.sound": Mutant(
        "fails with a server error for a session without notes", mutate.before(UPDATE, _breaks_down)
    ),
    "openscouter.auth.required": Mutant("serves anonymous calls", credentials.accept_anonymous),
    "openscouter.auth.scheme": Mutant("accepts any scheme", credentials.accept_any_scheme),
    "openscouter.auth.malformed": Mutant(
        "takes the second word of a malformed header as the token", credentials.accept_malformed
    ),
    "openscouter.auth.unknown": Mutant("does not check the signature", credentials.accept_unknown),
    "openscouter.auth.expired": Mutant("accepts expired credentials", credentials.accept_expired),
    "openscouter.auth.lifetime": Mutant(
        "expires a token after ten hours", mutate.api(authenticate=_ten_hours)
    ),
    "openscouter.rate.limit": Mutant(
        "counts calls but never refuses one", credentials.no_rate_limit
    ),
    "openscouter.rate.retry-after": Mutant("leaves out Retry-After", credentials.rate_headers()),
    "openscouter.create.returns": Mutant(
        "assigns A to every session",
        mutate.before(CREATE, _other_variant),
        entails=("openscouter.create.variant-split",),
    ),
    "openscouter.create.stored": Mutant(
        "returns the id of an existing session of the same study",
        mutate.handler(CREATE, _one_per_study),
    ),
    "openscouter.create.members": Mutant(
        "leaves out createdAt", mutate.data(CREATE, edits.without("createdAt"))
    ),
    "openscouter.create.job-required": Mutant("invents a missing study", _optional_id("jobId")),
    "openscouter.create.tester-required": Mutant(
        "invents a missing tester", _optional_id("testerId")
    ),
    "openscouter.create.variant-values": Mutant(
        "treats any other variant as A",
        mutate.all_of(_anything(CREATE, "variant"), mutate.before(CREATE, _any_variant)),
    ),
    "openscouter.create.variant-assigned": Mutant(
        "returns the variant A/B",
        mutate.all_of(mutate.answer(CREATE, _unassigned), mutate.unchecked(CREATE)),
    ),
    "openscouter.create.variant-split": Mutant(
        "ignores the study's split", mutate.before(CREATE, _even_split)
    ),
    "openscouter.get.returns": Mutant(
        "does not return paused sessions", mutate.refusal(GET, ["paused"], 404)
    ),
    "openscouter.complete.moves": Mutant(
        "answers success but changes nothing", mutate.handler(COMPLETE, _does_nothing)
    ),
    "openscouter.complete.members": Mutant(
        "leaves out completedAt", mutate.data(COMPLETE, edits.without("completedAt"))
    ),
    "openscouter.complete.time-given": Mutant(
        "uses its own time", mutate.effects(COMPLETE, _now_whatever_is_given)
    ),
    "openscouter.complete.time-default": Mutant(
        "uses the start as the end", mutate.effects(COMPLETE, _at_the_start)
    ),
    "openscouter.complete.atomic": Mutant(
        "writes before checking the request", writes.on_refusal(COMPLETE, _touch)
    ),
    "openscouter.complete.isolated": Mutant(
        "changes the tester's other sessions", _touches_siblings(COMPLETE)
    ),
    "openscouter.analyze.starts": Mutant(
        "never starts the analysis", mutate.handler(ANALYZE, _forgets_to_start)
    ),
    "openscouter.analyze.members": Mutant(
        "leaves out the estimate", mutate.data(ANALYZE, edits.without("estimatedCompletionSeconds"))
    ),
    "openscouter.analyze.completed-only": Mutant(
        "analyzes a session in any status",
        mutate.extra_sources(ANALYZE, ["active", "paused", "analyzed", "confirmed"]),
    ),
    "openscouter.analyze.finishes": Mutant(
        "never finishes the analysis", mutate.resource("Session", _never_over)
    ),
    "openscouter.analyze.asynchronous": Mutant(
        "analyzes during the call", mutate.handler(ANALYZE, _at_once)
    ),
    "openscouter.analyze.atomic": Mutant(
        "writes before checking the request", writes.on_refusal(ANALYZE, _touch)
    ),
    "openscouter.analyze.isolated": Mutant(
        "changes the tester's other sessions", _touches_siblings(ANALYZE)
    ),
    "openscouter.notes.list": Mutant("returns at most twenty", mutate.data(NOTES, _twenty)),
    "openscouter.notes.members": Mutant(
        "leaves out the author",
        mutate.data(NOTES, edits.member("notes", edits.each(edits.without("authorId")))),
    ),
    "openscouter.notes.works": Mutant(
        "refuses notes on a paused session", mutate.refusal(UPDATE, ["paused"], 409)
    ),
    "openscouter.notes.create": Mutant(
        "adds only one of several notes", mutate.handler(UPDATE, _one_at_a_time)
    ),
    "openscouter.notes.update": Mutant(
        "adds a note instead of updating it", mutate.handler(UPDATE, _adds_instead)
    ),
    "openscouter.notes.counts": Mutant("swaps the counts", mutate.data(UPDATE, _swapped)),
    "openscouter.notes.required": Mutant(
        "treats missing or invalid notes as an empty array",
        mutate.all_of(
            mutate.body_schema(UPDATE, edits.schema_without("properties", "notes", "type")),
            _lenient(UPDATE, "notes", []),
            mutate.before(UPDATE, _empty_notes),
        ),
    ),
    "openscouter.notes.id-type": Mutant(
        "ignores a noteId that is not a string",
        mutate.all_of(mutate.body_schema(UPDATE, _any_note_id), mutate.before(UPDATE, _texts_only)),
    ),
    "openscouter.notes.content": Mutant(
        "converts any type to a string",
        mutate.all_of(
            mutate.body_schema(UPDATE, _loose_content), mutate.before(UPDATE, _content_as_text)
        ),
    ),
    "openscouter.notes.isolated": Mutant(
        "changes notes on the tester's other sessions", mutate.handler(UPDATE, _for_the_tester)
    ),
    "openscouter.confirm.moves": Mutant(
        "answers success but changes nothing", mutate.handler(CONFIRM, _confirms_nothing)
    ),
    "openscouter.confirm.members": Mutant(
        "leaves out confirmedAt", mutate.data(CONFIRM, edits.without("confirmedAt"))
    ),
    "openscouter.confirm.analyzed-only": Mutant(
        "confirms completed sessions", mutate.extra_sources(CONFIRM, ["completed"])
    ),
    "openscouter.confirm.once": Mutant(
        "checks and writes in separate steps (a race)", writes.race(CONFIRM)
    ),
    "openscouter.confirm.payout": Mutant(
        "does not queue the payout", mutate.effects(CONFIRM, _unpaid)
    ),
    "openscouter.confirm.no-payout": Mutant(
        "queues the payout before checking the request", writes.on_refusal(CONFIRM, _pays)
    ),
    "openscouter.confirm.time": Mutant(
        "returns a time one day early", mutate.data(CONFIRM, _a_day_early)
    ),
    "openscouter.confirm.rating-required": Mutant(
        "uses a default rating", _lenient(CONFIRM, "rating", 5)
    ),
    "openscouter.confirm.rating-type": Mutant(
        "converts any type to an integer", _integer(CONFIRM, "rating")
    ),
    "openscouter.confirm.rating-range": Mutant(
        "does not check the bounds", _without_bounds(CONFIRM, "rating")
    ),
    "openscouter.confirm.comment-optional": Mutant(
        "requires a comment", mutate.body_schema(CONFIRM, edits.required("comment"))
    ),
    "openscouter.confirm.comment-type": Mutant(
        "accepts a comment of any type", _anything(CONFIRM, "comment")
    ),
    "openscouter.confirm.comment-internal": Mutant(
        "adds the comment to the notes", mutate.handler(CONFIRM, _noted_comment)
    ),
    "openscouter.confirm.atomic": Mutant(
        "writes before checking the request", writes.on_refusal(CONFIRM, _touch)
    ),
    "openscouter.confirm.isolated": Mutant(
        "changes the tester's other sessions", _touches_siblings(CONFIRM)
    ),
    "openscouter.feedback.accepted": Mutant(
        "refuses feedback on completed sessions", mutate.refusal(FEEDBACK, ["completed"], 409)
    ),
    "openscouter.feedback.members": Mutant(
        "returns the same id for all feedback", mutate.data(FEEDBACK, _same_feedback_id)
    ),
    "openscouter.feedback.completed-only": Mutant(
        "accepts feedback in any status", mutate.no_op(FEEDBACK, ["active", "paused"])
    ),
    "openscouter.feedback.clarity-required": Mutant(
        "uses a default for a missing clarity", _lenient(FEEDBACK, "clarity", 3)
    ),
    "openscouter.feedback.clarity-type": Mutant(
        "converts any type to an integer", _integer(FEEDBACK, "clarity")
    ),
    "openscouter.feedback.clarity-range": Mutant(
        "does not check the bounds", _without_bounds(FEEDBACK, "clarity")
    ),
    "openscouter.feedback.difficulty-required": Mutant(
        "uses a default for a missing difficulty", _lenient(FEEDBACK, "difficulty", 3)
    ),
    "openscouter.feedback.difficulty-type": Mutant(
        "converts any type to an integer", _integer(FEEDBACK, "difficulty")
    ),
    "openscouter.feedback.difficulty-range": Mutant(
        "does not check the bounds", _without_bounds(FEEDBACK, "difficulty")
    ),
    "openscouter.feedback.issues-required": Mutant(
        "treats missing technicalIssues as false", _lenient(FEEDBACK, "technicalIssues", False)
    ),
    "openscouter.feedback.issues-type": Mutant(
        "converts any type to a boolean", _anything(FEEDBACK, "technicalIssues")
    ),
    "openscouter.feedback.comment-optional": Mutant(
        "requires a comment", mutate.body_schema(FEEDBACK, edits.required("comment"))
    ),
    "openscouter.feedback.comment-type": Mutant(
        "accepts a comment of any type", _anything(FEEDBACK, "comment")
    ),
    "openscouter.feedback.atomic": Mutant(
        "changes the session", mutate.handler(FEEDBACK, _feedback_confirms)
    ),
    "openscouter.feedback.isolated": Mutant(
        "changes the tester's other sessions", _touches_siblings(FEEDBACK)
    ),
}
