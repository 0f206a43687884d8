"""Promptster: ingested events, and the timeline and decisions that show them."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import in_other_zone
from session_contracts.conformance.marks import Case, each, verifies
from session_contracts.conformance.preparing import foreign_record, new_record
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import current_state, fetch, read, unwrapped
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.waiting import eventually
from session_contracts.openapi.model import Contract

from ..events import (
    DECISION,
    DECISIONS,
    TIMELINE,
    Event,
    at,
    begun,
    data_for,
    events_of,
    in_order,
    ingest,
    key_for,
    marks,
    more,
    put,
    shown,
    taken,
    theirs,
    timeline,
)

_SHUFFLED = (4000, 1000, 3000, 1000, 2000, 1000, 4000)
_PROMOTED = {
    "assessmentId": "asm_told",
    "candidateName": "Grace Hopper",
    "repoUrl": "https://git.example.com/grace/compiler",
}


# ---- ingest


@verifies("ingest.accepted", "ingest.answer", "ingest.stored")
def test_ingest(subject: Subject, judge: Judge) -> None:
    session, key = begun(subject)
    for number in range(2):
        event = Event(1000 * number + 7, number, "command")
        exchange = ingest(
            subject,
            event.body(
                session, data={**data_for("command", number), "exitCode": 0, "list": [1, None]}
            ),
            key,
        )
        if not judge.accepted("ingest.accepted", exchange):
            return
        judge.holds(
            "ingest.accepted",
            exchange.status == 201,
            trigger=exchange,
            expected="201",
            got=str(exchange.status),
        )
        body = exchange.json if isinstance(exchange.json, dict) else {}
        good = body.get("ok") is True and body.get("id") == event.id
        judge.holds(
            "ingest.answer",
            good,
            trigger=exchange,
            expected=f"ok, and id {event.id}",
            got=exchange.answer(),
        )
        page = timeline(subject, session)
        found = [entry for entry in events_of(page) if marks([entry]) == [number]]
        judge.holds(
            "ingest.stored",
            len(found) == 1,
            trigger=page,
            control=exchange,
            expected="the event",
            got=f"{len(found)} of it",
        )
        if found:
            wanted = {
                "kind": "command",
                "ts": at(event.moment),
                "data": {**data_for("command", number), "exitCode": 0, "list": [1, None]},
            }
            got = {
                **{name: found[0].get(name) for name in wanted},
                "ts": shapes.moment(found[0].get("ts")),
            }
            same = got == {**wanted, "ts": shapes.moment(wanted["ts"])}
            judge.holds(
                "ingest.stored",
                same,
                trigger=page,
                control=exchange,
                expected=f"{wanted}",
                got=f"{got}",
            )


@verifies("ingest.upsert")
def test_first_event(subject: Subject, judge: Judge) -> None:
    """It creates the session, for the whole organization, whatever its id is.

    The documents do not say whether the id may be other than a UUID.
    """
    session, key = begun(subject)
    control = taken(ingest(subject, Event(0, 1).body(session), key))
    for identity, certain in (
        (str(uuid.uuid4()), True),
        (f"my-session-{uuid.uuid4().hex[:8]}", False),
    ):
        before = fetch(subject, identity)
        judge.require(before.status == 404, "the session exists already")
        exchange = ingest(subject, Event(0, 1).body(identity))
        if certain:
            judge.accepted("ingest.upsert", exchange, control=control)
        judge.require(exchange.ok, f"an ingest answered {exchange.status}")
        read = fetch(subject, identity)
        if judge.accepted("ingest.upsert", read, control=exchange):
            record = unwrapped(subject, read)
            good = record.get("id") == identity and record.get("endedAt") is None
            judge.holds(
                "ingest.upsert",
                good,
                trigger=read,
                expected=f"session {identity}, in progress",
                got=read.answer(),
            )
            there = shown(subject, identity) == [1]
            judge.holds(
                "ingest.upsert",
                there,
                trigger=read,
                control=exchange,
                expected="a session with its event",
                got="none",
            )
        second = ingest(subject, Event(1, 2).body(identity))
        judge.require(second.ok, f"a second ingest answered {second.status}")
        both = shown(subject, identity) == [1, 2]
        judge.holds(
            "ingest.upsert",
            both,
            trigger=second,
            control=exchange,
            expected="one session for both events",
            got="another",
        )


@verifies("ingest.upsert")
def test_existing_session_is_kept(subject: Subject, judge: Judge) -> None:
    """An event that neither begins nor ends a session adds to it; its metadata stays."""
    session = new_record(
        subject, metadata={"mine": 1, "candidateName": "Ada Lovelace"}, sourceService="cursor"
    )
    key = key_for(subject, session)
    before = read(subject, session)
    judge.require(bool(before.get("metadata")), "the session does not show its metadata")
    for number, kind in enumerate(("prompt", DECISION)):
        exchange = taken(ingest(subject, Event(1000 * number, number, kind).body(session), key))
        after = read(subject, session)
        changed = {
            name: after.get(name) for name in _LASTING if after.get(name) != before.get(name)
        }
        judge.holds(
            "ingest.upsert",
            not changed,
            trigger=exchange,
            expected="the session with one event more",
            got=f"{changed}",
        )


#: Members of a session that only a session_start or a session_end changes.
_LASTING = ("id", "orgId", "sourceService", "endedAt", "metadata")


@verifies("ingest.duplicate", "ingest.answer", "ingest.ignored")
def test_duplicate(subject: Subject, judge: Judge) -> None:
    """At once and later, with the same contents and others: the first event counts."""
    session, key = begun(subject)
    first = Event(1000, 1)
    control = ingest(subject, first.body(session), key)
    taken(control)
    bodies = [first.body(session), first.body(session, kind=DECISION, ts=at(0), data={"mark": 9})]
    for kind in ("prompt", "session_start", "session_end"):
        bodies.append(
            first.body(session, kind=kind, ts=at(99_000), data={**_PROMOTED, "cwd": "/home/grace"})
        )
    for number, body in enumerate(bodies, 2):
        before, events = read(subject, session), shown(subject, session)
        exchange = ingest(subject, body, key)
        if not judge.holds(
            "ingest.duplicate",
            exchange.status == 200,
            trigger=exchange,
            control=control,
            expected="200",
            got=str(exchange.status),
        ):
            return
        actual = exchange.json if isinstance(exchange.json, dict) else {}
        good = actual.get("ok") is True and actual.get("skipped") is True
        judge.holds(
            "ingest.answer",
            good,
            trigger=exchange,
            expected="ok and skipped",
            got=exchange.answer(),
        )
        same = (read(subject, session), shown(subject, session)) == (before, events)
        judge.holds(
            "ingest.ignored",
            same,
            trigger=exchange,
            control=control,
            expected="no change",
            got="a change",
        )
        taken(ingest(subject, Event(1000 * number, number).body(session), key))


@verifies("ingest.metadata", "ingest.cwd")
def test_session_start(subject: Subject, judge: Judge) -> None:
    """Of a session that it creates, and of an existing one, whose other metadata stays."""
    registered = {"mine": 1, "reviewed": False, "nested": {"x": 1}}
    made = new_record(subject, metadata=registered)
    judge.require(
        read(subject, made).get("metadata") == registered,
        "the session does not show its metadata",
    )
    for session, kept in ((str(uuid.uuid4()), {}), (made, registered)):
        exchange = ingest(
            subject,
            Event(0, 1, "session_start").body(session, data={**_PROMOTED, "cwd": "/home/grace"}),
        )
        judge.require(exchange.ok, f"an ingest answered {exchange.status}")
        metadata = read(subject, session).get("metadata")
        actual = metadata if isinstance(metadata, dict) else {}
        expected = {**kept, **_PROMOTED}
        got = {name: actual.get(name) for name in expected}
        judge.holds(
            "ingest.metadata",
            got == expected,
            trigger=exchange,
            expected=f"{expected}",
            got=f"{actual}",
        )
        cwd = actual.get("cwd")
        judge.holds(
            "ingest.cwd",
            cwd == "/home/grace",
            trigger=exchange,
            expected="cwd /home/grace",
            got=str(cwd),
        )


@verifies("ingest.session-end", "ingest.end-time", "ingest.ended")
def test_session_end(subject: Subject, judge: Judge) -> None:
    session, key = begun(subject)
    taken(ingest(subject, Event(0, 1).body(session), key))
    judge.require(current_state(subject, session) == "running", "the session is not in progress")
    exchange = ingest(subject, Event(5000, 2, "session_end").body(session), key)
    taken(exchange)
    ended = eventually(lambda: current_state(subject, session) == "ended")
    judge.holds(
        "ingest.session-end",
        ended,
        trigger=exchange,
        expected="an ended session",
        got=str(current_state(subject, session)),
    )
    judge.observed(
        "ingest.end-time",
        exchange,
        f"it ended at {read(subject, session).get('endedAt')}, by an event of {at(5000)}",
    )
    judge.observed("ingest.ended", ingest(subject, Event(6000, 3).body(session), key))


def kinds(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for kind in contract.schemas["Kind"]["enum"]:
        yield Case(kind, ("ingest.kinds", "ingest.stored"), kind)


@each(kinds)
def test_kind(case: str, subject: Subject, judge: Judge) -> None:
    """With the data that it needs, and no other."""
    session, key = begun(subject)
    control = ingest(
        subject, Event(0, 1, "planning" if case == "prompt" else "prompt").body(session), key
    )
    exchange = ingest(subject, Event(1, 2, case).body(session), key)
    if judge.accepted("ingest.kinds", exchange, control=control):
        page = timeline(subject, session)
        found = [event.get("kind") for event in events_of(page) if marks([event]) == [2]]
        judge.holds(
            "ingest.stored",
            found == [case],
            trigger=page,
            control=exchange,
            expected=case,
            got=str(found),
        )


@verifies("ingest.tool-call")
def test_tool_call(subject: Subject, judge: Judge) -> None:
    session, key = begun(subject)
    control = ingest(subject, Event(0, 1, "tool_result").body(session), key)
    exchange = ingest(subject, Event(1, 2, "tool_call").body(session), key)
    if judge.accepted("ingest.tool-call", exchange, control=control):
        found = [event.get("kind") for event in events_of(timeline(subject, session))]
        good = found == ["tool_result", "tool_result"]
        judge.holds(
            "ingest.tool-call",
            good,
            trigger=exchange,
            control=control,
            expected="tool_result",
            got=str(found[1:]),
        )


def needs(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """The kinds that need a member of their data, which may be missing or not a text."""
    for kind, name in (
        ("command", "command"),
        ("file_diff", "path"),
        ("file_create", "path"),
        ("git_action", "action"),
    ):
        for bad in ({}, {name: 5}, {name: None}, {name: ["text"]}):
            yield Case(
                f"{kind}-{bad.get(name, 'nothing')}", ("ingest.data", "ingest.atomic"), (kind, bad)
            )


@each(needs)
def test_data(case: tuple[str, dict[str, Any]], subject: Subject, judge: Judge) -> None:
    kind, bad = case
    _judge_refused(
        "ingest.data",
        {"kind": kind, "data": bad},
        {"kind": kind, "data": data_for(kind)},
        subject,
        judge,
    )


#: Invalid values of nested members, each with a valid one: rule, member, invalid, valid.
_NESTED: tuple[tuple[str, str, Mapping[str, Any], Mapping[str, Any]], ...] = (
    ("ingest.source", "source", {"channel": "pigeon"}, {"channel": "unknown"}),
    ("ingest.source", "source", {"channel": 5}, {"channel": "ide-extension"}),
    (
        "ingest.source",
        "source",
        {"channel": "cli", "integration": "x" * 129},
        {"channel": "cli", "integration": "x" * 128},
    ),
    (
        "ingest.source",
        "source",
        {"channel": "cli", "emitter": "x" * 129},
        {"channel": "cli", "emitter": "x" * 128},
    ),
    (
        "ingest.source",
        "source",
        {"channel": "cli", "integration": 5},
        {"channel": "cli", "integration": "5"},
    ),
    ("ingest.actor", "actor", {"type": "robot"}, {"type": "system"}),
    ("ingest.provenance", "provenance", {"attribution": "nobody"}, {"attribution": "mixed"}),
    ("ingest.provenance", "provenance", {"observability": "none"}, {"observability": "low"}),
    ("ingest.provenance", "provenance", {"confidence": 1.01}, {"confidence": 1}),
    ("ingest.provenance", "provenance", {"confidence": -0.01}, {"confidence": 0}),
    ("ingest.provenance", "provenance", {"confidence": "high"}, {"confidence": 0.5}),
)
#: Invalid values of a whole member: rule, member, values.
_PLAIN: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("ingest.ts", "ts", ("2025-03-04T09:00:00", "2025-03-04", "yesterday", "2025-13-04T09:00:00Z")),
    ("ingest.id", "id", ("not-a-uuid", "")),
    ("ingest.kind", "kind", ("nap", "Prompt", "prompt ")),
)


def members(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    for rule, member, bad, good in _NESTED:
        yield Case(
            f"{member}-{str(bad)[:40]}",
            (rule, "ingest.atomic"),
            (rule, {member: bad}, {member: good}),
        )
    for rule, member, values in _PLAIN:
        yield from (
            Case(f"{member}-{value}", (rule, "ingest.atomic"), (rule, {member: value}, {}))
            for value in values
        )


@each(members)
def test_member(
    case: tuple[str, dict[str, Any], dict[str, Any]], subject: Subject, judge: Judge
) -> None:
    _judge_refused(*case, subject, judge)


def _judge_refused(
    rule: str, bad: Mapping[str, Any], good: Mapping[str, Any], subject: Subject, judge: Judge
) -> None:
    """A refused event is not stored, and creates no session."""
    session, key = begun(subject)
    fresh = str(uuid.uuid4())
    before = read(subject, session)
    trigger = ingest(subject, Event(1, 1).body(session, **bad), key)
    beginning = ingest(subject, Event(1, 1).body(fresh, **bad))
    after, events = read(subject, session), shown(subject, session)
    none = fetch(subject, fresh)
    control = ingest(subject, Event(1, 1).body(session, **good), key)
    if judge.refused(rule, trigger, control=control):
        same = (before, []) == (after, events)
        judge.holds(
            "ingest.atomic",
            same,
            trigger=trigger,
            control=control,
            expected="a session as it was",
            got=f"{after}",
        )
        if not beginning.ok:
            judge.holds(
                "ingest.atomic",
                400 <= none.status < 500,
                trigger=beginning,
                control=control,
                expected="no session",
                got="one",
            )


@verifies("ingest.ts", "ingest.stored")
def test_time_zones(subject: Subject, judge: Judge) -> None:
    """A moment is the same in any time zone, and with any precision."""
    session, key = begun(subject)
    plain = at(0).replace(".000Z", "Z")
    control = ingest(subject, Event(0, 0).body(session), key)
    for number, text in enumerate(
        (plain, in_other_zone(plain), at(250), plain.replace("Z", ".5Z")), 1
    ):
        exchange = ingest(subject, Event(0, number).body(session, ts=text), key)
        if judge.accepted("ingest.ts", exchange, control=control):
            page = timeline(subject, session)
            got = [event.get("ts") for event in events_of(page) if marks([event]) == [number]]
            good = [shapes.moment(value) for value in got] == [shapes.moment(text)]
            judge.holds(
                "ingest.stored",
                good,
                trigger=page,
                control=exchange,
                expected=f"ts {text}",
                got=str(got),
            )


@verifies("ingest.provenance-default")
def test_provenance(subject: Subject, judge: Judge) -> None:
    """Checked only if the timeline shows the given provenance, which it need not."""
    session, key = begun(subject)
    given = {"attribution": "likely_human", "confidence": 0.9, "observability": "high"}
    taken(ingest(subject, Event(0, 0).body(session, provenance=given), key))
    judge.require(
        events_of(timeline(subject, session))[0].get("provenance") == given,
        "the timeline does not show the provenance",
    )
    unknown = {"attribution": "unknown", "confidence": 0.5, "observability": "partial"}
    bodies: tuple[dict[str, dict[str, str]], ...] = (
        {},
        {"provenance": {}},
        {"provenance": {"attribution": "mixed"}},
    )
    for number, body in enumerate(bodies, 1):
        exchange = ingest(subject, Event(number, number).body(session, **body), key)
        taken(exchange)
        got = events_of(timeline(subject, session))[number].get("provenance")
        expected = {**unknown, **body.get("provenance", {})}
        judge.holds(
            "ingest.provenance-default",
            got == expected,
            trigger=exchange,
            expected=f"{expected}",
            got=f"{got}",
        )


@verifies("ingest.isolated")
def test_other_sessions_are_unchanged(subject: Subject, judge: Judge) -> None:
    session, key = begun(subject)
    other = new_record(subject)
    put(subject, other, [Event(0, 7)])
    watched = (read(subject, other), shown(subject, other))
    for event in (
        Event(9000, 1, DECISION),
        Event(9500, 2, "session_start"),
        Event(9900, 3, "session_end"),
    ):
        exchange = ingest(subject, event.body(session, data=_PROMOTED), key)
        taken(exchange)
        same = (read(subject, other), shown(subject, other)) == watched
        judge.holds(
            "ingest.isolated",
            same,
            trigger=exchange,
            expected="another session as it was",
            got="a change",
        )


@verifies("ingest.foreign", "session.foreign")
def test_events_for_another_organization(subject: Subject, judge: Judge) -> None:
    """Whatever the answer is: the other organization's session is unchanged."""
    foreign = theirs(subject)
    for event in (Event(1000, 1), Event(2000, 2, "session_start"), Event(3000, 3, "session_end")):
        exchange = ingest(subject, event.body(foreign.session, data=_PROMOTED))
        judge.observed("ingest.foreign", exchange)
        foreign.judge_kept(exchange, subject, judge)


