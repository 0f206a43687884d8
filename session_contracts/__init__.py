"""The public Python API: a mock for tests, and what can go wrong with it.

`MockServer` runs the mock. `MockWorld` is isolated data with its own clock, and `MockApi` one API
in it. In pytest, a fixture for each API (`rentalot`, ...) supplies a MockApi with a fresh world. To
write your own API, import from `session_contracts.authoring`. Everything else is internal.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from session_contracts.errors import MockFailed, MockRefused, MockUnreachable
    from session_contracts.server import MockServer
    from session_contracts.world import MockApi, MockWorld

__all__ = ["MockApi", "MockFailed", "MockRefused", "MockServer", "MockUnreachable", "MockWorld"]

_MODULES = {
    "MockApi": "session_contracts.world",
    "MockFailed": "session_contracts.errors",
    "MockRefused": "session_contracts.errors",
    "MockServer": "session_contracts.server",
    "MockUnreachable": "session_contracts.errors",
    "MockWorld": "session_contracts.world",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: pytest imports this package wherever it is installed."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
