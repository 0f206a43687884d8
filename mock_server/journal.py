"""The request log of a world.

An entry keeps references to a request and its outcome; it is formatted only when it is read.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.outcome import HttpOutcome
from session_contracts.openapi.model import Transition

#: A journal holds this many entries, and bytes of headers and bodies; the oldest are dropped.
MAX_ENTRIES = 1000
MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it was sent. `path` is the raw path; `body` is None if it was too long."""

    method: str
    path: bytes
    query: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes | None = None
    scheme: str = "http"
    version: str = "1.1"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One request and its outcome. `number` counts the requests of a world from 1.

    - `decision` is one word: moved, stayed, answered, refused, fault, example, defect or unknown.
    - `before` and `after` are the states of the record that the call was about; None if of none.
    - `row` is the operation's row of the lifecycle table. `delay` is the fault's, in seconds.
    - `secret_headers` are the names, in lower case, of headers that carry credentials.
    """

    number: int
    at: datetime
    request: HttpRequest
    outcome: HttpOutcome
    decision: str = "unknown"
    api: str | None = None
    operation: str | None = None
    before: str | None = None
    after: str | None = None
    row: Transition | None = None
    delay: float = 0.0
    secret_headers: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """The path as it was sent, with its query."""
        query = self.request.query
        return (self.request.path + (b"?" + query if query else b"")).decode("latin-1")

    @property
    def size(self) -> int:
        """In bytes, without what every entry needs."""
        request = self.request
        headers = sum([len(name) + len(value) for name, value in request.headers])
        sent = headers + len(request.query) + len(request.path) + len(request.body or b"")
        return sent + len(self.outcome.body)


class Journal:
    """The latest entries; `count` requests in all, of which the first `dropped` are gone."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self.clear()

    def clear(self) -> None:
        """Forget all entries, and start counting again."""
        self._entries: deque[tuple[JournalEntry, int]] = deque()  # with their sizes
        self._bytes = 0
        self.count = 0

    def __iter__(self) -> Iterator[JournalEntry]:
        return (entry for entry, _ in self._entries)

    @property
    def dropped(self) -> int:
        """The number of entries that were dropped to make room."""
        return self.count - len(self._entries)

    def add(self, entry: JournalEntry) -> None:
        """Add an entry, numbered `count + 1`. The newest entry is always kept."""
        self.count += 1
        size = entry.size
        self._entries.append((entry, size))
        self._bytes += size
        while len(self._entries) > self._max_entries or (
            self._bytes > self._max_bytes and len(self._entries) > 1
        ):
            self._bytes -= self._entries.popleft()[1]


def shown(entry: JournalEntry) -> dict[str, Any]:
    """An entry as the control API shows it."""
    outcome = entry.outcome
    members: dict[str, Any] = {
        "number": entry.number,
        "at": rfc3339(entry.at),
        "method": entry.request.method,
        "path": entry.path,
        "api": entry.api,
        "operation": entry.operation,
        "status": outcome.status,
        "decision": entry.decision,
        "rule": outcome.rule,
        "detail": outcome.detail,
    }
    if entry.before is not None:
        members["state"] = {"before": entry.before, "after": entry.after}
        if outcome.rule and entry.row is not None and entry.before in entry.row.refusals:
            members["allowed"] = _allowed(entry.row)
    return {**members, **({"near": list(outcome.near)} if outcome.near else {})}


def _allowed(row: Transition) -> list[dict[str, Any]]:
    """The source states from which the operation is allowed, with their targets."""
    moves = [
        {"from": move.source, "to": move.target, **({"when": dict(move.when)} if move.when else {})}
        for move in row.moves
    ]
    return moves + [{"from": state, "to": state} for state in row.stays]


def matches(entry: JournalEntry, wanted: Mapping[str, Any]) -> bool:
    """Whether an entry comes after the number `since` and has all other values.

    Values are of api, operation, method, status, rule and decision.
    """
    values = {
        "api": entry.api,
        "operation": entry.operation,
        "method": entry.request.method,
        "status": entry.outcome.status,
        "rule": entry.outcome.rule,
        "decision": entry.decision,
    }
    return entry.number > wanted.get("since", 0) and all(
        values[name] == value for name, value in wanted.items() if name in values
    )
