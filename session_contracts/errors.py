"""What can go wrong for a user of the command line, beside what the other packages say."""

from collections.abc import Sequence
from pathlib import Path


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


class MockFailed(Exception):
    """A mock did not start, or is not running."""


class FolderNotOurs(Exception):
    """The site would be written over something else."""

    def __init__(self, folder: Path) -> None:
        what = "is not empty, and was not written by 'docs build'" if folder.is_dir() else "is no folder"
        super().__init__(f"{folder} {what}; name another with --out" + (", or write there with --force" if folder.is_dir() else ""))


class Unwritable(Exception):
    """A file or a folder cannot be written."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"{error.filename}: {error.strerror or error}; name a place that can be written to")


class RepeatedApi(Exception):
    """Two contracts of one site would have the same pages."""

    def __init__(self, name: str) -> None:
        super().__init__(f"two contracts are named {name!r}; rename one of the files")
