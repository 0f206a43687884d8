"""What the mock says when it starts: where it is, and the line to try first."""

from collections.abc import Sequence

from mock_server.fixtures import read_fixture
from openapi import load


def welcome(apis: Sequence[str], url: str) -> str:
    """A few lines; the first names the URL."""
    lines = [f"Session Contracts serves {', '.join(apis)} at {url} (control API: {url}/_mock)"]
    for api in apis:
        secret = next((entry["secret"] for _, entry in read_fixture(api).entries("credentials")), None)
        operation = next(iter(load(api).operations.values()))
        lines.append(f"  curl -H 'Authorization: Bearer {secret}' {url}/{api}{operation.path}")
    return "\n".join(lines)
