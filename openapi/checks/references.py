"""References, and the components that they refer to."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import jsonschema_rs

from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.checks.document import openapi_schema
from session_contracts.openapi.errors import Severity
from session_contracts.openapi.json_schema import pointer, resolve
from session_contracts.openapi.source import Path_

#: What a document may come to once each reference is replaced by what it refers to.
_MAX_VALUES = 1_000_000
_MAX_DEPTH = 200

#: The kind of object that stands at a path, by its last names, in the words of OpenAPI's own
#: schema.
_COMPONENTS = {
    "schemas": "Schema",
    "responses": "Response",
    "parameters": "Parameter",
    "examples": "Example",
    "requestBodies": "RequestBody",
    "headers": "Header",
    "securitySchemes": "SecurityScheme",
    "links": "Link",
    "callbacks": "Callback",
}


def named(draft: Draft) -> Iterator[Finding]:
    """OpenAPI's own schema asks for this, and lets pass whatever has another name."""
    document = draft.source.value
    components = document.get("components") if isinstance(document, dict) else None
    for section, members in components.items() if isinstance(components, dict) else ():
        for name in members if section in _COMPONENTS and isinstance(members, dict) else ():
            if not re.fullmatch(r"[a-zA-Z0-9._-]+", name):
                what = f"{walk.shortened(name, 60)!r} is not a valid name of a component"
                yield Finding(
                    ("components", section, name), what, "write letters, digits, and . _ - only"
                )


def resolved(draft: Draft) -> Iterator[Finding]:
    """References that lead to nothing, or out of the file."""
    document = draft.source.value
    for path, reference in walk.references(document):
        if not reference.startswith("#/"):
            what = f"{walk.shortened(reference, 80)!r} is outside of this file"
            yield Finding(
                (*path, "$ref"), what, "bundle all files into one, and refer to '#/components/...'"
            )
        elif not _resolves(document, reference):
            known = _siblings(document, reference)
            what = f"{walk.shortened(reference, 80)!r} refers to nothing"
            yield Finding(
                (*path, "$ref"),
                what,
                walk.closest(reference, known, "refer to one of the components, or add it"),
            )
        elif len(path) == 2 and path[0] == "paths":
            yield Finding(
                (*path, "$ref"),
                "a path must not be a reference",
                "write its operations here",
            )


def _resolves(document: Any, reference: str) -> bool:
    try:
        pointer(document, reference)
    except LookupError:
        return False
    return True


def _siblings(document: Any, reference: str) -> Sequence[str]:
    parent, _, _ = reference.rpartition("/")
    try:
        node = pointer(document, parent)
    except LookupError:
        return []
    return [f"{parent}/{name}" for name in node] if isinstance(node, dict) else []


def finite(draft: Draft) -> Iterator[Finding]:
    """Each value is measured once, however often it is referred to."""
    document = draft.source.value
    sizes: dict[str, tuple[int, int]] = {}
    open_: list[str] = []
    findings: list[Finding] = []

    def measure(node: Any, path: Path_, level: int) -> tuple[int, int]:
        """How many values it comes to, and how deep they are."""
        reference = node.get("$ref") if isinstance(node, dict) else None
        if isinstance(reference, str):
            if reference in open_ or level > _MAX_DEPTH:
                what = (
                    f"{walk.shortened(reference, 80)!r} contains itself"
                    if reference in open_
                    else "references lead too far"
                )
                findings.append(
                    Finding(
                        (*path, "$ref"),
                        what,
                        "end it with a schema that says no more, as in '{type: object}'",
                    )
                )
                return 1, 1
            if reference not in sizes and _resolves(document, reference):
                open_.append(reference)
                sizes[reference] = measure(
                    pointer(document, reference), walk.pointed(document, reference), level + 1
                )
                open_.pop()
            return sizes.get(reference, (1, 1))
        size, depth = 1, 0
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(child, dict | list):
                inner = measure(child, (*path, key), level + 1)
                size, depth = size + inner[0], max(depth, inner[1])
            else:
                size += 1
        return size, depth + 1

    size, depth = measure(document, (), 0)
    yield from findings
    if not findings and (size > _MAX_VALUES or depth > _MAX_DEPTH):
        what = f"with its references replaced this document has {size} values, {depth} deep"
        yield Finding((), what, f"keep to {_MAX_VALUES} values, {_MAX_DEPTH} deep")


