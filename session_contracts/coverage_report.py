"""What `GET /_mock/coverage` tells, as text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLURAL = {
    "creation": "creations",
    "move": "moves",
    "stay": "stays",
    "refusal": "refusals",
    "timer": "timers",
    "rule": "rules",
}


def covered(answer: Mapping[str, Any], apis: Sequence[str] = ()) -> str:
    """For each API: how much of what was reached, and what was not. `apis` empty: those that were called at all."""
    chosen = _chosen(answer, apis)
    return (
        "\n\n".join("\n".join(_api(name, told)) for name, told in chosen.items())
        if chosen
        else "no API was called"
    )


def percent(answer: Mapping[str, Any], apis: Sequence[str] = ()) -> float:
    """Of everything that there is to reach in these APIs."""
    kinds = [kind for told in _chosen(answer, apis).values() for kind in told["summary"].values()]
    reached, of = (sum(int(kind[what]) for kind in kinds) for what in ("reached", "of"))
    return 100 * reached / (of or 1)


def _chosen(answer: Mapping[str, Any], apis: Sequence[str]) -> dict[str, Any]:
    return {
        name: told
        for name, told in answer["apis"].items()
        if (name in apis if apis else told["percent"] > 0)
    }


def _api(name: str, told: Mapping[str, Any]) -> Iterator[str]:
    counts = ", ".join(
        f"{kind['reached']}/{kind['of']} {_PLURAL[label]}"
        for label, kind in told["summary"].items()
        if kind["of"]
    )
    yield f"{name}: {told['percent']:g} % ({counts})"
    for point in told["points"]:
        if not point["count"]:
            arrow = f" -> {point['to']}" if "to" in point else ""
            yield f"  not reached: {point['kind']} {point['resource']}.{point['operation']}: {point['state']}{arrow} ({point['rule']})"
    cells = {point["rule"] for point in told["points"]}
    yield from (
        f"  not reached: rule {rule['id']}"
        for rule in told["rules"]
        if not rule["count"] and rule["id"] not in cells
    )
