"""What can go wrong for a user of the command line, beside what the other packages say."""

from collections.abc import Sequence
from pathlib import Path

from openapi.errors import shown


class UnknownRule(Exception):
    """No rule of this id can be broken."""

    def __init__(self, rule: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no rule {rule!r} that can be broken; there is {', '.join(known)}")


class MockUnreachable(Exception):
    """No mock answers at a URL."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(f"no mock answers at {url}: {reason}; start one with 'session-contracts serve', or give its URL")


class MockRefused(Exception):
    """The control API of a mock did not do what it was asked for. `status` is that of HTTP."""

    def __init__(self, status: int, detail: object) -> None:
        super().__init__(f"the mock refused ({status}): {detail}")
        self.status = status


class BadName(Exception):
    """An API, or its resource, cannot be called that."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name[:60]!r} {why}")


class CannotMake(Exception):
    """The folder of a new API is there already, or cannot be written."""

    def __init__(self, folder: Path, error: OSError) -> None:
        there = isinstance(error, FileExistsError)
        why = "is there already, and nothing is overwritten" if there else f"cannot be written: {(error.strerror or str(error)).lower()}"
        super().__init__(f"{shown(folder.absolute())} {why}; give another name, or another folder with --dir")


class MockFailed(Exception):
    """A mock did not start, or is not running."""
