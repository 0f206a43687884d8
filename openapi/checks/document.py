"""The document as such: it is YAML, and OpenAPI 3.0."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

from session_contracts.openapi.autofix import Autofix, Edit
from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.source import Path_

_SPECIFICATION = "see the OpenAPI Specification 3.0.3"


#: What to write where one of these is not there, or is no object.
_MEMBERS = {
    "info": "give it the members 'title' and 'version'",
    "paths": "give it a member for each path, or write 'paths: {}' where there are none",
}


def is_openapi(draft: Draft) -> Iterator[Finding]:
    """Documents that are not OpenAPI 3.0, or lack a part that everything else needs."""
    document = draft.source.value
    if not isinstance(document, dict):
        yield Finding((), "this is not an OpenAPI 3.0 document", "begin it with 'openapi: 3.0.3'")
        return
    version = document.get("openapi")
    if not (isinstance(version, str) and version.startswith("3.0.")):
        yield _other_version(document)
        return
    for name, members in _MEMBERS.items():
        if name not in document:
            yield Finding((name,), f"{name!r} is missing", f"write '{name}:' at the root")
        elif not isinstance(document[name], dict):
            yield Finding((name,), f"{name!r} is not an object", members)


def _other_version(document: Mapping[str, Any]) -> Finding:
    name = "openapi" if "openapi" in document else "swagger"
    version = walk.shortened(str(document.get(name)), 40)
    if re.fullmatch(r"[12]\.\d.*|3\.[1-9].*", version):
        what = (
            f"{'OpenAPI' if name == 'openapi' else 'Swagger'} {version} is not read, only "
            "OpenAPI 3.0"
        )
        return Finding((name,), what, "convert the document to OpenAPI 3.0.3")
    found = f": its version is {version}" if name in document else ""
    return Finding(
        (name,), f"this is not an OpenAPI 3.0 document{found}", "begin it with 'openapi: 3.0.3'"
    )


def version_is_text(draft: Draft) -> Iterator[Finding]:
    """A version of the API that YAML reads as a number."""
    if not _is_openapi(draft):
        return
    path = ("info", "version")
    info = draft.source.value["info"]
    if isinstance(info.get("version"), bool | int | float):
        span = draft.source.place(path).value
        text = draft.source.text[span.start : span.end]
        autofix = (
            Autofix(
                (Edit(span.start, span.end, f'"{text}"'),), partial(_set, path=path, value=text)
            )
            if span.plain
            else None
        )
        yield Finding(path, f"the version {text} is not a string", f'write "{text}"', autofix)


def path_parameters_required(draft: Draft) -> Iterator[Finding]:
    """Path parameters without `required: true`."""
    if not _is_openapi(draft):
        return
    for path, node in walk.mappings(draft.source.value):
        if node.get("in") == "path" and _is_parameter(path) and node.get("required") is not True:
            what = (
                f"{walk.shortened(repr(node.get('name')), 60)} is part of the path, and not "
                "required"
            )
            yield Finding(path, what, "write 'required: true'", _required(draft, path, node))


def _is_parameter(path: Path_) -> bool:
    return (
        len(path) > 2
        and path[-2] == "parameters"
        and not any(str(part).startswith("x-") for part in path)
    )


def _required(draft: Draft, path: Path_, node: Mapping[str, Any]) -> Autofix | None:
    """An autofix that corrects the value, or inserts the member after `in`."""
    source = draft.source
    apply = partial(_set, path=(*path, "required"), value=True)
    if "required" in node:
        span = source.places[(*path, "required")].value
        return Autofix((Edit(span.start, span.end, "true"),), apply) if span.plain else None
    place = source.places[(*path, "in")]
    if place.key is None or list(node)[-1] is None:
        return None
    text = source.text
    before = text[text.rfind("\n", 0, place.key.start) + 1 : place.key.start]
    line_end = "\r\n" if "\r\n" in text else "\n"
    if text[source.place(path).value.start] != "{":
        between = line_end + "".join(" " for _ in before)
    else:
        between = f",{line_end}{before}" if before and before.isspace() else ", "
    name = (
        '"required"' if text[place.key.start] == '"' else "required"
    )  # in JSON there are no others
    return Autofix((Edit(place.value.end, place.value.end, f"{between}{name}: true"),), apply)


def _set(document: Any, path: Path_, value: Any) -> None:
    """Set a value; a new member is inserted after `in`."""
    node = walk.at(document, path[:-1])
    if path[-1] in node:
        node[path[-1]] = value
        return
    members = dict(node)
    node.clear()
    for name, member in members.items():
        node[name] = member
        if name == "in":
            node[path[-1]] = value


def has_form(draft: Draft) -> Iterator[Finding]:
    """Violations of the JSON Schema of OpenAPI 3.0, less those that other checks report better."""
    if not _is_openapi(draft):
        return
    document = draft.source.value
    reported = {
        finding.path
        for find in (version_is_text, path_parameters_required)
        for finding in find(draft)
    }
    problems = dict.fromkeys(
        problem
        for error in _validator().iter_errors(document)
        for problem in _problems(document, error)
    )
    misspelt = {
        (path[:-1], fix.removeprefix("write "))
        for path, _, fix in problems
        if fix.startswith("write ")
    }
    for path, what, fix in problems:
        missing = what.partition("the member ")[2].partition(" is missing")[0]
        if (
            path not in reported
            and (*path, "required") not in reported
            and (path, missing) not in misspelt
        ):
            yield Finding(path, what, fix)


def _is_openapi(draft: Draft) -> bool:
    return not any(is_openapi(draft))


@cache
def openapi_schema() -> dict[str, Any]:
    """The schema from openapi-spec-validator, read as a file because its import is slow."""
    spec = find_spec("openapi_spec_validator")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "resources/schemas/v3.0/schema.json"
    schema: dict[str, Any] = json.loads(file.read_bytes())
    return schema


@cache
def _validator() -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(openapi_schema(), mask="this")


def _problems(
    document: Any, error: jsonschema_rs.ValidationError
) -> Iterator[tuple[Path_, str, str]]:
    """The problems, in the alternative that was most likely meant."""
    path = walk.located(document, error.instance_path)
    alternatives: Sequence[Sequence[jsonschema_rs.ValidationError]] = getattr(
        error.kind, "context", ()
    )
    if alternatives:
        meant = min(alternatives, key=_distance)
        for inner in meant:
            yield from _problems(document, inner)
    elif isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        known = _known_members(error)
        for name in error.kind.unexpected:
            what, otherwise = _unexpected(error, name)
            yield (*path, name), what, walk.closest(name, known, otherwise)
    elif isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
        yield path, f"the member {error.kind.property!r} is missing", f"write it; {_SPECIFICATION}"
    elif list(error.schema_path[:4]) == [
        "definitions",
        "Schema",
        "properties",
        "type",
    ] and "null" in (types := _types(document, path)):
        others = [name for name in types if name != "null"]
        fix = (
            f"write 'type: {others[0]}' and 'nullable: true'"
            if len(others) == 1
            else "write 'nullable: true' beside another type"
        )
        yield path, "OpenAPI 3.0 has no type 'null'", fix
    else:
        name = f"{path[-1]!r}: " if path else ""
        yield path, f"{name}{walk.shortened(error.message)}", _SPECIFICATION


def _unexpected(error: jsonschema_rs.ValidationError, name: str) -> tuple[str, str]:
    """The problem of an unknown member, and a fix for one that resembles no known member."""
    shown = walk.shortened(name, 60)
    match error.schema_path[-2:]:
        case ["Paths", _]:
            return f"{shown!r} is not a path: paths begin with '/'", f"write '/{shown}'"
        case ["Responses", _]:
            return f"{shown!r} is not a status", "write a status such as 200, 2XX, or default"
    return f"OpenAPI 3.0 has no member {shown!r} here", f"remove it; {_SPECIFICATION}"


def _types(document: Any, path: Path_) -> Sequence[str]:
    """The names of types at this path; JSON Schema, and so OpenAPI 3.1, allows several."""
    value = walk.at(document, path)
    return [
        name
        for name in (value if isinstance(value, list) else [value])
        if isinstance(name, str) and len(name) < 20
    ]


def _distance(errors: Sequence[jsonschema_rs.ValidationError]) -> tuple[bool, bool, int]:
    """The distance of a value from an alternative: reference, type, number of errors."""
    reference = any("Reference" in error.schema_path for error in errors)
    other = any(
        error.instance_path[-1:] in (["type"], ["in"]) and error.schema_path[-1] == "enum"
        for error in errors
    )
    return reference, other, len(errors)


def _known_members(error: jsonschema_rs.ValidationError) -> Sequence[str]:
    node: Any = openapi_schema()
    for part in error.schema_path[:-1]:
        node = node[str(part)] if isinstance(node, dict) else node[int(part)]
    patterns = [
        pattern
        for pattern in node.get("patternProperties", {})
        if pattern.startswith("^(") and pattern.endswith(")$")
    ]
    return [
        *node.get("properties", {}),
        *(name for pattern in patterns for name in pattern[2:-2].split("|")),
    ]


def is_valid(draft: Draft) -> Iterator[Finding]:
    """A second opinion; imported late, since only lint asks for it."""
    from openapi_spec_validator import OpenAPIV30SpecValidator

    document = draft.source.value
    for error in OpenAPIV30SpecValidator(document).iter_errors():
        if error.validator == "format" and error.validator_value == "regex":
            continue  # by Python's idea of one, where OpenAPI has that of ECMAScript
        path = walk.located(document, error.absolute_path) or _home(error.message)
        yield Finding(path, walk.shortened(error.message.splitlines()[0]), _SPECIFICATION)


def _home(message: str) -> Path_:
    """The path, if the validator does not report one."""
    return ("tags",) if "tag name" in message else ()


CHECKS = (
    Check(
        "readable",
        Stage.READ,
        why="A contract must be a file that can be read.",
        bad="# No file of this name, a folder, or a file that may not be read.\n",
        good=example.PLAIN,
        at="#",
        find=None,
    ),
    Check(
        "yaml",
        Stage.READ,
        why=(
            "A contract is one YAML document of JSON values. Parsers disagree on which of two "
            "equal keys wins."
        ),
        bad="""\
