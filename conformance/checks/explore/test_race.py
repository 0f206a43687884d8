"""Parallel calls of which one may win."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from conformance.client import Exchange
from conformance.judge import Judge
from conformance.plugin import Case, each
from conformance.subject import Subject
from conformance.vocabulary import Vocabulary
from openapi.model import Contract, Move

_ROUNDS = 6
_RUNNERS = 6


def races(contract: Contract, vocabulary: Vocabulary) -> Iterator[Case]:
    """Moves that cannot be made twice."""
    for operation, row in contract.lifecycles[vocabulary.resource].transitions.items():
        move = next((move for move in row.moves if move.target in row.refusals), None)
        if move:
            yield Case(operation, ("review.once",), (operation, move))


@each(races)
def test_one_wins(case: tuple[str, Move], subject: Subject, judge: Judge) -> None:
    """Judged only where one call after the other is refused: without that, nobody could win a race either."""
    operation, move = case
    body = subject.body(operation, move.when)
    actor = subject.place(move.source)
    first, second = subject.act(operation, actor, body), subject.act(operation, actor, body)
    again = subject.act(operation, actor, body)
    refused = all(400 <= later.status < 500 for later in (second, again))
    judge.require(first.ok and refused, "one after the other, the later ones are not refused")
    subject.require_state(actor, move.target)
    for _ in range(_ROUNDS):
        _judge_round(operation, move, subject, judge, second.status)


def _judge_round(operation: str, move: Move, subject: Subject, judge: Judge, refusal: int) -> None:
    actor = subject.place(move.source)
    barrier = Barrier(_RUNNERS)
    body = subject.body(operation, move.when)

    def run(_: int) -> Exchange:
        barrier.wait()
        return subject.act(operation, actor, body)

    with ThreadPoolExecutor(_RUNNERS) as pool:
        answers = list(pool.map(run, range(_RUNNERS)))
    winners = [answer for answer in answers if answer.ok]
    # A status that sequential calls get as well is judged by the rule on those.
    legal = {*judge.statuses("review.once"), refusal}
    losers = [answer for answer in answers if not answer.ok and answer.status in legal]
    fair = len(winners) == 1 and len(losers) == _RUNNERS - 1
    got = f"{len(winners)} successes, and {sorted(answer.status for answer in answers if not answer.ok)}"
    judge.holds("review.once", fair, trigger=answers[0], expected=f"one success of {_RUNNERS} parallel calls", got=got)
