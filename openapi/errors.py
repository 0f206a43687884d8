"""Errors in contracts, in the parts of APIs, and in their names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from session_contracts.openapi.autofix import Autofix


def shown(file: str | Path) -> str:
    """The path of a file in messages: relative to the current folder if it is below it."""
    path = Path(file)
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else str(path)


class Severity(StrEnum):
    """`error`: the contract contradicts itself, or cannot be loaded. `warning`: it may be wrong."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Violation:
    """One violation in a contract: where (line and column from 1), what, and how to fix it.

    `path`: the place in the parsed document. `autofix`: the edit that fixes it, if that is safe.
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
    """The contract is not valid; `violations` lists why."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("\n".join(map(str, self.violations)))


class UnknownApi(Exception):
    """No API has this name."""

    def __init__(self, name: str, known: Sequence[str], hint: str = "") -> None:
        super().__init__(f"there is no API named {name!r}; choose one of: {', '.join(known)}{hint}")


class PartError(Exception):
    """A part of an API is missing, cannot be imported, or does not fit the contract."""

    def __init__(self, file: Path, line: int | None, what: str, fix: str) -> None:
        super().__init__(
            " ".join(f"{shown(file)}{f':{line}' if line else ''}: {what}; {fix}".split())
        )
