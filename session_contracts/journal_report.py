"""A mock's journal as text."""

from collections.abc import Mapping, Sequence
from typing import Any


def told(entries: Sequence[Mapping[str, Any]]) -> str:
    """A line for each request, and a second one for each that was refused."""
    return "\n".join(_told(entry) for entry in entries) or "there were none"


def _told(entry: Mapping[str, Any]) -> str:
    state = entry.get("state")
    change = f" ({state['before']} -> {state['after']})" if state else ""
    rule = f" by {entry['rule']}" if entry["rule"] else ""
    line = f"{entry['number']}. {entry['at']} {entry['method']} {entry['path']}: {entry['status']} {entry['decision']}{rule}{change}"
    allowed = "; ".join(_move(move) for move in entry.get("allowed", ()))
    return "\n   ".join(
        [
            line,
            *([entry["detail"]] if entry["detail"] else []),
            *([f"allowed: {allowed}"] if allowed else []),
        ]
    )


def _move(move: Mapping[str, Any]) -> str:
    when = ", ".join(f"{name}: {value}" for name, value in move.get("when", {}).items())
    return f"{move['from']} -> {move['to']}{f' with {when}' if when else ''}"
