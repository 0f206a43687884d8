"""Promptster: creating, updating, merging and deleting sessions, and who may."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import StateError, Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import in_other_zone, rfc3339
from session_contracts.conformance.listing import get_list, listed_ids, pagination_number
from session_contracts.conformance.marks import Case, each, verifies
from session_contracts.conformance.preparing import (
    foreign_record,
    fresh_scope,
    new_credential,
    new_record,
    prepared_id,
    record_in,
)
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import fetch, read, read_or_absent, record_of, unwrapped
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import target_time
from session_contracts.openapi.model import Contract

from ..events import (
    COHORT,
    DECISION,
    DECISIONS,
    TIMELINE,
    Event,
    begun,
    default_key,
    events_of,
    ingest,
    key_for,
    put,
    shown,
    theirs,
    timeline,
)

CREATE, UPDATE, MERGE, DELETE = "createSession", "updateSession", "mergeMetadata", "deleteSession"
_METADATA = {
    "candidateName": "Ada Lovelace",
    "level": 3,
    "tags": ["a", "b"],
    "nested": {"x": 1, "y": None},
}


def create(subject: Subject, **body: Any) -> Exchange:
    return call(subject, CREATE, None, body)


def _created(subject: Subject, judge: Judge, **body: Any) -> Record:
    """A session created through the API itself. Raises Unexercised."""
    exchange = create(subject, **body)
    record = unwrapped(subject, exchange)
    judge.require(
        exchange.ok and isinstance(record, dict), f"a creation answered {exchange.status}"
    )
    return dict(record)


# ---- creation


@verifies("create.returns", "create.stored", "create.id-given")
def test_create(subject: Subject, judge: Judge) -> None:
    """With an id and without: the session reads as answered, and is listed."""
    source = str(uuid.uuid4())
    givens: tuple[dict[str, str], ...] = ({"id": str(uuid.uuid4())}, {})
    for given in givens:
        exchange = create(subject, **given, sourceService=source, metadata=_METADATA)
        record = unwrapped(subject, exchange)
        if not judge.accepted("create.returns", exchange) or not isinstance(record, dict):
            return
        expected = {
            "sourceService": source,
            "metadata": _METADATA,
            "endedAt": None,
            "eventCount": 0,
            "decisionFlagCount": 0,
        }
        wrong = {
            name: record.get(name)
            for name, value in expected.items()
            if name in record and record[name] != value
        }
        judge.holds(
            "create.returns",
            not wrong,
            trigger=exchange,
            expected="the values that were given",
            got=str(wrong),
        )
        identity = str(record.get("id"))
        if given:
            good = identity == given["id"]
            judge.holds(
                "create.id-given",
                good,
                trigger=exchange,
                expected=f"id {given['id']}",
                got=identity,
            )
        read = fetch(subject, identity)
        if judge.accepted("create.stored", read, control=exchange):
            same = record_of(subject, read, identity) == record_of(subject, exchange, identity)
            judge.holds(
                "create.stored",
                same,
                trigger=read,
                control=exchange,
                expected="it as it was answered",
                got=read.answer(),
            )
        page = get_list(subject, {"sourceService": source})
        judge.holds(
            "create.stored",
            identity in listed_ids(subject, page),
            trigger=page,
            control=exchange,
            expected="it in the list",
            got="no",
        )


@verifies(
    "create.id-generated", "session.no-source", "session.before-events", "session.attribution"
)
def test_generated_id(subject: Subject, judge: Judge) -> None:
    """Every member may be left out."""
    ids: list[Any] = []
    bodies: tuple[dict[str, Any], ...] = ({}, {"metadata": {}})
    for body in bodies:
        exchange = create(subject, **body)
        if not judge.accepted("create.id-generated", exchange):
            return
        record = unwrapped(subject, exchange) or {}
        ids.append(record.get("id"))
        judge.holds(
            "create.id-generated",
            _is_uuid(ids[-1]),
            trigger=exchange,
            expected="a UUID",
            got=str(ids[-1]),
        )
        judge.observed(
            "session.no-source", exchange, f"sourceService is {record.get('sourceService')!r}"
        )
        started, last = record.get("startedAt"), record.get("lastActivityAt")
        times = f"startedAt is {started!r}, lastActivityAt {last!r}"
        judge.observed("session.before-events", exchange, times)
        judge.observed(
            "session.attribution",
            exchange,
            f"aiAttributionPct is {record.get('aiAttributionPct')!r}",
        )
        judge.holds(
            "create.id-generated",
            len(set(ids)) == len(ids),
            trigger=exchange,
            expected="another id",
            got="the same again",
        )


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(uuid.UUID(value))
    except ValueError:
        return False


@verifies("create.conflict", "create.conflict-body", "create.keeps")
def test_conflict(subject: Subject, judge: Judge) -> None:
    """The id of a session that was created, prepared, ended, or begun by its first event."""
    for identity in _taken(subject, judge):
        before, events = read(subject, identity), shown(subject, identity)
        trigger = create(subject, id=identity, sourceService="another", metadata={"another": True})
        after, still = read_or_absent(subject, identity), shown(subject, identity)
        control = create(
            subject, id=str(uuid.uuid4()), sourceService="another", metadata={"another": True}
        )
        if judge.refused("create.conflict", trigger, control=control):
            body = trigger.json if isinstance(trigger.json, dict) else {}
            got = {name: body.get(name) for name in ("error", "id")}
            expected = {"error": "Session already exists", "id": identity}
            judge.holds(
                "create.conflict-body",
                got == expected,
                trigger=trigger,
                control=control,
                expected=str(expected),
                got=str(got),
            )
            same = (before, events) == (after, still)
            judge.holds(
                "create.keeps",
                same,
                trigger=trigger,
                control=control,
                expected="the session as it was",
                got=str(after),
            )


def _taken(subject: Subject, judge: Judge) -> Iterator[str]:
    yield str(_created(subject, judge, id=str(uuid.uuid4()), metadata={"mine": True})["id"])
    yield record_in(subject, "running", metadata={"mine": True})
    yield record_in(subject, "ended")
    session, key = begun(subject)
    judge.require(ingest(subject, Event(0, 1).body(session), key).ok, "an ingest was refused")
    yield session


@verifies("create.foreign-id", "session.foreign")
def test_id_of_another_organization(subject: Subject, judge: Judge) -> None:
    """Whatever the answer is: the other organization's session is unchanged."""
    foreign = theirs(subject)
    exchange = create(
        subject, id=foreign.session, sourceService="another", metadata={"another": True}
    )
    judge.observed("create.foreign-id", exchange)
    foreign.judge_kept(exchange, subject, judge)


