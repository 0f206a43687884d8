"""What moves a record: the moves of the table, its timers and its creation, as one kind of thing.

Moves that differ only in where they begin are one act with several sources, and so are drawn with one label.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from session_contracts.openapi.model import ABSENT, Lifecycle, Timer


@dataclass(frozen=True)
class Act:
    """From any of `sources` (`absent`: a record is made) to `target` (`absent`: it is deleted).

    `name` is that of the operation, or of the `timer`.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    rule: str
    when: Mapping[str, Any] = field(default_factory=dict)
    timer: Timer | None = None


def acts(table: Lifecycle) -> Iterator[Act]:
    """Those that lead to another state, in the order of the table."""
    for act in _all(table):
        if sources := tuple(source for source in act.sources if source != act.target):
            yield Act(act.name, sources, act.target, act.rule, act.when, act.timer)


def loops(table: Lifecycle, state: str) -> Iterator[Act]:
    """Those that lead from `state` to itself."""
    for act in _all(table):
        if state in act.sources and act.target == state:
            yield Act(act.name, (state,), state, act.rule, act.when, act.timer)


def _all(table: Lifecycle) -> Iterator[Act]:
    if table.creation:
        yield Act(table.creation.operation, (ABSENT,), table.creation.target, table.creation.rule)
    for row in table.transitions.values():
        grouped: dict[tuple[str, str, str], Act] = {}
        for move in row.moves:
            key = (move.target, repr(move.when), move.rule)
            sources = grouped[key].sources if key in grouped else ()
            grouped[key] = Act(
                row.operation, (*sources, move.source), move.target, move.rule, move.when
            )
        yield from grouped.values()
    for timer in table.timers:
        yield Act(timer.name, timer.sources, timer.target, timer.rule, timer=timer)


@dataclass(frozen=True)
class Answer:
    """What an operation is answered that leads nowhere: `status` of a refusal, None where it succeeds and leaves the record in its state.

    `act`: the move, or the timer, that leads back to the same state.
    """

    name: str
    rule: str
    status: int | None = None
    act: Act | None = None


def answers(table: Lifecycle, state: str) -> list[Answer]:
    """First what succeeds, then what is refused, by status."""
    kept = [
        Answer(row.operation, row.stays[state].rule)
        for row in table.transitions.values()
        if state in row.stays
    ]
    back = [Answer(act.name, act.rule, act=act) for act in loops(table, state)]
    refused = [
        Answer(row.operation, row.refusals[state].rule, row.refusals[state].status)
        for row in table.transitions.values()
        if state in row.refusals
    ]
    return [*kept, *back, *sorted(refused, key=lambda answer: answer.status or 0)]


def answers_everywhere(table: Lifecycle) -> list[Answer]:
    """Those that every state gives alike, if there are several states."""
    first, *others = [
        [answer for answer in answers(table, state) if answer.act is None] for state in table.states
    ]
    return [answer for answer in first if others and all(answer in other for other in others)]