@verifies("ingest.channel", "ingest.version", "ingest.empty-session-id", "ingest.foreign-id")
def test_odd_events(subject: Subject, judge: Judge) -> None:
    session, key = begun(subject)
    for rule, body in (
        ("ingest.channel", Event(0, 1).body(session, source={})),
        ("ingest.version", Event(0, 1).body(session, v=2)),
        ("ingest.empty-session-id", Event(0, 1).body("")),
    ):
        judge.observed(rule, ingest(subject, body, key))
    strange = subject.states.setup("event", sessionId=foreign_record(subject)).get("id")
    judge.observed("ingest.foreign-id", ingest(subject, Event(0, 1).body(session, id=strange), key))


# ---- the timeline


@verifies("timeline.order", "timeline.ties", "timeline.returns")
def test_order(subject: Subject, judge: Judge) -> None:
    """Prepared, or ingested: late events are sorted in, equal ones keep their order."""
    other = new_record(subject)
    put(subject, other, [Event(1500, 99)])
    for way in (put, _ingest_all, _ingest_in_zones):
        session = new_record(subject)
        events = [Event(moment, number) for number, moment in enumerate(_SHUFFLED)]
        way(subject, session, events)
        page = timeline(subject, session)
        got = marks(events_of(page))
        own = sorted(map(str, got)) == sorted(str(event.mark) for event in events)
        if not judge.holds(
            "timeline.returns",
            own,
            trigger=page,
            expected="the session's events and no others",
            got=str(got),
        ):
            return
        record_times = [_SHUFFLED[mark] for mark in got]
        if judge.holds(
            "timeline.order",
            record_times == sorted(record_times),
            trigger=page,
            expected="the earliest first",
            got=str(record_times),
        ):
            expected = in_order(events)
            judge.holds(
                "timeline.ties",
                got == expected,
                trigger=page,
                expected=f"events {expected}",
                got=f"events {got}",
            )


