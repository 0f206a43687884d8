"""The answer of `GET /_mock/coverage` as text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: The kinds of the control API, in the terms of the reports: one, and several.
_KINDS = {
    "creation": ("creation", "creations"),
    "move": ("transition", "transitions"),
    "stay": ("no-op", "no-ops"),
    "refusal": ("refusal", "refusals"),
    "timer": ("timer", "timers"),
    "rule": ("rule", "rules"),
}


def report(answer: Mapping[str, Any], apis: Sequence[str] = ()) -> str:
    """For each API, a line with what was reached, and a line for each thing that was not.

    `apis` empty: every API that was called.
    """
    chosen = _chosen(answer, apis)
    if not chosen:
        return "no API was called"
    return "\n\n".join("\n".join(_lines(name, found)) for name, found in chosen.items())


def percent(answer: Mapping[str, Any], apis: Sequence[str] = ()) -> float:
    """How much of these APIs was reached, from 0 to 100."""
    chosen = _chosen(answer, apis)
    counts = [count for found in chosen.values() for count in found["summary"].values()]
    reached = sum(int(count["reached"]) for count in counts)
    total = sum(int(count["of"]) for count in counts)
    return 100 * reached / (total or 1)


def _chosen(answer: Mapping[str, Any], apis: Sequence[str]) -> dict[str, Any]:
    return {
        name: found
        for name, found in answer["apis"].items()
        if (name in apis if apis else found["percent"] > 0)
    }


def _lines(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    counts = ", ".join(
        f"{count['reached']}/{count['of']} {_KINDS[kind][1]}"
        for kind, count in found["summary"].items()
        if count["of"]
    )
    yield f"{name}: {found['percent']:g} % ({counts})"
    yield from (
        f"  not reached: {_point(point)}" for point in found["points"] if not point["count"]
    )
    in_points = {point["rule"] for point in found["points"]}
    for rule in found["rules"]:
        if not rule["count"] and rule["id"] not in in_points:
            yield f"  not reached: rule {rule['id']}"


def _point(point: Mapping[str, Any]) -> str:
    kind = _KINDS[point["kind"]][0]
    states = f"{point['state']} -> {point['to']}" if "to" in point else point["state"]
    return f"{kind} {point['resource']}.{point['operation']}: {states} ({point['rule']})"
