"""Paths of a record through its lifecycle."""

from collections.abc import Iterator

from session_contracts.lifecycle_graph import Arrow, arrows
from session_contracts.openapi.model import ABSENT, Lifecycle, Timer

#: Consecutive arrows, of which the first creates the record.
Path = tuple[Arrow, ...]


def simple_paths(table: Lifecycle) -> Iterator[Path]:
    """Every maximal path without a repeated state."""
    usable = _usable(table)
    for first in usable:
        if first.source == ABSENT:
            yield from _onward((first,), usable)


def _onward(path: Path, usable: tuple[Arrow, ...]) -> Iterator[Path]:
    visited = {arrow.source for arrow in path[1:]} | {path[-1].target}
    onward = [
        arrow
        for arrow in usable
        if arrow.source == path[-1].target != ABSENT and arrow.target not in visited
    ]
    for arrow in onward:
        yield from _onward((*path, arrow), usable)
    if not onward:
        yield path


def loops(table: Lifecycle) -> Iterator[Path]:
    """For each transition from a state to itself, the shortest path to it, and the transition."""
    for arrow in arrows(table):
        if arrow.source == arrow.target and (path := shortest(table, arrow.source)):
            yield (*path, arrow)


def shortest(table: Lifecycle, state: str) -> Path | None:
    """The shortest path to a state, the first of several; None if no path is certain."""
    usable = _usable(table)
    paths: list[Path] = [(arrow,) for arrow in usable if arrow.source == ABSENT]
    visited = {ABSENT}
    while paths:
        path = paths.pop(0)
        if path[-1].target == state:
            return path
        if path[-1].target not in visited:
            visited.add(path[-1].target)
            paths += [(*path, arrow) for arrow in usable if arrow.source == path[-1].target]
    return None


def _usable(table: Lifecycle) -> tuple[Arrow, ...]:
    """The arrows that can be followed: of several timers in a state, only the shortest fires."""
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
