"""What can go wrong for a user of the command line, beside what the other packages say."""

from collections.abc import Sequence
from pathlib import Path

from session_contracts.openapi.errors import shown


class UserError(Exception):
    """What the user can fix: the command line says it in one line, and exits with status 2."""


class UnknownRule(UserError):
    """No rule of this id can be broken."""

    def __init__(self, rule: str, known: Sequence[str]) -> None:
        super().__init__(
            f"there is no rule {rule!r} that can be broken; there is {', '.join(known)}"
        )


class UnknownCheck(UserError):
    """No check of a contract has this id."""

    def __init__(self, check: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no check {check!r}; there is {', '.join(known)}")


class NotWritten(UserError):
    """A file could not be written."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file} cannot be written: {reason}; name another file, or allow it")


class MockUnreachable(UserError):
    """No mock answers at a URL."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(
            f"no mock answers at {url}: {reason}; start one with 'session-contracts serve', or give its URL"
        )


class MockRefused(UserError):
    """The control API of a mock did not do what it was asked for. `status` is that of HTTP."""

    def __init__(self, status: int, detail: object) -> None:
        super().__init__(f"the mock refused ({status}): {detail}")
        self.status = status


class BadName(UserError):
    """An API, or its resource, cannot be called that."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name[:60]!r} {why}")


class CannotMake(UserError):
    """The folder of a new API is there already, or cannot be written."""

    def __init__(self, folder: Path, error: OSError) -> None:
        there = isinstance(error, FileExistsError)
        why = (
            "is there already, and nothing is overwritten"
            if there
            else f"cannot be written: {(error.strerror or str(error)).lower()}"
        )
        super().__init__(
            f"{shown(folder.absolute())} {why}; give another name, or another folder with --dir"
        )


class MockFailed(Exception):
    """A mock did not start, or is not running."""


class NoLifecycle(UserError):
    """A contract has no lifecycle that could be drawn or walked through."""

    def __init__(self, contract: str) -> None:
        super().__init__(
            f"{contract} has no x-lifecycles, so there is nothing to draw; export it as json or openapi-3.1"
        )


class TooManyWorkflows(UserError):
    """There are more paths through a lifecycle than anybody would run."""

    def __init__(self, contract: str, limit: int) -> None:
        super().__init__(
            f"{contract} has more than {limit} paths through its lifecycles; export it as mermaid, dot or scxml instead"
        )


class UnknownVersion(UserError):
    """OLD or NEW of a comparison is nothing that can be read."""

    def __init__(self, which: str, name: str, apis: Sequence[str]) -> None:
        also = ", or a git revision, at which the file of NEW is read" if which == "OLD" else ""
        known = f"a file, the name of an API ({', '.join(apis)}), or a git revision and a path, as in HEAD:openapi/rentalot.yaml{also}"
        super().__init__(f"{which}: {name!r} names no contract; name {known}")


class GitFailed(UserError):
    """Git does not give what a comparison needs of it."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}; {fix}")


class NoContract(UserError):
    """One of the documents of a comparison does not load as a contract today."""

    def __init__(self, name: str, violations: Sequence[object]) -> None:
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        first = " ".join(str(violations[0]).split())
        super().__init__(
            f"{name} cannot be compared, since it does not load as a contract: {first}{more}"
        )


class FolderNotOurs(UserError):
    """The site would be written over something else."""

    def __init__(self, folder: Path) -> None:
        what = (
            "is not empty, and was not written by 'docs build'"
            if folder.is_dir()
            else "is no folder"
        )
        super().__init__(
            f"{folder} {what}; name another with --out"
            + (", or write there with --force" if folder.is_dir() else "")
        )


class RepeatedApi(UserError):
    """Two contracts of one site would have the same pages."""

    def __init__(self, name: str) -> None:
        super().__init__(f"two contracts are named {name!r}; rename one of the files")
