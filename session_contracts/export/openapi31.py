"""A contract as an OpenAPI 3.1 document."""

from collections.abc import Callable, Mapping
from typing import Any

from session_contracts.export.document import Refs, as_json, content
from session_contracts.openapi.model import Contract

VERSION = "3.1.0"
_DIALECT = "https://spec.openapis.org/oas/3.1/dialect/base"


def openapi31(contract: Contract, refs: Refs = Refs.KEEP) -> str:
    """The contract with its extensions, and with schemas in JSON Schema 2020-12."""
    return as_json(upgrade(content(contract, refs)))


def upgrade(document: Mapping[str, Any]) -> dict[str, Any]:
    """Upgrade an OpenAPI 3.0 document to 3.1; schemas accept the same values."""
    upgraded = _upgraded("document", document)
    begin = {"openapi": VERSION, "info": upgraded["info"], "jsonSchemaDialect": _DIALECT}
    return begin | {name: value for name, value in upgraded.items() if name not in begin}


def _one(kind: str) -> Callable[[Any], Any]:
    return lambda node: _upgraded(kind, node)


def _each(kind: str) -> Callable[[Any], Any]:
    """Upgrade each item of a list, or each value of a map."""

    def each(nodes: Any) -> Any:
        if isinstance(nodes, list):
            return [_upgraded(kind, node) for node in nodes]
        return {name: _upgraded(kind, node) for name, node in nodes.items()}

    return each


def _upgraded(kind: str, node: Any) -> Any:
    if kind == "schema":
        return schema(node)
    if kind == "callback":
        return _each("path")(node)
    if not isinstance(node, Mapping) or "$ref" in node:
        return node
    members = _MEMBERS[kind]
    return {
        name: members[name](value) if name in members else value for name, value in node.items()
    }


#: By kind of object, the members that hold schemas, and how to upgrade them.
_MEMBERS: Mapping[str, Mapping[str, Callable[[Any], Any]]] = {
    "document": {"paths": _each("path"), "components": _one("components")},
    "components": {
        "schemas": _each("schema"),
        "responses": _each("response"),
        "parameters": _each("parameter"),
        "requestBodies": _each("body"),
        "headers": _each("parameter"),
        "callbacks": _each("callback"),
    },
    "path": {
        "parameters": _each("parameter"),
        **dict.fromkeys(
            ("get", "put", "post", "delete", "options", "head", "patch", "trace"), _one("operation")
        ),
    },
    "operation": {
        "parameters": _each("parameter"),
        "requestBody": _one("body"),
        "responses": _each("response"),
        "callbacks": _each("callback"),
    },
    "parameter": {"schema": _one("schema"), "content": _each("media")},
    "body": {"content": _each("media")},
    "response": {"headers": _each("parameter"), "content": _each("media")},
    "media": {"schema": _one("schema"), "encoding": _each("encoding")},
    "encoding": {"headers": _each("parameter")},
}


# ---- schemas

#: Siblings of a `$ref` that restrict nothing; 3.0 ignores all siblings, so others are dropped.
_NOTES = frozenset({"title", "description", "deprecated", "externalDocs"})
_SUBSCHEMAS: Mapping[str, Callable[[Any], Any]] = {
    "properties": lambda value: {name: schema(member) for name, member in value.items()},
    **dict.fromkeys(
        ("allOf", "anyOf", "oneOf"), lambda value: [schema(member) for member in value]
    ),
    **dict.fromkeys(
        ("items", "not", "additionalProperties"),
        lambda value: schema(value) if isinstance(value, Mapping) else value,
    ),
}
_BOUNDS: Mapping[str, str] = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_ENCODINGS: Mapping[str, Mapping[str, str]] = {
    "byte": {"contentEncoding": "base64"},
    "binary": {"contentMediaType": "application/octet-stream"},
}


def schema(node: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI 3.0 schema as one of 3.1."""
    if isinstance(node.get("$ref"), str):
        return {
            name: value
            for name, value in node.items()
            if name == "$ref" or name in _NOTES or name.startswith("x-")
        }
    exclusive = {bound for key, bound in _BOUNDS.items() if node.get(key) is True}
    result: dict[str, Any] = {}
    for name, value in node.items():
        if name == "example":
            result["examples"] = [value]
        elif name == "format" and node.get("type") == "string" and value in _ENCODINGS:
            result |= _ENCODINGS[value]
        elif name == "type" and node.get("nullable"):
            result["type"] = [value, "null"]
        elif name == "enum" and node.get("nullable") and None not in value:
            result["enum"] = [*value, None]
        elif name in _BOUNDS:
            if value is True and _BOUNDS[name] in node:
                result[name] = node[_BOUNDS[name]]
        elif name != "nullable" and name not in exclusive:
            result[name] = _SUBSCHEMAS[name](value) if name in _SUBSCHEMAS else value
    return result