# ---- members


@verifies("session.organization")
def test_organization(subject: Subject, judge: Judge) -> None:
    mine = [read(subject, new_record(subject)).get("orgId"), _created(subject, judge).get("orgId")]
    exchange = fetch(subject, new_record(subject))
    mine.append(unwrapped(subject, exchange).get("orgId"))
    judge.holds(
        "session.organization",
        len(set(mine)) == 1,
        trigger=exchange,
        expected="one organization",
        got=str(mine),
    )
    foreign = foreign_record(subject)
    theirs = fetch(subject, foreign, headers=new_credential(subject, tenant="other"))
    judge.require(theirs.ok, "the other organization does not see its own session")
    other = record_of(subject, theirs, foreign).get("orgId")
    judge.holds(
        "session.organization",
        other not in mine,
        trigger=theirs,
        expected=f"another than {mine[0]}",
        got=str(other),
    )


@verifies(
    "session.started",
    "session.last-activity",
    "session.event-count",
    "session.decision-count",
    "session.late-events",
)
def test_counts_and_times(subject: Subject, judge: Judge) -> None:
    """Events in order, and one that is late.

    If order and time disagree, either may count as first or last.
    """
    session = new_record(subject)
    events = [
        Event(60_000, 0),
        Event(61_500, 1, DECISION),
        Event(62_000, 2, "command"),
        Event(62_000, 3, DECISION),
    ]
    for number, event in enumerate(events):
        put(subject, session, [event])
        _judge_facts(subject, session, events[: number + 1], judge)
    late = Event(30_000, 4)
    put(subject, session, [late])
    read = fetch(subject, session)
    record = record_of(subject, read, session)
    actual = (shapes.moment(record.get("startedAt")), shapes.moment(record.get("lastActivityAt")))
    good = actual[0] in (_moment(late), _moment(events[0])) and actual[1] in (
        _moment(late),
        _moment(events[-1]),
    )
    judge.holds(
        "session.started", good, trigger=read, expected="the times of its events", got=str(record)
    )
    judge.observed(
        "session.late-events",
        read,
        f"after an event that came late it lasts from {actual[0]} to {actual[1]}",
    )


