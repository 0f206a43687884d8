"""The 3.1 document: valid, and its schemas accept exactly what those of the contract accept."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from session_contracts.export import export
from session_contracts.export.document import Refs
from session_contracts.export.openapi31 import upgrade
from session_contracts.openapi.json_schema import resolve, translate
from session_contracts.openapi.model import Contract
from tests.session_contracts.export.contracts import ALL, OWN, contract

pytestmark = pytest.mark.slow

#: One of each type, and what is at the border of something.
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    -1,
    0.1,
    99.5,
    10**21,
    "",
    "x",
    "a",
    "c",
    "overdue",
    "Zm9v",
    [],
    [None],
    ["x", 1, None],
    {},
    {"name": "nobody"},
)


def upgraded(own: Contract) -> Any:
    return json.loads(export(own, "openapi-3.1"))


def validator(document: Any, name: str) -> jsonschema_rs.Draft202012Validator:
    """Of a schema of the document, with its references as they are."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("refs", Refs)
def test_the_document_is_valid(name: str, refs: Refs) -> None:
    document = json.loads(export(contract(name), "openapi-3.1", refs))
    assert document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@pytest.mark.parametrize("name", ALL)
def test_upgraded_schemas_accept_the_same_values(name: str) -> None:
    """Each example and its mutations, which must include valid and invalid ones."""
    own = contract(name)
    document = upgraded(own)
    verdicts = []
    for key, schema in own.schemas.items():
        before = jsonschema_rs.Draft202012Validator(translate(schema), validate_formats=True)
        after = validator(document, key)
        if "example" in schema:
            assert after.is_valid(schema["example"]), key
            assert document["components"]["schemas"][key]["examples"] == [schema["example"]]
        for value in (*VALUES, *changed(schema.get("example"), schema)):
            assert before.is_valid(value) == after.is_valid(value), (key, value)
            verdicts.append(after.is_valid(value))
    assert verdicts.count(True) > 10
    assert verdicts.count(False) > 100


def changed(value: Any, schema: Any) -> Iterator[Any]:
    """The value with one member removed or replaced, at any depth."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name in {**known, **value}:
            yield {key: member for key, member in value.items() if key != name}
            yield from (
                {**value, name: other}
                for other in (*VALUES, *changed(value.get(name), known.get(name, {})))
            )
    if isinstance(value, list) and value:
        yield from (
            [*value[1:], other] for other in (*VALUES, *changed(value[0], schema.get("items", {})))
        )


@pytest.mark.parametrize("name", ALL)
def test_extensions_are_kept(name: str) -> None:
    own = contract(name)
    document = upgraded(own)
    for key in ("x-lifecycles", "x-rules", "x-rate-limits", "servers", "tags", "security"):
        assert document.get(key) == own.document.get(key)
    assert list(document["paths"]) == list(own.document["paths"])
    for schema in schemas(document["components"]["schemas"]):
        assert not {"nullable", "example"} & set(schema)
    assert [*extensions(document)] == [*extensions(own.document)]


def schemas(named: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for schema in named.values():
        yield schema
        yield from schemas(schema.get("properties", {}))
        yield from schemas(
            {
                key: schema[key]
                for key in ("items", "not", "additionalProperties")
                if isinstance(schema.get(key), dict)
            }
        )
        yield from (
            inner
            for key in ("allOf", "anyOf", "oneOf")
            for branch in schema.get(key, [])
            for inner in schemas({"branch": branch})
        )


def extensions(node: Any) -> Iterator[tuple[str, str]]:
    """Every extension there is, in order, with its content; a header may look like one."""
    for key, value in (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    ):
        if str(key).startswith("x-") and key != "x-why":
            yield str(key), json.dumps(value)
        else:
            yield from extensions(value)


def test_upgraded_keywords() -> None:
    document = upgraded(contract(str(OWN)))
    members = document["components"]["schemas"]["Loan"]["properties"]
    assert members["number"] == {"type": "integer", "exclusiveMinimum": 0, "maximum": 10**21}
    assert members["fine"] == {"type": "number", "exclusiveMaximum": 99.5, "minimum": 0.1}
    assert members["status"] == {
        "$ref": "#/components/schemas/Status",
        "description": "Where it stands.",
    }
    assert members["closedAt"]["type"] == ["string", "null"]
    assert members["cover"] == {"type": "string", "contentEncoding": "base64"}
    assert members["scan"] == {"type": "string", "contentMediaType": "application/octet-stream"}
    assert members["grade"]["enum"] == ["a", "b", None]
    assert members["example"] == {"type": ["string", "null"]}
    assert members["$ref"] == {"type": ["integer", "null"]}
    header = document["paths"]["/branches/{branch}/loans/{loanId}"]["get"]["responses"]["404"][
        "headers"
    ]["x-why"]
    assert header == {"schema": {"type": ["string", "null"], "examples": [None]}}
    assert document["jsonSchemaDialect"] == "https://spec.openapis.org/oas/3.1/dialect/base"


def test_nested_schemas_are_upgraded() -> None:
    null = {"schema": {"type": "string", "nullable": True}}
    media = {
        "content": {
            "text/plain": {
                **null,
                "encoding": {"part": {"headers": {"schema": null}}},
                "example": {"nullable": True},
            }
        }
    }
    path = {
        "parameters": [null],
        "post": {
            "parameters": [null],
            "requestBody": media,
            "responses": {"200": {"headers": {"a": null}, **media}},
        },
    }
    everywhere = {
        "openapi": "3.0.3",
        "info": {"title": "All", "version": "1"},
        "paths": {"/": {**path, "post": {**path["post"], "callbacks": {"done": {"{$url}": path}}}}},  # type: ignore[dict-item]
        "components": {
            "schemas": {"nullable": null["schema"]},
            "parameters": {
                "p": {**null, "example": {"nullable": True}},
                "ref": {"$ref": "#/components/parameters/p"},
            },
            "headers": {"h": null},
            "requestBodies": {"b": media},
            "responses": {"r": media},
            "callbacks": {"c": {"{$url}": path}},
        },
    }
    before, after = json.dumps(everywhere), json.dumps(upgrade(everywhere))
    assert (
        before.count('{"type": "string", "nullable": true}')
        == after.count('{"type": ["string", "null"]}')
        > 10
    )
    assert before.count('"example": {"nullable": true}') == after.count(
        '"example": {"nullable": true}'
    )
    assert resolve(everywhere, everywhere["components"])["parameters"]["ref"]
