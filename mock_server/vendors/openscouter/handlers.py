"""OpenScouter: handlers, effects, credentials, and the form of an error."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from session_contracts.mock_server import tokens
from session_contracts.mock_server.chance import CHOICES, IDS
from session_contracts.mock_server.clock import parse_time, rfc3339
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.plan import Answer, Call, Change
from session_contracts.mock_server.security import find_issued
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import Message

#: How long a JWT is valid.
LIFETIME = timedelta(hours=24)
#: By how much a client's clock may be ahead.
_SKEW = timedelta(minutes=1)
#: Studies and testers, of which the API shows the ids alone.
HIDDEN = {
    "Study": {
        "type": "object",
        "required": ["id", "splitRatio"],
        "properties": {
            "id": {"type": "string"},
            "splitRatio": {
                "type": "object",
                "required": ["A", "B"],
                "properties": {
                    "A": {"type": "number", "minimum": 0},
                    "B": {"type": "number", "minimum": 0},
                },
            },
        },
    },
    "Tester": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
}
#: Notes, feedback, and when the session was confirmed.
PRIVATE = {
    "Session": {
        "type": "object",
        "properties": {
            "notes": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["noteId"],
                    "properties": {"noteId": {"type": "string"}},
                },
            },
            "feedback": {"type": "object"},
            "confirmedAt": {"type": "string"},
        },
    }
}


def create_session(call: Call) -> Answer:
    study = _known(call, "Study", "jobId")
    _known(call, "Tester", "testerId")
    now = rfc3339(call.time)
    fields = {
        "sessionId": new_id(call, "sess"),
        "jobId": call.body["jobId"],
        "testerId": call.body["testerId"],
        "variant": call.body.get("variant") or assigned(call, study),
        "status": "active",
        "startedAt": now,
        "completedAt": None,
        "durationSeconds": None,
    }
    call.world.place(call.api.resources["Session"], fields, call.tenant or "", {"notes": ()})
    shown = {name: fields[name] for name in ("sessionId", "jobId", "testerId", "variant", "status")}
    return _ok({**shown, "createdAt": now}, 201)


def _known(call: Call, resource: str, member: str) -> Record:
    """The study or tester that the body names. Raises Refused."""
    found = call.world.collection(call.api.resources[resource]).get(call.body[member])
    if found is None or found.tenant not in ("", call.tenant):
        raise Refused(
            "openscouter.create.unknown", f"{resource} not found: {call.body[member][:100]}"
        )
    return found


def assigned(call: Call, study: Record) -> str:
    """A or B, as often as the study's split says."""
    split = study.fields["splitRatio"]
    return call.world.chance.draw(CHOICES).choices(("A", "B"), (split["A"], split["B"]))[0]


def new_id(call: Call, prefix: str) -> str:
    return f"{prefix}_{call.world.chance.draw(IDS).randbytes(6).hex()}"


def get_session(call: Call) -> Answer:
    return _ok(call.found.fields)


def complete_session(call: Call) -> Answer:
    session = call.perform()
    return _ok({name: session.fields[name] for name in ("sessionId", "status", "completedAt")})


def stamp_completion(call: Call, change: Change) -> None:
    """At the time that was given, else now. Raises Refused."""
    text = (call.body or {}).get("completedAt")
    started, ended = parse_time(call.found.fields["startedAt"]), call.time
    if text is not None:
        try:
            ended = parse_time(text)
        except ValueError as error:
            raise Refused("openscouter.complete.time-form", f"completedAt: {error}") from None
        if not started <= ended <= call.time + _SKEW:
            span = f"{rfc3339(started)}, when it started, and {rfc3339(call.time)}, which is now"
            raise Refused(
                "openscouter.complete.time-form", f"completedAt: {text} does not lie between {span}"
            )
    change.fields["completedAt"] = rfc3339(ended)
    change.fields["durationSeconds"] = int((ended - started).total_seconds())


def analyze_session(call: Call) -> Answer:
    """The table's timer ends it."""
    session = call.perform()
    shown = {name: session.fields[name] for name in ("sessionId", "status")}
    return _ok(
        {**shown, "estimatedCompletionSeconds": int(analysis_time(call).total_seconds())}, 202
    )


def analysis_time(call: Call) -> timedelta:
    return next(timer.after for timer in call.resource().timers if timer.name == "analysis")


def get_notes(call: Call) -> Answer:
    return _ok({"sessionId": call.found.key, "notes": list(notes_of(call.found))})


def notes_of(session: Record) -> Sequence[Mapping[str, Any]]:
    return session.private.get("notes", ())  # type: ignore[no-any-return]  # private values are of any type


def update_notes(call: Call) -> Answer:
    """All of them or none: what is refused is refused before anything is kept."""
    notes, counts = changed_notes(call)
    call.world.keep(call.resource(), call.found, {"notes": notes})
    return _ok({"sessionId": call.found.key, **counts})


def changed_notes(call: Call) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, int]]:
    """The notes as they are to be, and how many were updated and created. Raises Refused."""
    notes = {note["noteId"]: note for note in notes_of(call.found)}
    created = 0
    for change in call.body["notes"]:
        key = change.get("noteId")
        if key is None:
            key, created = new_id(call, "note"), created + 1
            author = call.credential.user if call.credential else None
            notes[key] = {
                "noteId": key,
                "content": "",
                "timestamp": rfc3339(call.time),
                "authorId": author or "user_unknown",
            }
        elif key not in notes:
            raise Refused(
                "openscouter.notes.unknown",
                f"Note not found: {key[:100]}; none was added or updated",
            )
        notes[key] = {**notes[key], "content": change["content"]}
    return tuple(notes.values()), {
        "updatedCount": len(call.body["notes"]) - created,
        "createdCount": created,
    }


def confirm_session(call: Call) -> Answer:
    session = call.perform()
    shown = {name: session.fields[name] for name in ("sessionId", "status")}
    return _ok({**shown, "payoutQueued": True, "confirmedAt": session.private["confirmedAt"]})


def queue_payout(call: Call, change: Change) -> None:
    """The rating and the comment are kept where nothing shows them."""
    change.private |= {
        "confirmedAt": rfc3339(call.time),
        "rating": int(call.body["rating"]),
        "comment": call.body.get("comment"),
    }
    change.messages.append(Message("payout", about=call.found.key))


def submit_feedback(call: Call) -> Answer:
    if "feedback" in call.found.private:
        raise Refused("openscouter.feedback.again", "Feedback was given already")
    feedback = {"feedbackId": new_id(call, "fb"), "submittedAt": rfc3339(call.time)}
    call.world.keep(call.resource(), call.found, {"feedback": {**feedback, **call.body}})
    return _ok({"sessionId": call.found.key, **feedback})


def _ok(data: Any, status: int = 200) -> Answer:
    return Answer(status, {"success": True, "data": data, "error": None, "metadata": None})


def find_credential(call: Call, secret: str) -> Credential | None:
    """An issued credential, or that of a JWT signed by the mock.

    The JWT's `sub` is the user; its optional `tenant` is the customer.
    """
    issued = find_issued(call, secret)
    return issued or tokens.credential(secret)


def error_body(
    status: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """The envelope with a text; what is wrong with which field stands in it."""
    fields = "; ".join(f"{error.field}: {error.message}" for error in errors)
    text = f"{detail}: {fields}" if fields and fields != detail else detail
    return "application/json", {"success": False, "data": None, "error": text, "metadata": None}
