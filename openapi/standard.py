"""What must be true of any OpenAPI document before it can be read, and what of OpenAPI is not read here."""

from collections.abc import Iterator
from typing import Any

from openapi.errors import Violation
from openapi.json_schema import pointer
from openapi.source import Path_, Source

_METHODS = ("get", "put", "post", "delete", "patch")


def violations(source: Source) -> Iterator[Violation]:
    """References that lead nowhere; where there are none, what the standard's own schema says; where that is content, what is not read."""
    yield from [*_references(source)] or [*_standard(source)] or _unread(source)


def _references(source: Source) -> Iterator[Violation]:
    for path, node in _nodes(source.value, ()):
        reference = node.get("$ref")
        if "$ref" not in node or "properties" in path[-1:]:
            continue
        if not isinstance(reference, str) or not reference.startswith("#/"):
            yield source.violation((*path, "$ref"), "reference", f"{reference!r} is not in this document", "write '#/components/...'")
        elif not _leads_somewhere(source.value, reference, ()):
            yield source.violation((*path, "$ref"), "reference", f"there is no {reference!r}", "name what there is, or add it")


def _leads_somewhere(document: Any, reference: str, seen: tuple[str, ...]) -> bool:
    """Whether what is referred to exists, without going round in a circle."""
    if reference in seen:
        return False
    try:
        found = pointer(document, reference)
    except (KeyError, TypeError):
        return False
    inner = [str(node["$ref"]) for _, node in _nodes(found, ()) if isinstance(node.get("$ref"), str)]
    return all(_leads_somewhere(document, other, (*seen, reference)) for other in inner)


def _nodes(node: Any, path: Path_) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """Every mapping, and where it is."""
    if isinstance(node, dict):
        yield path, node
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _nodes(value, (*path, key))


def _standard(source: Source) -> Iterator[Violation]:
    from openapi_spec_validator import OpenAPIV30SpecValidator  # longer to import than all else, and not needed for a vendor's contract

    validator = OpenAPIV30SpecValidator(_without_defaults(source.value))
    # What else it looks at it expects to be of the right form.
    for error in [*validator.schema_validator.iter_errors(validator.schema)] or validator.iter_errors():
        message = error.message.partition("\n")[0]
        what = message if len(message) <= 200 else f"this is not what OpenAPI has here: {message[:150]}..."
        yield source.violation(tuple(error.absolute_path), "openapi", what, "see the OpenAPI Specification 3.0.3")


def _without_defaults(node: Any, parent: str = "") -> Any:
    """`meaning` looks at defaults itself, and says where they stand; members and answers may be called so."""
    if isinstance(node, dict):
        kept = [name for name in node if name != "default" or parent in ("properties", "responses")]
        return {name: _without_defaults(node[name], name) for name in kept}
    return [_without_defaults(item) for item in node] if isinstance(node, list) else node


def _unread(source: Source) -> Iterator[Violation]:
    """Everything has a schema, and every answer one status."""
    for path, item in source.value["paths"].items():
        where: Path_ = ("paths", path)
        yield from _parameters(source, (*where, "parameters"), item.get("parameters", []))
        for method in (method for method in _METHODS if method in item):
            operation = item[method]
            yield from _parameters(source, (*where, method, "parameters"), operation.get("parameters", []))
            for status in operation["responses"]:
                if not str(status).isdigit():
                    what = f"{operation['operationId']} answers {status!r}, which is no single status"
                    yield source.violation((*where, method, "responses", status), "status", what, "write one answer for each status")
    for place, node in _nodes(source.value, ()):
        if place[-1:] == ("content",) and "example" not in place and "properties" not in place[-2:-1]:
            for media, content in node.items():
                if "schema" not in content:
                    yield source.violation((*place, media), "schema", f"{media} has no schema", "write one")


def _parameters(source: Source, where: Path_, nodes: list[Any]) -> Iterator[Violation]:
    for index, node in enumerate(nodes):
        found = pointer(source.value, node["$ref"]) if "$ref" in node else node
        if "schema" not in found:
            yield source.violation((*where, index), "schema", f"parameter {found.get('name')!r} has no schema", "write one")
