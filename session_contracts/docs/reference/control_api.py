"""The control API of the mock as Markdown, read from its OpenAPI document."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from session_contracts.docs.reference.markdown import code, code_block, json_block, table
from session_contracts.openapi.json_schema import resolve

_METHODS = ("get", "put", "post", "delete", "patch")
#: Members of members are listed down to this depth; the example shows the rest.
_DEPTH = 2


def control_api(document: Mapping[str, Any]) -> str:
    """The page: for each tag, its operations with parameters, body, responses and examples.

    `document` is `load_control().document`; its `$ref`s are followed.
    """
    return "\n".join(_page(document)).rstrip() + "\n"


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    operations = list(_operations(document))
    yield "# Control API"
    yield ""
    yield document["info"]["description"].strip()
    yield ""
    yield from table(
        ("Method", "Path", "Purpose"),
        [
            (method, f"[{code(f'/_mock{path}')}](#{_anchor(found)})", found["summary"])
            for method, path, found in operations
        ],
    )
    for tag in document["tags"]:
        yield f"## {tag['description'].rstrip('.')}"
        yield ""
        for method, path, operation in operations:
            if tag["name"] in operation["tags"]:
                yield from _section(document, method, path, operation)


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Method, path and operation with the parameters of its path, in the order of the document."""
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if method in item:
                operation = item[method]
                parameters = [*shared, *operation.get("parameters", [])]
                yield method.upper(), path, {**operation, "parameters": parameters}


def _anchor(operation: Mapping[str, Any]) -> str:
    """The fragment of the heading of an operation, as forges and the site make it."""
    kept = "".join(each for each in operation["summary"].lower() if each.isalnum() or each in " -_")
    return kept.replace(" ", "-")


def _section(
    document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]
) -> Iterator[str]:
    yield f"### {operation['summary']}"
    yield ""
    yield from code_block(f"{method} /_mock{path}")
    yield operation.get("description", "").strip()
    yield ""
    parameters = [resolve(document, each) for each in operation["parameters"]]
    yield from table(
        ("Parameter", "In", "Type", "Meaning", "Example"), [_parameter(each) for each in parameters]
    )
    if "requestBody" in operation:
        yield from _body(resolve(document, operation["requestBody"]))
    yield from _responses(
        {status: resolve(document, response) for status, response in operation["responses"].items()}
    )


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    schema = parameter["schema"]
    default = f" Default: {code(str(schema['default']))}." if "default" in schema else ""
    return (
        code(parameter["name"]) + ("" if parameter.get("required") else " (optional)"),
        parameter["in"],
        _type(schema),
        parameter.get("description", "") + default,
        code(str(parameter.get("example", ""))),
    )


def _body(body: Mapping[str, Any]) -> Iterator[str]:
    yield f"Request body (JSON{'' if body.get('required') else ', optional'}):"
    yield ""
    media = body["content"]["application/json"]
    yield from table(("Member", "Type", "Meaning"), _members(media["schema"]))
    yield from _example(media)


def _members(
    schema: Mapping[str, Any], prefix: str = "", depth: int = _DEPTH
) -> Iterator[tuple[str, str, str]]:
    """Name, type and meaning of the members of an object, with those of their members."""
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        optional = "" if name in required else " (optional)"
        yield code(prefix + name) + optional, _type(member), member.get("description", "")
        inner, suffix = (member["items"], "[].") if "items" in member else (member, ".")
        if depth > 1:
            yield from _members(inner, f"{prefix}{name}{suffix}", depth - 1)


def _type(schema: Mapping[str, Any]) -> str:
    """`string`, `array of object`, or the values of an enum."""
    if "enum" in schema:
        return ", ".join(code(str(value)) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"array of {_type(schema['items'])}"
    name = schema.get("type", "any")
    return f"{name} ({schema['format']})" if "format" in schema else str(name)


def _responses(responses: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from table(
        ("Status", "Meaning"),
        [(status, response["description"]) for status, response in responses.items()],
    )
    succeeded = [found for status, found in responses.items() if status.startswith("2")]
    contents = chain.from_iterable(found.get("content", {}).values() for found in succeeded)
    for media in contents:
        if media["schema"].get("example"):
            yield "Example of the response:"
            yield ""
            yield from _example(media)


def _example(media: Mapping[str, Any]) -> Iterator[str]:
    """The example of a body, or of its schema."""
    example = media.get("example", media["schema"].get("example"))
    return iter(()) if example is None else json_block(example)