def _ingest_all(subject: Subject, session: str, events: list[Event]) -> None:
    key = key_for(subject, session)
    for event in events:
        taken(ingest(subject, event.body(session), key))


def _ingest_in_zones(subject: Subject, session: str, events: list[Event]) -> None:
    """Every other event is written in a time zone in which it looks later than it is."""
    key = key_for(subject, session)
    for event in events:
        taken(
            ingest(
                subject,
                event.body(
                    session, **({"ts": in_other_zone(at(event.moment))} if event.mark % 2 else {})
                ),
                key,
            )
        )


def _tape(
    subject: Subject, judge: Judge, record_times: tuple[int, ...] = _SHUFFLED
) -> tuple[str, list[str]]:
    """A session, and the ids of its events in the order of its timeline. Raises Unexercised."""
    session = new_record(subject)
    events = [Event(moment, number) for number, moment in enumerate(record_times)]
    put(subject, session, events)
    found = events_of(timeline(subject, session))
    judge.require(
        set(map(str, marks(found))) == {str(event.mark) for event in events},
        "the timeline does not show the prepared events",
    )
    return session, [str(event.get("id")) for event in found]


def _ids(exchange: Exchange) -> list[str]:
    return [str(event.get("id")) for event in events_of(exchange)]


@verifies("timeline.after")
def test_after(subject: Subject, judge: Judge) -> None:
    session, ids = _tape(subject, judge)
    control = timeline(subject, session)
    for number, last in enumerate(ids):
        page = timeline(subject, session, after=last)
        if judge.accepted("timeline.after", page, control=control):
            got = _ids(page)
            good = got == ids[number + 1 :]
            text = f"the {len(ids) - number - 1} events behind number {number}"
            judge.holds(
                "timeline.after",
                good,
                trigger=page,
                control=control,
                expected=text,
                got=f"{len(got)} events",
            )


