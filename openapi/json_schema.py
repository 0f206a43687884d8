"""Translates OpenAPI 3.0 schemas to JSON Schema 2020-12, and finds the rule of a violation."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from jsonschema_rs import ValidationError

from session_contracts.openapi.model import JsonSchema, RuleMap

_ANNOTATIONS = frozenset(
    {"example", "discriminator", "xml", "externalDocs", "nullable", "readOnly", "writeOnly"}
)
_SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf"})


def resolve(document: Mapping[str, Any], node: Any) -> Any:
    """Replace every local `$ref` by its target.

    There are no recursive ones in a checked contract.
    """
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str):
            return resolve(document, pointer(document, reference))
        return {key: resolve(document, value) for key, value in node.items()}
    if isinstance(node, list):
        return [resolve(document, item) for item in node]
    return node


def pointer(document: Mapping[str, Any], reference: str) -> Any:
    """The target of a local reference (`#/a/b`). Raises LookupError."""
    node: Any = document
    for part in reference.removeprefix("#/").split("/"):
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            node = node[int(name) if name.isdecimal() and name.isascii() else len(node)]
        elif isinstance(node, Mapping):
            node = node[name]
        else:
            raise KeyError(name)
    return node


def translate(schema: JsonSchema) -> dict[str, Any]:
    """A resolved OpenAPI 3.0 schema as JSON Schema.

    Rewrites `nullable` and boolean bounds; drops annotations and `x-` members.
    """
    result: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _ANNOTATIONS or key.startswith("x-"):
            continue
        if key == "properties":
            result[key] = {name: translate(member) for name, member in value.items()}
        elif key in _SCHEMA_LISTS:
            result[key] = [translate(member) for member in value]
        elif key in ("items", "not", "additionalProperties") and isinstance(value, Mapping):
            result[key] = translate(value)
        else:
            result[key] = value
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(result.get(bound), bool) and result.pop(bound) and limit in result:
            result[bound] = result.pop(limit)
    if schema.get("nullable"):
        _allow_null(result)
    return result


def _allow_null(schema: dict[str, Any]) -> None:
    if "type" in schema:
        schema["type"] = [schema["type"], "null"]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]


def broken_rule(schema: JsonSchema, error: ValidationError) -> str | None:
    """The rule that a violation breaks: the innermost `x-rule` on its schema path.

    `schema` is the resolved OpenAPI schema, `error` a violation of its translation. The schema of
    a missing member may name the rule itself, as `missing`.
    """
    path = error.schema_path
    owners: list[tuple[RuleMap, str, Mapping[str, Any]]] = []
    node: Any = schema
    for part in path:
        if isinstance(node, Mapping):
            owners.append((rule_map(node), str(part), node))
            node = node.get(str(part))
        else:
            node = node[int(part)]
    if path and path[-1] == "required":
        name = getattr(error.kind, "property", "")  # only this kind has it
        missing = owners[-1][2].get("properties", {}).get(name, {})
        if rule := rule_map(missing).ids.get("missing"):
            return rule
    found = (rules.get(keyword) for rules, keyword, _ in reversed(owners))
    return next((rule for rule in found if rule), None)


def rule_map(node: Mapping[str, Any]) -> RuleMap:
    """The `x-rule` of a schema, parameter, request body or security scheme.

    A plain string applies to all constraints.
    """
    value = node.get("x-rule", {})
    return RuleMap({"*": value} if isinstance(value, str) else value)
