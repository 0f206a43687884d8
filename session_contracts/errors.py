"""What can go wrong for a user of the commands and of the Python API: one class each.

A message says what is wrong, where, and what to do. Errors of a contract are in
`session_contracts.openapi.errors`, those of the mock's data and clock in
`session_contracts.mock_server.errors`, those of a verified server in
`session_contracts.conformance.errors`.
"""

from collections.abc import Sequence
from pathlib import Path

from session_contracts.openapi.errors import shown


class UserError(Exception):
    """A mistake that the user can fix: a command prints its one-line message, and exits with 2."""


# ---- a running mock


class MockFailed(Exception):
    """A MockServer could not start, for the reason in the message, or is not running."""


class MockUnreachable(UserError):
    """No mock answers at a URL."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(
            f"no mock answers at {url}: {reason}; "
            "start one with 'session-contracts serve', or correct the URL"
        )


class MockRefused(UserError):
    """The control API of a mock refused a request; `status` is the HTTP status."""

    def __init__(self, status: int, detail: object) -> None:
        super().__init__(f"the mock refused ({status}): {detail}")
        self.status = status


# ---- names


class UnknownRule(UserError):
    """There is no mutant of a rule with this id."""

    def __init__(self, rule: str, known: Sequence[str]) -> None:
        super().__init__(f"no mutant breaks the rule {rule!r}; choose one of: {', '.join(known)}")


class UnknownCheck(UserError):
    """There is no check of lint with this id."""

    def __init__(self, check: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no check named {check!r}; choose one of: {', '.join(known)}")


class InvalidName(UserError):
    """A name cannot be that of a new API or of its resource; `why` continues the sentence."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name[:60]!r} {why}")


class DuplicateApi(UserError):
    """Two contracts of one site have the same name, so their pages would have the same paths."""

    def __init__(self, name: str) -> None:
        super().__init__(f"two contracts are named {name!r}; rename one of the files")


# ---- files and folders


class FileNotWritten(UserError):
    """A file cannot be written."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file} cannot be written: {reason}; name another file, or make it writable"
        )


class FolderNotCreated(UserError):
    """The folder of a new API exists already, or cannot be written."""

    def __init__(self, folder: Path, error: OSError) -> None:
        if isinstance(error, FileExistsError):
            why = "exists already, and is not overwritten"
        else:
            why = f"cannot be written: {(error.strerror or str(error)).lower()}"
        where = shown(folder.absolute())
        super().__init__(f"{where} {why}; choose another name, or another folder with --dir")


class NotASiteFolder(UserError):
    """The folder that the site is to be written to contains something else."""

    def __init__(self, folder: Path) -> None:
        if folder.is_dir():
            why = "is not empty, and was not written by 'docs build'"
            fix = "choose another folder with --out, or write there with --force"
        else:
            why, fix = "is not a folder", "choose another folder with --out"
        super().__init__(f"{folder} {why}; {fix}")


# ---- lifecycles to export


class NoLifecycle(UserError):
    """A contract has no lifecycle, which the requested notation needs."""

    def __init__(self, contract: str) -> None:
        super().__init__(
            f"{contract} has no x-lifecycles to export; choose --format json or openapi-3.1"
        )


class TooManyWorkflows(UserError):
    """The lifecycles of a contract have too many paths to export each as a workflow."""

    def __init__(self, contract: str, limit: int) -> None:
        super().__init__(
            f"{contract} has more than {limit} paths through its lifecycles; "
            "choose --format mermaid, dot or scxml"
        )


# ---- versions to compare


class UnknownVersion(UserError):
    """OLD or NEW of a comparison (`which`) is neither a file, nor an API, nor a revision."""

    def __init__(self, which: str, name: str, apis: Sequence[str]) -> None:
        revision = ", or a git revision of the file NEW" if which == "OLD" else ""
        super().__init__(
            f"{which}: {name!r} is not a contract; name a file, an API ({', '.join(apis)}), "
            f"a git revision and a path, as in HEAD:openapi/rentalot.yaml{revision}"
        )


class GitFailed(UserError):
    """Git cannot supply a version of a contract."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}; {fix}")


class VersionNotLoaded(UserError):
    """A version to compare does not load as a contract; the message has its first violation."""

    def __init__(self, name: str, violations: Sequence[object]) -> None:
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        first = " ".join(str(violations[0]).split())
        super().__init__(f"{name} cannot be compared, as it does not load: {first}{more}")
