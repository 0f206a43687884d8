"""Parameters, request bodies and responses of an operation, as its page shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from session_contracts.docs.rules import node_of
from session_contracts.docs.schemas import Member, describe
from session_contracts.openapi import Contract, Operation
from session_contracts.openapi.json_schema import pointer
from session_contracts.openapi.model import Parameter


@dataclass(frozen=True)
class Response:
    """A response: `contents` by media type, `headers` by name."""

    description: str
    contents: Mapping[str, Member]
    headers: Mapping[str, Mapping[str, Any]]


def parameters(contract: Contract, operation: Operation) -> list[tuple[Parameter, Member]]:
    """Each parameter with its schema."""
    nodes = {node["name"]: node for node in _nodes(contract, operation)}
    return [
        (parameter, _value(contract, nodes[parameter.name])) for parameter in operation.parameters
    ]


def _nodes(contract: Contract, operation: Operation) -> Iterator[Mapping[str, Any]]:
    shared = contract.document["paths"][operation.path].get("parameters", [])
    for node in (*shared, *node_of(contract, operation).get("parameters", [])):
        yield _resolved(contract, node)


def _value(contract: Contract, node: Mapping[str, Any]) -> Member:
    """The schema, described by the parameter's own description if it has one."""
    required = node.get("required", False)
    member = describe(contract.document, node["schema"], node["name"], required=required)
    return replace(member, description=node.get("description", member.description))


def bodies(contract: Contract, operation: Operation) -> dict[str, Member]:
    """The schemas of the request body by media type."""
    node = node_of(contract, operation).get("requestBody", {})
    return _contents(contract, _resolved(contract, node))


def responses(contract: Contract, operation: Operation) -> dict[int, Response]:
    """The responses by status."""
    nodes = node_of(contract, operation)["responses"]
    return {int(status): _response(contract, node) for status, node in nodes.items()}


@dataclass(frozen=True)
class ResponseGroup:
    """Statuses of one class with equal responses; those of `also` are legal in place of `status`.

    `as_under` is the status of an earlier group with the same bodies, which need not be repeated.
    """

    status: int
    also: tuple[int, ...]
    response: Response
    as_under: int | None = None

    @property
    def statuses(self) -> tuple[int, ...]:
        """All statuses of the group."""
        return self.status, *self.also


def grouped(
    found: Mapping[int, Response], example_status: int | None = None
) -> list[ResponseGroup]:
    """Groups in the order of the document.

    `example_status`, with which the mock responds to the example, comes first in its group.
    """
    by_class_and_response: list[list[int]] = []
    for status, response in found.items():
        for group in by_class_and_response:
            if group[0] // 100 == status // 100 and found[group[0]] == response:
                group.append(status)
                break
        else:
            by_class_and_response.append([status])
    groups: list[ResponseGroup] = []
    for group in by_class_and_response:
        first, *also = sorted(group, key=lambda status: status != example_status)
        as_under = _shown_before(found[first], groups)
        groups.append(ResponseGroup(first, tuple(also), found[first], as_under))
    return groups


def _shown_before(response: Response, groups: list[ResponseGroup]) -> int | None:
    if not response.contents:
        return None
    same = (group.status for group in groups if group.response.contents == response.contents)
    return next(same, None)


def _response(contract: Contract, node: Mapping[str, Any]) -> Response:
    node = _resolved(contract, node)
    headers = {
        name: _resolved(contract, header) for name, header in node.get("headers", {}).items()
    }
    return Response(node.get("description", ""), _contents(contract, node), headers)


def _contents(contract: Contract, node: Mapping[str, Any]) -> dict[str, Member]:
    return {
        media: describe(contract.document, content["schema"])
        for media, content in node.get("content", {}).items()
    }


def _resolved(contract: Contract, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node that a reference leads to."""
    while "$ref" in node:
        node = pointer(contract.document, node["$ref"])
    return node
