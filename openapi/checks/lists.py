"""Lists: what they are sorted and filtered by, their cursors, and which operations are limited."""

from collections.abc import Iterator, Mapping
from typing import Any

from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Listing, Operation, Style
from session_contracts.openapi.source import Path_


def _listings(draft: Draft) -> Iterator[tuple[Path_, Operation, Listing]]:
    for operation in draft.contract.operations.values():
        if operation.listing:
            yield ("paths", operation.path, operation.method.lower()), operation, operation.listing


def _properties(draft: Draft, listing: Listing) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = draft.contract.schemas.get(listing.resource, {}).get(
        "properties", {}
    )
    return properties


def fields(draft: Draft) -> Iterator[Finding]:
    """Fields to sort or filter by that the records do not have."""
    for path, operation, listing in _listings(draft):
        properties = _properties(draft, listing)
        named = [
            ((*path, "x-list", "order", index), name.lstrip("-"))
            for index, name in enumerate(listing.order)
        ]
        for place, name in [*named, *_filters(draft, path, operation)]:
            if name not in properties:
                what = f"{operation.id} lists by {name!r}, which {listing.resource} does not have"
                yield Finding(place, what, walk.closest(name, properties, "name one of its fields"))


def _filters(draft: Draft, path: Path_, operation: Operation) -> Iterator[tuple[Path_, str]]:
    """The fields of its filters that responses show.

    The location of a filter that is shared through a reference is the operation.
    """
    document = draft.source.value
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


def filter_values(draft: Draft) -> Iterator[Finding]:
    """Values with a rule of their own that their filter does not take."""
    for path, key, node in walk.extensions(draft.source.value):
        if key != "x-filter":
            continue
        schema = resolve(draft.source.value, walk.at(draft.source.value, path).get("schema", {}))
        for value in node.get("values", {}):
            if value not in schema.get("enum", ()):
                yield Finding(
                    (*path, key, "values", value),
                    f"the filter does not take {value!r}",
                    walk.closest(value, schema.get("enum", ()), "name a value of its enum"),
                )


def cursors(draft: Draft) -> Iterator[Finding]:
    """Cursors that are not a field of the list, or a date-time that does not sort it."""
    for path, operation, listing in _listings(draft):
        where = (*path, "x-list")
        properties = _properties(draft, listing)
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
                walk.closest(cursor.parameter, names, "name the one that takes a cursor"),
            )
        if listing.style is Style.AFTER:
            if cursor.field not in properties:
                what = (
                    f"{operation.id} continues after {cursor.field!r}, which "
                    f"{listing.resource} does not have"
                )
                yield Finding(
                    (*where, "cursor", "field"), what, "name the field that identifies a record"
                )
        elif (
            listing.order[:1] != (f"-{cursor.field}",)
            or properties.get(cursor.field, {}).get("format") != "date-time"
        ):
            what = f"{operation.id} is not sorted by the date-time {cursor.field!r}, descending"
            yield Finding((*where, "order"), what, f"begin 'order' with -{cursor.field}")


def limited(draft: Draft) -> Iterator[Finding]:
    """Rate limits of operations that do not exist."""
    limits = draft.contract.rate_limits
    for index, name in enumerate(limits.operations if limits else ()):
        if name not in draft.contract.operations:
            fix = walk.closest(name, draft.contract.operations)
            yield Finding(
                ("x-rate-limits", "operations", index), f"there is no operation {name!r}", fix
            )


def _filter(value: str) -> str:
    return f"""\
x-rules:
  - {{id: pets.list.name, level: documented, statement: Pets are found by name.,
      source: "https://pets.example/docs"}}
  - {{id: pets.list.rex, level: documented, statement: Rex is found too.,
      source: "https://pets.example/docs"}}
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
        "200": {{description: The pets.,
            content: {{application/json: {{schema: {{$ref: "#/components/schemas/Pets"}}}}}}}}
        "401": {{description: The key is unknown.}}
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
        why="A rule on one value of a filter is checked by filtering by that value.",
        bad=_filter("Rax"),
        good=_filter("Rex"),
        at="Rax",
        find=filter_values,
        within=example.PLAIN,
    ),
    Check(
        "list-cursor",
        Stage.MEANING,
        why=(
            "A cursor is a value of the field that sorts the list, and a parameter takes it; "
            "otherwise no page leads to the next."
        ),
        bad=_listing("[-bornAt]", "cursor"),
        good=_listing("[-bornAt]"),
        at="x-list",
        find=cursors,
        within=example.PLAIN,
    ),
    Check(
        "limit-operation",
        Stage.MEANING,
        why="A rate limit of an operation that does not exist has no effect.",
        bad="""\
x-rules:
  - {id: pets.rate.limit, level: documented, statement: There is a limit.,
      source: "https://pets.example/docs"}
x-rate-limits:
  rule: pets.rate.limit
  windows: [{calls: 100, per: PT1M}]
  operations: [listDogs]
""",
        good="""\
x-rules:
  - {id: pets.rate.limit, level: documented, statement: There is a limit.,
      source: "https://pets.example/docs"}
x-rate-limits:
  rule: pets.rate.limit
  windows: [{calls: 100, per: PT1M}]
""",
        at="listDogs",
        find=limited,
        within=example.PLAIN,
    ),
)