def _moment(event: Event) -> Any:
    return shapes.moment(event.body("")["ts"])


def _judge_facts(subject: Subject, session: str, events: list[Event], judge: Judge) -> None:
    judge.require(
        shown(subject, session) == [event.mark for event in events],
        "the timeline does not show the prepared events",
    )
    read = fetch(subject, session)
    record = record_of(subject, read, session)
    counts = {
        "session.event-count": ("eventCount", len(events)),
        "session.decision-count": ("decisionFlagCount", _decisions(events)),
    }
    for rule, (name, expected) in counts.items():
        judge.require(name in record, f"the session has no {name}")
        judge.holds(
            rule,
            record[name] == expected,
            trigger=read,
            expected=f"{name} {expected}",
            got=str(record[name]),
        )
    times = {
        "session.started": ("startedAt", events[0]),
        "session.last-activity": ("lastActivityAt", events[-1]),
    }
    for rule, (name, event) in times.items():
        judge.require(name in record, f"the session has no {name}")
        good = shapes.moment(record[name]) == _moment(event)
        judge.holds(
            rule,
            good,
            trigger=read,
            expected=f"{name} {event.body('')['ts']}",
            got=str(record[name]),
        )


def _decisions(events: list[Event]) -> int:
    return sum(event.kind == DECISION for event in events)


@verifies("list.filter-assessment")
def test_keys_of_every_status_link(subject: Subject, judge: Judge) -> None:
    """Whatever the status of the candidate key is, and who else has one."""
    assessment, another = (prepared_id(subject, "assessment", "assessmentId") for _ in range(2))
    made = _linked(subject, assessment)
    new_record(subject, assessmentId=another)
    control = get_list(subject, {})
    judge.require(bool(made) and control.ok, "no session could be linked")
    page = get_list(subject, {"assessmentId": assessment})
    found = set(listed_ids(subject, page))
    missing = [status for status, identity in made.items() if identity not in found]
    good = found == set(made.values())
    got = f"{len(found)} sessions, without those whose key is {missing}"
    judge.holds(
        "list.filter-assessment",
        good,
        trigger=page,
        control=control,
        expected=f"{len(made)} sessions",
        got=got,
    )


def _linked(subject: Subject, assessment: str) -> dict[str, str]:
    """A session for each status of a candidate key that the target supports."""
    made: dict[str, str] = {}
    for status in ("pending", "redeemed", "completed", "expired", "hired"):
        with suppress(Unexercised):
            made[status] = new_record(subject, assessmentId=assessment, keyStatus=status)
    return made


# ---- updates


@verifies("update.ends", "update.keeps", "update.answer")
def test_end(subject: Subject, judge: Judge) -> None:
    """At a time in any time zone; a second end replaces the first."""
    start = target_time(subject) - timedelta(hours=3)
    session = new_record(subject, startedAt=rfc3339(start), metadata=_METADATA)
    put(subject, session, [Event(0, 1)])
    before = read(subject, session)
    for minutes, write in ((60, rfc3339), (90, lambda moment: in_other_zone(rfc3339(moment)))):
        moment = (start + timedelta(minutes=minutes)).replace(microsecond=0)
        exchange = call(subject, UPDATE, session, {"endedAt": write(moment)})
        if not judge.accepted("update.ends", exchange):
            return
        after = read(subject, session)
        good = shapes.moment(after.get("endedAt")) == moment
        judge.holds(
            "update.ends",
            good,
            trigger=exchange,
            expected=f"endedAt {rfc3339(moment)}",
            got=str(after.get("endedAt")),
        )
        _judge_rest("update.keeps", before, after, "endedAt", exchange, judge)
        _judge_answer(exchange, session, after, subject, judge)


def _judge_rest(
    rule: str, before: Record, after: Record, changed: str, exchange: Exchange, judge: Judge
) -> None:
    """All but one member is unchanged."""
    wrong = [
        name
        for name in {**before, **after}
        if name != changed and before.get(name) != after.get(name)
    ]
    judge.holds(
        rule,
        not wrong,
        trigger=exchange,
        expected=f"a change of {changed} alone",
        got=f"changes of {wrong}",
    )


def _judge_answer(
    exchange: Exchange, session: str, after: Record, subject: Subject, judge: Judge
) -> None:
    actual = record_of(subject, exchange, session)
    judge.holds(
        "update.answer", actual == after, trigger=exchange, expected=f"{after}", got=f"{actual}"
    )


