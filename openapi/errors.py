"""What can go wrong for somebody who writes or names a contract."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from session_contracts.openapi.autofix import Autofix


def shown(file: str | Path) -> str:
    """A file as it is told of: below the current folder, from there on."""
    path = Path(file)
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


class Severity(StrEnum):
    """`error`: the contract says what cannot be, or cannot be loaded. `warning`: it can be, and is worth a second look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Violation:
    """One thing wrong in a contract: where (line and column from 1), what, and what to write instead.

    `path` is the place in the parsed document, `autofix` the edit of the text that fixes it, where that is safe.
    """

    file: str
    line: int
    column: int
    check: str
    what: str
    fix: str
    severity: Severity = Severity.ERROR
    path: tuple[str | int, ...] = field(default=(), compare=False)
    autofix: Autofix | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return (
            f"{shown(self.file)}:{self.line}:{self.column}: {self.what}; {self.fix} [{self.check}]"
        )


class ContractError(Exception):
    """The contract breaks its own format; `violations` says where."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n".join(map(str, self.violations)))


class UnknownApi(Exception):
    """No contract has this name."""

    def __init__(self, name: str, known: Sequence[str], hint: str = "") -> None:
        super().__init__(f"there is no API named {name!r}; choose one of: {', '.join(known)}{hint}")


class PartError(Exception):
    """A Python file of somebody's own API is missing, cannot be imported, or does not fit the contract."""

    def __init__(self, file: Path, line: int | None, what: str, fix: str) -> None:
        super().__init__(
            " ".join(f"{shown(file)}{f':{line}' if line else ''}: {what}; {fix}".split())
        )
