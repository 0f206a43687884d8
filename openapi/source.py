"""Parses a YAML file into plain Python values and records the position of each."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from session_contracts.openapi.errors import ContractError, Violation

Path_ = tuple[str | int, ...]

#: Limits against documents that are made to exhaust memory or time.
_MAX_DEPTH = 100
_MAX_VALUES = 500_000
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(yaml.CSafeLoader):
    """YAML without timestamps: JSON has none, so an example like 2026-01-05 stays a string."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class Span(NamedTuple):
    """A range of the text, `end` excluded. `plain`: a scalar without quotes."""

    start: int
    end: int
    plain: bool


class Place(NamedTuple):
    """Where a value begins, or its key if it has one: line and column from 1.

    `key`: the range of the key; None for an item of a list.
    """

    line: int
    column: int
    key: Span | None
    value: Span


@dataclass(frozen=True)
class Source:
    """A parsed file. `places` maps the path of a value (keys and indexes) to its place."""

    file: str
    value: Any
    places: dict[Path_, Place]
    text: str

    def place(self, path: Path_) -> Place:
        """The place of `path`, or of its nearest known ancestor."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]

    def line(self, path: Path_) -> int:
        """The line of `path`, or of its nearest known ancestor."""
        return self.place(path).line


def read(file: Path) -> Source:
    """Parse a file.

    Raises ContractError if it cannot be read, is not YAML, or repeats a key.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(str(file), error.strerror or "cannot be read") from None
    except ValueError:  # a NUL in its name
        raise unreadable(str(file), "cannot be read") from None
    return parse(content, str(file))


def unreadable(file: str, reason: str) -> ContractError:
    """The error that a file cannot be read."""
    return ContractError(
        [Violation(file, 1, 1, "readable", reason, "name a YAML file that can be read")]
    )


