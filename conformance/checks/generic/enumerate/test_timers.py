"""Timers: a record is in its old state shortly before they are due, moved shortly after."""

from collections.abc import Iterator
from datetime import timedelta

import isodate
import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import Case, each
from session_contracts.conformance.preparing import accepting_state, record_in
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import current_state, fetch, record_of, require_state
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import advance_clock, clock_time
from session_contracts.openapi.model import Contract, Lifecycle, Refusal, Timer

_MARGIN = timedelta(hours=1)


def timers(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    table = contract.lifecycles[profile.resource]
    for timer in (timer for timer in table.timers if timer.due):
        rules = [refusal.rule for _, refusal in _closed(table, timer)]
        yield Case(timer.name, (timer.rule, *rules), timer)


def _closed(table: Lifecycle, timer: Timer) -> list[tuple[str, Refusal]]:
    """The operations that are accepted before the timer fires, and refused afterwards."""
    if timer.optional:
        return []
    rows = table.transitions.items()
    return [
        (name, row.refusals[timer.target])
        for name, row in rows
        if timer.target in row.refusals and any(row.moves_from(state) for state in timer.sources)
    ]


@each(timers)
@pytest.mark.usefixtures("afterwards")
def test_timer(case: Timer, subject: Subject, judge: Judge) -> None:
    clock_time(subject)
    prepared = {
        state: identity
        for state in case.sources
        if (identity := _prepared(case, state, subject)) is not None
    }
    judge.require(
        bool(prepared),
        f"no record could be prepared with a {case.due} that is {case.after} after {case.since}",
    )
    _advance(subject, case.after - _MARGIN)
    _judge(case, prepared, "source", subject, judge)
    _advance(subject, 2 * _MARGIN)
    _judge(case, prepared, "target", subject, judge)
    for operation, refusal in _closed(subject.table, case):
        _judge_closed(case, operation, refusal, prepared, subject, judge)


def _judge_closed(
    timer: Timer,
    operation: str,
    refusal: Refusal,
    prepared: dict[str, str],
    subject: Subject,
    judge: Judge,
) -> None:
    """A record that a timer moved is refused like one that was prepared in that state."""
    for identity in prepared.values():
        if current_state(subject, identity) == timer.target:
            trigger = call(subject, operation, identity, valid_body(subject, operation))
            control = call(
                subject,
                operation,
                record_in(subject, accepting_state(subject, operation)),
                valid_body(subject, operation),
            )
            judge.refused(refusal.rule, trigger, control=control, statuses=(refusal.status,))


def _prepared(timer: Timer, state: str, subject: Subject) -> str | None:
    """A fresh record; None if it cannot be prepared, or shows another due time (another rule)."""
    try:
        identity = record_in(subject, state)
        record = require_state(subject, identity, state)
    except Unexercised:
        return None
    since, due = (
        shapes.moment(record.get(timer.since or "")),
        shapes.moment(record.get(timer.due or "")),
    )
    return identity if since and due and due - since == timer.after else None


def _advance(subject: Subject, by: timedelta) -> None:
    advance_clock(subject, isodate.duration_isoformat(by))


def _judge(
    timer: Timer, prepared: dict[str, str], when: str, subject: Subject, judge: Judge
) -> None:
    for state, identity in prepared.items():
        exchange = fetch(subject, identity)
        found = subject.table.state_of(record_of(subject, exchange, identity))
        expected = state if when == "source" else timer.target
        moment = "an hour before its time" if when == "source" else "an hour after its time"
        if timer.optional:
            judge.observed(timer.rule, exchange, f"{state} is {found} {moment}")
        else:
            judge.holds(
                timer.rule,
                found == expected,
                trigger=exchange,
                expected=f"{expected} {moment}",
                got=str(found),
            )
