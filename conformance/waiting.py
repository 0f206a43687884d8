"""Waits for what the target need not do at once."""

import time
from collections.abc import Callable

#: How long to wait at most, and between two tries, in seconds.
_PATIENCE = 2
_PAUSE = 0.05


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether a condition becomes true within two seconds; what `holds` raises is raised."""
    deadline = time.monotonic() + _PATIENCE
    while not (true := holds()) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return true