def of_kind(draft: Draft) -> Iterator[Finding]:
    """Each target is looked at once, with all of its own references replaced."""
    document = draft.source.value
    known: dict[tuple[str, str], bool] = {}
    for path, reference in walk.references(document):
        kind = _kind(path)
        if kind is None:
            continue
        if (kind, reference) not in known:
            known[kind, reference] = _validator(kind).is_valid(
                resolve(document, {"$ref": reference})
            )
        if not known[kind, reference]:
            name = {"RequestBody": "request body", "SecurityScheme": "security scheme"}.get(
                kind, kind.lower()
            )
            yield Finding(
                (*path, "$ref"),
                f"{walk.shortened(reference, 80)!r} refers to no {name}",
                f"refer to a {name}",
            )


def _kind(path: Path_) -> str | None:
    match path:
        case ("components", section, _) if section in _COMPONENTS:
            return _COMPONENTS[str(section)]
        case (*_, "parameters", int()):
            return "Parameter"
        case (*_, "requestBody"):
            return "RequestBody"
        case (
            (*_, "schema" | "items" | "additionalProperties" | "not")
            | (*_, "properties", _)
            | (*_, "allOf" | "oneOf" | "anyOf", int())
        ):
            return "Schema"
        case (*_, "responses" | "headers" | "examples" | "links" | "callbacks" as section, str()):
            return _COMPONENTS[section]
    return None


@cache
def _validator(kind: str) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(
        {"$ref": f"#/definitions/{kind}", "definitions": openapi_schema()["definitions"]}
    )


def siblings(draft: Draft) -> Iterator[Finding]:
    """Members beside a $ref."""
    for path, node in walk.mappings(draft.source.value):
        if isinstance(node.get("$ref"), str) and _kind(path):
            for name in node:
                if name != "$ref":
                    yield Finding(
                        (*path, name),
                        f"{name!r} beside a $ref is ignored",
                        "move it to what is referred to, or remove it",
                    )


def used(draft: Draft) -> Iterator[Finding]:
    """Components that nothing refers to."""
    document = draft.source.value
    components = document.get("components", {})
    reached = _reached(draft)
    for section in _COMPONENTS:
        for name in components.get(section, {}):
            if (section, name) not in reached and not name.startswith("x-"):
                yield Finding(
                    ("components", section, name),
                    f"nothing uses {name!r} of components.{section}",
                    "refer to it, or remove it",
                )


def _reached(draft: Draft) -> set[tuple[str, str]]:
    """What the rest of the document refers to, itself or through other components."""
    document = draft.source.value
    found: set[tuple[str, str]] = set()
    waiting = [document[name] for name in document if name != "components"]
    waiting += [
        {"$ref": f"#/components/schemas/{table.schema}"}
        for table in draft.contract.lifecycles.values()
    ]
    waiting += [{"$ref": f"#/components/securitySchemes/{name}"} for name in _schemes(draft)]
    while waiting:
        for reference in _named(waiting.pop()):
            parts = reference.removeprefix("#/").split("/")
            if parts[0] != "components" or len(parts) < 3 or not _resolves(document, reference):
                continue
            key = (parts[1], parts[2])
            if key not in found:
                found.add(key)
                waiting.append(pointer(document, "/".join(["#", *parts[:3]])))
    return found


def _schemes(draft: Draft) -> Iterator[str]:
    for _, node in walk.mappings(draft.source.value):
        if isinstance(needs := node.get("security"), list):
            yield from (name for need in needs if isinstance(need, dict) for name in need)


def _named(node: Any) -> Iterator[str]:
    """What it refers to by `$ref`, or in the mapping of a discriminator."""
    for path, value in walk.mappings(node):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        elif path[-2:] == ("discriminator", "mapping"):
            for name in value.values():
                yield name if str(name).startswith("#/") else f"#/components/schemas/{name}"