@verifies("timeline.limit", "timeline.has-more")
@pytest.mark.parametrize("limit", [1, 3, len(_SHUFFLED) - 1, len(_SHUFFLED), len(_SHUFFLED) + 1])
def test_limit(limit: int, subject: Subject, judge: Judge) -> None:
    session, ids = _tape(subject, judge)
    for start in (None, ids[0], ids[3], ids[-2], ids[-1]):
        query: dict[str, str | int] = {"limit": limit, **({"after": start} if start else {})}
        page = timeline(subject, session, **query)
        rest = ids[ids.index(start) + 1 :] if start else ids
        judge.require(page.ok, f"a timeline answered {page.status}")
        got, most = _ids(page), min(limit, len(rest))
        if judge.holds(
            "timeline.limit",
            len(got) == most,
            trigger=page,
            expected=f"{most} events",
            got=str(len(got)),
        ):
            judge.require(got == rest[:limit], "the page is not the requested one")
            expected = len(rest) > limit
            judge.holds(
                "timeline.has-more",
                more(page) == expected,
                trigger=page,
                expected=f"hasMore {expected}",
                got=str(more(page)),
            )
    empty = timeline(subject, new_record(subject))
    judge.holds(
        "timeline.has-more",
        not more(empty),
        trigger=empty,
        expected="nothing after nothing",
        got="more",
    )


