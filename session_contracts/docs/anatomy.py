"""What an operation takes and gives, as its page shows it: parameters, bodies and answers with the schemas that they refer to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from session_contracts.docs.facts import node_of
from session_contracts.docs.schemas import Member, describe
from session_contracts.openapi import Contract, Operation
from session_contracts.openapi.json_schema import pointer
from session_contracts.openapi.model import Parameter


@dataclass(frozen=True)
class Response:
    """An answer: `contents` by media type, `headers` by name."""

    description: str
    contents: Mapping[str, Member]
    headers: Mapping[str, Mapping[str, Any]]


def parameters(contract: Contract, operation: Operation) -> list[tuple[Parameter, Member]]:
    """Each parameter, and what its value may be."""
    nodes = {node["name"]: node for node in _nodes(contract, operation)}
    return [
        (parameter, _value(contract, nodes[parameter.name])) for parameter in operation.parameters
    ]


def _nodes(contract: Contract, operation: Operation) -> Iterator[Mapping[str, Any]]:
    shared = contract.document["paths"][operation.path].get("parameters", [])
    for node in (*shared, *node_of(contract, operation).get("parameters", [])):
        yield _followed(contract, node)


def _value(contract: Contract, node: Mapping[str, Any]) -> Member:
    """The parameter's own description counts, and its rules are shown beside it."""
    member = describe(
        contract.document, node["schema"], node["name"], required=node.get("required", False)
    )
    return replace(member, description=node.get("description", member.description))


def bodies(contract: Contract, operation: Operation) -> dict[str, Member]:
    """By media type."""
    return _contents(
        contract, _followed(contract, node_of(contract, operation).get("requestBody", {}))
    )


def responses(contract: Contract, operation: Operation) -> dict[int, Response]:
    """By status."""
    found = {
        int(status): _followed(contract, node)
        for status, node in node_of(contract, operation)["responses"].items()
    }
    return {status: _response(contract, node) for status, node in found.items()}


@dataclass(frozen=True)
class Answered:
    """Statuses of one class that answer alike. `also`: legal in the place of `status`.

    `as_under`: the status under which the same bodies were told already.
    """

    status: int
    also: tuple[int, ...]
    response: Response
    as_under: int | None = None

    @property
    def statuses(self) -> tuple[int, ...]:
        return self.status, *self.also


def grouped(found: Mapping[int, Response], known: int | None = None) -> list[Answered]:
    """In the order of the document. `known`: what the mock answers to the example, which comes first in its group."""
    groups: list[list[int]] = []
    for status, response in found.items():
        group = next(
            (
                group
                for group in groups
                if group[0] // 100 == status // 100 and found[group[0]] == response
            ),
            None,
        )
        if group is None:
            groups.append([status])
        else:
            group.append(status)
    told: list[Answered] = []
    for group in groups:
        first, *also = sorted(group, key=lambda status: status != known)
        same = [
            answer.status
            for answer in told
            if answer.response.contents == found[first].contents and found[first].contents
        ]
        told.append(Answered(first, tuple(also), found[first], next(iter(same), None)))
    return told


def _response(contract: Contract, node: Mapping[str, Any]) -> Response:
    headers = {
        name: _followed(contract, header) for name, header in node.get("headers", {}).items()
    }
    return Response(node.get("description", ""), _contents(contract, node), headers)


def _contents(contract: Contract, node: Mapping[str, Any]) -> dict[str, Member]:
    return {
        media: describe(contract.document, content["schema"])
        for media, content in node.get("content", {}).items()
    }


def _followed(contract: Contract, node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        node = pointer(contract.document, node["$ref"])
    return node
