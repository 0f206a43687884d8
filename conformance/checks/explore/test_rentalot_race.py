"""Rentalot: parallel reviews, and what the prospect hears of them."""

import time
import uuid
from functools import partial

from conformance.checks.explore.test_race import parallel
from conformance.judge import Judge
from conformance.plugin import verifies
from conformance.subject import Subject

_RUNNERS = 6


@verifies("review.email")
def test_one_email_after_a_race(subject: Subject, judge: Judge) -> None:
    """Judged only where one review has won; that there is one alone is another rule."""
    identity = subject.make(status="completed", email=f"prospect-{uuid.uuid4()}@example.com")
    answers = parallel([partial(subject.act, "reviewSession", identity, subject.body("reviewSession"))] * _RUNNERS)
    won = [answer for answer in answers if answer.ok]
    judge.require(len(won) == 1, f"{len(won)} of {_RUNNERS} parallel reviews succeeded")
    judge.require(bool(subject.awaited(identity, "email")), "the review sent no e-mail")
    time.sleep(0.2)  # for a second one, if it is queued
    sent = subject.about(subject.outbox(), identity, "email")
    judge.holds("review.email", len(sent) == 1, trigger=won[0], expected="one e-mail", got=f"{len(sent)} e-mails")
