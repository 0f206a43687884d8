"""Linters and client generators of others: set up once for all workers of a run."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from session_contracts import MockApi, MockWorld
from session_contracts.world import make_world
from tests.foreign.tools import HERE, install, need_node, once
from tests.serving import running

TOKEN = "nobody-guesses-this"
#: What a client needs besides a base URL and the default credential.
BESIDES: Mapping[str, Callable[[MockApi], str]] = {
    "openscouter": lambda mock: str(mock.given(status="analyzed")["sessionId"]),
    "promptster": lambda mock: mock.credential(kind="candidate")["X-API-Key"],
}


@pytest.fixture(scope="session")
def npm(pytestconfig: pytest.Config) -> Path:
    """Where the programs of package.json are. Kept until the lock file changes."""
    need_node()
    version = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    return once(pytestconfig.cache.mkdir("foreign") / version, install) / "node_modules"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, the same for all of its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def mock() -> Iterator[str]:
    """A mock process with the clock of Sales Lab's documented figures and an admin token."""
    with running("--clock", "2026-05-06T17:00:00Z", "--admin-token", TOKEN) as mock:
        yield mock.url


@pytest.fixture
def world(mock: str) -> Iterator[MockWorld]:
    """A world of one test's own."""
    with make_world(mock, TOKEN) as world:
        yield world


@pytest.fixture
def arguments(api: str, world: MockWorld) -> list[str]:
    """The arguments of an API's client: base URL, credential, and what only this API needs."""
    if api == "control":
        return [f"{world.url}/_mock", TOKEN]
    mock = world.api(api)
    besides = [BESIDES[api](mock)] if api in BESIDES else []
    return [mock.base_url, mock.headers["Authorization"].removeprefix("Bearer "), *besides]
