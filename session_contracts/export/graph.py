"""A lifecycle as a graph: what leads from state to state, and what is refused where. Every notation is written from this."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import isodate

from session_contracts.errors import NoLifecycle
from session_contracts.openapi.model import ABSENT, ANY, Contract, Lifecycle, Refusal, Timer


class Kind(StrEnum):
    """How a record comes into a state: it was begun outside of the API, an operation makes it or moves it, or time does."""

    GIVEN = "given"
    CREATION = "creation"
    MOVE = "move"
    TIMER = "timer"


@dataclass(frozen=True)
class Arrow:
    """One way from a state into another. Both may be `absent`: there is no record yet, or no more.

    `name` is that of the operation or of the timer, `given` where there is neither.
    """

    kind: Kind
    source: str
    target: str
    name: str
    rule: str | None = None
    when: Mapping[str, Any] = field(default_factory=dict)
    timer: Timer | None = None

    @property
    def certain(self) -> bool:
        """Whether the documents say that it happens."""
        return self.timer is None or not self.timer.optional


def lifecycles(contract: Contract) -> tuple[Lifecycle, ...]:
    """Raises NoLifecycle where there is none."""
    if not contract.lifecycles:
        raise NoLifecycle(contract.name)
    return tuple(contract.lifecycles.values())


def arrows(table: Lifecycle) -> tuple[Arrow, ...]:
    """All of them, in the order of the table: what is given, the creation, the moves, the timers."""
    begun = [Arrow(Kind.GIVEN, ABSENT, state, "given") for state in table.given]
    made = (
        [
            Arrow(
                Kind.CREATION,
                ABSENT,
                table.creation.target,
                table.creation.operation,
                table.creation.rule,
            )
        ]
        if table.creation
        else []
    )
    moved = [
        Arrow(Kind.MOVE, move.source, move.target, row.operation, move.rule, move.when)
        for row in table.transitions.values()
        for move in row.moves
    ]
    timed = [
        Arrow(Kind.TIMER, source, timer.target, timer.name, timer.rule, timer=timer)
        for timer in table.timers
        for source in timer.sources
    ]
    return (*begun, *made, *moved, *timed)


def refusals(table: Lifecycle, state: str) -> tuple[tuple[str, Refusal], ...]:
    """What is refused in a state: operation and refusal, in the order of the table."""
    return tuple(
        (row.operation, row.refusals[state])
        for row in table.transitions.values()
        if state in row.refusals
    )


def caption(arrow: Arrow) -> tuple[str, ...]:
    """What an arrow is called in a picture, in lines."""
    if arrow.timer is None:
        return (arrow.name, *(_condition(name, value) for name, value in arrow.when.items()))
    since = f" since {arrow.timer.since}" if arrow.timer.since else ""
    doubt = () if arrow.certain else ("perhaps (the documents are silent)",)
    return (f"after {duration(arrow.timer)}{since}", *doubt)


def _condition(name: str, value: Any) -> str:
    if value is None:
        return f"without {name}"
    return (
        f"with {name}"
        if value == ANY
        else f"{name} = {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
    )


def duration(timer: Timer) -> str:
    """ISO 8601."""
    return str(isodate.duration_isoformat(timer.after))


def identifier(*parts: str) -> str:
    """A name that every notation takes for one word."""
    return "_".join(re.sub(r"\W", "_", part, flags=re.ASCII) for part in parts)