@verifies("timeline.walk")
@pytest.mark.parametrize("limit", [1, 2, 3, len(_SHUFFLED)])
def test_all_pages(limit: int, subject: Subject, judge: Judge) -> None:
    """Over equal times as well; the last page may be followed by an empty one."""
    session, ids = _tape(subject, judge)
    paged_ids: list[str] = []
    query: dict[str, str | int] = {"limit": limit}
    for _ in range(len(ids) + 2):
        page = timeline(subject, session, **query)
        if not judge.accepted("timeline.walk", page):
            return
        found = _ids(page)
        judge.require(
            bool(paged_ids) or len(found) == limit,
            f"a page does not have {limit} events",
        )
        paged_ids += found
        if not found:
            break
        query["after"] = found[-1]
    got = f"{len(paged_ids)} events, {len(set(paged_ids))} of them different"
    judge.holds(
        "timeline.walk",
        paged_ids == ids,
        trigger=page,
        expected=f"each of {len(ids)} once",
        got=got,
    )


@verifies("timeline.limit-default", "timeline.limit-clamp")
def test_limit_bounds(subject: Subject, judge: Judge) -> None:
    """No limit, and beyond its bounds, on one event more than the greatest limit."""
    parameter = subject.operation(TIMELINE).parameter("limit")
    default, clamp = int(parameter.schema["default"]), parameter.clamp
    assert clamp is not None, "the limit is clamped"
    assert clamp.maximum is not None, "at both ends"
    session = new_record(subject)
    put(subject, session, [Event(number, number) for number in range(clamp.maximum + 1)])
    one = timeline(subject, session, limit=1)
    judge.require(len(events_of(one)) == 1, "a page does not have 1 event")
    cases: list[tuple[str, int | None, int]] = [("timeline.limit-default", None, default)]
    cases += [
        ("timeline.limit-clamp", limit, clamp.maximum)
        for limit in (clamp.maximum, clamp.maximum + 1, 10**6)
    ]
    cases += [("timeline.limit-clamp", limit, 1) for limit in (0, -3)]
    for rule, limit, expected in cases:
        query = {} if limit is None else {"limit": limit}
        page = timeline(subject, session, **query)
        if judge.accepted(rule, page, control=one):
            got = len(events_of(page))
            judge.holds(
                rule,
                got == expected,
                trigger=page,
                control=one,
                expected=f"{expected} events",
                got=str(got),
            )