def parse(content: bytes, file: str) -> Source:
    """Parse YAML text; `file` is its name in messages. Raises ContractError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        what = f"this is not YAML: byte {content[error.start]:#04x} is not UTF-8"
        raise ContractError([Violation(file, line, 1, "yaml", what, "save it as UTF-8")]) from None
    return _Reader(text, file).source()


@dataclass
class _Reader:
    text: str
    file: str
    places: dict[Path_, Place] = field(default_factory=dict)
    values: int = 0
    enclosing: list[yaml.Node] = field(default_factory=list)

    def source(self) -> Source:
        if unprintable := _UNPRINTABLE.search(self.text):
            before = self.text[: unprintable.start()]
            where = before.count("\n") + 1, len(before) - before.rfind("\n")
            what = f"this is not YAML: the character {unprintable.group()!r} is not allowed"
            raise ContractError(
                [Violation(self.file, *where, "yaml", what, "remove it, or write it as an escape")]
            )
        # The C loader reads bytes without the copy that a str would need.
        content = self.text.encode()
        if _may_be_deep(self.text):
            self._limit_depth(content)
        loader = _Loader(content)
        try:
            node = self._node(loader)
            self.places[()] = Place(1, 1, None, Span(0, len(self.text), False))
            value = self._construct(loader, node, ()) if node else None
        finally:
            loader.dispose()
        return Source(self.file, value, self.places, self.text)

    def _node(self, loader: _Loader) -> yaml.Node | None:
        try:
            node: yaml.Node | None = loader.get_single_node()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            what = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
            raise self._error(mark, f"this is not YAML: {what}", "fix the syntax") from None
        return node

    def _limit_depth(self, content: bytes) -> None:
        """Raise ContractError for deep nesting: composing it in C could exhaust the stack."""
        depth = 0
        loader = _Loader(content)
        try:
            while (event := loader.get_event()) is not None:
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(
                    event, yaml.CollectionEndEvent
                )
                if depth > _MAX_DEPTH:
                    raise self._error(
                        event.start_mark,
                        "this is nested too deeply",
                        f"keep to {_MAX_DEPTH} levels",
                    )
        except yaml.YAMLError:
            pass  # composing reports it
        finally:
            loader.dispose()

    def _error(self, mark: Any, what: str, fix: str) -> ContractError:
        """An error at a mark of PyYAML; None: at the beginning."""
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return ContractError([Violation(self.file, line, column, "yaml", what, fix)])

    def _construct(self, loader: _Loader, node: yaml.Node, path: Path_) -> Any:
        self._limit(node)
        self.places.setdefault(
            path, Place(node.start_mark.line + 1, node.start_mark.column + 1, None, _span(node))
        )
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(loader, node)
        self.enclosing.append(node)
        value: Any
        if isinstance(node, yaml.SequenceNode):
            value = [
                self._construct(loader, item, (*path, index))
                for index, item in enumerate(node.value)
            ]
        else:
            value = self._mapping(loader, node, path)
        self.enclosing.pop()
        return value

    def _limit(self, node: yaml.Node) -> None:
        """Raise ContractError for aliases that contain themselves, or exceed the limits."""
        self.values += 1
        if any(node is outer for outer in self.enclosing):
            raise self._error(
                node.start_mark,
                "this contains itself through an alias",
                "write it without the alias",
            )
        if len(self.enclosing) > _MAX_DEPTH:
            raise self._error(
                node.start_mark, "this is nested too deeply", f"keep to {_MAX_DEPTH} levels"
            )
        if self.values > _MAX_VALUES:
            raise self._error(
                node.start_mark,
                f"this document has more than {_MAX_VALUES} values",
                "leave out what its aliases repeat",
            )

    def _scalar(self, loader: _Loader, node: yaml.ScalarNode) -> Any:
        try:
            value = loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            what = getattr(error, "problem", None) or f"{node.value!r} cannot be read"
            raise self._error(
                node.start_mark, f"this is not YAML: {what}", "write it without a tag, or in quotes"
            ) from None
        if not (
            value is None
            or isinstance(value, str | int)
            or (isinstance(value, float) and math.isfinite(value))
        ):
            raise self._error(
                node.start_mark,
                f"JSON has no value like {node.value!r}",
                "write it in quotes, or leave it out",
            )
        return value

    def _mapping(self, loader: _Loader, node: yaml.Node, path: Path_) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in self._members(node):
            key = key_node.value
            if not isinstance(key, str):
                raise self._error(
                    key_node.start_mark,
                    "the name of a member is not a string",
                    "write a plain name",
                )
            if key in mapping:
                raise self._error(key_node.start_mark, f"{key!r} appears here twice", "keep one")
            start = key_node.start_mark
            self.places[(*path, key)] = Place(
                start.line + 1, start.column + 1, _span(key_node), _span(value_node)
            )
            mapping[key] = self._construct(loader, value_node, (*path, key))
        return mapping

    def _members(self, node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        """The members of a mapping, after those that it merges (`<<`) and does not override."""
        own = [(key, value) for key, value in node.value if key.tag != _MERGE]
        names = {key.value for key, _ in own if isinstance(key.value, str)}
        for merge, value in node.value:
            if merge.tag != _MERGE:
                continue
            for mapping in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if not isinstance(mapping, yaml.MappingNode) or any(
                    mapping is outer for outer in self.enclosing
                ):
                    raise self._error(
                        merge.start_mark,
                        "'<<' takes the members of a mapping",
                        "name one, or a list of some",
                    )
                self.enclosing.append(mapping)
                for key, member in self._members(mapping):
                    if isinstance(key.value, str) and key.value not in names:
                        names.add(key.value)
                        yield key, member
                self.enclosing.pop()
        yield from own


def _may_be_deep(text: str) -> bool:
    """Whether a document could be nested too deeply for the stack: a cheap estimate."""
    indentation = max(map(len, re.findall(r"^[ ?-]+", text, re.MULTILINE)), default=0)
    return text.count("[") + text.count("{") + 2 * indentation > _MAX_DEPTH * 20


def _span(node: yaml.Node) -> Span:
    return Span(
        node.start_mark.index,
        node.end_mark.index,
        isinstance(node, yaml.ScalarNode) and not node.style,
    )


#: Characters that YAML does not allow.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
