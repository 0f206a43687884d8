"""OpenScouter: parallel confirmations, and what the tester is paid."""

from functools import partial

from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.checks.generic.explore.test_race import parallel
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import record_in
from session_contracts.conformance.subject import Subject

from ..enumerate.test_payout import payouts

_RUNNERS = 6


@verifies("confirm.payout")
def test_one_payout(subject: Subject, judge: Judge) -> None:
    """Checked only if one confirmation succeeds, and a later refused one pays nothing.

    Otherwise another rule is broken.
    """
    calm = record_in(subject, "analyzed")
    judge.require(_confirm(subject, calm).ok, "a confirmation is refused even without a race")
    _confirm(subject, calm)
    judge.require(
        payouts(subject, calm) == 1, "one confirmation after the other does not queue one payout"
    )
    raced = record_in(subject, "analyzed")
    answers = parallel([partial(_confirm, subject, raced)] * _RUNNERS)
    won = [answer for answer in answers if answer.ok]
    judge.require(len(won) == 1, f"{len(won)} of {_RUNNERS} parallel confirmations succeeded")
    sent = payouts(subject, raced)
    judge.holds(
        "confirm.payout", sent == 1, trigger=won[0], expected="one payout", got=f"{sent} payouts"
    )


def _confirm(subject: Subject, identity: str) -> Exchange:
    return call(subject, "confirmSession", identity, valid_body(subject, "confirmSession"))
