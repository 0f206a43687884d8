"""What time does to records: still there shortly before its moment, moved shortly after."""

from collections.abc import Iterator
from datetime import timedelta

import isodate
import pytest

from conformance import shapes
from conformance.errors import Unexercised
from conformance.judge import Judge
from conformance.plugin import Case, each
from conformance.subject import Subject
from conformance.vocabulary import Vocabulary
from openapi.model import Contract, Timer

_MARGIN = timedelta(hours=1)


def timers(contract: Contract, vocabulary: Vocabulary) -> Iterator[Case]:
    for timer in contract.lifecycles[vocabulary.resource].timers:
        yield Case(timer.name, (timer.rule,), timer)


@each(timers)
@pytest.mark.usefixtures("afterwards")
def test_timer(case: Timer, subject: Subject, judge: Judge) -> None:
    subject.states.setup("clock", advance="PT0S")
    placed = {state: identity for state in case.sources if (identity := _placed(case, state, subject)) is not None}
    judge.require(bool(placed), f"no record could be placed with a {case.due} that is {case.after} after {case.since}")
    _advance(subject, case.after - _MARGIN)
    _judge(case, placed, "source", subject, judge)
    _advance(subject, 2 * _MARGIN)
    _judge(case, placed, "target", subject, judge)


def _placed(timer: Timer, state: str, subject: Subject) -> str | None:
    """A fresh record; None where it cannot be had, or where its due time is wrong, which is the fault of another rule."""
    try:
        identity = subject.place(state)
        record = subject.require_state(identity, state)
    except Unexercised:
        return None
    since, due = shapes.moment(record.get(timer.since)), shapes.moment(record.get(timer.due))
    return identity if since and due and due - since == timer.after else None


def _advance(subject: Subject, by: timedelta) -> None:
    subject.states.setup("clock", advance=isodate.duration_isoformat(by))


def _judge(timer: Timer, placed: dict[str, str], when: str, subject: Subject, judge: Judge) -> None:
    for state, identity in placed.items():
        exchange = subject.fetch(identity)
        found = subject.table.state_of(subject.record(exchange, identity))
        expected = state if when == "source" else timer.target
        moment = "an hour before its time" if when == "source" else "an hour after its time"
        if timer.optional:
            judge.observed(timer.rule, exchange, f"{state} is {found} {moment}")
        else:
            judge.holds(timer.rule, found == expected, trigger=exchange, expected=f"{expected} {moment}", got=str(found))
