"""Facts, which the comparisons find, and changes, which are facts with an impact."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from session_contracts.diff.node import Node, entries


class Impact(StrEnum):
    """Impact of a change on clients; `change_types` defines each."""

    BREAKING = "breaking"
    RISKY = "risky"
    COMPATIBLE = "compatible"


@dataclass(frozen=True)
class Spot:
    """The part that is compared: `where` it is, and the `use` in which it was reached.

    A use is an operation with one of its statuses or states, or empty. `where` names a component by
    its own name; so a change of it is found once for each use, and reported once for all.
    """

    where: str
    use: tuple[str, str] = ("", "")

    def below(self, label: str, old: Node | None = None, new: Node | None = None) -> "Spot":
        """A part of this one; a component keeps its name."""
        was, name = old.component if old else None, new.component if new else None
        if was and name and was != name:
            name = f"{was} (now {name})"
        return Spot(name or was or f"{self.where}{label}", self.use)


@dataclass(frozen=True)
class Fact:
    """One difference; `change_type` is an id of the table of change types."""

    change_type: str
    spot: Spot
    what: str
    old: Node | None = None
    new: Node | None = None


@dataclass(frozen=True)
class Location:
    """A value in one of the two documents; `line` counts from 1."""

    file: str
    line: int
    value: Any

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Change:
    """One change.

    `operations` are the affected ones; `old` or `new` is None if that version does not have it.
    """

    id: str
    impact: Impact
    where: str
    operations: tuple[str, ...]
    what: str
    why: str
    old: Location | None
    new: Location | None


#: Members for readers; programs ignore them.
PROSE = frozenset(
    {
        "summary",
        "description",
        "title",
        "example",
        "examples",
        "externalDocs",
        "tags",
        "bearerFormat",
    }
)


def rest(old: Node | None, new: Node | None, spot: Spot, known: Set[str]) -> Iterator[Fact]:
    """Differences in the members not in `known`: prose, deprecation, else unknown members."""
    before, after = entries(old), entries(new)
    for key in {**before, **after}:
        if key in known:
            continue
        one, other = before.get(key), after.get(key)
        if key == "deprecated":
            yield from _deprecation(one, other, spot)
        elif not same(one, other):
            change_type = "prose-changed" if key in PROSE else "unknown-changed"
            verb = "added" if one is None else "removed" if other is None else "changed"
            yield Fact(change_type, spot, f"{key} {verb}", one, other)


def _deprecation(old: Node | None, new: Node | None, spot: Spot) -> Iterator[Fact]:
    before, after = bool(old and old.value), bool(new and new.value)
    if before != after:
        yield Fact(
            "deprecated" if after else "undeprecated",
            spot,
            "is deprecated" if after else "is no longer deprecated",
            old,
            new,
        )


def same(old: Node | None, new: Node | None) -> bool:
    """Whether both are equal with references resolved; True and 1 differ, as in JSON."""
    if old is None or new is None:
        return old is new
    return bool(canonical(old.expanded()) == canonical(new.expanded()))


def canonical(value: Any) -> Any:
    """A hashable value, equal for equal JSON; the order of members does not count."""
    if isinstance(value, Mapping):
        return frozenset((key, canonical(child)) for key, child in value.items())
    if isinstance(value, list):
        return tuple(map(canonical, value))
    return (isinstance(value, bool), value)


def show(value: Any) -> str:
    """A value as one short line."""
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    text = ", ".join(map(show, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
