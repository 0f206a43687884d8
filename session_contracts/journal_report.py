"""Entries of a mock's journal as text."""

from collections.abc import Mapping, Sequence
from typing import Any


def report(entries: Sequence[Mapping[str, Any]]) -> str:
    """A line for each request; after a refusal, its detail and the allowed transitions."""
    return "\n".join(_entry(entry) for entry in entries) or "no requests"


def _entry(entry: Mapping[str, Any]) -> str:
    lines = [_request(entry)]
    if entry["detail"]:
        lines.append(entry["detail"])
    if allowed := "; ".join(map(_transition, entry.get("allowed", ()))):
        lines.append(f"allowed: {allowed}")
    return "\n   ".join(lines)


def _request(entry: Mapping[str, Any]) -> str:
    state = entry.get("state")
    rule = f" by {entry['rule']}" if entry["rule"] else ""
    change = f" ({state['before']} -> {state['after']})" if state else ""
    request = f"{entry['number']}. {entry['at']} {entry['method']} {entry['path']}"
    return f"{request}: {entry['status']} {entry['decision']}{rule}{change}"


def _transition(transition: Mapping[str, Any]) -> str:
    when = ", ".join(f"{name}: {value}" for name, value in transition.get("when", {}).items())
    return f"{transition['from']} -> {transition['to']}{f' with {when}' if when else ''}"
