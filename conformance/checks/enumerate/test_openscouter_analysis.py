"""OpenScouter: an analysis runs after the call that starts it, and ends by and by."""

import time
from collections.abc import Callable

import pytest

from conformance import shapes
from conformance.client import Exchange
from conformance.errors import Unexercised
from conformance.judge import Judge
from conformance.plugin import verifies
from conformance.subject import Subject

#: Seconds that are waited for an analysis that nobody can hasten.
_PATIENCE = 20


def _started(subject: Subject, judge: Judge) -> tuple[str, Exchange, float]:
    """A session whose analysis has begun, and how long it is said to take. Raises Unexercised."""
    identity = subject.place("completed")
    subject.require_state(identity, "completed")
    exchange = subject.act("analyzeSession", identity)
    judge.require(exchange.ok, f"starting an analysis answered {exchange.status}")
    seconds = (shapes.unwrap(exchange.json) or {}).get("estimatedCompletionSeconds")
    return identity, exchange, float(seconds) if isinstance(seconds, int | float) else _PATIENCE


def _status(identity: str, subject: Subject) -> object:
    return subject.read(identity).get("status")


def _awaited(identity: str, subject: Subject, seconds: float) -> bool:
    """Whether the session is analyzed, at the latest after so many seconds of patience."""
    deadline = time.monotonic() + seconds
    while (done := _status(identity, subject) == "analyzed") is False and time.monotonic() < deadline:
        time.sleep(0.2)
    return done


@verifies("analyze.asynchronous", "analyze.finishes", "analyze.duration")
@pytest.mark.usefixtures("afterwards")
def test_an_analysis_ends(subject: Subject, judge: Judge) -> None:
    """Not by the call itself; but after the time that the answer estimates, or a few times that."""
    identity, exchange, seconds = _started(subject, judge)
    at_once = _status(identity, subject)
    judge.holds("analyze.asynchronous", at_once != "analyzed", trigger=exchange, expected="not yet analyzed", got=str(at_once))
    passes = _passing(identity, seconds, subject)
    judge.require(passes is not None, "the target neither moves its clock nor ends an analysis, and it takes too long to wait")
    assert passes is not None
    passes()
    done = _awaited(identity, subject, 3)
    judge.holds("analyze.finishes", done, trigger=subject.fetch(identity), expected="analyzed", got=str(_status(identity, subject)))
    judge.observed("analyze.duration", exchange, f"the estimate is {seconds:g} seconds")


def _passing(identity: str, seconds: float, subject: Subject) -> Callable[[], object] | None:
    """A way to let the time pass: by the clock, by the state that ends an analysis, or by patience."""
    try:
        subject.now()
    except Unexercised:
        if subject.states.supports("analysis finished", sessionId=identity):
            return lambda: None
        return (lambda: _awaited(identity, subject, _PATIENCE)) if seconds <= _PATIENCE else None
    return lambda: _let_pass(identity, seconds, subject)


def _let_pass(identity: str, seconds: float, subject: Subject) -> None:
    """An estimate binds nobody: where its time was not enough, the state says that the analysis is over."""
    subject.advance(f"PT{int(seconds) + 1}S")
    if not _awaited(identity, subject, 1):
        subject.states.supports("analysis finished", sessionId=identity)


@verifies("analyze.finishes")
def test_an_analysis_that_is_finished(subject: Subject, judge: Judge) -> None:
    """Only that of the session that is named."""
    identity, _, _ = _started(subject, judge)
    other, _, _ = _started(subject, judge)
    subject.states.setup("analysis finished", sessionId=identity)
    done = _awaited(identity, subject, 3)
    judge.holds("analyze.finishes", done, trigger=subject.fetch(identity), expected="analyzed", got=str(_status(identity, subject)))
    judge.require(_status(other, subject) in ("analyzing", "completed", "analyzed"), "the other session cannot be read")


@verifies("analyze.finishes", "confirm.moves")
def test_what_was_analyzed_can_be_confirmed(subject: Subject, judge: Judge) -> None:
    """The whole way: created, completed, analyzed, confirmed."""
    created = subject.act("createSession", None, subject.body("createSession"))
    identity = str((shapes.unwrap(created.json) or {}).get("sessionId"))
    judge.require(created.ok and subject.act("completeSession", identity, {}).ok, "a session could not be created and completed")
    started = subject.act("analyzeSession", identity)
    judge.require(started.ok, f"starting an analysis answered {started.status}")
    subject.states.setup("analysis finished", sessionId=identity)
    judge.require(_awaited(identity, subject, 3), "the analysis does not end")
    exchange = subject.act("confirmSession", identity, subject.body("confirmSession"))
    judge.accepted("confirm.moves", exchange)
