"""Sales Lab: the summary of a period, compared with the list of its sessions and their scores."""

import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import rfc3339
from session_contracts.conformance.listing import get_list, listed_ids, listed_records
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.paging import all_pages
from session_contracts.conformance.preparing import (
    foreign_record,
    new_record,
    prepared_id,
    record_in,
)
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import target_time

_FIGURES = "getAnalyticsSummary"
_HOUR = timedelta(hours=1)
_TOLERANCE = timedelta(minutes=2)
_LARGE = 100


def _summary(subject: Subject, judge: Judge, **period: str) -> tuple[Exchange, Mapping[str, Any]]:
    exchange = send(subject, _FIGURES, query=[*period.items()])
    judge.require(exchange.ok, f"the summary answered {exchange.status}")
    record = shapes.unwrap(exchange.json)
    judge.require(isinstance(record, dict), "the summary is not an object")
    return exchange, record


def _quiet(subject: Subject) -> datetime:
    """The beginning of an hour, years ago, without any sessions.

    A check knows everything that counts in it. Raises Unexercised.
    """
    for _ in range(5):
        start = (
            datetime.fromisoformat("2002-01-01T00:00:00Z") + random.randrange(100_000) * 2 * _HOUR
        )
        period = {"from": rfc3339(start), "to": rfc3339(start + _HOUR)}
        if not listed_ids(subject, get_list(subject, period)):
            return start
    raise Unexercised(
        "the list shows sessions in every hour that was tried, although none were created there"
    )


def _period(start: datetime) -> dict[str, str]:
    return {"from": rfc3339(start), "to": rfc3339(start + _HOUR)}


def _judge_count(
    rule: str,
    member: str,
    expected: object,
    exchange: Exchange,
    record: Mapping[str, Any],
    judge: Judge,
) -> None:
    judge.require(member in record, f"the summary has no {member}")
    judge.holds(
        rule,
        record[member] == expected,
        trigger=exchange,
        expected=f"{member} {expected}",
        got=str(record[member]),
    )


@verifies(
    "summary.sessions",
    "summary.scored",
    "summary.avg-score",
    "summary.unique-reps",
    "summary.rounding",
)
def test_figures(subject: Subject, judge: Judge) -> None:
    """A period with known sessions: scored and not, several by one rep, a rep without a score.

    There are others outside of it.
    """
    start = _quiet(subject)
    inside = rfc3339(start + _HOUR / 2)
    reps = [prepared_id(subject, "user") for _ in range(3)]
    scores = (90, 71, 0)
    for rep, score in zip((reps[0], reps[0], reps[1]), scores, strict=True):
        session = new_record(subject, user_id=rep, started_at=inside)
        prepared_id(subject, "scorecard", session_id=session, overall_score=score)
    unscored = [new_record(subject, user_id=rep, started_at=inside) for rep in (reps[2], reps[0])]
    for outside in (start - _HOUR / 2, start + _HOUR * 1.5):
        session = new_record(
            subject, user_id=prepared_id(subject, "user"), started_at=rfc3339(outside)
        )
        prepared_id(subject, "scorecard", session_id=session, overall_score=10)
    exchange, record = _summary(subject, judge, **_period(start))
    listed = listed_ids(subject, get_list(subject, _period(start), [("limit", str(_LARGE))]))
    made = len(scores) + len(unscored)
    judge.require(len(listed) == made, "the list does not show just what was created in the period")
    _judge_count("summary.sessions", "sessions", made, exchange, record, judge)
    _judge_count("summary.scored", "scored", len(scores), exchange, record, judge)
    _judge_count("summary.unique-reps", "unique_reps", len(reps), exchange, record, judge)
    judge.require("avg_score" in record, "the summary has no avg_score")
    average, got = sum(scores) / len(scores), record["avg_score"]
    good = isinstance(got, int | float) and not isinstance(got, bool) and abs(got - average) < 1
    judge.holds(
        "summary.avg-score", good, trigger=exchange, expected=f"about {average:.2f}", got=str(got)
    )
    judge.observed("summary.rounding", exchange, f"avg_score of {average:.2f} is {got}")


@verifies("summary.sessions", "summary.scored", "summary.unique-reps")
def test_figures_agree_with_the_list(subject: Subject, judge: Judge) -> None:
    """Whatever sessions the tenant has in two days, listed and counted."""
    now = target_time(subject)
    for days in (1, 4):
        new_record(subject, started_at=rfc3339(now - timedelta(days=days)))
    prepared = []
    for state in subject.table.states:
        with suppress(Unexercised):
            prepared.append(record_in(subject, state, started_at=rfc3339(now - timedelta(days=1))))
    theirs = foreign_record(subject, started_at=rfc3339(now - timedelta(days=1)))
    period = {"from": rfc3339(now - timedelta(days=2)), "to": rfc3339(now - timedelta(minutes=1))}
    exchange, record = _summary(subject, judge, **period)
    rows: dict[str, Mapping[str, Any]] = {}
    for page, _ in all_pages(subject, period, _LARGE):
        rows |= {str(row.get("id")): row for row in listed_records(subject, page)}
    judge.require(set(prepared) <= rows.keys(), "the list does not show all created sessions")
    judge.require(theirs not in rows, "the list shows sessions of another tenant")
    judge.require(
        all(_lies_in(row, period) for row in rows.values()),
        "the list shows sessions outside of the period",
    )
    judge.require(
        all({"status", "user_id"} <= row.keys() for row in rows.values()),
        "a listed session lacks a member",
    )
    _judge_count("summary.sessions", "sessions", len(rows), exchange, record, judge)
    scored = sum(row["status"] == "scored" for row in rows.values())
    _judge_count("summary.scored", "scored", scored, exchange, record, judge)
    _judge_count(
        "summary.unique-reps",
        "unique_reps",
        len({row["user_id"] for row in rows.values()}),
        exchange,
        record,
        judge,
    )


