"""Promptster: events of a session, prepared or ingested, and the timeline that shows them."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, default_headers, send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.preparing import foreign_record, new_credential, new_record
from session_contracts.conformance.reading import fetch, record_of
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject

INGEST, TIMELINE, DECISIONS, COHORT = "ingestEvent", "getTimeline", "getDecisions", "getCohortStats"
DECISION = "decision_event"
#: When the events of a check happen: in the past by any clock.
BASE = datetime(2025, 3, 4, 9, tzinfo=UTC)
_NEEDS: Mapping[str, Mapping[str, str]] = {
    "command": {"command": "pnpm test"},
    "file_diff": {"path": "src/index.ts"},
    "file_create": {"path": "src/index.ts"},
    "git_action": {"action": "commit"},
}


def at(milliseconds: int) -> str:
    """A time, this long after the beginning."""
    return (BASE + timedelta(milliseconds=milliseconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def data_for(kind: str, mark: int = 0) -> dict[str, Any]:
    """Data that a kind needs, with a mark by which the event is recognized."""
    return {**_NEEDS.get(kind, {}), "mark": mark}


@dataclass(frozen=True)
class Event:
    """An event of a check.

    `moment` is in milliseconds since the beginning, `mark` distinguishes it from others.
    """

    moment: int
    mark: int
    kind: str = "prompt"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def body(self, session: str, **changes: Any) -> dict[str, Any]:
        """The event as a tool sends it."""
        fields = {
            "id": self.id,
            "sessionId": session,
            "ts": at(self.moment),
            "kind": self.kind,
            "source": {"channel": "cli"},
            "v": 1,
        }
        return {**fields, "data": data_for(self.kind, self.mark), **changes}


def put(subject: Subject, session: str, events: Sequence[Event]) -> None:
    """Prepare events in this order, by the provider state for many events or for one.

    Raises Unexercised.
    """
    actual = [
        {
            "id": event.id,
            "kind": event.kind,
            "ts": at(event.moment),
            "data": data_for(event.kind, event.mark),
        }
        for event in events
    ]
    if len(actual) > 1 and subject.states.supports("events", sessionId=session, events=actual):
        return
    for event in actual:
        subject.states.setup("event", sessionId=session, **event)


def key_for(subject: Subject, session: str) -> dict[str, str]:
    """A candidate key that is valid for a session; the default one if there is no other.

    Raises Unexercised.
    """
    with suppress(Unexercised):
        return dict(new_credential(subject, kind="candidate", sessionId=session))
    return default_key(subject)


def default_key(subject: Subject) -> dict[str, str]:
    """The candidate key of all checks.

    Raises Unexercised: without one, a refusal says nothing about the event.
    """
    headers = default_headers(subject, INGEST)
    if not {name.lower() for name in headers} & {
        scheme.header.lower() for scheme in subject.operation(INGEST).security
    }:
        raise Unexercised(
            "there is no candidate key; "
            "give one with -H, or a --states-url that supports 'credential'"
        )
    return headers


def ingest(
    subject: Subject, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Exchange:
    """Send an event, with the default key unless another is given. Raises Unexercised."""
    return call(
        subject, INGEST, None, body, headers=default_key(subject) if headers is None else headers
    )


def taken(exchange: Exchange) -> Exchange:
    """An accepted ingest, which the rest of a check needs. Raises Unexercised."""
    if exchange.status != 201:
        raise Unexercised(f"an ingest answered {exchange.status}")
    return exchange


def begun(subject: Subject) -> tuple[str, dict[str, str]]:
    """A session without events, and a key for it. Raises Unexercised."""
    session = new_record(subject)
    return session, key_for(subject, session)


def timeline(subject: Subject, session: str, **query: str | int) -> Exchange:
    """Call the timeline of a session."""
    return send(
        subject, TIMELINE, session, query=[(name, str(value)) for name, value in query.items()]
    )


def events_of(exchange: Exchange, member: str = "events") -> list[Record]:
    """The events of an answer. Raises Unexercised."""
    found = shapes.items(exchange.json, member)
    if not exchange.ok or found is None:
        raise Unexercised(
            f"{exchange.method} {exchange.url} answered {exchange.status} without {member}"
        )
    return found


def marks(events: Sequence[Record]) -> list[Any]:
    """The marks of events."""
    return [
        data.get("mark") if isinstance(data := event.get("data"), dict) else None
        for event in events
    ]


def shown(subject: Subject, session: str, headers: Mapping[str, str] | None = None) -> list[Any]:
    """The marks of a whole timeline. Raises Unexercised."""
    return marks(events_of(send(subject, TIMELINE, session, headers=headers)))


def whole(
    subject: Subject, session: str, headers: Mapping[str, str] | None = None
) -> tuple[Record, list[Any]]:
    """A session and its timeline; a change of either shows. Raises Unexercised."""
    return record_of(subject, fetch(subject, session, headers), session), shown(
        subject, session, headers
    )


@dataclass(frozen=True)
class Theirs:
    """A session of another organization, as its own reviewer saw it.

    It has an event if one can be prepared there.
    """

    session: str
    headers: Mapping[str, str]
    before: tuple[Record, list[Any]]

    def judge_kept(self, trigger: Exchange, subject: Subject, judge: Judge) -> None:
        """Whatever a call from another organization was answered, it changed nothing."""
        try:
            after = whole(subject, self.session, self.headers)
        except Unexercised as reason:
            judge.violated(
                "session.foreign",
                trigger=trigger,
                expected="a session that its own organization can read",
                got=str(reason),
            )
            return
        same = after == self.before
        judge.holds(
            "session.foreign",
            same,
            trigger=trigger,
            expected="another organization's session as it was",
            got=f"{after}",
        )


def theirs(subject: Subject) -> Theirs:
    """A session of another organization. Raises Unexercised."""
    session, headers = (
        foreign_record(subject, metadata={"theirs": 1}),
        new_credential(subject, tenant="other"),
    )
    with suppress(Unexercised):
        put(subject, session, [Event(0, 7)])
    return Theirs(session, headers, whole(subject, session, headers))


def in_order(events: Sequence[Event]) -> list[int]:
    """The marks of a timeline in the documented order: by time, then as ingested."""
    return [event.mark for event in sorted(events, key=lambda event: event.moment)]


def more(exchange: Exchange) -> bool:
    """Whether an answer says that more events follow. Raises Unexercised."""
    value = exchange.json.get("hasMore") if isinstance(exchange.json, dict) else None
    if not isinstance(value, bool):
        raise Unexercised("the timeline has no hasMore")
    return value