@verifies("timeline.after-unknown", "timeline.returns")
def test_after_unknown(subject: Subject, judge: Judge) -> None:
    """After no event, or an event of another session or organization.

    Whatever is shown is of the session itself.
    """
    session, ids = _tape(subject, judge)
    _, strange = _tape(subject, judge)
    cursors = [str(uuid.uuid4()), strange[0], *_foreign_cursors(subject)]
    for last in cursors:
        page = timeline(subject, session, after=last)
        judge.observed("timeline.after-unknown", page)
        if page.ok:
            got = set(_ids(page)) - set(ids)
            judge.holds(
                "timeline.returns",
                not got,
                trigger=page,
                expected="no event of another session",
                got=f"{len(got)} of them",
            )


def _foreign_cursors(subject: Subject) -> list[str]:
    """The first of two events in a session of another organization, if there can be one."""
    with suppress(Unexercised):
        events = [Event(0, 7), Event(1000, 8)]
        put(subject, foreign_record(subject), events)
        return [events[0].id]
    return []


# ---- decisions


@verifies("decisions.list", "decisions.returns", "decisions.order")
def test_decisions(subject: Subject, judge: Judge) -> None:
    """More than a page of other lists has, among other events, and with another session."""
    session, other = new_record(subject), new_record(subject)
    put(subject, other, [Event(0, 99, DECISION)])
    events = [
        Event(1000 * (number * 7 % 30), number, DECISION if number % 3 else "command")
        for number in range(40)
    ]
    put(subject, session, events)
    exchange = send(subject, DECISIONS, session)
    if not judge.accepted("decisions.returns", exchange):
        return
    found = events_of(exchange, "decisions")
    wanted = [event for event in events if event.kind == DECISION]
    got = marks(found)
    good = sorted(map(str, got)) == sorted(str(event.mark) for event in wanted)
    if judge.holds(
        "decisions.list",
        good,
        trigger=exchange,
        expected=f"{len(wanted)} decisions",
        got=f"{len(got)}: {got}",
    ):
        record_times = [events[mark].moment for mark in got]
        judge.holds(
            "decisions.order",
            record_times == sorted(record_times),
            trigger=exchange,
            expected="the earliest first",
            got=str(record_times),
        )
        text = [event.get("data") for event in found] == [data_for(DECISION, mark) for mark in got]
        judge.holds(
            "decisions.list",
            text,
            trigger=exchange,
            expected="each with its data",
            got=exchange.answer(),
        )


