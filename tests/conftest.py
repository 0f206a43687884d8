"""One mock for all of its tests, as it was at its start for each of them."""

from collections.abc import Iterator

import pytest

from tests.serving import Mock, start


@pytest.fixture(scope="session")
def server() -> Iterator[Mock]:
    process, url = start("--clock", "2026-02-13T09:00:00Z")
    mock = Mock(url, process.pid)
    yield mock
    mock.client.close()
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture
def mock(server: Mock) -> Mock:
    """The mock, as it was at its start."""
    server.control("DELETE", "/broken-rules")
    server.control("POST", "/reset")
    return server
