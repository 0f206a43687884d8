"""Promptster: the statistics of a cohort against our own calculation, and its members."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import foreign_record, new_record, prepared_id
from session_contracts.conformance.reading import read_or_absent
from session_contracts.conformance.subject import Subject

from ..events import COHORT

_MEMBERS = (
    "durationMs",
    "promptCount",
    "commandFailRate",
    "verifyIntensity",
    "manualEditRatio",
    "firstChangeLatencyMs",
)
#: Rule, average, member, and by how much a server may round.
_AVERAGES = (
    ("cohort.duration", "avgDurationMs", "durationMs", 1.0),
    ("cohort.prompts", "avgPromptCount", "promptCount", 0.51),
    ("cohort.fail-rate", "avgCommandFailRate", "commandFailRate", 0.006),
    ("cohort.verify", "avgVerifyIntensity", "verifyIntensity", 0.006),
    ("cohort.manual", "avgManualEditRatio", "manualEditRatio", 0.006),
    ("cohort.latency", "avgFirstChangeLatencyMs", "firstChangeLatencyMs", 1.0),
)
_DISPUTED = frozenset({"manualEditRatio", "firstChangeLatencyMs"})
#: Whether a lower value is better.
_LESS = {"durationMs": True, "promptCount": True, "commandFailRate": True, "verifyIntensity": False}
_ROUNDING = 0.0006
#: Five sessions without equal values, and with another ranking in each value.
_VALUES: tuple[Mapping[str, Any], ...] = tuple(
    {
        "durationMs": duration,
        "promptCount": prompts,
        "commandFailRate": rate,
        "verifyIntensity": verify,
        "manualEditRatio": manual,
        "firstChangeLatencyMs": latency,
        "testsPassed": passed,
    }
    for duration, prompts, rate, verify, manual, latency, passed in (
        (3_600_000, 40, 0.10, 1.50, 0.2, 90_000, True),
        (1_800_000, 55, 0.25, 0.40, 0.9, 60_000, False),
        (7_200_000, 12, 0.00, 0.85, 0.5, 300_000, True),
        (2_700_000, 31, 0.50, 0.10, 0.1, 30_000, True),
        (5_400_000, 77, 0.05, 2.25, 0.7, 120_000, False),
    )
)
#: The same, but two of them lack some values.
_UNKNOWN = (
    frozenset({"durationMs", "commandFailRate", "manualEditRatio", "testsPassed"}),
    frozenset(_MEMBERS[1::2]),
)
_PARTLY_KNOWN = (
    *_VALUES[:3],
    *(
        {name: value for name, value in values.items() if name not in unknown}
        for values, unknown in zip(_VALUES[3:], _UNKNOWN, strict=True)
    ),
)


def _cohort(
    subject: Subject, values: Sequence[Mapping[str, Any]] = _VALUES, **params: Any
) -> list[str]:
    """Sessions of a new assessment with these values. Raises Unexercised."""
    assessment = params.pop("assessmentId", None) or prepared_id(
        subject, "assessment", "assessmentId"
    )
    return [
        new_record(subject, assessmentId=assessment, metrics=dict(value), **params)
        for value in values
    ]


def _statistics(subject: Subject, session: str, judge: Judge) -> tuple[Exchange, Any]:
    exchange = send(subject, COHORT, session)
    judge.require(
        exchange.ok and isinstance(exchange.json, dict) and "cohortStats" in exchange.json,
        "there are no cohort statistics",
    )
    return exchange, shapes.known(
        shapes.record_schema(subject.operation(COHORT)), exchange.json["cohortStats"]
    )


def _figures(subject: Subject, session: str, judge: Judge) -> tuple[Exchange, Mapping[str, Any]]:
    """The cohort statistics. Raises Unexercised if there are none."""
    exchange, found = _statistics(subject, session, judge)
    judge.require(isinstance(found, dict), "cohortStats is null")
    return exchange, found


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _counted(subject: Subject, session: str, expected: int, rule: str, judge: Judge) -> None:
    exchange, found = _figures(subject, session, judge)
    got = found.get("sessionCount")
    judge.holds(
        rule, got == expected, trigger=exchange, expected=f"sessionCount {expected}", got=str(got)
    )


_FIGURES = tuple(rule for rule, *_ in _AVERAGES)


@verifies("cohort.count", *_FIGURES, "cohort.pass-rate", "cohort.members")
@pytest.mark.parametrize(
    "values",
    [_VALUES[:1], _VALUES[:2], _VALUES, _PARTLY_KNOWN],
    ids=["one", "two", "all", "partly-known"],
)
def test_averages(values: Sequence[Mapping[str, Any]], subject: Subject, judge: Judge) -> None:
    """The same for each session of the cohort; unknown values are in no average."""
    for session in _cohort(subject, values)[:2]:
        exchange, found = _statistics(subject, session, judge)
        count = found.get("sessionCount") if isinstance(found, dict) else None
        good = count == len(values)
        if judge.holds(
            "cohort.count",
            good,
            trigger=exchange,
            expected=f"sessionCount {len(values)}",
            got=str(count),
        ):
            _judge_members(exchange, found, subject, judge)
            _judge_averages(values, exchange, found.get("metrics"), judge)


def _judge_members(
    exchange: Exchange, found: Mapping[str, Any], subject: Subject, judge: Judge
) -> None:
    wrong = shapes.faults(shapes.record_schema(subject.operation(COHORT)), found)
    judge.holds(
        "cohort.members",
        not wrong,
        trigger=exchange,
        expected="the documented members",
        got="; ".join(wrong),
    )


@verifies("cohort.members")
def test_members_without_values(subject: Subject, judge: Judge) -> None:
    session = new_record(subject, assessmentId=prepared_id(subject, "assessment", "assessmentId"))
    _judge_members(*_figures(subject, session, judge), subject, judge)


def _judge_averages(
    values: Sequence[Mapping[str, Any]], exchange: Exchange, metrics: Any, judge: Judge
) -> None:
    judge.require(isinstance(metrics, dict), "the statistics have no metrics")
    for rule, name, member, rounding in _AVERAGES:
        expected = _average(values, member)
        good = _number(metrics.get(name)) and abs(metrics[name] - expected) <= rounding
        judge.holds(
            rule,
            good,
            trigger=exchange,
            expected=f"{name} {expected:.3f}",
            got=str(metrics.get(name)),
        )
    rate, passed = metrics.get("testPassRate"), 100 * _average(values, "testsPassed")
    good = _number(rate) and rate == int(rate) and abs(rate - passed) < 1
    judge.holds(
        "cohort.pass-rate",
        good,
        trigger=exchange,
        expected=f"testPassRate {passed:.0f}, an integer",
        got=str(rate),
    )


def _average(values: Sequence[Mapping[str, Any]], member: str) -> float:
    """The average of a value over the sessions that have it."""
    known = [value[member] for value in values if member in value]
    return float(sum(known)) / len(known)


def _percentiles(
    subject: Subject, session: str, judge: Judge
) -> tuple[Exchange, Mapping[str, Any]]:
    exchange, found = _figures(subject, session, judge)
    judge.require(isinstance(found.get("percentiles"), dict), "the statistics have no percentiles")
    return exchange, found["percentiles"]


def _better(member: str, less: bool) -> Callable[[int], int]:
    """How many other sessions a session does better than."""
    values = [value[member] for value in _VALUES]
    return lambda own: sum(values[own] < other if less else values[own] > other for other in values)


@verifies(
    "cohort.range", "cohort.formula", "cohort.fail-rate-rank", "cohort.better", "cohort.disputed"
)
def test_percentiles(subject: Subject, judge: Judge) -> None:
    """One rule states that they rise with the rank, another what they are exactly."""
    sessions = _cohort(subject)
    answers = [_percentiles(subject, session, judge) for session in sessions]
    for exchange, actual in answers:
        wrong = [
            name for name in _MEMBERS if _number(actual.get(name)) and not 0 <= actual[name] <= 1
        ]
        judge.holds(
            "cohort.range", not wrong, trigger=exchange, expected="between 0 and 1", got=str(actual)
        )
    for member, less in _LESS.items():
        rank = _better(member, less)
        rule = "cohort.fail-rate-rank" if member == "commandFailRate" else "cohort.better"
        ordered = sorted(range(len(sessions)), key=rank)
        got: list[Any] = [answers[number][1].get(member) for number in ordered]
        rising = all(map(_number, got)) and got == sorted(got) and got[0] < got[-1]
        if judge.holds(
            rule,
            rising,
            trigger=answers[ordered[-1]][0],
            expected=f"{member} from worst to best rising",
            got=str(got),
        ):
            _judge_formula(
                member, [rank(number) for number in ordered], got, answers[ordered[0]][0], judge
            )
    for member in sorted(_DISPUTED):
        ordered = sorted(range(len(sessions)), key=_better(member, less=False))
        ranked = [answers[number][1].get(member) for number in ordered]
        judge.observed(
            "cohort.disputed", answers[0][0], f"of {member} from least to most: {ranked}"
        )


def _judge_formula(
    member: str, ranks: Sequence[int], got: Sequence[Any], exchange: Exchange, judge: Judge
) -> None:
    expected = [rank / (len(_VALUES) - 1) for rank in ranks]
    good = all(
        abs(value - wanted) <= _ROUNDING for value, wanted in zip(got, expected, strict=True)
    )
    judge.holds(
        "cohort.formula", good, trigger=exchange, expected=f"{member} {expected}", got=str(got)
    )


@verifies("cohort.formula")
def test_thirds(subject: Subject, judge: Judge) -> None:
    """Values that need rounding: the thirds of four sessions, to three decimals."""
    sessions = _cohort(subject, _VALUES[:4])
    got: list[Any] = []
    for session in sessions:
        exchange, actual = _percentiles(subject, session, judge)
        got.append(actual.get("commandFailRate"))
    judge.require(
        all(map(_number, got)) and sorted(got) == [got[3], got[1], got[0], got[2]],
        "commandFailRate is ranked differently",
    )
    expected = [2 / 3, 1 / 3, 1.0, 0.0]
    good = all(
        abs(value - wanted) <= _ROUNDING for value, wanted in zip(got, expected, strict=True)
    )
    judge.holds(
        "cohort.formula",
        good,
        trigger=exchange,
        expected=f"commandFailRate {expected}",
        got=str(got),
    )


@verifies("cohort.two", "cohort.omitted")
def test_one_session_has_no_percentiles(subject: Subject, judge: Judge) -> None:
    """With a second session there are percentiles, without it none."""
    assessment = prepared_id(subject, "assessment", "assessmentId")
    (first,) = _cohort(subject, _VALUES[:1], assessmentId=assessment)
    exchange, found = _figures(subject, first, judge)
    actual = found.get("percentiles")
    _cohort(subject, _VALUES[1:2], assessmentId=assessment)
    control, both = _figures(subject, first, judge)
    numbers = (
        [name for name, value in (actual or {}).items() if value is not None]
        if isinstance(actual, dict | None)
        else [actual]
    )
    none = not numbers
    judge.holds(
        "cohort.two",
        none,
        trigger=exchange,
        control=control,
        expected="no percentiles of one session",
        got=str(actual),
    )
    good = isinstance(both.get("percentiles"), dict) and all(
        _number(both["percentiles"].get(name)) for name in _MEMBERS
    )
    judge.holds(
        "cohort.two",
        good,
        trigger=control,
        expected="percentiles of two sessions",
        got=str(both.get("percentiles")),
    )
    if none:
        left_out = "percentiles" not in found
        judge.holds(
            "cohort.omitted",
            left_out,
            trigger=exchange,
            expected="no member percentiles",
            got=f"percentiles {actual!r}",
        )


@verifies("cohort.unlinked", "cohort.nobody")
def test_no_cohort(subject: Subject, judge: Judge) -> None:
    """A session without a key, and an assessment without counting sessions."""
    _cohort(subject, _VALUES[:2])
    exchange, found = _statistics(subject, new_record(subject), judge)
    judge.holds("cohort.unlinked", found is None, trigger=exchange, expected="null", got=str(found))
    for status in ("pending", "redeemed"):
        for session in _cohort(subject, _VALUES[:2], keyStatus=status):
            exchange, found = _statistics(subject, session, judge)
            judge.holds(
                "cohort.nobody", found is None, trigger=exchange, expected="null", got=str(found)
            )


@verifies("cohort.statuses", "cohort.outside")
def test_counting_sessions(subject: Subject, judge: Judge) -> None:
    assessment = prepared_id(subject, "assessment", "assessmentId")
    (session,) = _cohort(subject, _VALUES[:1], assessmentId=assessment)
    expected = 1
    for status, counts in (
        ("expired", True),
        ("hired", True),
        ("pending", False),
        ("completed", True),
        ("redeemed", False),
    ):
        (last,) = _cohort(subject, _VALUES[1:2], assessmentId=assessment, keyStatus=status)
        expected += counts
        _counted(subject, session, expected, "cohort.statuses", judge)
    exchange, found = _statistics(subject, last, judge)
    actual = found.get("percentiles") if isinstance(found, dict) else None
    judge.observed(
        "cohort.outside",
        exchange,
        f"of a session whose key is redeemed the percentiles are {actual}",
    )


@verifies("cohort.tenant")
def test_other_assessments(subject: Subject, judge: Judge) -> None:
    """Sessions of another assessment, of none, and of another organization change nothing."""
    sessions = _cohort(subject, _VALUES[:3])
    control, before = _figures(subject, sessions[0], judge)
    judge.require(before.get("sessionCount") == 3, "the cohort does not count the created sessions")
    _cohort(subject, _VALUES[3:])
    new_record(subject, metrics=dict(_VALUES[4]))
    foreign_record(subject)
    exchange, after = _figures(subject, sessions[0], judge)
    judge.holds(
        "cohort.tenant",
        after == before,
        trigger=exchange,
        control=control,
        expected=str(before),
        got=str(after),
    )


@verifies("cohort.ties", "cohort.unknown")
def test_ties_and_unknown_values(subject: Subject, judge: Judge) -> None:
    tied = _cohort(subject, (_VALUES[0], _VALUES[0], _VALUES[1]))
    exchange, actual = _percentiles(subject, tied[0], judge)
    judge.observed(
        "cohort.ties",
        exchange,
        f"one of two that are equal and better than a third: {actual.get('commandFailRate')}",
    )
    assessment = prepared_id(subject, "assessment", "assessmentId")
    unknown = new_record(subject, assessmentId=assessment)
    _cohort(subject, _VALUES[:2], assessmentId=assessment)
    exchange, found = _figures(subject, unknown, judge)
    judge.observed(
        "cohort.unknown",
        exchange,
        f"of a session of which nothing is known the percentiles are {found.get('percentiles')}",
    )


@verifies("cohort.source")
def test_values_of_events(subject: Subject, judge: Judge) -> None:
    (session,) = _cohort(subject, _VALUES[:1])
    exchange, found = _figures(subject, session, judge)
    judge.observed(
        "cohort.source", exchange, f"the metrics that were given are {found.get('metrics')}"
    )


@verifies("delete.cohort")
def test_deleted_sessions_do_not_count(subject: Subject, judge: Judge) -> None:
    sessions = _cohort(subject)
    _, before = _figures(subject, sessions[0], judge)
    judge.require(
        before.get("sessionCount") == len(sessions),
        "the cohort does not count the created sessions",
    )
    deleted = call(subject, "deleteSession", sessions[3])
    judge.require(deleted.ok and not read_or_absent(subject, sessions[3]), "a deletion was refused")
    exchange, after = _figures(subject, sessions[0], judge)
    left = [value for number, value in enumerate(_VALUES) if number != 3]
    rest = sum(value["durationMs"] for value in left) / len(left)
    average = (after.get("metrics") or {}).get("avgDurationMs")
    good = after.get("sessionCount") == len(left) and _number(average) and abs(average - rest) <= 1
    expected = f"{len(left)} sessions, and an avgDurationMs of {rest:.0f}"
    judge.holds(
        "delete.cohort",
        good,
        trigger=exchange,
        control=deleted,
        expected=expected,
        got=exchange.answer(),
    )
