"""What the mock says when it starts: where it is, and the line to try first."""

from collections.abc import Sequence

from session_contracts.mock_server.fixtures import read_fixture
from session_contracts.openapi import Operation, load


def welcome(apis: Sequence[str], url: str) -> str:
    """A few lines; the first names the URL."""
    lines = [
        f"Session Contracts serves {', '.join(apis)} at {url} (control API: {url}/_mock, reference: {url}/docs)"
    ]
    for api in apis:
        operation = next(
            (operation for operation in load(api).operations.values() if operation.method == "GET"),
            None,
        )
        if operation is not None:
            lines.append(f"  curl {_credential(api, operation)}{url}/{api}{_path(operation)}")
    return "\n".join(lines)


def _credential(api: str, operation: Operation) -> str:
    """The header with the first credential of the API, where the operation needs one."""
    secret = next((entry["secret"] for _, entry in read_fixture(api).entries("credentials")), None)
    if secret is None or not operation.security:
        return ""
    scheme = operation.security[0]
    return f"-H '{scheme.header}: {'Bearer ' if scheme.bearer else ''}{secret}' "


def _path(operation: Operation) -> str:
    """With the examples of its parameters."""
    examples = {
        parameter.name: parameter.example
        for parameter in operation.parameters
        if parameter.location == "path"
    }
    return operation.path.format(**examples)
