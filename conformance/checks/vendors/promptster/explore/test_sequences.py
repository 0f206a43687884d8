"""Promptster: any sequence of events, compared with a model of timeline and counts.

Late, equal and duplicate events are among them.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Broken, Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import new_record
from session_contracts.conformance.reading import read
from session_contracts.conformance.search import Search
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject

from ..events import (
    DECISION,
    DECISIONS,
    Event,
    events_of,
    in_order,
    ingest,
    key_for,
    marks,
    more,
    timeline,
)

_RULES = (
    "ingest.duplicate",
    "ingest.ignored",
    "timeline.order",
    "timeline.ties",
    "timeline.walk",
    "decisions.list",
    "session.event-count",
    "session.decision-count",
)
#: Which of two sessions, when, which kind, and which earlier event is repeated (None: a new one).
_STEP = st.tuples(
    st.integers(0, 1),
    st.integers(0, 4),
    st.sampled_from(("prompt", DECISION)),
    st.none() | st.integers(0, 5),
)


@verifies(*_RULES)
def test_sequences(subject: Subject, judge: Judge, search: Search) -> None:
    calls: list[Exchange] = []
    _judge_plain(subject, judge)

    @search.over
    @given(st.lists(_STEP, min_size=1, max_size=8), st.integers(1, 4))
    def property_holds(steps: list[tuple[int, int, str, int | None]], limit: int) -> None:
        start = len(subject.target.exchanges)
        try:
            _run(subject, steps, limit)
        finally:
            calls[:] = subject.target.exchanges[start:]

    try:
        property_holds()
    except Broken as broken:
        judge.violated(
            broken.rule, trigger=calls[-1], expected=broken.expected, got=broken.got, sequence=calls
        )
        return
    for rule in _RULES:
        judge.holds(rule, True, trigger=calls[-1], expected="", got="")


def _judge_plain(subject: Subject, judge: Judge) -> None:
    """Require that events ingested one after the other are seen. Raises Unexercised."""
    session = new_record(subject)
    key = key_for(subject, session)
    for number in range(2):
        answer = ingest(subject, Event(1000 * number, number).body(session), key)
        judge.require(answer.status == 201, f"an ingest answered {answer.status}")
    judge.require(
        marks(events_of(timeline(subject, session))) == [0, 1],
        "the timeline does not show the ingested events",
    )


def _run(subject: Subject, steps: Sequence[tuple[int, int, str, int | None]], limit: int) -> None:
    sessions = [new_record(subject) for _ in range(2)]
    keys = [key_for(subject, session) for session in sessions]
    kept: list[list[Event]] = [[], []]
    for number, (which, moment, kind, again) in enumerate(steps):
        events = kept[which]
        seen = events[again] if again is not None and again < len(events) else None
        event = Event(1000 * moment, number, kind, **({"id": seen.id} if seen else {}))
        answer = ingest(subject, event.body(sessions[which]), keys[which])
        if seen:
            _expect("ingest.duplicate", answer.status == 200, "200", str(answer.status))
        elif answer.status != 201:
            raise Unexercised(f"an ingest answered {answer.status}")
        else:
            events.append(event)
    repeated = any(again is not None for *_, again in steps)
    for session, events in zip(sessions, kept, strict=True):
        _judge(subject, session, events, limit, repeated)


def _judge(
    subject: Subject, session: str, events: Sequence[Event], limit: int, repeated: bool
) -> None:
    found = events_of(timeline(subject, session))
    if repeated:
        _expect(
            "ingest.ignored", len(found) == len(events), f"{len(events)} events", f"{len(found)}"
        )
    if sorted(map(str, marks(found))) != sorted(str(event.mark) for event in events):
        raise Unexercised("the timeline does not show the ingested events")
    moments = [shapes.moment(event.get("ts")) for event in found]
    _expect(
        "timeline.order", moments == sorted(moments, key=str), "the earliest first", str(moments)
    )
    _expect(
        "timeline.ties",
        marks(found) == in_order(events),
        f"events {in_order(events)}",
        f"{marks(found)}",
    )
    decisions = events_of(send(subject, DECISIONS, session), "decisions")
    wanted = sorted(event.mark for event in events if event.kind == DECISION)
    _expect(
        "decisions.list",
        sorted(marks(decisions)) == wanted,
        f"decisions {wanted}",
        f"{marks(decisions)}",
    )
    _judge_pages(subject, session, found, limit)
    record = read(subject, session)
    counts = (
        ("session.event-count", "eventCount", len(events)),
        ("session.decision-count", "decisionFlagCount", len(wanted)),
    )
    for rule, name, count in counts:
        _expect(
            rule,
            name not in record or record[name] == count,
            f"{name} {count}",
            str(record.get(name)),
        )


def _judge_pages(subject: Subject, session: str, found: Sequence[Record], limit: int) -> None:
    paged_ids: list[Any] = []
    query: dict[str, str | int] = {"limit": limit}
    for _ in range(len(found) + 1):
        page = timeline(subject, session, **query)
        events = events_of(page)
        paged_ids += marks(events)
        if not events or not more(page):
            break
        query["after"] = str(events[-1].get("id"))
    _expect("timeline.walk", paged_ids == marks(found), f"events {marks(found)}", f"{paged_ids}")


def _expect(rule: str, ok: bool, expected: str, got: str) -> None:
    if not ok:
        raise Broken(rule, expected, got)
