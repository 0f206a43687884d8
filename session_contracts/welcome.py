"""The text that the mock prints when it starts: its URL, and a command to try for each API."""

from collections.abc import Iterator, Sequence

from session_contracts.mock_server.fixtures import read_fixture
from session_contracts.openapi import Operation, load


def welcome(apis: Sequence[str], url: str) -> str:
    """A few lines; the first has the URL of the mock, the others a curl command each."""
    return "\n".join(_lines(apis, url))


def _lines(apis: Sequence[str], url: str) -> Iterator[str]:
    where = f"{url} (control API: {url}/_mock, reference: {url}/docs)"
    yield f"Session Contracts serves {', '.join(apis)} at {where}"
    for api in apis:
        operations = load(api).operations.values()
        reads = [operation for operation in operations if operation.method == "GET"]
        if reads:
            yield f"  curl {_credential(api, reads[0])}{url}/{api}{_path(reads[0])}"


def _credential(api: str, operation: Operation) -> str:
    """A curl option with the first credential of the fixture, if the operation needs one."""
    entries = read_fixture(api).entries("credentials")
    secret = next((entry["secret"] for _, entry in entries), None)
    if secret is None or not operation.security:
        return ""
    scheme = operation.security[0]
    return f"-H '{scheme.header}: {'Bearer ' if scheme.bearer else ''}{secret}' "


def _path(operation: Operation) -> str:
    """The path with the examples of its parameters."""
    examples = {
        parameter.name: parameter.example
        for parameter in operation.parameters
        if parameter.location == "path"
    }
    return operation.path.format(**examples)
