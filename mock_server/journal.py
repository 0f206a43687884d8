"""What a world was asked and what it answered. It keeps references, and formats them when somebody reads them."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.types import Scope

from session_contracts.mock_server.clock import rfc3339
from session_contracts.openapi.model import Transition

if TYPE_CHECKING:
    from session_contracts.mock_server.call import Call
    from session_contracts.mock_server.respond import Outcome

#: A journal holds so many entries, and so many bytes of headers and bodies; the oldest give way.
MAX_ENTRIES = 1000
MAX_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One request, counted from 1. `call` is None where no API was found; `after`: the record's state when it was answered;
    `size` in bytes.
    """

    number: int
    at: datetime
    scope: Scope
    call: "Call | None"
    outcome: "Outcome"
    after: str | None
    size: int

    @property
    def path(self) -> str:
        """As it was sent, with its query."""
        query = self.scope["query_string"]
        return str((self.scope["raw_path"] + (b"?" + query if query else b"")).decode("latin-1"))

    @property
    def operation(self) -> str | None:
        return self.call.operation.id if self.call and self.call.operation else None


class Journal:
    """Bounded: of `count` requests it had to forget the first `dropped`."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self.clear()

    def clear(self) -> None:
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    @property
    def dropped(self) -> int:
        return self.count - len(self._entries)

    def note(self, at: datetime, scope: Scope, call: "Call | None", outcome: "Outcome") -> Entry:
        """Take one request down. The newest is always kept."""
        self.count += 1
        entry = Entry(
            self.count, at, scope, call, outcome, _state_after(call), _size(scope, call, outcome)
        )
        self._entries.append(entry)
        self._bytes += entry.size
        while len(self._entries) > self._max_entries or (
            self._bytes > self._max_bytes and len(self._entries) > 1
        ):
            self._bytes -= self._entries.popleft().size
        return entry


def _size(scope: Scope, call: "Call | None", outcome: "Outcome") -> int:
    """In bytes, without what every request needs."""
    sent = (
        sum([len(name) + len(value) for name, value in scope["headers"]])
        + len(scope["query_string"])
        + len(scope["raw_path"])
    )
    return sent + (len(call.raw_body or b"") if call else 0) + len(outcome.body)


def _state_after(call: "Call | None") -> str | None:
    """The state of the record that the call was about, as the caller may know it now."""
    if call is None or call.before is None:
        return None
    return call.state_of(call.addressed())


def shown(entry: Entry) -> dict[str, Any]:
    """An entry as the control API shows it."""
    call, outcome = entry.call, entry.outcome
    told: dict[str, Any] = {
        "number": entry.number,
        "at": rfc3339(entry.at),
        "method": entry.scope["method"],
        "path": entry.path,
        "api": call.api.name if call else None,
        "operation": entry.operation,
        "status": outcome.status,
        "decision": decision(entry),
        "rule": outcome.rule,
        "detail": outcome.detail,
    }
    if call is not None and call.before is not None:
        told["state"] = {"before": call.before, "after": entry.after}
        if outcome.rule and call.plan.row is not None and call.before in call.plan.row.refusals:
            told["allowed"] = _allowed(call.plan.row)
    return {**told, **({"near": list(outcome.near)} if outcome.near else {})}


def decision(entry: Entry) -> str:
    """In one word: moved, stayed, answered, refused, fault, example, defect or unknown."""
    call, status = entry.call, entry.outcome.status
    if call is None or call.operation is None:
        return "unknown"
    if call.fault is not None and call.fault.ends:
        return "fault"
    if call.preference is not None:
        return "example"
    if status >= 500:
        return "defect"
    if status >= 400:
        return "refused"
    if call.before is None:
        return "answered"
    return "moved" if call.before != entry.after else "stayed"


def _allowed(row: Transition) -> list[dict[str, Any]]:
    """In which states the operation would have gone well, and what it would have made of them."""
    moves = [
        {"from": move.source, "to": move.target, **({"when": dict(move.when)} if move.when else {})}
        for move in row.moves
    ]
    return moves + [{"from": state, "to": state} for state in row.stays]


def matches(entry: Entry, wanted: Mapping[str, Any]) -> bool:
    """Whether an entry has all of these: api, operation, method, status, rule, decision, since (a number that it comes after)."""
    told = {
        "api": entry.call.api.name if entry.call else None,
        "operation": entry.operation,
        "method": entry.scope["method"],
        "status": entry.outcome.status,
        "rule": entry.outcome.rule,
        "decision": decision(entry),
    }
    return entry.number > wanted.get("since", 0) and all(
        told[name] == value for name, value in wanted.items() if name in told
    )
