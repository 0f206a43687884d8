"""Command-line options and markers of the plugin."""

import pytest

from session_contracts.conformance.plugin.progress import Progress


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; without `--api` the plugin cannot collect anything."""
    group = parser.getgroup("conformance")
    group.addoption("--api", help="API whose contract is verified")
    group.addoption("--target-url", help="base URL, to which documented paths are added")
    group.addoption("--states-url", help="URL of the provider-state handler")
    group.addoption(
        "--header", action="append", default=[], help="'Name: value' of a default credential"
    )
    group.addoption("--contract-rule", action="append", default=[], help="verify this rule only")
    group.addoption(
        "--max-examples", type=int, default=25, help="generated examples of each property"
    )
    group.addoption("--suite-seed", type=int, default=0, help="seed of the generated examples")
    group.addoption("--no-shrink", action="store_true", help="do not shrink failing examples")
    group.addoption("--suite-quiet", action="store_true", help="show no progress")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and show progress unless it is unwanted."""
    config.addinivalue_line("markers", "verifies(*rules): the rules that a check verifies")
    config.addinivalue_line("markers", "each(cases): run once per case, for each resource")
    config.addinivalue_line("markers", "paged(*styles): only for lists in one of these styles")
    if config.getoption("--api") and not config.getoption("--suite-quiet"):
        config.pluginmanager.register(Progress(), "conformance-progress")
