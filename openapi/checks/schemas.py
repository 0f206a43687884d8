"""Schemas, and that every example and default is valid against its schema."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.errors import Severity
from session_contracts.openapi.json_schema import pointer, resolve, translate
from session_contracts.openapi.source import Path_


def compile_(draft: Draft) -> Iterator[Finding]:
    """Patterns that cannot be compiled."""
    for path, node in walk.schemas(draft.source.value):
        pattern = node.get("pattern")
        if isinstance(pattern, str):
            try:
                jsonschema_rs.Draft202012Validator({"pattern": pattern})
            except (jsonschema_rs.ValidationError, ValueError):
                what = f"{walk.shortened(pattern, 60)!r} cannot be compiled"
                yield Finding((*path, "pattern"), what, "fix or shorten it")


def examples_valid(draft: Draft) -> Iterator[Finding]:
    """Examples that their schema does not allow."""
    document = draft.source.value
    for path, node in walk.schemas(document):
        if "example" in node:
            yield from _invalid(draft, (*path, "example"), node, node["example"], "example")
    for path, node in walk.carriers(document):
        if _is_text(path, node):
            continue
        for where, value in _examples(document, path, node):
            yield from _invalid(draft, where, node["schema"], value, "example")


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
    return (
        path[-2:-1] == ("content",)
        and "json" not in str(path[-1])
        and isinstance(node.get("example"), str)
    )


def defaults_valid(draft: Draft) -> Iterator[Finding]:
    """Defaults that their schema does not allow."""
    for path, node in walk.schemas(draft.source.value):
        if "default" in node:
            yield from _invalid(draft, (*path, "default"), node, node["default"], "default")


def enums_valid(draft: Draft) -> Iterator[Finding]:
    """Values of an enum that are repeated, or not of its type."""
    for path, node in walk.schemas(draft.source.value):
        for index, value in enumerate(node.get("enum", [])):
            where = (*path, "enum", index)
            if any(value == other and type(value) is type(other) for other in node["enum"][:index]):
                yield Finding(
                    where,
                    f"{value!r} appears twice in this enum",
                    _read_as_boolean(draft, where) or "keep one",
                )
            yield from _invalid(
                draft,
                where,
                {key: node[key] for key in ("type", "nullable") if key in node},
                value,
                "value",
            )


def _invalid(
    draft: Draft, path: Path_, schema: Mapping[str, Any], value: Any, name: str
) -> Iterator[Finding]:
    resolved = resolve(draft.source.value, schema)
    validator = jsonschema_rs.Draft202012Validator(translate(resolved), validate_formats=True)
    for error in validator.iter_errors(value):
        where = (*path, *walk.located(value, error.instance_path))
        is_text = (
            isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Type)
            and "string" in error.kind.types
        )
        fix = (_read_as_boolean(draft, where) if is_text else "") or f"fix the {name} or the schema"
        yield Finding(where, f"this {name} is invalid: {walk.shortened(error.message)}", fix)


def _read_as_boolean(draft: Draft, path: Path_) -> str:
    """The fix for an unquoted word that YAML 1.1 reads as a boolean; else empty."""
    source = draft.source
    span = source.places[path].value if path in source.places else None
    word = source.text[span.start : span.end] if span and span.plain else ""
    return (
        f'write "{word}": without quotes YAML reads {word} as a boolean'
        if word.lower() in ("yes", "no", "on", "off")
        else ""
    )


def have_examples(draft: Draft) -> Iterator[Finding]:
    """Component schemas without an example."""
    for name, schema in draft.source.value.get("components", {}).get("schemas", {}).items():
        if "$ref" not in schema and "example" not in schema and not name.startswith("x-"):
            yield Finding(
                ("components", "schemas", name),
                f"schema {name!r} has no example",
                "add an 'example'",
            )


def required_described(draft: Draft) -> Iterator[Finding]:
    """Where a schema stands alone; in a composition another part may describe it."""
    for path, node in walk.schemas(draft.source.value):
        composed = any(key in path or key in node for key in ("allOf", "oneOf", "anyOf", "not"))
        if composed or "properties" not in node:
            continue
        for index, name in enumerate(node.get("required", [])):
            if name not in node["properties"]:
                fix = walk.closest(
                    name, node["properties"], "describe it under 'properties', or remove it"
                )
                yield Finding(
                    (*path, "required", index),
                    f"{name!r} is required but not described",
                    fix,
                )


_BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)


def bounds_ordered(draft: Draft) -> Iterator[Finding]:
    """Lower bounds above the upper bound."""
    for path, node in walk.schemas(draft.source.value):
        for least, most in _BOUNDS:
            if least in node and most in node and node[least] > node[most]:
                yield Finding(
                    (*path, least),
                    f"{least} is more than {most}, so no value is valid",
                    "swap them, or fix one",
                )


def arrays_have_items(draft: Draft) -> Iterator[Finding]:
    """Arrays without `items`."""
    for path, node in walk.schemas(draft.source.value):
        if node.get("type") == "array" and "items" not in node:
            yield Finding(
                path,
                "this array has no 'items'",
                "write 'items'; '{}' allows anything",
            )


#: The formats of OpenAPI 3.0 and of JSON Schema; one of them may have been meant.
_OF_OPENAPI = frozenset(
    {"int32", "int64", "float", "double", "byte", "binary", "date", "date-time", "password"}
)
_OF_TEXT = frozenset(
    {
        "email",
        "idn-email",
        "hostname",
        "idn-hostname",
        "ipv4",
        "ipv6",
        "uuid",
        "time",
        "duration",
        "regex",
        "json-pointer",
        "relative-json-pointer",
    }
)
_OF_ADDRESSES = frozenset({"uri", "uri-reference", "uri-template", "iri", "iri-reference"})
_STANDARD_FORMATS = _OF_OPENAPI | _OF_TEXT | _OF_ADDRESSES
#: Others that resemble those and are in use: of the registry of OpenAPI, and of libraries that
#: write contracts.
_REGISTERED = frozenset(
    {
        "int8",
        "int16",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "double-int",
        "base64url",
        "date-time-local",
        "time-local",
        "http-date",
    }
)
_OF_LIBRARIES = frozenset(
    {"uuid1", "uuid3", "uuid4", "uuid5", "uuid6", "uuid7", "uuid8", "uuidv4", "uuidv7"}
)
_KNOWN_FORMATS = _STANDARD_FORMATS | _REGISTERED | _OF_LIBRARIES


def formats_known(draft: Draft) -> Iterator[Finding]:
    """A format may have any name; one that nearly has a standard name is probably misspelt."""
    for path, node in walk.schemas(draft.source.value):
        name = node.get("format", "")
        if name and name not in _KNOWN_FORMATS:
            for meant in difflib.get_close_matches(
                name.lower(), sorted(_STANDARD_FORMATS), 1, cutoff=0.85
            ):
                what = (
                    f"there is no format {walk.shortened(name, 60)!r}, and validators ignore "
                    "unknown formats"
                )
                yield Finding((*path, "format"), what, f"write {meant!r}")


def nullable_with_type(draft: Draft) -> Iterator[Finding]:
    """`nullable` without a type beside it."""
    for path, node in walk.schemas(draft.source.value):
        if node.get("nullable") is True and "type" not in node:
            what = "'nullable' has no effect without a type beside it"
            yield Finding(
                (*path, "nullable"), what, "write 'type' in the same schema, or remove 'nullable'"
            )


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
        why="Validators reject a schema whose pattern does not compile.",
        bad=_pet(
            'name: {type: string, pattern: "^\\\\p{Letters}"}\n      '
            "example: {id: rex, status: here}"
        ),
        good=_pet(
            'name: {type: string, pattern: "^\\\\p{Letter}"}\n      '
            "example: {id: rex, status: here}"
        ),
        at="pattern",
        find=compile_,
        within=example.PETS,
    ),
    Check(
        "example-valid",
        Stage.MEANING,
        why="The mock answers with examples, and people copy them, so they must be valid.",
        bad=_pet("age: {type: integer}\n      example: {id: rex, status: here, age: three}"),
        good=_pet(_RIGHT),
        at="age: three",
        find=examples_valid,
        within=example.PETS,
    ),
    Check(
        "default-valid",
        Stage.MEANING,
        why="A default stands for a missing value, so it must be valid itself.",
        bad=_pet(
            "age: {type: integer, minimum: 1, default: 0}\n      example: {id: rex, status: here}"
        ),
        good=_pet(
            "age: {type: integer, minimum: 1, default: 1}\n      example: {id: rex, status: here}"
        ),
        at="default",
        find=defaults_valid,
        within=example.PETS,
    ),
    Check(
        "enum-valid",
        Stage.LINT,
        why=(
            "A value of an enum that is not of the schema's type can never occur; a repeated "
            "one is an error."
        ),
        bad=_pet("age: {type: integer, enum: [1, two]}\n      example: {id: rex, status: here}"),
        good=_pet("age: {type: integer, enum: [1, 2]}\n      example: {id: rex, status: here}"),
        at="two",
        find=enums_valid,
        within=example.PETS,
    ),
    Check(
        "schema-example",
        Stage.LINT,
        why=(
            "Each component schema has a page of the docs, and an example says more than its types."
        ),
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
        why="A required member that is not described is usually misspelt.",
        bad=_pet(_RIGHT)
        .replace("[id, status]", "[id, state]")
        .replace("{id: rex, ", "{id: rex, state: x, "),
        good=_pet(_RIGHT),
        at="state]",
        find=required_described,
        severity=Severity.WARNING,
        within=example.PETS,
    ),
    Check(
        "bounds-order",
        Stage.LINT,
        why="If the lower bound exceeds the upper one, no value is valid.",
        bad=_pet(
            "age: {type: integer, minimum: 30, maximum: 0}\n      example: {id: rex, status: here}"
        ),
        good=_pet(
            "age: {type: integer, minimum: 0, maximum: 30}\n      example: {id: rex, status: here}"
        ),
        at="minimum: 30",
        find=bounds_ordered,
        within=example.PETS,
    ),
    Check(
        "array-items",
        Stage.LINT,
        why="OpenAPI 3.0 requires the items of an array; code generators fail without them.",
        bad=_pet("names: {type: array}\n      example: {id: rex, status: here}"),
        good=_pet(
            "names: {type: array, items: {type: string}}\n      example: {id: rex, status: here}"
        ),
        at="names:",
        find=arrays_have_items,
        within=example.PETS,
    ),
    Check(
        "format-known",
        Stage.LINT,
        why="Validators ignore unknown formats, so with a misspelt one any string is valid.",
        bad=_pet(
            "bornAt: {type: string, format: datetime}\n      example: {id: rex, status: here}"
        ),
        good=_pet(
            "bornAt: {type: string, format: date-time}\n      example: {id: rex, status: here}"
        ),
        at="format: datetime",
        find=formats_known,
        severity=Severity.WARNING,
        within=example.PETS,
    ),
    Check(
        "nullable-type",
        Stage.LINT,
        why=(
            "In OpenAPI 3.0.3 'nullable' adds null to the type beside it; without a type it "
            "has no effect."
        ),
        bad=_pet("age: {nullable: true, minimum: 0}\n      example: {id: rex, status: here}"),
        good=_pet(
            "age: {type: integer, nullable: true, minimum: 0}\n      "
            "example: {id: rex, status: here}"
        ),
        at="nullable",
        find=nullable_with_type,
        severity=Severity.WARNING,
        within=example.PETS,
    ),
)
