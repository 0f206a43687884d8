"""OpenScouter: creating a session, its members, and when it was completed."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import LONG_AGO, in_other_zone, rfc3339
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import (
    fresh_scope,
    new_credential,
    new_record,
    prepared_id,
    record_in,
)
from session_contracts.conformance.reading import fetch, record_of, require_state
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import advance_clock, target_time

_TOLERANCE = timedelta(seconds=10)
_DRAWN = 24


def _create(subject: Subject, body: Mapping[str, Any]) -> tuple[Exchange, Mapping[str, Any]]:
    """The answer to a creation, and the record in it. Raises Unexercised."""
    exchange = call(subject, "createSession", None, body)
    record = shapes.unwrap(exchange.json)
    if not exchange.ok or not isinstance(record, dict):
        raise Unexercised(f"a creation answered {exchange.status}")
    return exchange, record


# ---- creation


@verifies("create.returns")
def test_created_as_asked(subject: Subject, judge: Judge) -> None:
    for variant in ("A", "B"):
        asked = {**fresh_scope(subject), "variant": variant}
        exchange = call(subject, "createSession", None, asked)
        if judge.accepted("create.returns", exchange):
            record = shapes.unwrap(exchange.json)
            judge.require(
                isinstance(record, dict) and {*asked, "status"} <= record.keys(),
                "the answer lacks a documented member",
            )
            got, expected = (
                {name: record[name] for name in (*asked, "status")},
                {**asked, "status": "active"},
            )
            judge.holds(
                "create.returns",
                got == expected,
                trigger=exchange,
                expected=str(expected),
                got=str(got),
            )


@verifies("create.stored")
def test_created_session_exists(subject: Subject, judge: Judge) -> None:
    """Each creation makes another session, also with the same values."""
    asked = {**fresh_scope(subject), "variant": "B"}
    made = [
        _create(
            subject,
            {
                **asked,
                **({} if number else {"testerId": prepared_id(subject, "tester", "testerId")}),
            },
        )
        for number in range(2)
    ]
    ids = [str(record.get("sessionId")) for _, record in made]
    judge.holds(
        "create.stored", ids[0] != ids[1], trigger=made[1][0], expected="another id", got=ids[1]
    )
    for (exchange, record), identity in zip(made, ids, strict=True):
        read = fetch(subject, identity)
        found = shapes.unwrap(read.json)
        good = read.ok and isinstance(found, dict)
        if judge.holds(
            "create.stored",
            good,
            trigger=read,
            control=exchange,
            expected=f"session {identity}",
            got=str(read.status),
        ):
            names = ("sessionId", "jobId", "testerId", "variant", "status")
            judge.require(
                all(name in found and name in record for name in names),
                "a documented member is missing",
            )
            same = [name for name in names if found[name] != record[name]]
            judge.holds(
                "create.stored",
                not same,
                trigger=read,
                expected="what was created",
                got=f"other values of {same}",
            )


@verifies("create.variant-assigned")
def test_variant_is_assigned(subject: Subject, judge: Judge) -> None:
    exchange = call(subject, "createSession", None, fresh_scope(subject))
    control = call(subject, "createSession", None, {**fresh_scope(subject), "variant": "A"})
    if judge.accepted("create.variant-assigned", exchange, control=control):
        got = (shapes.unwrap(exchange.json) or {}).get("variant")
        judge.holds(
            "create.variant-assigned",
            got in ("A", "B"),
            trigger=exchange,
            expected="A or B",
            got=str(got),
        )


@verifies("create.variant-split")
def test_variants_follow_the_split(subject: Subject, judge: Judge) -> None:
    """A study with one variant, and one with both: 24 sessions do not all have the same."""
    for split, expected in (
        ({"A": 100, "B": 0}, {"A"}),
        ({"A": 0, "B": 100}, {"B"}),
        ({"A": 50, "B": 50}, {"A", "B"}),
    ):
        study = prepared_id(subject, "study", "jobId", splitRatio=split)
        answers = [
            _create(
                subject, {"jobId": study, "testerId": prepared_id(subject, "tester", "testerId")}
            )
            for _ in range(_DRAWN if len(expected) > 1 else 6)
        ]
        got = {str(record.get("variant")) for _, record in answers}
        judge.require(got <= {"A", "B"}, "an assigned variant is neither A nor B")
        actual = f"{sorted(expected)} by {split}"
        judge.holds(
            "create.variant-split",
            got == expected,
            trigger=answers[-1][0],
            expected=actual,
            got=str(sorted(got)),
        )


@verifies("create.unknown", "create.again", "answer.declared")
def test_undocumented_creation(subject: Subject, judge: Judge) -> None:
    known = fresh_scope(subject)
    for name in known:
        judge.observed(
            "create.unknown",
            call(subject, "createSession", None, {**known, name: f"none_{uuid.uuid4().hex}"}),
        )
    first = call(subject, "createSession", None, known)
    judge.require(first.ok, f"a creation answered {first.status}")
    judge.observed("create.again", call(subject, "createSession", None, known))


@verifies("openscouter.answer.declared")
def test_statuses_of_success(subject: Subject, judge: Judge) -> None:
    created = call(subject, "createSession", None, fresh_scope(subject))
    analyzed = call(subject, "analyzeSession", record_in(subject, "completed"))
    actual = f"creating answers {created.status}, starting an analysis {analyzed.status}"
    judge.require(created.ok and analyzed.ok, actual)
    judge.observed("openscouter.answer.declared", created, actual)


# ---- members


@verifies("session.values", "session.unfinished", "session.paused")
def test_values(subject: Subject, judge: Judge) -> None:
    for variant in ("A", "B"):
        start = LONG_AGO + timedelta(days=3, minutes=41, seconds=17)
        expected = {**fresh_scope(subject), "variant": variant}
        identity = new_record(subject, **expected, status="active", startedAt=rfc3339(start))
        exchange = fetch(subject, identity)
        record = record_of(subject, exchange, identity)
        judge.require(
            {*expected, "startedAt"} <= record.keys(), "a session lacks a documented member"
        )
        got = {name: record[name] for name in expected}
        good = got == expected and shapes.moment(record["startedAt"]) == start
        actual = f"{got} of {record['startedAt']}"
        judge.holds(
            "session.values",
            good,
            trigger=exchange,
            expected=f"{expected} of {rfc3339(start)}",
            got=actual,
        )
        judge.observed(
            "session.unfinished",
            exchange,
            f"completedAt is {record.get('completedAt', 'left out')!r}",
        )
    try:
        paused = fetch(subject, record_in(subject, "paused"))
    except Unexercised as reason:
        judge.unexercised("session.paused", str(reason))
        return
    judge.observed(
        "session.paused",
        paused,
        f"a paused session reads as {(shapes.unwrap(paused.json) or {}).get('status')}",
    )


@verifies("session.analyzing")
def test_analyzing(subject: Subject, judge: Judge) -> None:
    exchange = fetch(subject, record_in(subject, "analyzing"))
    judge.observed(
        "session.analyzing",
        exchange,
        f"under analysis it reads as {(shapes.unwrap(exchange.json) or {}).get('status')}",
    )


# ---- completion


def _complete(
    subject: Subject, identity: str, body: Mapping[str, Any] | None
) -> tuple[Exchange, datetime | None]:
    """The answer to a completion, and the completion time read afterwards. Raises Unexercised."""
    exchange = call(subject, "completeSession", identity, body)
    if not exchange.ok:
        raise Unexercised(f"a completion answered {exchange.status}")
    return exchange, shapes.moment(require_state(subject, identity, "completed").get("completedAt"))


@verifies("complete.time-given", "complete.members")
def test_completed_at_a_given_time(subject: Subject, judge: Judge) -> None:
    """In any time zone."""
    start = target_time(subject) - timedelta(hours=1)
    for minutes, write in ((32, rfc3339), (7, lambda moment: in_other_zone(rfc3339(moment)))):
        identity = new_record(subject, status="active", startedAt=rfc3339(start))
        ended = (start + timedelta(minutes=minutes)).replace(microsecond=0)
        control = call(
            subject,
            "completeSession",
            new_record(subject, status="active", startedAt=rfc3339(start)),
            {},
        )
        exchange = call(subject, "completeSession", identity, {"completedAt": write(ended)})
        if not judge.accepted("complete.time-given", exchange, control=control):
            return
        got = shapes.moment(require_state(subject, identity, "completed").get("completedAt"))
        judge.holds(
            "complete.time-given",
            got == ended,
            trigger=exchange,
            expected=rfc3339(ended),
            got=str(got),
        )
        actual = (shapes.unwrap(exchange.json) or {}).get("completedAt")
        judge.holds(
            "complete.members",
            shapes.moment(actual) == got,
            trigger=exchange,
            expected=f"completedAt {got}",
            got=str(actual),
        )


@verifies("complete.time-default")
def test_completed_now(subject: Subject, judge: Judge) -> None:
    """Without a body, and with a body without a time."""
    bodies: tuple[dict[str, str] | None, ...] = (None, {})
    for body in bodies:
        identity = new_record(
            subject, status="active", startedAt=rfc3339(target_time(subject) - timedelta(hours=1))
        )
        begun = target_time(subject)
        exchange = call(subject, "completeSession", identity, body)
        control = call(subject, "completeSession", new_record(subject, status="active"), {})
        if not judge.accepted(
            "complete.time-default", exchange, control=None if body is not None else control
        ):
            continue
        got = shapes.moment(require_state(subject, identity, "completed").get("completedAt"))
        good = got is not None and begun - _TOLERANCE <= got <= target_time(subject) + _TOLERANCE
        judge.holds(
            "complete.time-default",
            good,
            trigger=exchange,
            expected=f"about {rfc3339(begun)}",
            got=str(got),
        )


@verifies("session.duration")
def test_duration(subject: Subject, judge: Judge) -> None:
    """Completed at a given time, completed now, longer than a day, and in other states."""
    start = target_time(subject) - timedelta(hours=1)
    made = []
    bodies: tuple[dict[str, str], ...] = (
        {"completedAt": rfc3339(start + timedelta(minutes=32))},
        {},
    )
    for body in bodies:
        identity = new_record(subject, status="active", startedAt=rfc3339(start))
        _complete(subject, identity, body)
        made.append(identity)
    long_ago = new_record(subject, status="active", startedAt=rfc3339(start - timedelta(hours=30)))
    _complete(subject, long_ago, {})
    made.append(long_ago)
    for identity in (
        *made,
        record_in(subject, "completed"),
        record_in(subject, "analyzed"),
        record_in(subject, "confirmed"),
    ):
        exchange = fetch(subject, identity)
        record = record_of(subject, exchange, identity)
        first, last = (
            shapes.moment(record.get("startedAt")),
            shapes.moment(record.get("completedAt")),
        )
        judge.require(
            first is not None and last is not None and "durationSeconds" in record,
            "a completed session lacks a member",
        )
        assert first is not None
        assert last is not None
        lasted, expected = record["durationSeconds"], (last - first).total_seconds()
        good = (
            isinstance(lasted, int | float)
            and not isinstance(lasted, bool)
            and abs(lasted - expected) <= 1
        )
        judge.holds(
            "session.duration",
            good,
            trigger=exchange,
            expected=f"{expected:.0f} seconds",
            got=str(lasted),
        )


# ---- tokens


@verifies("auth.lifetime", "auth.expired")
@pytest.mark.usefixtures("afterwards")
def test_token_expires_after_a_day(subject: Subject, judge: Judge) -> None:
    headers, identity = new_credential(subject), record_in(subject, "active")
    control = fetch(subject, identity, headers=headers)
    judge.require(control.ok, f"a read answered {control.status}")
    advance_clock(subject, "PT23H55M")
    late = fetch(subject, identity, headers=headers)
    judge.holds(
        "auth.lifetime",
        late.ok,
        trigger=late,
        control=control,
        expected="success after 23 hours 55",
        got=str(late.status),
    )
    advance_clock(subject, "PT10M")
    judge.refused(
        "auth.expired", fetch(subject, identity, headers=headers), control=fetch(subject, identity)
    )
