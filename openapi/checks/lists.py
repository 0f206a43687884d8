"""Lists: what they are sorted and filtered by, their cursors, and which operations are limited."""

from collections.abc import Iterator, Mapping
from typing import Any

from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Finding, Stage, CheckTarget
from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Listing, Operation, Style
from session_contracts.openapi.source import Path_


def _listings(target: CheckTarget) -> Iterator[tuple[Path_, Operation, Listing]]:
    for operation in target.contract.operations.values():
        if operation.listing:
            yield ("paths", operation.path, operation.method.lower()), operation, operation.listing


def _properties(target: CheckTarget, listing: Listing) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = target.contract.schemas.get(listing.resource, {}).get(
        "properties", {}
    )
    return properties


def fields(target: CheckTarget) -> Iterator[Finding]:
    for path, operation, listing in _listings(target):
        properties = _properties(target, listing)
        named = [
            ((*path, "x-list", "order", index), name.lstrip("-"))
            for index, name in enumerate(listing.order)
        ]
        for place, name in [*named, *_filters(target, path, operation)]:
            if name not in properties:
                what = f"{operation.id} sorts or filters by {name!r}, which is not a field of {listing.resource}"
                yield Finding(place, what, walk.closest(name, properties, "name one of its fields"))


def _filters(target: CheckTarget, path: Path_, operation: Operation) -> Iterator[tuple[Path_, str]]:
    """The fields of its filters that answers show. Filters that are shared through a reference are told of at the operation."""
    document = target.source.value
    written = {}
    for index, node in enumerate(walk.at(document, path).get("parameters", [])):
        if "$ref" not in node:
            parameter = resolve(document, node)
            written[parameter["name"], parameter["in"]] = (
                *path,
                "parameters",
                index,
                "x-filter",
                "field",
            )
    for parameter in operation.parameters:
        if parameter.filter and not parameter.filter.hidden:
            yield written.get((parameter.name, parameter.location), path), parameter.filter.field


def filter_values(target: CheckTarget) -> Iterator[Finding]:
    """Values with a rule of their own that their filter does not take."""
    for path, key, node in walk.extensions(target.source.value):
        if key != "x-filter":
            continue
        schema = resolve(target.source.value, walk.at(target.source.value, path).get("schema", {}))
        for value in node.get("values", {}):
            if value not in schema.get("enum", ()):
                yield Finding(
                    (*path, key, "values", value),
                    f"the filter does not take {value!r}",
                    walk.closest(value, schema.get("enum", ()), "name a value of its enum"),
                )


def cursors(target: CheckTarget) -> Iterator[Finding]:
    """A cursor names a field of the list; one that is a moment, the field that it is sorted by, the latest first."""
    for path, operation, listing in _listings(target):
        where = (*path, "x-list")
        properties = _properties(target, listing)
        cursor = listing.cursor
        if (listing.style in (Style.CURSOR, Style.AFTER)) != (cursor is not None):
            yield Finding(
                where,
                f"{operation.id}: style {listing.style} and 'cursor' do not go together",
                "write both, or neither",
            )
        if cursor is None:
            continue
        names = {parameter.name for parameter in operation.parameters}
        if cursor.parameter not in names:
            what = f"{operation.id} has no parameter {cursor.parameter!r}"
            yield Finding(
                (*where, "cursor", "parameter"),
                what,
                walk.closest(cursor.parameter, names, "name the parameter for the cursor"),
            )
        if listing.style is Style.AFTER:
            if cursor.field not in properties:
                what = f"{operation.id} continues after {cursor.field!r}, which is not a field of {listing.resource}"
                yield Finding(
                    (*where, "cursor", "field"), what, "name the field that identifies its records"
                )
        elif (
            listing.order[:1] != (f"-{cursor.field}",)
            or properties.get(cursor.field, {}).get("format") != "date-time"
        ):
            what = f"{operation.id} is not sorted by the date-time {cursor.field!r}, descending"
            yield Finding((*where, "order"), what, f"start 'order' with -{cursor.field}")


def limited(target: CheckTarget) -> Iterator[Finding]:
    limits = target.contract.rate_limits
    for index, name in enumerate(limits.operations if limits else ()):
        if name not in target.contract.operations:
            fix = walk.closest(name, target.contract.operations)
            yield Finding(
                ("x-rate-limits", "operations", index), f"unknown operation {name!r}", fix
            )


def _filter(value: str) -> str:
    return f"""\
x-rules:
  - {{id: pets.list.name, level: documented, statement: Pets are found by name., source: "https://pets.example/docs"}}
  - {{id: pets.list.rex, level: documented, statement: Rex is found too., source: "https://pets.example/docs"}}
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      parameters:
        - name: name
          in: query
          schema: {{type: string, enum: [Rex, Max]}}
          x-filter: {{field: name, rule: pets.list.name, values: {{{value}: pets.list.rex}}}}
      responses:
        "200": {{description: The pets.}}
        "401": {{description: The key is unknown.}}
"""


def _listing(order: str, rest: str = "") -> str:
    return f"""\
paths:
  /pets:
    get:
      operationId: listPets
      summary: List pets
      x-list: {{of: Pet, order: {order}, style: {rest or "whole"}}}
      responses:
        "200": {{description: The pets., content: {{application/json: {{schema: {{$ref: "#/components/schemas/Pets"}}}}}}}}
        "401": {{description: Unknown key.}}
components:
  schemas:
    Pets:
      type: array
      items: {{$ref: "#/components/schemas/Pet"}}
      example: []
    Pet:
      type: object
      properties:
        id: {{type: string}}
        bornAt: {{type: string, format: date-time}}
      example: {{id: rex}}
"""


CHECKS = (
    Check(
        "list-field",
        Stage.MEANING,
        why="A list is sorted and filtered by fields of its records.",
        bad=_listing("[name]"),
        good=_listing("[id]"),
        at="name]",
        find=fields,
        within=example.PLAIN,
    ),
    Check(
        "filter-value",
        Stage.MEANING,
        why="A rule on a value of a filter is verified by filtering by that value.",
        bad=_filter("Rax"),
        good=_filter("Rex"),
        at="Rax",
        find=filter_values,
        within=example.PLAIN,
    ),
    Check(
        "list-cursor",
        Stage.MEANING,
        why="A cursor is a value of the field by which the list is sorted, and is sent in a parameter.",
        bad=_listing("[-bornAt]", "cursor"),
        good=_listing("[-bornAt]"),
        at="x-list",
        find=cursors,
        within=example.PLAIN,
    ),
    Check(
        "limit-operation",
        Stage.MEANING,
        why="A rate limit for an unknown operation has no effect.",
        bad="""\
x-rules:
  - {id: pets.rate.limit, level: documented, statement: There is a limit., source: "https://pets.example/docs"}
x-rate-limits:
  rule: pets.rate.limit
  windows: [{calls: 100, per: PT1M}]
  operations: [listDogs]
""",
        good="""\
x-rules:
  - {id: pets.rate.limit, level: documented, statement: There is a limit., source: "https://pets.example/docs"}
x-rate-limits:
  rule: pets.rate.limit
  windows: [{calls: 100, per: PT1M}]
""",
        at="listDogs",
        find=limited,
        within=example.PLAIN,
    ),
)
