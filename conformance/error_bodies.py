"""Judges the body of a refusal by the rule `error.body`, which several checks meet on their way."""

from session_contracts.conformance import shapes
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.subject import Subject


def judge_error_body(subject: Subject, exchange: Exchange, judge: Judge) -> bool:
    """Whether a refusal has one of the documented forms of an error."""
    wrong = shapes.error_fault(subject.contract, exchange)
    return judge.holds(
        "error.body",
        wrong is None,
        trigger=exchange,
        expected="one of the documented forms of an error",
        got=wrong or "",
    )
