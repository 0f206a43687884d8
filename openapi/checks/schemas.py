"""Schemas, and that every example and default is valid by the one beside it."""

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from openapi.checks import example, walk
from openapi.checks.check import Check, Flaw, Stage, Subject
from openapi.errors import Severity
from openapi.json_schema import pointer, resolve, translate
from openapi.source import Path_


def compile_(subject: Subject) -> Iterator[Flaw]:
    for path, node in walk.schemas(subject.source.value):
        pattern = node.get("pattern")
        if isinstance(pattern, str):
            try:
                jsonschema_rs.Draft202012Validator({"pattern": pattern})
            except (jsonschema_rs.ValidationError, ValueError):
                what = f"{walk.shortened(pattern, 60)!r} cannot be compiled"
                yield Flaw((*path, "pattern"), what, "write one that is, and not too large to be compiled")


def examples_valid(subject: Subject) -> Iterator[Flaw]:
    document = subject.source.value
    for path, node in walk.schemas(document):
        if "example" in node:
            yield from _invalid(subject, (*path, "example"), node, node["example"], "example")
    for path, node in walk.carriers(document):
        if _is_text(path, node):
            continue
        for where, value in _examples(document, path, node):
            yield from _invalid(subject, where, node["schema"], value, "example")


def _examples(document: Any, path: Path_, node: Mapping[str, Any]) -> Iterator[tuple[Path_, Any]]:
    if "example" in node:
        yield (*path, "example"), node["example"]
    for name, written in node.get("examples", {}).items():
        where: Path_ = (*path, "examples", name)
        entry = written
        if "$ref" in written:
            where = walk.pointed(document, written["$ref"])
            entry = pointer(document, written["$ref"])
        if "value" in entry:
            yield (*where, "value"), entry["value"]


def _is_text(path: Path_, node: Mapping[str, Any]) -> bool:
    """A body that is no JSON, of which an example is the text as it is sent."""
    return path[-2:-1] == ("content",) and "json" not in str(path[-1]) and isinstance(node.get("example"), str)


def defaults_valid(subject: Subject) -> Iterator[Flaw]:
    for path, node in walk.schemas(subject.source.value):
        if "default" in node:
            yield from _invalid(subject, (*path, "default"), node, node["default"], "default")


def enums_valid(subject: Subject) -> Iterator[Flaw]:
    for path, node in walk.schemas(subject.source.value):
        for index, value in enumerate(node.get("enum", [])):
            where = (*path, "enum", index)
            if any(value == other and type(value) is type(other) for other in node["enum"][:index]):
                yield Flaw(where, f"{value!r} stands twice in this enum", "keep one")
            yield from _invalid(subject, where, {key: node[key] for key in ("type", "nullable") if key in node}, value, "value")


def _invalid(subject: Subject, path: Path_, schema: Mapping[str, Any], value: Any, name: str) -> Iterator[Flaw]:
    resolved = resolve(subject.source.value, schema)
    validator = jsonschema_rs.Draft202012Validator(translate(resolved), validate_formats=True)
    for error in validator.iter_errors(value):
        where = (*path, *walk.located(value, error.instance_path))
        yield Flaw(where, f"this {name} is invalid: {walk.shortened(error.message)}", f"mend the {name} or the schema")


def have_examples(subject: Subject) -> Iterator[Flaw]:
    for name, schema in subject.source.value.get("components", {}).get("schemas", {}).items():
        if "$ref" not in schema and "example" not in schema and not name.startswith("x-"):
            yield Flaw(("components", "schemas", name), f"schema {name!r} has no example", "add an 'example'")


def required_described(subject: Subject) -> Iterator[Flaw]:
    """Where a schema stands alone; in a composition another part may describe it."""
    for path, node in walk.schemas(subject.source.value):
        composed = any(key in path or key in node for key in ("allOf", "oneOf", "anyOf", "not"))
        if composed or "properties" not in node:
            continue
        for index, name in enumerate(node.get("required", [])):
            if name not in node["properties"]:
                fix = walk.closest(name, node["properties"], "describe it under 'properties', or remove it")
                yield Flaw((*path, "required", index), f"{name!r} is required, but nothing says what it is", fix)


def _pet(schema: str) -> str:
    return f"""\
components:
  schemas:
    Pet:
      type: object
      required: [id, status]
      properties:
        id: {{type: string}}
        status: {{type: string, enum: [here, sold]}}
        {schema}
"""


_RIGHT = "age: {type: integer}\n      example: {id: rex, status: here, age: 3}"

CHECKS = (
    Check(
        "pattern-valid",
        Stage.BUILD,
        why="No validator takes a schema whose pattern it cannot compile.",
        bad=_pet('name: {type: string, pattern: "^\\\\p{Letters}"}\n      example: {id: rex, status: here}'),
        good=_pet('name: {type: string, pattern: "^\\\\p{Letter}"}\n      example: {id: rex, status: here}'),
        at="pattern",
        find=compile_,
        within=example.PETS,
    ),
    Check(
        "example-valid",
        Stage.MEANING,
        why="The mock answers with examples, and people copy them: they must be what the schema beside them says.",
        bad=_pet("age: {type: integer}\n      example: {id: rex, status: here, age: three}"),
        good=_pet(_RIGHT),
        at="age: three",
        find=examples_valid,
        within=example.PETS,
    ),
    Check(
        "default-valid",
        Stage.MEANING,
        why="A default is what counts where nothing is said, so it must be a value that could have been said.",
        bad=_pet("age: {type: integer, minimum: 1, default: 0}\n      example: {id: rex, status: here}"),
        good=_pet("age: {type: integer, minimum: 1, default: 1}\n      example: {id: rex, status: here}"),
        at="default",
        find=defaults_valid,
        within=example.PETS,
    ),
    Check(
        "enum-valid",
        Stage.LINT,
        why="A value of an enum that is not of the schema's type can never occur, nor does one occur twice.",
        bad=_pet("age: {type: integer, enum: [1, two]}\n      example: {id: rex, status: here}"),
        good=_pet("age: {type: integer, enum: [1, 2]}\n      example: {id: rex, status: here}"),
        at="two",
        find=enums_valid,
        within=example.PETS,
    ),
    Check(
        "schema-example",
        Stage.LINT,
        why="A named schema is a page of the docs, and an example says more than its types.",
        bad=_pet("age: {type: integer}"),
        good=_pet(_RIGHT),
        at="Pet:",
        find=have_examples,
        severity=Severity.WARNING,
        within=example.PETS,
    ),
    Check(
        "required-described",
        Stage.LINT,
        why="A member that is required and nowhere described is mostly another one with a slip of the pen.",
        bad=_pet(_RIGHT).replace("[id, status]", "[id, state]").replace("{id: rex, ", "{id: rex, state: x, "),
        good=_pet(_RIGHT),
        at="state]",
        find=required_described,
        severity=Severity.WARNING,
        within=example.PETS,
    ),
)