@verifies("decisions.empty", "decisions.list")
def test_no_decisions(subject: Subject, judge: Judge) -> None:
    """Of a session without events, and of one without decisions."""
    session = new_record(subject)
    put(subject, session, [Event(0, 1), Event(1, 2, "planning")])
    for identity in (new_record(subject), session):
        exchange = send(subject, DECISIONS, identity)
        if judge.accepted("decisions.empty", exchange):
            body = exchange.json if isinstance(exchange.json, dict) else {}
            judge.require("decisions" in body, "the answer has no decisions")
            good = body["decisions"] == []
            judge.holds(
                "decisions.empty",
                good,
                trigger=exchange,
                expected="an empty decisions",
                got=exchange.answer(),
            )


@verifies("timeline.members", "decisions.members")
def test_members(subject: Subject, judge: Judge) -> None:
    """The documented members of every kind of event."""
    session = new_record(subject)
    kinds_ = subject.contract.schemas["Kind"]["enum"]
    put(subject, session, [Event(number, number, kind) for number, kind in enumerate(kinds_)])
    for rule, operation, member in (
        ("timeline.members", TIMELINE, "events"),
        ("decisions.members", DECISIONS, "decisions"),
    ):
        exchange = send(subject, operation, session)
        schema = shapes.record_schema(subject.operation(operation))
        for event in events_of(exchange, member):
            wrong = shapes.faults(schema, event)
            judge.holds(
                rule,
                not wrong,
                trigger=exchange,
                expected="the documented members",
                got="; ".join(wrong),
            )
