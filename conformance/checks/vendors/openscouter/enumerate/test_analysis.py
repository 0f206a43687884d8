"""OpenScouter: an analysis begins with the call that starts it, and ends some time later."""

import time
from collections.abc import Callable

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import fresh_scope, record_in
from session_contracts.conformance.reading import fetch, read, require_state
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import advance_clock, clock_time

#: Seconds to wait for an analysis if the clock cannot be advanced.
_PATIENCE = 20


def _started(subject: Subject, judge: Judge, **params: str) -> tuple[str, Exchange, float]:
    """A session whose analysis has begun, and its estimated seconds. Raises Unexercised."""
    identity = record_in(subject, "completed", **params)
    require_state(subject, identity, "completed")
    exchange = call(subject, "analyzeSession", identity)
    judge.require(exchange.ok, f"starting an analysis answered {exchange.status}")
    seconds = (shapes.unwrap(exchange.json) or {}).get("estimatedCompletionSeconds")
    return identity, exchange, float(seconds) if isinstance(seconds, int | float) else _PATIENCE


def _status(identity: str, subject: Subject) -> object:
    return read(subject, identity).get("status")


def _is_analyzed_within(identity: str, subject: Subject, seconds: float) -> bool:
    """Whether the session becomes analyzed within this many seconds."""
    deadline = time.monotonic() + seconds
    while (
        done := _status(identity, subject) == "analyzed"
    ) is False and time.monotonic() < deadline:
        time.sleep(0.2)
    return done


@verifies("analyze.asynchronous", "analyze.finishes", "analyze.duration")
@pytest.mark.usefixtures("afterwards")
def test_analysis_ends(subject: Subject, judge: Judge) -> None:
    """Not with the call itself, but after the estimated time or a small multiple of it."""
    identity, exchange, seconds = _started(subject, judge)
    at_once = _status(identity, subject)
    judge.holds(
        "analyze.asynchronous",
        at_once != "analyzed",
        trigger=exchange,
        expected="not yet analyzed",
        got=str(at_once),
    )
    passes = _passing(identity, seconds, subject)
    judge.require(
        passes is not None,
        "the target neither advances its clock nor ends an analysis, and waiting takes too long",
    )
    assert passes is not None
    passes()
    done = _is_analyzed_within(identity, subject, 3)
    judge.holds(
        "analyze.finishes",
        done,
        trigger=fetch(subject, identity),
        expected="analyzed",
        got=str(_status(identity, subject)),
    )
    judge.observed("analyze.duration", exchange, f"the estimate is {seconds:g} seconds")


def _passing(identity: str, seconds: float, subject: Subject) -> Callable[[], object] | None:
    """How to let time pass: the clock, the state that ends an analysis, or waiting."""
    try:
        clock_time(subject)
    except Unexercised:
        if subject.states.supports("analysis finished", sessionId=identity):
            return lambda: None
        return (
            (lambda: _is_analyzed_within(identity, subject, _PATIENCE))
            if seconds <= _PATIENCE
            else None
        )
    return lambda: _let_pass(identity, seconds, subject)


def _let_pass(identity: str, seconds: float, subject: Subject) -> None:
    """The estimate is not binding: if it is not enough, many times that, then half a day."""
    for step in (int(seconds) + 1, 10 * int(seconds), 43_200):
        advance_clock(subject, f"PT{step}S")
        if _is_analyzed_within(identity, subject, 1):
            return


@verifies("analyze.finishes", "analyze.isolated")
def test_finished_analysis(subject: Subject, judge: Judge) -> None:
    """Nothing else of the session changes, and no other session is analyzed with it.

    The other session has the same study and tester.
    """
    scope = fresh_scope(subject)
    identity, _, _ = _started(subject, judge, **scope)
    other, _, seconds = _started(subject, judge, **scope)
    before = read(subject, identity)
    running = _status(other, subject) != "analyzed" and seconds > _PATIENCE
    subject.states.setup("analysis finished", sessionId=identity)
    done = _is_analyzed_within(identity, subject, 3)
    after = fetch(subject, identity)
    judge.holds(
        "analyze.finishes",
        done,
        trigger=after,
        expected="analyzed",
        got=str(_status(identity, subject)),
    )
    changed = [
        name
        for name, value in read(subject, identity).items()
        if name != "status" and before.get(name) != value
    ]
    judge.holds(
        "analyze.finishes",
        not changed,
        trigger=after,
        expected="otherwise as it was",
        got=f"other values of {changed}",
    )
    if running:
        alone = _status(other, subject) != "analyzed"
        judge.holds(
            "analyze.isolated",
            alone,
            trigger=fetch(subject, other),
            control=after,
            expected="not analyzed",
            got="analyzed too",
        )


@verifies("analyze.atomic")
@pytest.mark.usefixtures("afterwards")
def test_refusal_has_no_later_effect(subject: Subject, judge: Judge) -> None:
    """Neither does a running analysis begin anew, nor a refused one at all.

    The control is an analysis that is left alone.
    """
    (calm, _, seconds), (disturbed, _, _) = _started(subject, judge), _started(subject, judge)
    idle = record_in(subject, "active")
    advance_clock(subject, f"PT{int(seconds / 2)}S")
    judge.require(
        _status(disturbed, subject) != "analyzed",
        "the analysis ended before it could be disturbed",
    )
    refused = {
        identity: call(subject, "analyzeSession", identity) for identity in (disturbed, idle)
    }
    judge.require(
        all(400 <= answer.status < 500 for answer in refused.values()),
        "an analysis is not refused in the wrong state",
    )
    advance_clock(subject, f"PT{int(seconds / 2) + 2}S")
    judge.require(_is_analyzed_within(calm, subject, 1), "the analysis takes longer than estimated")
    done = _is_analyzed_within(disturbed, subject, 1)
    got = str(_status(disturbed, subject))
    judge.holds(
        "analyze.atomic",
        done,
        trigger=refused[disturbed],
        expected="analyzed, like another at the same time",
        got=got,
    )
    still = _status(idle, subject)
    judge.holds(
        "analyze.atomic",
        still == "active",
        trigger=refused[idle],
        expected="still active",
        got=str(still),
    )


@verifies("analyze.finishes", "confirm.moves")
def test_confirm_after_analysis(subject: Subject, judge: Judge) -> None:
    """The whole sequence: create, complete, analyze, confirm."""
    created = call(subject, "createSession", None, valid_body(subject, "createSession"))
    identity = str((shapes.unwrap(created.json) or {}).get("sessionId"))
    judge.require(
        created.ok and call(subject, "completeSession", identity, {}).ok,
        "a session could not be created and completed",
    )
    started = call(subject, "analyzeSession", identity)
    judge.require(started.ok, f"starting an analysis answered {started.status}")
    subject.states.setup("analysis finished", sessionId=identity)
    judge.require(_is_analyzed_within(identity, subject, 3), "the analysis does not end")
    exchange = call(subject, "confirmSession", identity, valid_body(subject, "confirmSession"))
    judge.accepted("confirm.moves", exchange)
