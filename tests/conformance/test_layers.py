"""The layer of a module of checks."""

from pathlib import Path

import pytest

from session_contracts.conformance.layers import layer


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("generic/enumerate/test_a.py", "enumerate"),
        ("vendors/rentalot/explore/test_a.py", "explore"),
        ("generic/fuzz/test_a.py", "fuzz"),
        ("acme/checks/test_a.py", "own"),
    ],
)
def test_layer(path: str, found: str) -> None:
    assert layer(Path(path)) == found