@verifies("update.replaces", "update.keeps", "update.answer")
def test_replace_metadata(subject: Subject, judge: Judge) -> None:
    """In progress and ended; with other names, the same names, and none."""
    for state in ("running", "ended"):
        session = record_in(subject, state, metadata=_METADATA)
        before = read(subject, session)
        judge.require(
            before.get("metadata") == _METADATA,
            "the session does not show its metadata",
        )
        for metadata in ({"reviewed": True}, {"reviewed": False, "nested": {"z": [1]}}, {}):
            exchange = call(subject, UPDATE, session, {"metadata": metadata})
            if not judge.accepted("update.replaces", exchange):
                return
            after = read(subject, session)
            good = after.get("metadata") == metadata
            judge.holds(
                "update.replaces",
                good,
                trigger=exchange,
                expected=f"metadata {metadata}",
                got=str(after.get("metadata")),
            )
            _judge_rest("update.keeps", before, after, "metadata", exchange, judge)
            _judge_answer(exchange, session, after, subject, judge)


@verifies("update.ends", "update.replaces")
def test_update_both(subject: Subject, judge: Judge) -> None:
    session = new_record(subject, metadata=_METADATA)
    body = valid_body(subject, UPDATE)
    assert body is not None, "an update has a body"
    exchange = call(subject, UPDATE, session, body)
    if judge.accepted("update.ends", exchange):
        after = read(subject, session)
        good = shapes.moment(after.get("endedAt")) == shapes.moment(body["endedAt"])
        judge.holds(
            "update.ends",
            good,
            trigger=exchange,
            expected=f"endedAt {body['endedAt']}",
            got=str(after.get("endedAt")),
        )
        good = after.get("metadata") == body["metadata"]
        judge.holds(
            "update.replaces",
            good,
            trigger=exchange,
            expected=f"metadata {body['metadata']}",
            got=str(after.get("metadata")),
        )


@verifies("update.nothing", "update.before-start")
def test_odd_updates(subject: Subject, judge: Judge) -> None:
    judge.observed("update.nothing", call(subject, UPDATE, new_record(subject), {}))
    start = target_time(subject) - timedelta(hours=1)
    session = new_record(subject, startedAt=rfc3339(start))
    judge.observed(
        "update.before-start",
        call(subject, UPDATE, session, {"endedAt": rfc3339(start - timedelta(hours=1))}),
    )


# ---- merging


#: Empty values of old and new names. Null is separate: it may mean that a name is removed.
_FALSE: Mapping[str, Any] = {
    "asked": False,
    "level": 0,
    "note": "",
    "off": False,
    "count": 0,
    "blank": "",
    "list": [],
    "object": {},
}


@verifies("merge.merges", "merge.keeps", "merge.shallow")
def test_merge(subject: Subject, judge: Judge) -> None:
    """The body may be the metadata or contain it: the form that has an effect is checked."""
    for state in ("running", "ended"):
        metadata = {
            "kept": 1,
            "replaced": "old",
            "also": {"a": 1},
            "asked": True,
            "level": 3,
            "note": "old",
        }
        session = record_in(subject, state, metadata=metadata)
        before = read(subject, session)
        judge.require(
            before.get("metadata") == metadata,
            "the session does not show its metadata",
        )
        change = {"replaced": "new", "added": [1, 2], **_FALSE}
        exchange = call(subject, MERGE, session, change)
        if (
            not exchange.ok
            or not change.items() <= (read(subject, session).get("metadata") or {}).items()
        ):
            judge.require(
                400 <= exchange.status < 500 or exchange.ok, f"a merge answered {exchange.status}"
            )
            exchange = call(subject, MERGE, session, {"metadata": change})
        after = read(subject, session)
        expected = {**metadata, **change}
        got = after.get("metadata")
        judge.holds(
            "merge.merges",
            got == expected,
            trigger=exchange,
            expected=f"metadata {expected}",
            got=str(got),
        )
        _judge_rest("merge.keeps", before, after, "metadata", exchange, judge)
    exchange = call(subject, MERGE, session, {"also": {"b": 2}, "added": None})
    merged = (read(subject, session).get("metadata") or {}).get("also")
    judge.observed("merge.shallow", exchange, f"{{'b': 2}} merged into {{'a': 1}} is {merged}")


