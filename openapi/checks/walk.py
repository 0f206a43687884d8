"""Iterate over a document: extensions, operations, schemas, examples, references."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from session_contracts.openapi.source import Path_, Source

METHODS = ("get", "put", "post", "delete", "patch")

#: Members that hold the user's own names or data, where a name that begins with x- is no extension.
_FREE_NAMES = frozenset({"properties", "headers", "example", "examples", "default", "enum", "when"})
#: Members whose own members are names, not words of OpenAPI.
_NAMED = frozenset(
    {
        "headers",
        "content",
        "responses",
        "examples",
        "callbacks",
        "links",
        "paths",
        "parameters",
        "requestBodies",
    }
)
_DATA = frozenset({"example", "default", "enum", "value"})
_SUBSCHEMAS = ("items", "not", "additionalProperties")
_SCHEMA_LISTS = ("allOf", "anyOf", "oneOf")


def mappings(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """Every mapping, outer ones first."""
    waiting = [(path, node)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, dict):
            yield path, node
            children = [
                ((*path, key), value)
                for key, value in node.items()
                if isinstance(value, dict | list)
            ]
        else:
            children = [
                ((*path, index), value)
                for index, value in enumerate(node)
                if isinstance(value, dict | list)
            ]
        waiting += reversed(children)


def extensions(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str, Any]]:
    """Each x- member, with the path of the object that has it."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from extensions(item, (*path, index))
    if isinstance(node, dict):
        for key, value in node.items():
            if key.startswith("x-"):
                yield path, key, value
            elif key in ("properties", "headers") and isinstance(value, dict):
                for name, member in value.items():
                    yield from extensions(member, (*path, key, name))
            elif key not in _FREE_NAMES:
                yield from extensions(value, (*path, key))


def operations(source: Source) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Every operation that is served and verified, with its path."""
    for path, item in source.value["paths"].items():
        if not path.startswith("x-"):
            for method in METHODS:
                if method in item:
                    yield ("paths", path, method), item[method]


def schemas(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Every schema and subschema, at the place where it is written."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from schemas(item, (*path, index))
    elif isinstance(node, dict):
        for key, value in node.items():
            where = (*path, key)
            if path == ("components",) and key == "schemas":
                for name, schema in value.items():
                    yield from _within(schema, (*where, name))
            elif key == "schema" and path[-1:] and path[-1] not in _NAMED:
                yield from _within(value, where)
            elif not _is_data(key, path) and not key.startswith("x-"):
                yield from schemas(value, where)


def _is_data(key: str, path: Path_) -> bool:
    return key in _DATA and (not path or path[-1] not in _NAMED)


def _within(schema: Any, path: Path_) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    if not isinstance(schema, dict) or "$ref" in schema:
        return
    yield path, schema
    for name, member in schema.get("properties", {}).items():
        yield from _within(member, (*path, "properties", name))
    for key in _SUBSCHEMAS:
        yield from _within(schema.get(key), (*path, key))
    for key in _SCHEMA_LISTS:
        for index, member in enumerate(schema.get(key, [])):
            yield from _within(member, (*path, key, index))


class Carrier(NamedTuple):
    """An object with a schema and examples: a parameter, header or media type."""

    path: Path_
    node: Mapping[str, Any]


def carriers(node: Any, path: Path_ = ()) -> Iterator[Carrier]:
    """Every object with a schema and examples of it."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from carriers(item, (*path, index))
    elif isinstance(node, dict):
        if isinstance(node.get("schema"), dict) and (not path or path[-1] not in _NAMED):
            yield Carrier(path, node)
        for key, value in node.items():
            if (
                (path == ("components",) and key == "schemas")
                or key == "schema"
                or key.startswith("x-")
                or _is_data(key, path)
            ):
                continue
            yield from carriers(value, (*path, key))


def references(node: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Every reference, with its path and its target."""
    for where, value in mappings(node, path):
        if isinstance(value.get("$ref"), str):
            yield where, value["$ref"]


def located(node: Any, parts: Iterable[str | int]) -> Path_:
    """A path from a validator, which reports keys that consist of digits as indexes."""
    path: Path_ = ()
    for part in parts:
        key = str(part) if isinstance(node, dict) else int(part) if str(part).isdecimal() else part
        path = (*path, key)
        node = (
            node.get(key)
            if isinstance(node, dict)
            else node[key]
            if isinstance(node, list) and isinstance(key, int)
            else None
        )
    return path


def at(node: Any, path: Path_) -> Any:
    """The value at a path."""
    for key in path:
        node = node[key]
    return node


def closest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """A fix for an unknown name: the known name that it resembles, or all of them."""
    names = list(known)
    similar = difflib.get_close_matches(name, names, 1, cutoff=0.8)
    if similar:
        return f"write {similar[0]!r}"
    return otherwise or (f"use one of {', '.join(names)}" if names else "remove it")


def pointed(document: Any, reference: str) -> Path_:
    """The path of the target of a local reference."""
    return located(
        document,
        [
            unquote(part).replace("~1", "/").replace("~0", "~")
            for part in reference.removeprefix("#/").split("/")
        ],
    )


def shortened(text: str, length: int = 160) -> str:
    """The text as one line of limited length; the end is kept, which says what is wrong."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length // 3]} ... {text[-(length // 2) :]}"
