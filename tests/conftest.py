"""One mock for all of its tests, as it was at its start for each of them."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.serving import Mock, running


@pytest.fixture(scope="session")
def server() -> Iterator[Mock]:
    """Rentalot alone."""
    with running("--clock", "2026-02-13T09:00:00Z", apis=["rentalot"]) as mock:
        yield mock


@pytest.fixture(scope="session")
def whole_server() -> Iterator[Mock]:
    """All APIs, at the moment of which Sales Lab's page tells."""
    with running("--clock", "2026-05-06T17:00:00Z") as mock:
        yield mock


@pytest.fixture
def mock(server: Mock) -> Mock:
    """The mock, as it was at its start."""
    return fresh(server)


@pytest.fixture
def saleslab(whole_server: Mock) -> Mock:
    return fresh(replace(whole_server, api="saleslab"))


@pytest.fixture
def openscouter(whole_server: Mock) -> Mock:
    return fresh(replace(whole_server, api="openscouter"))


@pytest.fixture
def mobilenext(whole_server: Mock) -> Mock:
    return fresh(replace(whole_server, api="mobilenext"))


def fresh(mock: Mock) -> Mock:
    mock.control("DELETE", "/broken-rules")
    mock.control("POST", "/reset")
    return mock