openapi: 3.0.3
info: {title: Pets, version: "1"}
paths: {}
info: {title: Dogs, version: "1"}
""",
        good=example.PLAIN,
        at="info: {title: Dogs",
        find=None,
    ),
    Check(
        "openapi",
        Stage.SHAPE,
        why=(
            "Contracts are OpenAPI 3.0 documents; 2.0 and 3.1 give the same keywords other "
            "meanings."
        ),
        bad="""\
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths: {}
""",
        good=example.PLAIN,
        at="openapi: 3.1.0",
        find=is_openapi,
    ),
    Check(
        "version-text",
        Stage.SHAPE,
        why="The version of an API is a string; without quotes YAML reads 1.10 as the number 1.1.",
        bad="info: {title: Pets, version: 1.10}\n",
        good='info: {title: Pets, version: "1.10"}\n',
        at="version: 1.10",
        find=version_is_text,
        within=example.PLAIN,
        fixable=True,
    ),
    Check(
        "path-parameter-required",
        Stage.SHAPE,
        why=(
            "A path without one of its parameters is another path, so OpenAPI requires "
            "'required: true' for each."
        ),
        bad="""\
paths:
  /pets/{id}/sale:
    post:
      operationId: sellPet
      summary: Sell a pet
      parameters:
        - name: id
          in: path
          schema: {type: string}
      responses:
        "200": {description: Sold.}
        "404": {description: There is no such pet.}
        "409": {description: It was sold already.}