def _lies_in(row: Mapping[str, Any], period: Mapping[str, str]) -> bool:
    started = shapes.moment(row.get("started_at"))
    first, last = (shapes.moment(period[name]) for name in ("from", "to"))
    return (
        started is not None and first is not None and last is not None and first <= started <= last
    )


@verifies("summary.sessions")
def test_more_than_one_page(subject: Subject, judge: Judge) -> None:
    start = _quiet(subject)
    user = prepared_id(subject, "user")
    made = [
        new_record(subject, user_id=user, started_at=rfc3339(start + _HOUR / 2))
        for _ in range(_LARGE + 1)
    ]
    exchange, record = _summary(subject, judge, **_period(start))
    _judge_count("summary.sessions", "sessions", len(made), exchange, record, judge)


@verifies("summary.moment")
def test_bounds(subject: Subject, judge: Judge) -> None:
    start = _quiet(subject)
    for moment in (start, start + _HOUR):
        new_record(subject, started_at=rfc3339(moment))
    exchange, record = _summary(subject, judge, **_period(start))
    judge.observed(
        "summary.moment",
        exchange,
        f"of two sessions at the very bounds {record.get('sessions')} count",
    )


@verifies("summary.nothing-scored")
def test_nothing_scored(subject: Subject, judge: Judge) -> None:
    exchange, record = _summary(subject, judge, **_period(_quiet(subject)))
    judge.observed("summary.nothing-scored", exchange, f"avg_score is {record.get('avg_score')!r}")


@verifies("summary.period")
def test_period(subject: Subject, judge: Judge) -> None:
    start = _quiet(subject)
    exchange, record = _summary(subject, judge, **_period(start))
    for name, expected in (("from", start), ("to", start + _HOUR)):
        judge.require(name in record, f"the summary has no {name}")
        good = shapes.moment(record[name]) == expected
        judge.holds(
            "summary.period",
            good,
            trigger=exchange,
            expected=f"{name} {rfc3339(expected)}",
            got=str(record[name]),
        )


@verifies("summary.from-default", "summary.to-default")
def test_default_period(subject: Subject, judge: Judge) -> None:
    """What it states, and what it counts.

    Sessions of 29 days ago and of now count, one of 31 days ago does not.
    """
    now = target_time(subject)
    for name, rule, expected in (
        ("from", "summary.from-default", now - timedelta(days=30)),
        ("to", "summary.to-default", now),
    ):
        exchange, record = _summary(subject, judge)
        judge.require(name in record, f"the summary has no {name}")
        moment = shapes.moment(record[name])
        good = moment is not None and abs(moment - expected) <= _TOLERANCE
        judge.holds(
            rule,
            good,
            trigger=exchange,
            expected=f"about {rfc3339(expected)}",
            got=str(record[name]),
        )
    for rule, ago, counts in (
        ("summary.from-default", timedelta(days=29, hours=23), True),
        ("summary.from-default", timedelta(days=30, hours=1), False),
        ("summary.to-default", timedelta(), True),
    ):
        _, before = _summary(subject, judge)
        new_record(subject, started_at=rfc3339(now - ago))
        exchange, after = _summary(subject, judge)
        judge.require(
            isinstance(before.get("sessions"), int) and isinstance(after.get("sessions"), int),
            "the summary has no sessions",
        )
        got = after["sessions"] - before["sessions"]
        what = f"{int(counts)} more for a session of {ago} ago"
        judge.holds(rule, got == int(counts), trigger=exchange, expected=what, got=f"{got} more")


@verifies("summary.tenant")
def test_other_tenants(subject: Subject, judge: Judge) -> None:
    start = _quiet(subject)
    inside = rfc3339(start + _HOUR / 2)
    mine = new_record(subject, started_at=inside)
    prepared_id(subject, "scorecard", session_id=mine, overall_score=80)
    control, before = _summary(subject, judge, **_period(start))
    judge.require(before.get("sessions") == 1, "the summary does not count the created sessions")
    theirs = foreign_record(subject, started_at=inside)
    prepared_id(subject, "scorecard", session_id=theirs, overall_score=20, tenant="other")
    exchange, after = _summary(subject, judge, **_period(start))
    names = ("sessions", "scored", "avg_score", "unique_reps")
    expected, got = ({name: record.get(name) for name in names} for record in (before, after))
    judge.holds(
        "summary.tenant",
        got == expected,
        trigger=exchange,
        control=control,
        expected=str(expected),
        got=str(got),
    )
