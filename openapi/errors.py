"""What can go wrong for somebody who writes or names a contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


def shown(file: str | Path) -> str:
    """A file as it is told of: below the current folder, from there on."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


@dataclass(frozen=True, order=True)
class Violation:
    """One thing wrong in a contract: where, what, and what to write instead."""

    file: str
    line: int
    check: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{shown(self.file)}:{self.line}: {self.what}; {self.fix} [{self.check}]"


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
        super().__init__(" ".join(f"{shown(file)}{f':{line}' if line else ''}: {what}; {fix}".split()))
