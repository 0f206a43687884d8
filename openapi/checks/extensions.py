"""Our own members of a document, whose names begin with x-."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import isodate
import jsonschema_rs

from session_contracts.openapi.autofix import Autofix, Edit
from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.errors import Severity
from session_contracts.openapi.source import Path_, Source


def _extensions(draft: Draft) -> Iterator[tuple[Path_, str, Any]]:
    if isinstance(draft.source.value, dict):
        yield from walk.extensions(draft.source.value)


def known(draft: Draft) -> Iterator[Finding]:
    """Members that begin with x- but are not extensions of ours."""
    for path, key, _ in _extensions(draft):
        if key not in _validators():
            names = ", ".join(sorted(_validators()))
            fix = walk.closest(key, _validators(), f"use one of {names}, or remove it")
            yield Finding(
                (*path, key),
                f"there is no extension {key!r}",
                fix,
                _renamed(draft.source, (*path, key)),
            )


def _renamed(source: Source, path: Path_) -> Autofix | None:
    """Only where nothing but the case, or a line in place of a dash, is wrong."""
    name = str(path[-1]).lower().replace("_", "-")
    span = source.places[path].key
    if (
        name not in _validators()
        or span is None
        or not span.plain
        or name in walk.at(source.value, path[:-1])
    ):
        return None
    return Autofix((Edit(span.start, span.end, name),), partial(_rename, path=path, name=name))


def _rename(document: Any, path: Path_, name: str) -> None:
    node = walk.at(document, path[:-1])
    members = {name if key == path[-1] else key: value for key, value in node.items()}
    node.clear()
    node.update(members)


def has_form(draft: Draft) -> Iterator[Finding]:
    """Extensions that do not match their schema."""
    for path, key, value in _extensions(draft):
        if key in _validators():
            for error in _validators()[key].iter_errors(value):
                inner = walk.located(value, error.instance_path)
                what = f"{'.'.join(map(str, [key, *inner]))}: {walk.shortened(error.message)}"
                yield Finding((*path, key, *inner), what, "see openapi/extensions.schema.json")


@cache
def _validators() -> Mapping[str, jsonschema_rs.Draft202012Validator]:
    schema = json.loads((Path(__file__).parent.parent / "extensions.schema.json").read_bytes())
    return {
        key: jsonschema_rs.Draft202012Validator({**member, "$defs": schema["$defs"]})
        for key, member in schema["properties"].items()
    }


#: The kinds of object in which each extension has a meaning.
_PLACES: Mapping[str, frozenset[str]] = {
    "x-lifecycles": frozenset({"document"}),
    "x-rate-limits": frozenset({"document"}),
    "x-rules": frozenset({"document", "operation"}),
    "x-list": frozenset({"operation"}),
    "x-provider-states": frozenset({"operation"}),
    "x-scope": frozenset({"operation"}),
    "x-answer": frozenset({"operation"}),
    "x-filter": frozenset({"parameter"}),
    "x-clamp": frozenset({"parameter"}),
    "x-max-bytes": frozenset({"request body"}),
    "x-rule": frozenset({"parameter", "request body", "security scheme", "schema"}),
    "x-envelope": frozenset({"schema"}),
    "x-extensible-enum": frozenset({"schema"}),
}


def placed(draft: Draft) -> Iterator[Finding]:
    """Extensions at a place where nothing reads them."""
    schemas = {path for path, _ in walk.schemas(draft.source.value)}
    for path, key, _ in _extensions(draft):
        kind = "schema" if path in schemas else _kind(path)
        if kind not in _PLACES[key]:
            places = " or ".join(
                f"a{'n' if place[0] in 'aeiou' else ''} {place}" for place in sorted(_PLACES[key])
            )
            yield Finding(
                (*path, key),
                f"{key} has no effect here",
                f"move it to {places.replace('a document', 'the root')}",
            )


def _kind(path: Path_) -> str:
    """What stands at a path, as far as extensions are concerned."""
    match path:
        case ():
            return "document"
        case ("paths", _, method) if method in walk.METHODS:
            return "operation"
        case (*_, "parameters", _) | ("components", "parameters", _):
            return "parameter"
        case (*_, "requestBody") | ("components", "requestBodies", _):
            return "request body"
        case ("components", "securitySchemes", _):
            return "security scheme"
    return "other"


def durations(draft: Draft) -> Iterator[Finding]:
    """Durations of variable length, or none."""
    for path, text in _durations(draft.source.value):
        try:
            parsed = isodate.parse_duration(text)
            fixed = isinstance(parsed, timedelta) and parsed > timedelta()
        except (isodate.ISO8601Error, ValueError, ArithmeticError):
            fixed = False
        if not fixed:
            yield Finding(
                path,
                f"{text!r} is not a duration of fixed length",
                "write days or less, as in P30D",
            )


def _durations(document: Mapping[str, Any]) -> Iterator[tuple[Path_, str]]:
    for name, table in document.get("x-lifecycles", {}).items():
        for key, timer in table.get("timers", {}).items():
            yield ("x-lifecycles", name, "timers", key, "after"), timer["after"]
    for index, window in enumerate(document.get("x-rate-limits", {}).get("windows", [])):
        yield ("x-rate-limits", "windows", index, "per"), window["per"]


def clamps(draft: Draft) -> Iterator[Finding]:
    """Clamps of parameters that are not numbers, or with bounds out of order."""
    for path, key, value in _extensions(draft):
        if key != "x-clamp":
            continue
        name = walk.at(draft.source.value, path).get("name")
        schema = next(
            (
                p.schema
                for o in draft.contract.operations.values()
                for p in o.parameters
                if p.name == name
            ),
            {},
        )
        if schema and schema.get("type") not in ("integer", "number"):
            yield Finding(
                (*path, key),
                f"{name!r} is not a number, so it cannot be clamped",
                "write x-clamp only at a number",
            )
        if value.get("minimum", 0) > value.get("maximum", value.get("minimum", 0)):
            yield Finding(
                (*path, key),
                f"the bounds of {name!r} are out of order",
                "swap minimum and maximum",
            )


def envelopes(draft: Draft) -> Iterator[Finding]:
    """Envelopes that name no member of their schema."""
    for path, key, value in _extensions(draft):
        members = walk.at(draft.source.value, path).get("properties", {})
        if key == "x-envelope" and value not in members:
            yield Finding(
                (*path, key), f"the envelope has no member {value!r}", walk.closest(value, members)
            )


CHECKS = (
    Check(
        "extension-known",
        Stage.SHAPE,
        why="An unknown extension is usually a misspelt one, and would be ignored silently.",
        bad="""\
