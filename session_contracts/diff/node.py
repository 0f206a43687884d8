"""Values of a document with their locations: references are followed, lines are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from session_contracts.openapi.json_schema import pointer
from session_contracts.openapi.source import Path_, Source


@dataclass(frozen=True, eq=False)
class Node:
    """A value; `path` is its own location, `site` that of the reference to it, if there is one."""

    source: Source
    path: Path_
    value: Any
    site: Path_

    @property
    def line(self) -> int:
        """The line of the reference or value, from 1."""
        return self.source.line(self.site)

    @property
    def component(self) -> str | None:
        """Its name, if it is a component."""
        return str(self.path[2]) if len(self.path) == 3 and self.path[0] == "components" else None

    def get(self, key: str) -> "Node | None":
        """The member with this name."""
        return (
            self._child(key, self.value[key])
            if isinstance(self.value, Mapping) and key in self.value
            else None
        )

    def plain(self, key: str, default: Any = None) -> Any:
        """The value of a member, with references unresolved."""
        return self.value.get(key, default) if isinstance(self.value, Mapping) else default

    def entries(self) -> "dict[str, Node]":
        """The members of an object; none of another value."""
        return (
            {key: self._child(key, value) for key, value in self.value.items()}
            if isinstance(self.value, Mapping)
            else {}
        )

    def items(self) -> "list[Node]":
        """The items of an array; none of another value."""
        return (
            [self._child(index, value) for index, value in enumerate(self.value)]
            if isinstance(self.value, list)
            else []
        )

    def _child(self, key: str | int, value: Any) -> "Node":
        site = (*self.path, key)
        path, value = _followed(self.source.value, site, value)
        return Node(self.source, path, value, site)

    def expanded(self) -> Any:
        """The value with references resolved, except recursive ones."""
        return _expand(self.source.value, self.value, ())


def root(source: Source) -> Node:
    """The whole document."""
    return Node(source, (), source.value, ())


def entries(node: Node | None) -> dict[str, Node]:
    """The members of a node; none of None."""
    return node.entries() if node else {}


def items(node: Node | None) -> list[Node]:
    """The items of a node; none of None."""
    return node.items() if node else []


def member(node: Node | None, key: str) -> Node | None:
    """The member of a node; None of None."""
    return node.get(key) if node else None


def value(node: Node | None, default: Any = None) -> Any:
    """The value of a node; the default of None."""
    return node.value if node else default


def steps(reference: str) -> Path_:
    """The path of a local reference."""
    return tuple(
        part.replace("~1", "/").replace("~0", "~")
        for part in reference.removeprefix("#/").split("/")
    )


def references(node: Any) -> Iterator[str]:
    """Every `$ref` below `node`."""
    if isinstance(node, Mapping):
        if isinstance(reference := node.get("$ref"), str):
            yield reference
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def _reference(value: Any) -> str | None:
    reference = value.get("$ref") if isinstance(value, Mapping) else None
    return reference if isinstance(reference, str) else None


def _followed(document: Any, path: Path_, value: Any) -> tuple[Path_, Any]:
    seen: set[str] = set()
    while (reference := _reference(value)) is not None and reference not in seen:
        seen.add(reference)
        path, value = steps(reference), pointer(document, reference)
    return path, value


def _expand(document: Any, value: Any, open_: tuple[str, ...]) -> Any:
    reference = _reference(value)
    if reference is not None:
        return (
            value
            if reference in open_
            else _expand(document, pointer(document, reference), (*open_, reference))
        )
    if isinstance(value, Mapping):
        return {key: _expand(document, child, open_) for key, child in value.items()}
    if isinstance(value, list):
        return [_expand(document, child, open_) for child in value]
    return value