# ---- deletion


@verifies("delete.answer", "delete.removes")
def test_delete_answer(subject: Subject, judge: Judge) -> None:
    """Of sessions however created; every operation answers 404 afterwards."""
    for identity in _taken(subject, judge):
        known = fetch(subject, identity)
        judge.require(known.ok, "the session cannot be read")
        exchange = call(subject, DELETE, identity)
        if not judge.accepted("delete.removes", exchange):
            return
        body = exchange.json if isinstance(exchange.json, dict) else {}
        got = {name: body.get(name) for name in ("ok", "id")}
        expected = {"ok": True, "id": identity}
        judge.holds(
            "delete.answer", got == expected, trigger=exchange, expected=str(expected), got=str(got)
        )
        for operation in (
            subject.profile.read,
            UPDATE,
            TIMELINE,
            DECISIONS,
            COHORT,
            MERGE,
            DELETE,
        ):
            again = call(subject, operation, identity, valid_body(subject, operation))
            gone = again.status == 404
            judge.holds(
                "delete.removes",
                gone,
                trigger=again,
                control=known,
                expected="404 for what was deleted",
                got=str(again.status),
            )


@verifies("delete.unlisted")
def test_deleted_sessions_are_not_listed(subject: Subject, judge: Judge) -> None:
    """In the whole list, by each filter alone, and by both together."""
    scope = fresh_scope(subject)
    made = [new_record(subject, **scope) for _ in range(3)]
    ways = [scope, *({name: value} for name, value in scope.items())]
    before = [get_list(subject, way) for way in ways]
    shows = all(
        set(listed_ids(subject, page)) == set(made)
        and pagination_number(subject, page, "total") == len(made)
        for page in before
    )
    judge.require(shows, "the list does not show the created sessions")
    judge.require(
        call(subject, DELETE, made[1]).ok and not read_or_absent(subject, made[1]),
        "a deletion was refused",
    )
    for way, control in zip(ways, before, strict=True):
        after = get_list(subject, way)
        got = (set(listed_ids(subject, after)), pagination_number(subject, after, "total"))
        good = got == ({made[0], made[2]}, 2)
        judge.holds(
            "delete.unlisted",
            good,
            trigger=after,
            control=control,
            expected="the two others",
            got=str(got),
        )
    everything = get_list(subject, {})
    none = made[1] not in listed_ids(subject, everything)
    judge.holds(
        "delete.unlisted",
        none,
        trigger=everything,
        control=before[0],
        expected="no deleted session",
        got=f"{made[1]}",
    )


@verifies("delete.hard", "delete.isolated", "ingest.gone")
def test_deletion_is_hard(subject: Subject, judge: Judge) -> None:
    """Created again with the same id, a session has nothing of the old one.

    Its events can be ingested again; another session's events stay.
    """
    session, key = begun(subject)
    events = [
        Event(1000 * number, number, DECISION if number % 2 else "prompt") for number in range(4)
    ]
    for event in events:
        judge.require(ingest(subject, event.body(session), key).ok, "an ingest was refused")
    other = new_record(subject)
    put(subject, other, [Event(0, 7), Event(1, 8, DECISION)])
    watched = (read(subject, other), shown(subject, other))
    exchange = call(subject, DELETE, session)
    judge.require(exchange.ok and not read_or_absent(subject, session), "a deletion was refused")
    still = (read(subject, other), shown(subject, other))
    judge.holds(
        "delete.isolated",
        watched == still,
        trigger=exchange,
        expected="the events of another session stay",
        got=str(still),
    )
    anew = create(subject, id=session)
    if not judge.accepted("delete.hard", anew, control=exchange):
        return
    record = read(subject, session)
    left = (
        shown(subject, session),
        events_of(send(subject, DECISIONS, session), "decisions"),
        record.get("eventCount"),
    )
    judge.holds(
        "delete.hard",
        left == ([], [], 0),
        trigger=anew,
        control=exchange,
        expected="no events",
        got=str(left),
    )
    again = ingest(subject, events[1].body(session), key_for(subject, session))
    back = again.ok and shown(subject, session) == [events[1].mark]
    judge.holds(
        "delete.hard",
        back,
        trigger=again,
        control=exchange,
        expected="an id that is free again",
        got=again.answer(),
    )
    gone = new_record(subject)
    judge.require(call(subject, DELETE, gone).ok, "a deletion was refused")
    judge.observed("ingest.gone", ingest(subject, Event(0, 1).body(gone), default_key(subject)))


