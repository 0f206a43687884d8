"""A lifecycle table as a diagram shows it: labels of arrows, and entries on cards of states."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from session_contracts.lifecycle_graph import ArrowKind, arrows, refusals
from session_contracts.openapi.model import Lifecycle, Timer


@dataclass(frozen=True)
class Label:
    """Arrows that are drawn with one label, because they differ only in their source.

    `absent` as a source stands for creation, as the target for deletion. `name` is that of the
    operation or `timer`; `when` is the guard on the request body.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    rule: str
    when: Mapping[str, Any] = field(default_factory=dict)
    timer: Timer | None = None


def labels(table: Lifecycle) -> Iterator[Label]:
    """The labels of arrows to another state, in the order of the table."""
    for label in _all(table):
        if sources := tuple(source for source in label.sources if source != label.target):
            yield Label(label.name, sources, label.target, label.rule, label.when, label.timer)


def _loops(table: Lifecycle, state: str) -> Iterator[Label]:
    """The labels of arrows from `state` to itself."""
    for label in _all(table):
        if state in label.sources and label.target == state:
            yield Label(label.name, (state,), state, label.rule, label.when, label.timer)


def _all(table: Lifecycle) -> Iterator[Label]:
    """Arrows grouped by everything but their source; given states have no label."""
    grouped: dict[tuple[object, ...], Label] = {}
    for arrow in arrows(table):
        if arrow.kind is not ArrowKind.GIVEN:
            key = (arrow.kind, arrow.name, arrow.target, repr(arrow.when), arrow.rule)
            sources = (*(grouped[key].sources if key in grouped else ()), arrow.source)
            rule = arrow.rule or ""
            grouped[key] = Label(arrow.name, sources, arrow.target, rule, arrow.when, arrow.timer)
    yield from grouped.values()


@dataclass(frozen=True)
class CardEntry:
    """What a card says of an operation or timer that does not leave the state.

    `status` is that of a refusal, None for success. `loop` is the label of an arrow from the state
    to itself.
    """

    name: str
    rule: str
    status: int | None = None
    loop: Label | None = None


def card_entries(table: Lifecycle, state: str) -> list[CardEntry]:
    """First successes, then refusals by status."""
    unchanged = [
        CardEntry(row.operation, row.stays[state].rule)
        for row in table.transitions.values()
        if state in row.stays
    ]
    loops = [CardEntry(loop.name, loop.rule, loop=loop) for loop in _loops(table, state)]
    refused = [
        CardEntry(operation, refusal.rule, refusal.status)
        for operation, refusal in refusals(table, state)
    ]
    return [*unchanged, *loops, *sorted(refused, key=lambda entry: entry.status or 0)]


def shared_entries(table: Lifecycle) -> list[CardEntry]:
    """The entries that every state has, if there are several states."""
    first, *others = [
        [entry for entry in card_entries(table, state) if entry.loop is None]
        for state in table.states
    ]
    return [entry for entry in first if others and all(entry in other for other in others)]
