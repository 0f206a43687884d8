"""OpenScouter: parallel confirmations, and what the tester is paid."""

from functools import partial

from session_contracts.conformance.checks.generic.explore.test_race import parallel
from session_contracts.conformance.checks.vendors.openscouter.enumerate.test_payout import payouts
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.plugin import verifies
from session_contracts.conformance.subject import Subject

_RUNNERS = 6


@verifies("confirm.payout")
def test_one_payout_after_a_race(subject: Subject, judge: Judge) -> None:
    """Judged only where one confirmation has won, and where a refused one pays nothing when it comes later: else another rule is broken."""
    calm = subject.place("analyzed")
    judge.require(_confirm(subject, calm).ok, "a confirmation is not possible at all")
    _confirm(subject, calm)
    judge.require(
        payouts(subject, calm) == 1, "one confirmation after the other does not queue one payout"
    )
    raced = subject.place("analyzed")
    answers = parallel([partial(_confirm, subject, raced)] * _RUNNERS)
    won = [answer for answer in answers if answer.ok]
    judge.require(len(won) == 1, f"{len(won)} of {_RUNNERS} parallel confirmations succeeded")
    sent = payouts(subject, raced)
    judge.holds(
        "confirm.payout", sent == 1, trigger=won[0], expected="one payout", got=f"{sent} payouts"
    )


def _confirm(subject: Subject, identity: str) -> Exchange:
    return subject.act("confirmSession", identity, subject.body("confirmSession"))
