"""Mutants of Promptster's rules on lists of sessions, and on deletions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from session_contracts.mock_server.decide import decide
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import edits, lists, mutate
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.plan import (
    Answer,
    Call,
    Change,
    OperationPlan,
    ParameterPlan,
)
from session_contracts.mock_server.store import Record

from . import handlers

LIST, CREATE, DELETE, INGEST = "listSessions", "createSession", "deleteSession", "ingestEvent"
GET, UPDATE, MERGE = "getSession", "updateSession", "mergeMetadata"
TIMELINE, DECISIONS, COHORT = "getTimeline", "getDecisions", "getCohortStats"
#: The default limit.
_LIMIT = 20
_MOST = 100

Page = tuple[Sequence[Record], int]


def _listed(page: Callable[[Call, int, int], Page]) -> Mutation:
    """Change the list; `page` returns its sessions and total for an offset and a limit."""

    def handler(call: Call) -> Answer:
        offset, limit = max(0, call.parameters["offset"]), call.parameters["limit"]
        records, total = page(call, call.parameters["offset"], limit)
        frame = {"sessions": [], "total": total, "limit": limit, "offset": offset}
        return Answer(200, {**frame, "sessions": [record.encoded for record in records]}, frame)

    return mutate.handler(LIST, handler)


def _oldest_first(call: Call, offset: int, limit: int) -> Page:
    rows = list(call.rows())[::-1]
    return rows[offset : offset + limit], len(rows)


def _one_too_few(call: Call, offset: int, limit: int) -> Page:
    """Return one session less on small pages."""
    rows = call.rows()
    return rows[offset : offset + (limit - 1 if 1 < limit < _LIMIT else limit)], len(rows)


def _whole_pages(call: Call, offset: int, limit: int) -> Page:
    """Return the page that contains the offset."""
    rows = call.rows()
    start = offset // limit * limit
    return rows[start : start + limit], len(rows)


def _skips_one(call: Call, offset: int, limit: int) -> Page:
    """Skip the first session of a large page if no offset is given, which -1 represents."""
    rows = call.rows()
    start = offset if offset >= 0 else int(limit > _LIMIT)
    return rows[start : start + limit], len(rows)


def _counts_all(call: Call, offset: int, limit: int) -> Page:
    return call.rows()[offset : offset + limit], len(call.rows_of("Session", {}))


def _reshuffles(call: Call, offset: int, limit: int) -> Page:
    """Sort sessions that began at the same time differently on each page after the first."""
    rows: Sequence[Record] = call.rows()
    if offset:
        rows = sorted(
            rows,
            key=lambda record: (
                -datetime.fromisoformat(record.fields["startedAt"]).timestamp(),
                record.serial,
            ),
        )
    return rows[offset : offset + limit], len(rows)


def _in_progress(call: Call, offset: int, limit: int) -> Page:
    rows = [record for record in call.rows() if record.state == "running"]
    return rows[offset : offset + limit], len(rows)


def _within_bounds(plan: ParameterPlan) -> ParameterPlan:
    def read(text: str) -> int:
        value: int = plan.read(text)
        if not 1 <= value <= _MOST:
            raise ValueError(f"{value} is not between 1 and {_MOST}")
        return value

    return replace(plan, read=read)


def _twenty(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "limit": _LIMIT if body["limit"] == _LIMIT // 2 else body["limit"]}


def _next_offset(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "offset": body["offset"] + len(body["sessions"])}


# ---- deletions


def _not_what_has_ended(call: Call) -> Answer:
    if call.found.state == "ended":
        return Answer(200, {"ok": True, "id": call.found.key})
    return handlers.delete_session(call)


def _drop_events(call: Call, change: Change) -> None:
    """Delete the events, but leave the key linked to the session."""
    for event in list(handlers.events_of(call.world, call.api, call.found)):
        call.world.drop(call.api.resources["Event"], event)


def _unlink_keys(call: Call, change: Change) -> None:
    """Unlink the keys, but keep the events."""
    resource = call.api.resources["CandidateKey"]
    for key in list(call.rows_of("CandidateKey", {"sessionId": call.found.key})):
        call.world.place(resource, {**key.fields, "sessionId": None}, key.tenant, key.private)


def _leave_a_copy(call: Call, change: Change) -> None:
    """A hidden copy of the session still counts in the cohort of its assessment."""
    keys = list(call.rows_of("CandidateKey", {"sessionId": call.found.key}))
    handlers.delete_everything(call, change)
    for key in keys:
        session = call.world.place(
            call.resource(),
            {**call.found.fields, "id": call.world.new_id()},
            "archive",
            call.found.private,
        )
        fields = {
            **key.fields,
            "id": call.world.new_id(),
            "key": call.world.new_id(),
            "sessionId": session.key,
        }
        call.world.place(call.api.resources["CandidateKey"], fields, key.tenant, {})


def _marked(call: Call, key: str | None) -> Record | None:
    """The session with that id, if it is marked as deleted."""
    found = call.world.collection(call.api.resources["Session"]).get(key or "")
    return found if found and found.private.get("deleted") else None


def _decide_on_unmarked(call: Call) -> None:
    if _marked(call, call.parameters.get("id")):
        raise Refused(None, "Session not found", status=404)
    decide(call)


def _clear(member: str) -> Callable[[Call], None]:
    """Drop a marked session whose id is used again."""

    def act(call: Call) -> None:
        if found := _marked(call, call.body.get(member)):
            call.world.drop(call.api.resources["Session"], found)

    return act


def _mark(call: Call) -> Answer:
    handlers.delete_everything(call, Change())
    call.world.keep(call.resource(), call.found, {"deleted": True})
    return Answer(200, {"ok": True, "id": call.found.key})


def _with_marks(plan: OperationPlan) -> OperationPlan:
    return replace(plan, decide=_decide_on_unmarked) if plan.row else plan


#: A deletion marks the session; every operation respects the mark but the list.
_MARKS_ONLY = mutate.all_of(
    mutate.operation(
        (CREATE, GET, UPDATE, DELETE, MERGE, TIMELINE, DECISIONS, COHORT), _with_marks
    ),
    mutate.handler(DELETE, _mark),
    mutate.before(CREATE, _clear("id")),
    mutate.before(INGEST, _clear("sessionId")),
)

_COMBINE = "promptster.list.filters-combine"

MUTANTS: Mapping[str, Mutant] = {
    "promptster.tenant.unlisted": Mutant(
        "lists the sessions of all organizations", lists.all_tenants(LIST)
    ),
    "promptster.list.envelope": Mutant(
        "leaves out offset", mutate.response(LIST, edits.without("offset"))
    ),
    "promptster.list.order": Mutant("lists the oldest first", _listed(_oldest_first)),
    "promptster.list.limit": Mutant(
        "leaves out the last record of each page", _listed(_one_too_few)
    ),
    "promptster.list.limit-default": Mutant(
        "returns ten by default and reports twenty",
        mutate.all_of(mutate.default(LIST, "limit", _LIMIT // 2), mutate.response(LIST, _twenty)),
    ),
    "promptster.list.limit-clamp": Mutant(
        "refuses a limit out of bounds", mutate.parameter(LIST, "limit", _within_bounds)
    ),
    "promptster.list.offset": Mutant("rounds offset down to a whole page", _listed(_whole_pages)),
    "promptster.list.offset-default": Mutant(
        "skips the first session of a large page",
        mutate.all_of(mutate.default(LIST, "offset", -1), _listed(_skips_one)),
    ),
    "promptster.list.echo": Mutant("echoes the next offset", mutate.response(LIST, _next_offset)),
    "promptster.list.total": Mutant("counts without applying the filters", _listed(_counts_all)),
    "promptster.list.walk": Mutant("sorts ties differently on each page", _listed(_reshuffles)),
    "promptster.list.complete": Mutant("lists only sessions in progress", _listed(_in_progress)),
    "promptster.list.filter-assessment": Mutant(
        "ignores assessmentId", mutate.no_filter(LIST, "assessmentId"), entails=(_COMBINE,)
    ),
    "promptster.list.filter-source": Mutant(
        "ignores sourceService", mutate.no_filter(LIST, "sourceService"), entails=(_COMBINE,)
    ),
    _COMBINE: Mutant("applies only the last filter", lists.last_filter_only(LIST)),
    "promptster.delete.removes": Mutant(
        "does not delete ended sessions", mutate.handler(DELETE, _not_what_has_ended)
    ),
    "promptster.delete.answer": Mutant(
        "leaves out the id", mutate.response(DELETE, edits.without("id"))
    ),
    "promptster.delete.unlisted": Mutant("still lists deleted sessions", _MARKS_ONLY),
    "promptster.delete.hard": Mutant(
        "does not delete the events", mutate.effects(DELETE, _unlink_keys)
    ),
    "promptster.delete.key": Mutant(
        "leaves the key linked to the deleted session", mutate.effects(DELETE, _drop_events)
    ),
    "promptster.delete.cohort": Mutant(
        "counts a copy of the deleted session", mutate.effects(DELETE, _leave_a_copy)
    ),
}
