"""pytest plugin: a fixture for each API, custom ones included, with a fresh world for each test.

One mock serves the whole test run; under pytest-xdist it runs in the controller, and the workers
share it. pytest imports this module wherever the package is installed, so everything heavy is
imported only when a test uses a fixture.
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

_MARKER = (
    "mock_world(seed=None, clock=None, state=None): the initial data of the world of this test; "
    "clock is a time at which it is frozen"
)
#: The key under which the controller of pytest-xdist passes the URL of the mock to its workers.
_INPUT = "session_contracts_url"

_URL = pytest.StashKey[str]()
_SERVER: "pytest.StashKey[MockServer]" = pytest.StashKey()
_WORLD: "pytest.StashKey[MockWorld]" = pytest.StashKey()
_COVERAGE = pytest.StashKey[dict[str, Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the coverage report."""
    group = parser.getgroup("session-contracts", "Session Contracts: the mock")
    group.addoption(
        "--mock-coverage",
        action="store_true",
        help="report which transitions, refusals and rules of the mock the tests reached",
    )
    group.addoption(
        "--mock-coverage-fail-under",
        type=float,
        metavar="PERCENT",
        help="also fail the test run if they reached less than this",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker and the fixtures of custom APIs; a worker takes the URL of the mock."""
    config.addinivalue_line("markers", _MARKER)
    config.pluginmanager.register(_custom_fixtures(), "session-contracts-custom")
    if url := getattr(config, "workerinput", {}).get(_INPUT):
        config.stash[_URL] = url


# ---- the server


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the controller of pytest-xdist: pass every worker the URL of the same mock."""
    if _URL not in node.config.stash:
        node.config.stash[_URL] = _serve_when_called()
    node.workerinput[_INPUT] = node.config.stash[_URL]


def _serve_when_called() -> str:
    """The URL of a mock that starts in a thread when the first connection is made."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)

    def serve() -> None:
        with listener:
            select.select([listener], [], [])
            with warnings.catch_warnings(action="ignore"):  # what Connexion imports is deprecated
                from session_contracts.application import application
                from session_contracts.mock_server.server import serve
                from session_contracts.openapi.locations import names
            serve(application(names()), listener)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(scope="session")
def mock_server_url(pytestconfig: pytest.Config) -> str:
    """The URL of the mock of this test run; other fixtures give each test its own world."""
    if _URL not in pytestconfig.stash:
        from session_contracts.openapi.locations import names
        from session_contracts.server import MockServer

        server = pytestconfig.stash[_SERVER] = MockServer(*names()).start()
        pytestconfig.stash[_URL] = server.url
    return pytestconfig.stash[_URL]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the mock."""
    if server := config.stash.get(_SERVER, None):
        server.stop()


# ---- a world for each test


@pytest.fixture
def mock_world(mock_server_url: str, request: pytest.FixtureRequest) -> "Iterator[MockWorld]":
    """A fresh world of the mock for this test, deleted afterwards.

    The marker `mock_world` sets its seed, clock or state.
    """
    from session_contracts.world import make_world

    marker = request.node.get_closest_marker("mock_world")
    options = dict(marker.kwargs) if marker else {}
    if isinstance(options.get("clock"), str):
        options["clock"] = {"now": options["clock"]}
    with make_world(mock_server_url, **options) as world:
        request.node.stash[_WORLD] = world
        yield world


def _api(name: str) -> "Callable[[MockWorld], MockApi]":
    def fixture(mock_world: "MockWorld") -> "MockApi":
        return mock_world.api(name)

    fixture.__doc__ = (
        f"The API {name} in the world of this test (a MockApi): base_url, headers, given, "
        "advance, outbox, journal, break_rule, fault."
    )
    return pytest.fixture(name=name)(fixture)


# Written out, because finding the names would import the package on every start of pytest.
rentalot = _api("rentalot")
saleslab = _api("saleslab")
openscouter = _api("openscouter")
promptster = _api("promptster")
mobilenext = _api("mobilenext")


def _custom_fixtures() -> ModuleType:
    """A fixture for each custom API; finding them is imported only where there may be some."""
    module = ModuleType("session_contracts_custom_fixtures")
    if "SESSION_CONTRACTS_APIS" in os.environ or any(Path().glob("*/profile.py")):
        from session_contracts.openapi.locations import user_names

        vars(module).update({name: _api(name) for name in user_names()})
    return module


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the journal of its world to the report of a failing test."""
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
    """Ask the mock for its coverage while it still runs; fail the run if that is too low."""
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

    coverage = config.stash[_COVERAGE] = Control(config.stash[_URL]).coverage()
    if least is not None and percent(coverage) < least and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the coverage report."""
    coverage = config.stash.get(_COVERAGE, None)
    if coverage is None:
        return
    from session_contracts.coverage_report import percent, report

    terminalreporter.section("coverage of the mock")
    terminalreporter.write_line(report(coverage))
    least = config.getoption("mock_coverage_fail_under")
    if least is not None and percent(coverage) < least:
        terminalreporter.write_line(
            f"FAIL: coverage {percent(coverage):.1f} % is below {least:g} %", red=True
        )
