"""The public face: the command line, a mock for tests, and the pytest plugin. Everything else of this project is internal and may move."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from session_contracts.errors import MockFailed, MockRefused, MockUnreachable
    from session_contracts.server import MockServer
    from session_contracts.world import MockApi, MockWorld

__all__ = ["MockApi", "MockFailed", "MockRefused", "MockServer", "MockUnreachable", "MockWorld"]

_HOMES = {
    "MockApi": "session_contracts.world",
    "MockFailed": "session_contracts.errors",
    "MockRefused": "session_contracts.errors",
    "MockServer": "session_contracts.server",
    "MockUnreachable": "session_contracts.errors",
    "MockWorld": "session_contracts.world",
}


def __getattr__(name: str) -> Any:
    """Only when it is asked for: pytest imports this package in every project where it is installed."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