x-lifecycle:
  Pet: {}
""",
        good="x-rules: []\n",
        at="x-lifecycle",
        find=known,
        within=example.PLAIN,
        fixable=True,
    ),
    Check(
        "extension-form",
        Stage.SHAPE,
        why="The mock, the suite and the docs rely on the schema of each extension.",
        bad="""\
x-rules:
  - id: pets.sell.once
    level: official
    statement: A pet that was sold cannot be sold again.
    source: https://pets.example/docs#sell
""",
        good="""\
x-rules:
  - id: pets.sell.once
    level: documented
    statement: A pet that was sold cannot be sold again.
    source: https://pets.example/docs#sell
""",
        at="level: official",
        find=has_form,
        within=example.PLAIN,
    ),
    Check(
        "duration",
        Stage.BUILD,
        why="A month has no fixed length, so a clock cannot compute its end.",
        bad="""\
x-rules:
  - {id: pets.rate.limit, level: documented, statement: There is a limit.,
      source: "https://pets.example/docs"}
x-rate-limits:
  rule: pets.rate.limit
  windows:
    - {calls: 1000, per: P1M}
""",
        good="""\
x-rules:
  - {id: pets.rate.limit, level: documented, statement: There is a limit.,
      source: "https://pets.example/docs"}
x-rate-limits:
  rule: pets.rate.limit
  windows:
    - {calls: 1000, per: P30D}
""",
        at="per: P1M",
        find=durations,
        within=example.PLAIN,
    ),
    Check(
        "extension-place",
        Stage.LINT,
        why=(
            "An extension at the wrong place has no effect: neither the mock nor the suite "
            "reads it."
        ),
        bad="""\
info:
  title: Pets
  version: "1"
  x-rules:
    - id: pets.sell.once
      level: documented
      statement: A pet that was sold cannot be sold again.
      source: https://pets.example/docs#sell
""",
        good="""\
x-rules:
  - id: pets.sell.once
    level: documented
    statement: A pet that was sold cannot be sold again.
    source: https://pets.example/docs#sell
""",
        at="x-rules",
        find=placed,
        within=example.PLAIN,
    ),
    Check(
        "clamp-number",
        Stage.LINT,
        why="Only a number can be replaced by the bound that it exceeds.",
        bad="""\
x-rules:
  - {id: pets.list.limit, level: documented, statement: More than 50 count as 50.,
      source: "https://pets.example/docs"}
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      parameters:
        - name: limit
          in: query
          schema: {type: string}
          x-clamp: {maximum: 50, rule: pets.list.limit}
      responses:
        "200": {description: The pets.}
        "401": {description: The key is unknown.}
""",
        good="""\
x-rules:
  - {id: pets.list.limit, level: documented, statement: More than 50 count as 50.,
      source: "https://pets.example/docs"}
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      parameters:
        - name: limit
          in: query
          schema: {type: integer}
          x-clamp: {maximum: 50, rule: pets.list.limit}
      responses:
        "200": {description: The pets.}
        "401": {description: The key is unknown.}
""",
        at="x-clamp",
        find=clamps,
        within=example.PLAIN,
    ),
    Check(
        "envelope-member",
        Stage.LINT,
        why="The suite reads the record from the member that x-envelope names.",
        bad="""\
components:
  schemas:
    Pet:
      type: object
      x-envelope: pet
      properties:
        id: {type: string}
        status: {type: string, enum: [here, sold]}
      example: {id: rex, status: here}
""",
        good="""\
components:
  schemas:
    Pet:
      type: object
      x-envelope: status
      properties:
        id: {type: string}
        status: {type: string, enum: [here, sold]}
      example: {id: rex, status: here}
""",
        at="x-envelope",
        find=envelopes,
        severity=Severity.WARNING,
        within=example.PETS,
    ),
)