components:
  schemas:
    Pet:
      type: object
      properties:
        id: {type: string}
        status: {type: string, enum: [here, sold]}
      example: {id: rex, status: here}
""",
        good="""\
paths:
  /pets/{id}/sale:
    post:
      operationId: sellPet
      summary: Sell a pet
      parameters:
        - name: id
          in: path
          required: true
          schema: {type: string}
      responses:
        "200": {description: Sold.}
        "404": {description: There is no such pet.}
        "409": {description: It was sold already.}
components:
  schemas:
    Pet:
      type: object
      properties:
        id: {type: string}
        status: {type: string, enum: [here, sold]}
      example: {id: rex, status: here}
""",
        at="name: id",
        find=path_parameters_required,
        within=example.PETS,
        fixable=True,
    ),
    Check(
        "openapi-form",
        Stage.SHAPE,
        why=(
            "Tools disagree on a document that does not match the schema of OpenAPI 3.0, or "
            "reject it."
        ),
        bad="""\
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      responses:
        "200": {descriptoin: The pets.}
        "401": {description: The key is unknown.}
""",
        good="""\
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      responses:
        "200": {description: The pets.}
        "401": {description: The key is unknown.}
""",
        at="descriptoin",
        find=has_form,
        within=example.PLAIN,
    ),
    Check(
        "openapi-valid",
        Stage.LAST,
        why=(
            "OpenAPI 3.0 has rules that its schema cannot express; openapi-spec-validator "
            "checks them once nothing else is wrong."
        ),
        bad="""\
tags:
  - {name: pets, description: Everything on pets.}
  - {name: pets, description: All about pets.}
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      tags: [pets]
      responses:
        "200": {description: The pets.}
        "401": {description: The key is unknown.}
""",
        good="""\
tags:
  - {name: pets, description: Everything on pets.}
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      tags: [pets]
      responses:
        "200": {description: The pets.}
        "401": {description: The key is unknown.}
""",
        at="tags",
        find=is_valid,
        within=example.PLAIN,
    ),
)
