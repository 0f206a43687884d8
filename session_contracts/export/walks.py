"""The ways that a record can take through its lifecycle."""

from collections.abc import Iterator

from session_contracts.export.graph import Arrow, arrows
from session_contracts.openapi.model import ABSENT, Lifecycle, Timer

#: Arrows, each beginning where the one before ends, the first where there is no record yet.
Walk = tuple[Arrow, ...]


def simple_walks(table: Lifecycle) -> Iterator[Walk]:
    """Every way from a beginning to where no state is left that it has not been in."""
    usable = _usable(table)
    for first in usable:
        if first.source == ABSENT:
            yield from _onward((first,), usable)


def _onward(walk: Walk, usable: tuple[Arrow, ...]) -> Iterator[Walk]:
    been = {arrow.source for arrow in walk[1:]} | {walk[-1].target}
    onward = [
        arrow
        for arrow in usable
        if arrow.source == walk[-1].target != ABSENT and arrow.target not in been
    ]
    for arrow in onward:
        yield from _onward((*walk, arrow), usable)
    if not onward:
        yield walk


def loops(table: Lifecycle) -> Iterator[Walk]:
    """For each move that leaves a record where it is: the shortest way to it, and the move."""
    for arrow in arrows(table):
        if arrow.source == arrow.target and (walk := shortest(table, arrow.source)):
            yield (*walk, arrow)


def shortest(table: Lifecycle, state: str) -> Walk | None:
    """The shortest way into a state, the first where there are several; None where none is certain to lead there."""
    usable = _usable(table)
    walks: list[Walk] = [(arrow,) for arrow in usable if arrow.source == ABSENT]
    been = {ABSENT}
    while walks:
        walk = walks.pop(0)
        if walk[-1].target == state:
            return walk
        if walk[-1].target not in been:
            been.add(walk[-1].target)
            walks += [(*walk, arrow) for arrow in usable if arrow.source == walk[-1].target]
    return None


def _usable(table: Lifecycle) -> tuple[Arrow, ...]:
    """The arrows that are sure to be passable: of several timers in a state, only the first that is over ever moves a record."""
    soonest: dict[str, Timer] = {}
    for arrow in arrows(table):
        if (
            arrow.timer
            and arrow.certain
            and (arrow.source not in soonest or arrow.timer.after < soonest[arrow.source].after)
        ):
            soonest[arrow.source] = arrow.timer
    return tuple(
        arrow
        for arrow in arrows(table)
        if arrow.timer is None or soonest.get(arrow.source) is arrow.timer
    )
