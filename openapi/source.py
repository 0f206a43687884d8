"""Reads a YAML file into plain Python values and remembers the line of every one of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from openapi.errors import ContractError, Violation

Path_ = tuple[str | int, ...]


class _Loader(yaml.CSafeLoader):
    """YAML without its timestamps: JSON knows none, and an example must stay the text it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Source:
    """A parsed file. `lines` maps the path of a value (keys and indexes from the root) to its line, from 1."""

    file: str
    value: Any
    lines: dict[Path_, int]

    def line(self, path: Path_) -> int:
        """The line of the nearest known ancestor of `path`."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def violation(self, path: Path_, check: str, what: str, fix: str) -> Violation:
        return Violation(self.file, self.line(path), check, what, fix)


def read(file: Path) -> Source:
    """Parse `file`.

    Raises ContractError where it is not YAML, repeats a key, or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return parse(stream.read(), str(file))
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ContractError([Violation(str(file), 1, "readable", reason, "name a YAML file that can be read")]) from None


def parse(content: bytes, file: str) -> Source:
    """Parse YAML text; `file` is what messages call it. Raises ContractError."""
    loader = _Loader(content)
    try:
        node = loader.get_single_node()
        source = Source(file, None, {(): 1})
        value = _construct(loader, node, (), source) if node else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else 1
        raise ContractError([Violation(file, line, "yaml", f"this is not YAML: {what}", "mend the syntax")]) from None
    finally:
        loader.dispose()
    return Source(file, value, source.lines)


def _construct(loader: _Loader, node: yaml.Node, path: Path_, source: Source) -> Any:
    source.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item, (*path, index), source) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if key in mapping:
                where = Violation(source.file, key_node.start_mark.line + 1, "yaml", f"{key!r} stands here twice", "keep one")
                raise ContractError([where])
            mapping[key] = _construct(loader, value_node, (*path, key), source)
            source.lines[(*path, key)] = key_node.start_mark.line + 1
        return mapping
    return loader.construct_object(node)
