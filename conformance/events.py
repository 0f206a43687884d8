"""Promptster: events of a session, put there by the provider state or ingested, and the timeline that shows them."""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance import shapes
from conformance.client import Exchange
from conformance.errors import Unexercised
from conformance.shapes import Record
from conformance.subject import Subject

INGEST, TIMELINE, DECISIONS, COHORT = "ingestEvent", "getTimeline", "getDecisions", "getCohortStats"
DECISION = "decision_event"
#: When the events of a check happen: in the past of any clock.
BASE = datetime(2025, 3, 4, 9, tzinfo=UTC)
_NEEDS: Mapping[str, Mapping[str, str]] = {
    "command": {"command": "pnpm test"},
    "file_diff": {"path": "src/index.ts"},
    "file_create": {"path": "src/index.ts"},
    "git_action": {"action": "commit"},
}


def at(milliseconds: int) -> str:
    """So long after the beginning."""
    return (BASE + timedelta(milliseconds=milliseconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def data_for(kind: str, mark: int = 0) -> dict[str, Any]:
    """Data that a kind needs, with a mark by which the event is known again."""
    return {**_NEEDS.get(kind, {}), "mark": mark}


@dataclass(frozen=True)
class Event:
    """An event of a check: `moment` in milliseconds since the beginning, `mark` tells it from others."""

    moment: int
    mark: int
    kind: str = "prompt"
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def body(self, session: str, **changes: Any) -> dict[str, Any]:
        """The event as a tool sends it."""
        fields = {"id": self.id, "sessionId": session, "ts": at(self.moment), "kind": self.kind, "source": {"channel": "cli"}, "v": 1}
        return {**fields, "data": data_for(self.kind, self.mark), **changes}


def put(subject: Subject, session: str, events: Sequence[Event]) -> None:
    """Events in this order, by the provider state. Raises Unexercised."""
    for event in events:
        data = data_for(event.kind, event.mark)
        subject.states.setup("event", sessionId=session, id=event.id, kind=event.kind, ts=at(event.moment), data=data)


def key_for(subject: Subject, session: str) -> dict[str, str]:
    """A candidate's key that is good for a session; the default one where no other can be had."""
    with suppress(Unexercised):
        return dict(subject.credential(kind="candidate", sessionId=session))
    return subject.headers(INGEST)


def ingest(subject: Subject, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Exchange:
    return subject.act(INGEST, None, body, headers=headers)


def begun(subject: Subject) -> tuple[str, dict[str, str]]:
    """A session without events, and a key for it. Raises Unexercised."""
    session = subject.make()
    return session, key_for(subject, session)


def timeline(subject: Subject, session: str, **query: str | int) -> Exchange:
    return subject.send(TIMELINE, session, query=[(name, str(value)) for name, value in query.items()])


def events_of(exchange: Exchange, member: str = "events") -> list[Record]:
    """The events of an answer. Raises Unexercised."""
    found = shapes.items(exchange.json, member)
    if not exchange.ok or found is None:
        raise Unexercised(f"{exchange.method} {exchange.url} answered {exchange.status} without {member}")
    return found


def marks(events: Sequence[Record]) -> list[Any]:
    """By what the events of a check are known."""
    return [data.get("mark") if isinstance(data := event.get("data"), dict) else None for event in events]


def shown(subject: Subject, session: str) -> list[Any]:
    """The marks of a whole timeline. Raises Unexercised."""
    return marks(events_of(timeline(subject, session)))


def in_order(events: Sequence[Event]) -> list[int]:
    """The marks of a timeline as it should be: by time, then as they came."""
    return [event.mark for event in sorted(events, key=lambda event: event.moment)]


def more(exchange: Exchange) -> bool:
    """Whether an answer says that events follow. Raises Unexercised."""
    value = exchange.json.get("hasMore") if isinstance(exchange.json, dict) else None
    if not isinstance(value, bool):
        raise Unexercised("the timeline has no hasMore")
    return value
