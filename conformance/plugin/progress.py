"""Shows the progress of a run on the terminal."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from session_contracts.conformance.layers import layer

_SIGNS: Mapping[str, str] = {"passed": ".", "failed": "F", "skipped": "s"}


class Progress:
    """Prints a line for each layer, with one character for each check, to stderr."""

    def __init__(self) -> None:
        self._layer = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print the character of a check that has run, or could not be set up."""
        if report.when == "teardown" or (report.when == "setup" and report.passed):
            return
        current = layer(Path(report.nodeid.partition("::")[0]))
        if current != self._layer:
            print(f"\n{current:10}" if self._layer else f"{current:10}", end=" ", file=sys.stderr)
            self._layer = current
        print(_SIGNS[report.outcome], end="", flush=True, file=sys.stderr)

    def pytest_sessionfinish(self) -> None:
        """End the last line, if one was begun."""
        if self._layer:
            print(file=sys.stderr)