@verifies("delete.key")
def test_candidate_key_survives(subject: Subject, judge: Judge) -> None:
    for status in ("completed", "hired"):
        assessment = prepared_id(subject, "assessment", "assessmentId")
        session, other = (
            new_record(subject, assessmentId=assessment, keyStatus=status) for _ in range(2)
        )
        before = [
            subject.states.setup("candidate key", sessionId=identity).get("sessionId")
            for identity in (session, other)
        ]
        judge.require(before == [session, other], "the candidate key does not name its session")
        exchange = call(subject, DELETE, session)
        judge.require(exchange.ok, f"a deletion answered {exchange.status}")
        expected = [{"status": status, "sessionId": None}, {"status": status, "sessionId": other}]
        got = [_key_of(subject, identity) for identity in (session, other)]
        judge.holds(
            "delete.key", got == expected, trigger=exchange, expected=str(expected), got=str(got)
        )


def _key_of(subject: Subject, session: str) -> Mapping[str, Any] | None:
    """The key that is, or was, linked to a session, as it is shown.

    None if a known key no longer is. Raises Unexercised.
    """
    try:
        key = subject.states.setup("candidate key", sessionId=session)
    except StateError:
        return None
    return {name: key.get(name) for name in ("status", "sessionId")}


# ---- candidates


def shared(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """Operations that a candidate may call as well as a reviewer."""
    for operation in profile.operations(contract):
        if len(contract.operations[operation].security) > 1:
            yield Case(operation, ("auth.candidate",), operation)


@each(shared)
def test_candidate_may(case: str, subject: Subject, judge: Judge) -> None:
    """With a key for that session, and with an assessment's key."""
    assessment = prepared_id(subject, "assessment", "assessmentId")
    for params in ({}, {"assessmentId": assessment}):
        acts = "{" in subject.operation(case).path
        record_ids = [new_record(subject, **params) if acts else None for _ in range(2)]
        tie = {"sessionId": record_ids[0] or new_record(subject, **params)}
        headers = new_credential(subject, kind="candidate", **tie)
        control = call(subject, case, record_ids[1], valid_body(subject, case))
        trigger = call(subject, case, record_ids[0], valid_body(subject, case), headers=headers)
        judge.accepted("auth.candidate", trigger, control=control)


@verifies("auth.candidate-reach")
def test_candidate_reads_other_sessions(subject: Subject, judge: Judge) -> None:
    session, other = new_record(subject), new_record(subject)
    exchange = fetch(
        subject, other, headers=new_credential(subject, kind="candidate", sessionId=session)
    )
    judge.observed("auth.candidate-reach", exchange)


@verifies("auth.subscription", "rate.global", "error.details", "request.precedence")
def test_undocumented(subject: Subject, judge: Judge) -> None:
    exchange = send(subject, subject.profile.list)
    judge.observed("auth.subscription", exchange)
    judge.observed(
        "rate.global",
        exchange,
        f"x-ratelimit-limit is {exchange.headers.get('x-ratelimit-limit')!r}",
    )
    twice = call(subject, UPDATE, record_in(subject, "absent"), {"metadata": []})
    judge.observed(
        "request.precedence", twice, f"an invalid update of no session answers {twice.status}"
    )
    refused = create(subject, metadata=[])
    body = refused.json if isinstance(refused.json, dict) else {}
    judge.observed("error.details", refused, f"the answer has {', '.join(body)}")


@verifies("delete.reviewer-only")
def test_candidate_may_not_delete(subject: Subject, judge: Judge) -> None:
    """Not even its own session."""
    session, key = begun(subject)
    judge.require(ingest(subject, Event(0, 1).body(session), key).ok, "an ingest was refused")
    before = (read(subject, session), shown(subject, session))
    trigger = call(subject, DELETE, session, headers=key)
    after = (
        read_or_absent(subject, session),
        events_of(timeline(subject, session)) if read_or_absent(subject, session) else [],
    )
    control = call(subject, DELETE, session if after[0] else new_record(subject))
    if judge.refused("delete.reviewer-only", trigger, control=control):
        same = after[0] == before[0] and len(after[1]) == len(before[1])
        judge.holds(
            "delete.reviewer-only",
            same,
            trigger=trigger,
            control=control,
            expected="the session as it was",
            got=str(after),
        )
