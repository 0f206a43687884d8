"""OpenScouter: a confirmation queues one payout; feedback of testers."""

import time
import uuid
from datetime import timedelta

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import rfc3339
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.outbox import sent_messages, wait_for_messages
from session_contracts.conformance.preparing import record_in
from session_contracts.conformance.reading import fetch, require_state
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import target_time

_TOLERANCE = timedelta(seconds=10)


def _confirm(subject: Subject, identity: str, **members: object) -> Exchange:
    return call(subject, "confirmSession", identity, {"rating": 4, **members})


def _earlier(subject: Subject) -> str:
    """A start time that keeps all other times of a session far from now."""
    return rfc3339(target_time(subject) - timedelta(hours=5))


def _confirmed(subject: Subject, judge: Judge, **members: object) -> tuple[str, Exchange]:
    """A session that was just confirmed. Raises Unexercised."""
    identity = record_in(subject, "analyzed", startedAt=_earlier(subject))
    require_state(subject, identity, "analyzed")
    exchange = _confirm(subject, identity, **members)
    judge.require(exchange.ok, f"a confirmation answered {exchange.status}")
    require_state(subject, identity, "confirmed")
    return identity, exchange


def payouts(subject: Subject, identity: str) -> int:
    """The number of queued payouts.

    One may be queued a little later, and a second one behind it. Raises Unexercised.
    """
    wait_for_messages(subject, identity, "payout")
    time.sleep(0.1)
    return len(sent_messages(subject, identity, "payout"))


@verifies("confirm.payout")
def test_one_payout(subject: Subject, judge: Judge) -> None:
    identity, exchange = _confirmed(subject, judge)
    judge.require(
        (shapes.unwrap(exchange.json) or {}).get("payoutQueued") is not None,
        "the answer has no payoutQueued",
    )
    actual = (shapes.unwrap(exchange.json) or {}).get("payoutQueued")
    judge.holds(
        "confirm.payout",
        actual is True,
        trigger=exchange,
        expected="payoutQueued true",
        got=str(actual),
    )
    sent = payouts(subject, identity)
    judge.holds(
        "confirm.payout", sent == 1, trigger=exchange, expected="one payout", got=f"{sent} payouts"
    )


@verifies("confirm.no-payout")
def test_no_payout(subject: Subject, judge: Judge) -> None:
    """None for another state, a second confirmation, a refused body, or any other call."""
    refused = {}
    for state, operation in (
        ("active", "completeSession"),
        ("completed", "analyzeSession"),
        ("completed", "submitFeedback"),
    ):
        identity = record_in(subject, state)
        refused[identity] = (call(subject, operation, identity, valid_body(subject, operation)), 0)
    for state in ("active", "completed", "analyzing"):
        try:
            identity = record_in(subject, state)
        except Unexercised:
            continue
        exchange = _confirm(subject, identity)
        if 400 <= exchange.status < 500:
            refused[identity] = (exchange, 0)
    identity = record_in(subject, "analyzed")
    exchange = _confirm(subject, identity, rating=9)
    if 400 <= exchange.status < 500:
        refused[identity] = (exchange, 0)
    paid, _ = _confirmed(subject, judge)
    judge.require(payouts(subject, paid) == 1, "a confirmation does not queue one payout")
    again = _confirm(subject, paid)
    if 400 <= again.status < 500:
        refused[paid] = (again, 1)
    last, _ = _confirmed(subject, judge)
    judge.require(payouts(subject, last) == 1, "a confirmation does not queue one payout")
    for identity, (trigger, expected) in refused.items():
        sent = len(sent_messages(subject, identity, "payout"))
        judge.holds(
            "confirm.no-payout",
            sent == expected,
            trigger=trigger,
            expected=f"{expected} payouts",
            got=str(sent),
        )


@verifies("confirm.time")
def test_confirmed_at(subject: Subject, judge: Judge) -> None:
    begun = target_time(subject)
    _, exchange = _confirmed(subject, judge)
    actual = (shapes.unwrap(exchange.json) or {}).get("confirmedAt")
    judge.require(actual is not None, "the answer has no confirmedAt")
    moment = shapes.moment(actual)
    good = moment is not None and begun - _TOLERANCE <= moment <= target_time(subject) + _TOLERANCE
    judge.holds("confirm.time", good, trigger=exchange, expected=f"about {begun}", got=str(actual))


@verifies("confirm.comment-optional")
def test_no_comment(subject: Subject, judge: Judge) -> None:
    control = _confirm(subject, record_in(subject, "analyzed"), comment="Thorough.")
    exchange = _confirm(subject, record_in(subject, "analyzed"))
    judge.accepted("confirm.comment-optional", exchange, control=control)


@verifies("confirm.comment-internal")
def test_comment_is_internal(subject: Subject, judge: Judge) -> None:
    """Neither the answer, nor the session, nor its notes show it."""
    secret = f"secret-{uuid.uuid4()}"
    identity, exchange = _confirmed(subject, judge, comment=f"Internal: {secret}")
    for answer in (exchange, fetch(subject, identity), send(subject, "getNotes", identity)):
        shown = secret.encode() in answer.body
        judge.holds(
            "confirm.comment-internal",
            not shown,
            trigger=answer,
            expected="an answer without the comment",
            got="the comment",
        )


# ---- feedback


@verifies("feedback.comment-optional", "feedback.again", "feedback.members")
def test_feedback(subject: Subject, judge: Judge) -> None:
    """With and without a comment, with problems and without; each has its own id."""
    plain = {"clarity": 4, "difficulty": 3, "technicalIssues": False}
    control = call(
        subject, "submitFeedback", record_in(subject, "completed"), {**plain, "comment": "Clear."}
    )
    identity = record_in(subject, "completed", startedAt=_earlier(subject))
    exchange = call(subject, "submitFeedback", identity, {**plain, "technicalIssues": True})
    if not judge.accepted("feedback.comment-optional", exchange, control=control):
        return
    ids = [(shapes.unwrap(answer.json) or {}).get("feedbackId") for answer in (control, exchange)]
    judge.require(None not in ids, "the answer has no feedbackId")
    judge.holds(
        "feedback.members",
        ids[0] != ids[1],
        trigger=exchange,
        expected="an id of its own",
        got=str(ids[1]),
    )
    actual = shapes.moment((shapes.unwrap(exchange.json) or {}).get("submittedAt"))
    now = target_time(subject)
    judge.holds(
        "feedback.members",
        actual is not None and abs(actual - now) <= _TOLERANCE,
        trigger=exchange,
        expected=str(now),
        got=str(actual),
    )
    judge.observed("feedback.again", call(subject, "submitFeedback", identity, plain))
