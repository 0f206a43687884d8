"""What a comparison finds (facts), and what becomes of it (changes)."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from session_contracts.diff.node import Node, entries


class Kind(StrEnum):
    """`risky`: the document alone does not tell whether a client breaks, or a server that conformed may fail now."""

    BREAKING = "breaking"
    RISKY = "risky"
    COMPATIBLE = "compatible"


@dataclass(frozen=True)
class Spot:
    """What is compared: `where`, within `use`, which is an operation (and a status, or a state, of it) or empty.

    What stands among the components is called by its name there, whoever uses it. So one change of it is found once for each use,
    and reported once for all.
    """

    where: str
    use: tuple[str, str] = ("", "")

    def below(self, label: str, old: Node | None = None, new: Node | None = None) -> "Spot":
        """A part of it."""
        was, name = old.component if old else None, new.component if new else None
        if was and name and was != name:
            name = f"{was} (now {name})"
        return Spot(name or was or f"{self.where}{label}", self.use)


@dataclass(frozen=True)
class Fact:
    """One difference, before anybody judges it. `sort` is an id of the table."""

    sort: str
    spot: Spot
    what: str
    old: Node | None = None
    new: Node | None = None


@dataclass(frozen=True)
class Place:
    """Where something stands in one of the two documents, and what it is. `line` counts from 1."""

    file: str
    line: int
    value: Any

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Change:
    """One change. `operations`: those that are concerned; `old` and `new` are None where the document does not have it."""

    id: str
    kind: Kind
    where: str
    operations: tuple[str, ...]
    what: str
    why: str
    old: Place | None
    new: Place | None


#: Members that say something to people, and nothing to programs.
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
    """Whatever differs in the members that no comparison knows: prose and deprecations as such, anything else as unknown."""
    before, after = entries(old), entries(new)
    for key in {**before, **after}:
        if key in known:
            continue
        one, other = before.get(key), after.get(key)
        if key == "deprecated":
            yield from _deprecation(one, other, spot)
        elif not same(one, other):
            sort = "prose-changed" if key in PROSE else "unknown-changed"
            yield Fact(
                sort,
                spot,
                f"its {key} {'is new' if one is None else 'is gone' if other is None else 'is another'}",
                one,
                other,
            )


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
    """Whether both say the same once references are followed; True and 1 differ, as they do in JSON."""
    if old is None or new is None:
        return old is new
    return bool(canonical(old.expanded()) == canonical(new.expanded()))


def canonical(value: Any) -> Any:
    """A value that is equal, and hashable, for the same JSON; the order of members does not count."""
    if isinstance(value, Mapping):
        return frozenset((key, canonical(child)) for key, child in value.items())
    if isinstance(value, list):
        return tuple(map(canonical, value))
    return (isinstance(value, bool), value)


def show(value: Any) -> str:
    """A value in one short line."""
    if isinstance(value, bool):
        return str(value).lower()
    text = (
        "null"
        if value is None
        else ", ".join(map(show, value))
        if isinstance(value, list | tuple)
        else str(value)
    )
    return text if len(text) <= 100 else f"{text[:97]}..."
