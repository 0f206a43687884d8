"""Promptster: the measures of sessions, and the statistics of a cohort. Plain arithmetic."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from session_contracts.mock_server.clock import parse_moment
from session_contracts.mock_server.store import Record, Rows

#: The measures of a session by name; None if unknown.
Values = Mapping[str, float | bool | None]
Timeline = Callable[[Record], Rows]

#: By measure: the name of its average, the decimals of that, and whether less is better.
_MEASURES: Mapping[str, tuple[str, int, bool]] = {
    "durationMs": ("avgDurationMs", 0, True),
    "promptCount": ("avgPromptCount", 1, True),
    "commandFailRate": ("avgCommandFailRate", 3, True),
    "verifyIntensity": ("avgVerifyIntensity", 3, False),
    "manualEditRatio": ("avgManualEditRatio", 3, False),
    "firstChangeLatencyMs": ("avgFirstChangeLatencyMs", 0, True),
}
_CHANGES = frozenset({"file_diff", "file_create", "file_delete"})
_MILLISECOND = timedelta(milliseconds=1)


def statistics(
    session: Record, cohort: Sequence[Record], timeline: Timeline
) -> dict[str, Any] | None:
    """The statistics of a cohort, and a session's percentiles in it; None for an empty cohort."""
    if not cohort:
        return None
    values = {member.key: values_of(member, timeline) for member in cohort}
    result: dict[str, Any] = {
        "sessionCount": len(cohort),
        "metrics": averages(list(values.values())),
    }
    if len(cohort) > 1:
        others = [known for key, known in values.items() if key != session.key]
        result["percentiles"] = percentiles(values_of(session, timeline), others)
    return result


def averages(values: Sequence[Values]) -> dict[str, float | int | None]:
    """Each of what is known."""
    figures = {
        name: _average(_known(values, measure), decimals)
        for measure, (name, decimals, _) in _MEASURES.items()
    }
    passed = [100.0 * share for share in _known(values, "testsPassed")]
    return {**figures, "testPassRate": _average(passed, 0)}


def _average(known: Sequence[float], decimals: int) -> float | int | None:
    return round(sum(known) / len(known), decimals or None) if known else None


def _known(values: Sequence[Values], measure: str) -> list[float]:
    return [float(value) for entry in values if (value := entry[measure]) is not None]


def percentiles(own: Values, others: Sequence[Values]) -> dict[str, float | None]:
    """Of each value the share of the others that this one does better than."""
    return {
        measure: percentile(own[measure], _known(others, measure), less)
        for measure, (_, _, less) in _MEASURES.items()
    }


def percentile(own: float | None, others: Sequence[float], less: bool) -> float | None:
    """To three decimals; None where there is nothing to compare."""
    if own is None or not others:
        return None
    beaten = sum(own < other if less else own > other for other in others)
    return round(beaten / len(others), 3)


def values_of(session: Record, timeline: Timeline) -> Values:
    """Those that were given, or else those computed from the timeline."""
    given: Values | None = session.private.get("metrics")
    names = (*_MEASURES, "testsPassed")
    return (
        {name: given.get(name) for name in names}
        if given is not None
        else _worked_out(session, timeline(session))
    )


def _worked_out(session: Record, events: Rows) -> Values:
    """A share of nothing is not known."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        kinds.setdefault(
            "change" if event.fields["kind"] in _CHANGES else event.fields["kind"], []
        ).append(event.fields)
    changes, commands, tests = (kinds.get(kind, []) for kind in ("change", "command", "test_run"))
    return {
        "durationMs": _since(session, session.fields["endedAt"]),
        "promptCount": len(kinds.get("prompt", [])),
        "commandFailRate": _share([bool(command["data"].get("exitCode")) for command in commands]),
        "verifyIntensity": len(commands) / len(changes) if changes else None,
        "manualEditRatio": _share(
            [change["provenance"]["attribution"] == "likely_human" for change in changes]
        ),
        "firstChangeLatencyMs": _since(session, changes[0]["ts"] if changes else None),
        "testsPassed": all(_passed(test["data"]) for test in tests) if tests else None,
    }


def _since(session: Record, moment: str | None) -> float | None:
    """Milliseconds since the session began."""
    return (
        None
        if moment is None
        else max(
            0.0, (parse_moment(moment) - parse_moment(session.fields["startedAt"])) / _MILLISECOND
        )
    )


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _passed(data: Mapping[str, Any]) -> bool:
    return not data.get("exitCode") and not data.get("failed")
