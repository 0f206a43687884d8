"""pytest plugin: a fixture for each API, one's own too, with a fresh world for each test; one server for the run, also under pytest-xdist.

What is heavy is imported when a test asks for it.
"""

import os
import select
import socket
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from session_contracts.server import MockServer
    from session_contracts.world import MockApi, MockWorld

_MARKER = "mock_world(seed=None, clock=None, state=None): how the world of this test begins; clock is a time at which it stands"
#: What the controller of pytest-xdist tells its workers.
_INPUT = "session_contracts_url"

_URL = pytest.StashKey[str]()
_SERVER: "pytest.StashKey[MockServer]" = pytest.StashKey()
_WORLD: "pytest.StashKey[MockWorld]" = pytest.StashKey()
_COVERED = pytest.StashKey[dict[str, Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("session-contracts", "the mock of Session Contracts")
    group.addoption(
        "--mock-coverage",
        action="store_true",
        help="tell which moves, refusals and rules of the mock the tests reached",
    )
    group.addoption(
        "--mock-coverage-fail-under",
        type=float,
        metavar="PERCENT",
        help="the same, and fail where they reached less",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    config.pluginmanager.register(_own_fixtures(), "session-contracts-own")
    if url := getattr(config, "workerinput", {}).get(_INPUT):
        config.stash[_URL] = url


# ---- the server


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the controller of pytest-xdist: every worker is told of the same mock, which starts when the first of them calls."""
    if _URL not in node.config.stash:
        node.config.stash[_URL] = _serve_when_called()
    node.workerinput[_INPUT] = node.config.stash[_URL]


def _serve_when_called() -> str:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)

    def serve() -> None:
        with listener:
            select.select([listener], [], [])
            with warnings.catch_warnings(action="ignore"):  # of what Connexion imports
                from session_contracts.application import application
                from session_contracts.mock_server.server import serve
                from session_contracts.openapi.locations import names
            serve(application(names()), listener)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="session")
def mock_server_url(pytestconfig: pytest.Config) -> str:
    """Where the mock of this test run is."""
    if _URL not in pytestconfig.stash:
        from session_contracts.openapi.locations import names
        from session_contracts.server import MockServer

        server = pytestconfig.stash[_SERVER] = MockServer(*names()).start()
        pytestconfig.stash[_URL] = server.url
    return pytestconfig.stash[_URL]


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(_SERVER, None):
        server.stop()


# ---- a world for each test


@pytest.fixture
def mock_world(mock_server_url: str, request: pytest.FixtureRequest) -> "Iterator[MockWorld]":
    """A fresh world of the mock, for this test alone."""
    from session_contracts.world import make_world

    marker = request.node.get_closest_marker("mock_world")
    asked = dict(marker.kwargs) if marker else {}
    if isinstance(asked.get("clock"), str):
        asked["clock"] = {"now": asked["clock"]}
    with make_world(mock_server_url, **asked) as world:
        request.node.stash[_WORLD] = world
        yield world


def _api(name: str) -> "Callable[[MockWorld], MockApi]":
    def fixture(mock_world: "MockWorld") -> "MockApi":
        return mock_world.api(name)

    fixture.__doc__ = f"The mock's {name}, in the world of this test: base_url, headers, given, advance, outbox, journal, fault."
    return pytest.fixture(name=name)(fixture)


rentalot = _api("rentalot")
saleslab = _api("saleslab")
openscouter = _api("openscouter")
promptster = _api("promptster")
mobilenext = _api("mobilenext")


def _own_fixtures() -> ModuleType:
    """One for each API of one's own; whoever has none does not even import what finds them."""
    module = ModuleType("session_contracts_own_fixtures")
    if "SESSION_CONTRACTS_APIS" in os.environ or any(Path().glob("*/profile.py")):
        from session_contracts.openapi.locations import user_names

        vars(module).update({name: _api(name) for name in user_names()})
    return module


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails shows what the mock was asked, and what it made of that."""
    report = yield
    world = item.stash.get(_WORLD, None)
    if world is not None and report.failed and report.when == "call":
        report.sections.append(("requests to the mock", _journal(world)))
    return report


def _journal(world: "MockWorld") -> str:
    from session_contracts.errors import MockRefused, MockUnreachable
    from session_contracts.journal_report import report

    try:
        return report(world.journal)
    except (MockRefused, MockUnreachable) as error:
        return str(error)


# ---- coverage


def pytest_sessionfinish(session: pytest.Session) -> None:
    """While the mock still answers."""
    config = session.config
    least = config.getoption("mock_coverage_fail_under")
    if (
        not (config.getoption("mock_coverage") or least is not None)
        or hasattr(config, "workerinput")
        or _URL not in config.stash
    ):
        return
    from session_contracts.control import Control
    from session_contracts.coverage_report import percent

    covered = config.stash[_COVERED] = Control(config.stash[_URL]).coverage()
    if least is not None and percent(covered) < least and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    covered = config.stash.get(_COVERED, None)
    if covered is None:
        return
    from session_contracts.coverage_report import percent, report

    terminalreporter.section("coverage of the mock")
    terminalreporter.write_line(report(covered))
    least = config.getoption("mock_coverage_fail_under")
    if least is not None and percent(covered) < least:
        terminalreporter.write_line(
            f"FAIL: {percent(covered):.1f} % is less than {least:g} %", red=True
        )