CHECKS = (
    Check(
        "component-name",
        Stage.SHAPE,
        why=(
            "References contain the names of components, so OpenAPI allows letters, digits, "
            "and . - _ only."
        ),
        bad="""\
components:
  responses:
    Is gone: {description: It was deleted.}
""",
        good="""\
paths:
  /pets/first:
    delete:
      operationId: deletePet
      summary: Delete a pet
      responses:
        "204": {description: It was deleted.}
        "410": {$ref: "#/components/responses/IsGone"}
components:
  responses:
    IsGone: {description: It was deleted.}
""",
        at="Is gone",
        find=named,
        within=example.PLAIN,
    ),
    Check(
        "reference-resolves",
        Stage.REFERENCE,
        why="A contract is one file, and its references must resolve inside it.",
        bad="""\
components:
  schemas:
    Pets:
      type: array
      items: {$ref: "#/components/schemas/Pte"}
    Pet: {type: object}
""",
        good="""\
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      responses:
        "200": {description: The pets.,
            content: {application/json: {schema: {$ref: "#/components/schemas/Pets"}}}}
        "401": {description: The key is unknown.}
components:
  schemas:
    Pets:
      type: array
      items: {$ref: "#/components/schemas/Pet"}
      example: [{}]
    Pet: {type: object, example: {}}
""",
        at='$ref: "#/components/schemas/Pte"',
        find=resolved,
        within=example.PLAIN,
    ),
    Check(
        "reference-recursive",
        Stage.REFERENCE,
        why="References are replaced by their targets, which never ends for a recursive one.",
        bad="""\
components:
  schemas:
    Pet:
      type: object
      properties:
        mother: {$ref: "#/components/schemas/Pet"}
""",
        good="""\
paths:
  /pets/first:
    get:
      operationId: getPet
      summary: Get a pet
      responses:
        "200": {description: The pet.,
            content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
        "401": {description: The key is unknown.}
components:
  schemas:
    Pet:
      type: object
      properties:
        mother: {type: object}
      example: {mother: {}}
""",
        at="$ref",
        find=finite,
        within=example.PLAIN,
    ),
    Check(
        "reference-kind",
        Stage.KIND,
        why="Where OpenAPI expects a response, a reference must lead to a response.",
        bad="""\
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        "200": {$ref: "#/components/schemas/Pet"}
components:
  schemas:
    Pet: {type: object}
""",
        good="""\
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      responses:
        "200": {$ref: "#/components/responses/Pets"}
        "401": {description: The key is unknown.}
components:
  responses:
    Pets: {description: The pets.}
""",
        at="$ref",
        find=of_kind,
        within=example.PLAIN,
    ),
    Check(
        "reference-siblings",
        Stage.LINT,
        why="OpenAPI 3.0 ignores members beside a $ref, although readers assume that they apply.",
        bad="""\
paths:
  /pets/first:
    get:
      operationId: getPet
      summary: Get a pet
      responses:
        "200":
          description: The pet.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet", nullable: true}
        "401": {description: The key is unknown.}
components:
  schemas:
    Pet: {type: object, example: {}}
""",
        good="""\
paths:
  /pets/first:
    get:
      operationId: getPet
      summary: Get a pet
      responses:
        "200":
          description: The pet.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
        "401": {description: The key is unknown.}
components:
  schemas:
    Pet: {type: object, nullable: true, example: {}}
""",
        at="nullable",
        find=siblings,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
    Check(
        "component-used",
        Stage.LINT,
        why=(
            "An unused component is neither served nor verified; it, or a reference to it, "
            "was forgotten."
        ),
        bad="""\
components:
  responses:
    Gone: {description: It was deleted.}
""",
        good="""\
paths:
  /pets/first:
    delete:
      operationId: deletePet
      summary: Delete a pet
      responses:
        "204": {description: It was deleted.}
        "410": {$ref: "#/components/responses/Gone"}
components:
  responses:
    Gone: {description: It was deleted.}
""",
        at="Gone",
        find=used,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
)
