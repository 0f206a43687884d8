"""Parallel calls, one of which may succeed."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import Case, each
from session_contracts.conformance.preparing import record_in
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import current_state, require_state
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Contract, Move, Transition

_ROUNDS = 6
_RUNNERS = 6


def parallel(calls: Sequence[Callable[[], Exchange]]) -> list[Exchange]:
    """The answers to calls that are sent at the same time."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Exchange]) -> Exchange:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def races(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """Transitions that cannot be made twice."""
    for operation, row in contract.lifecycles[profile.resource].transitions.items():
        if row.once:
            move = next(move for move in row.moves if move.target in row.refusals)
            yield Case(operation, (row.once,), (operation, row.once, move))


@each(races)
def test_one_call_succeeds(case: tuple[str, str, Move], subject: Subject, judge: Judge) -> None:
    """Checked only if a second call after the first is refused."""
    operation, rule, move = case
    body = valid_body(subject, operation, move.when)
    record_id = record_in(subject, move.source)
    first, second = (
        call(subject, operation, record_id, body),
        call(subject, operation, record_id, body),
    )
    again = call(subject, operation, record_id, body)
    refused = all(400 <= later.status < 500 for later in (second, again))
    judge.require(first.ok and refused, "a later call is not refused even without a race")
    require_state(subject, record_id, move.target)
    for _ in range(_ROUNDS):
        _judge_round(operation, rule, move, subject, judge, second.status)


def _judge_round(
    operation: str, rule: str, move: Move, subject: Subject, judge: Judge, refusal: int
) -> None:
    record_id = record_in(subject, move.source)
    body = valid_body(subject, operation, move.when)
    answers = parallel([partial(call, subject, operation, record_id, body)] * _RUNNERS)
    winners = [answer for answer in answers if answer.ok]
    # Another rule is about the status of sequential calls.
    legal = {*judge.statuses(rule), refusal}
    losers = [answer for answer in answers if not answer.ok and answer.status in legal]
    fair = len(winners) == 1 and len(losers) == _RUNNERS - 1
    refused = sorted(answer.status for answer in answers if not answer.ok)
    got = f"{len(winners)} successes, and {refused}"
    judge.holds(
        rule,
        fair,
        trigger=answers[0],
        expected=f"one success of {_RUNNERS} parallel calls",
        got=got,
    )


def neighbours(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """Operations whose transitions lead to different states."""
    for operation, row in contract.lifecycles[profile.resource].transitions.items():
        if row.isolated and len({move.target for move in row.moves}) > 1:
            yield Case(operation, (row.isolated,), (operation, row))


@each(neighbours)
def test_parallel_calls_on_different_records(
    case: tuple[str, Transition], subject: Subject, judge: Judge
) -> None:
    """Parallel calls on different records do not affect each other.

    Checked only if sequential calls do not.
    """
    operation, row = case
    assert row.isolated is not None
    for move in row.moves:
        record_id = record_in(subject, move.source)
        judge.require(
            call(subject, operation, record_id, valid_body(subject, operation, move.when)).ok,
            f"{operation} is refused even without a race",
        )
        require_state(subject, record_id, move.target)
    moves = [row.moves[number % len(row.moves)] for number in range(_RUNNERS)]
    for _ in range(_ROUNDS):
        record_ids = [record_in(subject, move.source) for move in moves]
        bodies = [valid_body(subject, operation, move.when) for move in moves]
        answers = parallel(
            [
                partial(call, subject, operation, record_id, body)
                for record_id, body in zip(record_ids, bodies, strict=True)
            ]
        )
        for record_id, move, answer in zip(record_ids, moves, answers, strict=True):
            expected = move.target if answer.ok else move.source
            got = current_state(subject, record_id)
            judge.holds(
                row.isolated,
                got == expected,
                trigger=answer,
                expected=f"{expected} after {answer.status}",
                got=str(got),
            )
