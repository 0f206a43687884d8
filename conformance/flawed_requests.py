"""Requests with one flaw each, derived from the schemas of a contract.

Every constraint of a schema that names its rule is broken at least once. Each flawed body comes
with its control: a valid body that differs in nothing but the flaw.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from session_contracts.openapi.json_schema import broken_rule, rule_map, translate
from session_contracts.openapi.model import Body, JsonSchema, Operation, Parameter

JSON_MEDIA = "application/json"
_TOO_LARGE = 1 << 20


@dataclass(frozen=True)
class FlawedBody:
    """A body that breaks `rule`, and `control`, a valid one that differs in the flaw alone.

    `boundary`: the control is the last valid value, so the rule also states that it is accepted.
    """

    rule: str
    name: str
    content: bytes | None
    control: bytes
    media_type: str | None = JSON_MEDIA
    boundary: bool = False


#: By declared type, values of other types; without null, which may be allowed.
_WRONG: Mapping[str, tuple[Any, ...]] = {
    "string": (5, True, ["text"], {"text": "text"}),
    "integer": ("many", "1", 1.5, True, [1], {}),
    "number": ("many", [1], {}),
    "boolean": ("perhaps", 2, [], {}),
    "array": ("text", 5, {}),
    "object": ([], "text", 5, True, None),
}


def flawed_bodies(
    operation: Operation, example: Mapping[str, Any], record: JsonSchema | None = None
) -> Iterator[FlawedBody]:
    """Flawed bodies of an operation.

    `example` is a valid body with all documented members; `record` is the schema of the record
    that the operation acts on.
    """
    body = operation.body
    if body is None or JSON_MEDIA not in body.schemas:
        return
    schema = body.schemas[JSON_MEDIA]
    validator = jsonschema_rs.Draft202012Validator(translate(schema))
    for name, value, control, boundary in _values(
        schema, example, (record or {}).get("properties", {})
    ):
        rule = _rule(schema, validator, value) or _soft_rule(schema, value)
        if rule:
            yield FlawedBody(rule, name, _dump(value), _dump(control), boundary=boundary)
    yield from _unreadable(body, _dump(example))


def _values(
    schema: JsonSchema, example: Mapping[str, Any], shown: Mapping[str, JsonSchema]
) -> Iterator[tuple[str, Any, Any, bool]]:
    for value in _WRONG["object"]:
        yield f"body is {_short(value)}", value, example, False
    for name in schema.get("required", ()):
        yield (
            f"without {name}",
            {key: value for key, value in example.items() if key != name},
            example,
            False,
        )
    yield (
        "with an undocumented member",
        {**example, "undocumented": "member"},
        example,
        False,
    )
    for name, member in schema.get("properties", {}).items():
        for value, good in _members(member, shown.get(name, {})):
            control = example if good is None else {**example, name: good}
            yield f"{name} is {_short(value)}", {**example, name: value}, control, good is not None


def _members(schema: JsonSchema, shown: JsonSchema) -> Iterator[tuple[Any, Any]]:
    """Invalid values of one member, each with the closest valid value if there is a limit.

    `shown`: the schema of the record's member of that name; it may have values that only the
    server sets.
    """
    yield from ((value, None) for value in _WRONG.get(schema.get("type", ""), ()))
    yield None, None
    for value in schema.get("enum", ()):
        yield f"not_{value}", None
        yield str(value).upper(), None
        yield [value], None
    if "enum" in schema:
        yield from ((value, None) for value in shown.get("enum", ()) if value not in schema["enum"])
    if "maxLength" in schema:
        for letter in ("x", "é"):
            yield letter * (schema["maxLength"] + 1), letter * schema["maxLength"]
    if schema.get("minLength"):
        yield "x" * (schema["minLength"] - 1), "x" * schema["minLength"]
    for bound, step in (("minimum", -1), ("maximum", 1)):
        if bound in schema:
            yield schema[bound] + step, schema[bound]
            yield schema[bound] + 100 * step, schema[bound]
    if "x00" in schema.get("pattern", ""):
        yield "before\x00after", None


def _rule(schema: JsonSchema, validator: Any, value: Any) -> str | None:
    rules = {broken_rule(schema, error) for error in validator.iter_errors(value)}
    return rules.pop() if len(rules) == 1 else None


def _soft_rule(schema: JsonSchema, value: Any) -> str | None:
    """The rule of a body that is valid by its schema but undocumented."""
    return next(iter(soft_rules(schema, value)), None)


def soft_rules(schema: JsonSchema, value: Any) -> Iterator[str]:
    """The rules that a valid value touches, since the documents do not mention it.

    `nullable` for null, `additionalProperties` for undocumented members.
    """
    if not isinstance(value, dict):
        return
    properties = schema.get("properties", {})
    for name, member in properties.items():
        rule = rule_map(member).ids.get("nullable")
        if rule and name in value and value[name] is None:
            yield rule
    rule = rule_map(schema).ids.get("additionalProperties")
    if rule and set(value) - set(properties):
        yield rule


def _unreadable(body: Body, example: bytes) -> Iterator[FlawedBody]:
    entries = (
        ("required", "no body", None, JSON_MEDIA),
        ("syntax", "body is cut off", example[:-1], JSON_MEDIA),
        ("encoding", "body is not UTF-8", b'{"\xff": 1}', JSON_MEDIA),
        ("mediaType", "body is text/plain", example, "text/plain"),
        ("size", "body is over 1 MiB", example[:-1] + b" " * _TOO_LARGE + b"}", JSON_MEDIA),
    )
    for constraint, name, content, media_type in entries:
        rule = body.rules.ids.get(constraint) or (
            body.rules.ids.get("syntax") if constraint == "encoding" else None
        )
        if rule and (content is not None or body.required):
            yield FlawedBody(rule, name, content, example, media_type)


def flawed_queries(operation: Operation) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Rule, name and query of every call with one invalid query parameter."""
    for parameter in operation.parameters:
        if parameter.location == "query":
            for constraint, text in _texts(parameter):
                rule = parameter.rules.get(constraint)
                if rule:
                    yield rule, f"{parameter.name}={text}", ((parameter.name, text),)


def _texts(parameter: Parameter) -> Iterator[tuple[str, str]]:
    schema = parameter.schema
    if schema.get("type") in ("integer", "number"):
        yield "type", "many"
    if "minimum" in schema:
        yield "minimum", str(schema["minimum"] - 1)
    if "maximum" in schema:
        yield "maximum", str(schema["maximum"] + 1)
    if "enum" in schema:
        yield "enum", "undocumented"
    if schema.get("format") in ("uuid", "date-time"):
        yield "format", "malformed"


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=True)
    return text if len(text) <= 40 else f"{len(value)} times {text[1:-1][:6]}"
