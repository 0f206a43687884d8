"""Runs the checks with pytest inside this process."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from session_contracts.conformance.layers import CHECKS, GENERIC, LAYERS, layer
from session_contracts.openapi.locations import ApiLocation

#: Switched off: a run leaves no files, and the report is ours.
_UNUSED = (
    "cacheprovider",
    "faulthandler",
    "junitxml",
    # It would search all memory for garbage twice, for warnings that no outcome depends on.
    "unraisableexception",
)
_FIXED = (
    "-c",
    os.devnull,
    f"--rootdir={CHECKS}",
    "--noconftest",
    "--import-mode=importlib",
    "--strict-markers",
    "-p",
    "session_contracts.conformance.plugin",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
    *(part for name in _UNUSED for part in ("-p", f"no:{name}")),
)
#: The user's own settings of pytest do not apply; None unsets a variable.
_ENVIRONMENT = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": None,
    "PYTEST_PLUGINS": None,
}


def run_pytest(api: ApiLocation, arguments: Sequence[str], plugins: Sequence[object]) -> int:
    """Run all checks of an API with these further arguments; pytest's exit code."""
    modules = map(str, _modules(api))
    with _environment(_ENVIRONMENT):
        return int(pytest.main([*modules, *_FIXED, *arguments], plugins=list(plugins)))


def _modules(api: ApiLocation) -> list[Path]:
    """What pytest collects, layer by layer: the generic checks, then those of the API."""
    own = api.check_files()
    found = [
        path
        for name in LAYERS
        for path in (GENERIC / name, *(file for file in own if layer(file) == name))
    ]
    return [*found, *(file for file in own if file not in found)]


@contextmanager
def _environment(variables: dict[str, str | None]) -> Iterator[None]:
    """These environment variables inside the block, the old ones afterwards."""
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        yield
    finally:
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
