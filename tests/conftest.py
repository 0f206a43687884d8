"""Mocks that tests share; each test gets them with their initial data."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.serving import Mock, running


@pytest.fixture(scope="session")
def server() -> Iterator[Mock]:
    """A mock of Rentalot alone, at the time of its documented session."""
    with running("--clock", "2026-02-13T09:00:00Z", apis=["rentalot"]) as mock:
        yield mock


@pytest.fixture(scope="session")
def whole_server() -> Iterator[Mock]:
    """A mock of all bundled APIs, at the time of Sales Lab's documented analytics."""
    with running("--clock", "2026-05-06T17:00:00Z") as mock:
        yield mock


@pytest.fixture
def mock(server: Mock) -> Mock:
    """Rentalot, with its initial data."""
    return fresh(server)


@pytest.fixture
def saleslab(whole_server: Mock) -> Mock:
    """Sales Lab, with its initial data."""
    return fresh(replace(whole_server, api="saleslab"))


@pytest.fixture
def openscouter(whole_server: Mock) -> Mock:
    """OpenScouter, with its initial data."""
    return fresh(replace(whole_server, api="openscouter"))


@pytest.fixture
def mobilenext(whole_server: Mock) -> Mock:
    """Mobile Next, with its initial data."""
    return fresh(replace(whole_server, api="mobilenext"))


def fresh(mock: Mock) -> Mock:
    """The mock, after its rules are enforced again and its data is reset."""
    mock.control("DELETE", "/broken-rules")
    mock.control("POST", "/reset")
    return mock
