"""What the mock says when it starts: where it is, and the line to try first."""

from collections.abc import Sequence

from mock_server.fixtures import read_fixture
from openapi import Contract, load


def welcome(apis: Sequence[str], url: str) -> str:
    """A few lines; the first names the URL."""
    lines = [f"Session Contracts serves {', '.join(apis)} at {url} (control API: {url}/_mock, reference: {url}/docs)"]
    for api in apis:
        secret = next((entry["secret"] for _, entry in read_fixture(api).entries("credentials")), None)
        lines.append(f"  curl -H 'Authorization: Bearer {secret}' {url}/{api}{_first_read(load(api))}")
    return "\n".join(lines)


def _first_read(contract: Contract) -> str:
    """The path of the first operation that reads, with the examples of its parameters."""
    operation = next(operation for operation in contract.operations.values() if operation.method == "GET")
    examples = {parameter.name: parameter.example for parameter in operation.parameters if parameter.location == "path"}
    return operation.path.format(**examples)
