"""Mutants of Promptster's rules on cohorts."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from session_contracts.mock_server.mutants import edits, mutate
from session_contracts.mock_server.mutants.edits import Edit
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.store import Record, Rows

from . import handlers
from .cohort import Values, statistics, values_of

COHORT = "getCohortStats"
_MEASURES = (
    "durationMs",
    "promptCount",
    "commandFailRate",
    "verifyIntensity",
    "manualEditRatio",
    "firstChangeLatencyMs",
)


def _timeline(call: Call) -> Callable[[Record], Rows]:
    return lambda session: handlers.events_of(call.world, call.api, session)


# ---- who counts


def _of(choose: Callable[[Call], Sequence[Record]]) -> Mutation:
    """The statistics of other sessions."""

    def handler(call: Call) -> Answer:
        return Answer(200, {"cohortStats": statistics(call.found, choose(call), _timeline(call))})

    return mutate.handler(COHORT, handler)


def _own_assessment(call: Call) -> str | None:
    assessment = call.found.private.get("assessmentId")
    return None if assessment is None else str(assessment)


def _alone_without_assessment(call: Call) -> Sequence[Record]:
    return handlers.cohort_of(call, call.found) if _own_assessment(call) else [call.found]


def _alone_if_none_counts(call: Call) -> Sequence[Record]:
    return handlers.cohort_of(call, call.found) or ([call.found] if _own_assessment(call) else [])


def _linked(call: Call, *statuses: str, **filters: str) -> list[Record]:
    """The sessions of candidate keys with one of these statuses."""
    sessions = call.world.collection(call.api.resources["Session"])
    keys = [
        key
        for status in statuses
        for key in call.rows_of("CandidateKey", {"status": status, **filters})
    ]
    found = (sessions.get(key.fields["sessionId"]) for key in keys if key.fields["sessionId"])
    return [session for session in found if session is not None]


def _completed_or_expired(call: Call) -> Sequence[Record]:
    assessment = _own_assessment(call)
    return (
        [] if assessment is None else _linked(call, "completed", "expired", assessmentId=assessment)
    )


def _with_those_since(call: Call) -> Sequence[Record]:
    """Sessions created after this one count as part of its assessment."""
    cohort = handlers.cohort_of(call, call.found)
    own = {session.key for session in cohort}
    since = [
        session
        for session in _linked(call, "completed", "expired", "hired")
        if session.serial > call.found.serial
    ]
    return [*cohort, *(session for session in since if session.key not in own)] if cohort else []


# ---- figures


def _figures(edit: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Edit:
    """The statistics are edited, where there are any."""

    def change(body: dict[str, Any]) -> dict[str, Any]:
        return body if body["cohortStats"] is None else {"cohortStats": edit(body["cohortStats"])}

    return change


def _edits(edit: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Mutation:
    return mutate.response(COHORT, _figures(edit))


def _metric(name: str, change: Callable[[float], float]) -> Mutation:
    """Change a metric, if it is known."""

    def edit(figures: dict[str, Any]) -> Mapping[str, Any]:
        metrics = figures["metrics"]
        return (
            figures
            if metrics[name] is None
            else {**figures, "metrics": {**metrics, name: change(metrics[name])}}
        )

    return _edits(edit)


def _known_metrics(figures: dict[str, Any]) -> Mapping[str, Any]:
    return {
        **figures,
        "metrics": {name: value for name, value in figures["metrics"].items() if value is not None},
    }


def _computed(
    change: Callable[[Call, Sequence[Values], dict[str, Any]], Mapping[str, Any]],
) -> Mutation:
    """The statistics are worked out anew from the values of the cohort."""

    def handler(call: Call) -> Answer:
        cohort = handlers.cohort_of(call, call.found)
        figures = statistics(call.found, cohort, _timeline(call))
        values = [values_of(session, _timeline(call)) for session in cohort]
        return Answer(200, {"cohortStats": figures and change(call, values, figures)})

    return mutate.handler(COHORT, handler)


def _instead(name: str, measure: str, figure: Callable[[list[float]], float]) -> Mutation:
    """Of the known values of the cohort something else than the average."""

    def change(call: Call, values: Sequence[Values], figures: dict[str, Any]) -> Mapping[str, Any]:
        known = [float(value) for entry in values if (value := entry[measure]) is not None]
        return {
            **figures,
            "metrics": {**figures["metrics"], name: figure(known) if known else None},
        }

    return _computed(change)


def _some_failed(
    call: Call, values: Sequence[Values], figures: dict[str, Any]
) -> Mapping[str, Any]:
    """A rate of 0 is treated as missing."""
    return {**figures, "sessionCount": sum(value["commandFailRate"] != 0 for value in values) or 1}


# ---- percentiles


def _percentile(name: str, change: Callable[[float], float]) -> Mutation:
    """Change a percentile, if it is known."""

    def edit(figures: dict[str, Any]) -> Mapping[str, Any]:
        known = figures.get("percentiles")
        return (
            {**figures, "percentiles": {**known, name: change(known[name])}}
            if known and known[name] is not None
            else figures
        )

    return _edits(edit)


def _best_of_one(figures: dict[str, Any]) -> Mapping[str, Any]:
    return {"percentiles": dict.fromkeys(_MEASURES, 1.0), **figures}


def _null_for_none(figures: dict[str, Any]) -> Mapping[str, Any]:
    return {"percentiles": None, **figures}


def _of_all(figures: dict[str, Any]) -> Mapping[str, Any]:
    """The share of the whole cohort, including the session."""
    known, count = figures.get("percentiles"), figures["sessionCount"]
    if not known:
        return figures
    shares = {
        name: value if value is None else round(value * (count - 1) / count, 3)
        for name, value in known.items()
    }
    return {**figures, "percentiles": shares}


def _turned_round(value: float) -> float:
    return round(1 - value, 3)


MUTANTS: Mapping[str, Mutant] = {
    "promptster.cohort.returns": Mutant(
        "returns only sessions in progress", mutate.refusal(COHORT, ["ended"], 404)
    ),
    "promptster.cohort.envelope": Mutant(
        "returns the statistics without their envelope",
        mutate.response(COHORT, edits.only("cohortStats")),
    ),
    "promptster.cohort.members": Mutant(
        "leaves out metrics that are unknown", _edits(_known_metrics)
    ),
    "promptster.cohort.unlinked": Mutant(
        "compares the session with itself", _of(_alone_without_assessment)
    ),
    "promptster.cohort.nobody": Mutant(
        "counts the session itself if no other counts", _of(_alone_if_none_counts)
    ),
    "promptster.cohort.statuses": Mutant(
        "does not count hired candidates", _of(_completed_or_expired)
    ),
    "promptster.cohort.count": Mutant(
        "does not count sessions without a failed command", _computed(_some_failed)
    ),
    "promptster.cohort.tenant": Mutant(
        "counts later sessions of other assessments", _of(_with_those_since)
    ),
    "promptster.cohort.duration": Mutant(
        "returns the median", _instead("avgDurationMs", "durationMs", median)
    ),
    "promptster.cohort.prompts": Mutant(
        "returns the sum", _instead("avgPromptCount", "promptCount", sum)
    ),
    "promptster.cohort.fail-rate": Mutant(
        "returns a percentage", _metric("avgCommandFailRate", lambda rate: rate * 100)
    ),
    "promptster.cohort.verify": Mutant(
        "returns the maximum", _instead("avgVerifyIntensity", "verifyIntensity", max)
    ),
    "promptster.cohort.manual": Mutant(
        "returns the AI's share", _metric("avgManualEditRatio", _turned_round)
    ),
    "promptster.cohort.latency": Mutant(
        "returns seconds instead of milliseconds",
        _metric("avgFirstChangeLatencyMs", lambda latency: latency / 1000),
    ),
    "promptster.cohort.pass-rate": Mutant(
        "returns a fraction instead of a percentage",
        _metric("testPassRate", lambda rate: rate / 100),
    ),
    "promptster.cohort.range": Mutant(
        "returns a percentage", _percentile("manualEditRatio", lambda share: share * 100)
    ),
    "promptster.cohort.two": Mutant(
        "returns percentiles for a cohort of one", _edits(_best_of_one)
    ),
    "promptster.cohort.omitted": Mutant(
        "returns null for missing percentiles", _edits(_null_for_none)
    ),
    "promptster.cohort.formula": Mutant("counts the session among the others", _edits(_of_all)),
    "promptster.cohort.fail-rate-rank": Mutant(
        "ranks higher values better", _percentile("commandFailRate", _turned_round)
    ),
    "promptster.cohort.better": Mutant(
        "ranks lower values better in every metric", _percentile("verifyIntensity", _turned_round)
    ),
}
