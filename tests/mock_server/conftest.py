"""A world of its own for a test."""

from collections.abc import Iterator

import pytest

from tests.mock_server.worlds import drop, made
from tests.serving import Mock


@pytest.fixture
def world(whole_server: Mock) -> Iterator[Mock]:
    found = made(whole_server)
    yield found
    drop(whole_server, found)
