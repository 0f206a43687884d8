"""A lifecycle table as a graph: the arrows from state to state, and the refusals in each state.

Diagrams and exports are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from session_contracts.openapi.model import ABSENT, Lifecycle, Refusal, Timer


class ArrowKind(StrEnum):
    """The cause of an arrow: a start outside the API, creation, an operation, a timer."""

    GIVEN = "given"
    CREATION = "creation"
    MOVE = "move"
    TIMER = "timer"


@dataclass(frozen=True)
class Arrow:
    """One way from a state to another; `absent` stands for no record, before or after.

    `name` is that of the operation or timer, `given` without either. `when` is the guard on the
    request body.
    """

    kind: ArrowKind
    source: str
    target: str
    name: str
    rule: str | None = None
    when: Mapping[str, Any] = field(default_factory=dict)
    timer: Timer | None = None

    @property
    def certain(self) -> bool:
        """False for an optional timer: the documents do not say whether it fires."""
        return self.timer is None or not self.timer.optional


def arrows(table: Lifecycle) -> tuple[Arrow, ...]:
    """All arrows in the order of the table: given states, creation, transitions, timers."""
    given = [Arrow(ArrowKind.GIVEN, ABSENT, state, "given") for state in table.given]
    return (*given, *_creation(table), *_moves(table), *_timers(table))


def _creation(table: Lifecycle) -> list[Arrow]:
    made = table.creation
    if made is None:
        return []
    return [Arrow(ArrowKind.CREATION, ABSENT, made.target, made.operation, made.rule)]


def _moves(table: Lifecycle) -> list[Arrow]:
    return [
        Arrow(ArrowKind.MOVE, move.source, move.target, row.operation, move.rule, move.when)
        for row in table.transitions.values()
        for move in row.moves
    ]


def _timers(table: Lifecycle) -> list[Arrow]:
    return [
        Arrow(ArrowKind.TIMER, source, timer.target, timer.name, timer.rule, timer=timer)
        for timer in table.timers
        for source in timer.sources
    ]


def refusals(table: Lifecycle, state: str) -> tuple[tuple[str, Refusal], ...]:
    """(operation, refusal) for each refusal in a state, in the order of the table."""
    return tuple(
        (row.operation, row.refusals[state])
        for row in table.transitions.values()
        if state in row.refusals
    )
