"""Rentalot: parallel reviews, and the e-mails that they send."""

import time
import uuid
from functools import partial

from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.checks.generic.explore.test_race import parallel
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.outbox import sent_messages, wait_for_messages
from session_contracts.conformance.preparing import new_record
from session_contracts.conformance.subject import Subject

_RUNNERS = 6


@verifies("review.email")
def test_one_email(subject: Subject, judge: Judge) -> None:
    """Checked only if one review succeeds, and a later refused one sends nothing.

    Otherwise another rule is broken.
    """
    calm = _session(subject)
    judge.require(_review(subject, calm).ok, "a review is refused even without a race")
    _review(subject, calm)
    judge.require(
        _emails(subject, calm) == 1, "one review after the other does not send one e-mail"
    )
    raced = _session(subject)
    answers = parallel([partial(_review, subject, raced)] * _RUNNERS)
    won = [answer for answer in answers if answer.ok]
    judge.require(len(won) == 1, f"{len(won)} of {_RUNNERS} parallel reviews succeeded")
    sent = _emails(subject, raced)
    judge.holds(
        "review.email", sent == 1, trigger=won[0], expected="one e-mail", got=f"{sent} e-mails"
    )


def _session(subject: Subject) -> str:
    return new_record(subject, status="completed", email=f"prospect-{uuid.uuid4()}@example.com")


def _review(subject: Subject, identity: str) -> Exchange:
    return call(subject, "reviewSession", identity, valid_body(subject, "reviewSession"))


def _emails(subject: Subject, identity: str) -> int:
    """The number of sent e-mails; a second one may be queued behind the first."""
    wait_for_messages(subject, identity, "email")
    time.sleep(0.2)
    return len(sent_messages(subject, identity, "email"))
