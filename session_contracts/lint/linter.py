"""Runs the checks on files, and applies safe fixes."""

import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from session_contracts.contracts import contract_file
from session_contracts.errors import FileNotWritten
from session_contracts.lint import CHECKS
from session_contracts.openapi import ContractError, Violation, bundled_names
from session_contracts.openapi.autofix import autofixed
from session_contracts.openapi.checks import Check
from session_contracts.openapi.errors import Severity, shown
from session_contracts.openapi.loader import examine
from session_contracts.openapi.source import parse, read

STANDARD_INPUT = "-"
#: A fix may reveal further fixable findings; far fewer rounds are ever needed.
_ROUNDS = 10


@dataclass(frozen=True)
class Linted:
    """The findings in one file.

    `complete`: all checks ran; some need findings of others to be fixed first. `fixed`: the number
    of fixes that were applied.
    """

    file: str
    found: tuple[Violation, ...]
    complete: bool = True
    fixed: int = 0

    @property
    def readable(self) -> bool:
        """Whether the file could be read."""
        return not any(violation.check == "readable" for violation in self.found)


def contracts(names: Sequence[str]) -> list[str]:
    """The files of these contracts, given as files or names of APIs; by default all bundled ones.

    Raises UnknownApi.
    """
    return [
        name if name == STANDARD_INPUT else str(contract_file(name))
        for name in names or (*bundled_names(), "control")
    ]


def lint(
    file: str,
    *,
    ignore: Collection[str] = (),
    least: Severity = Severity.WARNING,
    checks: Sequence[Check] = CHECKS,
) -> Linted:
    """The findings in a file (`-`: standard input), except checks in `ignore` and below `least`."""
    try:
        source = (
            parse(sys.stdin.buffer.read(), "stdin") if file == STANDARD_INPUT else read(Path(file))
        )
    except ContractError as error:
        return Linted(_shown(file), _selected(error.violations, ignore, least), complete=False)
    contract, violations = examine(source, checks)
    return Linted(
        _shown(source.file), _selected(violations, ignore, least), complete=contract is not None
    )


def _selected(
    violations: Sequence[Violation], ignore: Collection[str], least: Severity
) -> tuple[Violation, ...]:
    kept = [violation for violation in violations if violation.check not in ignore]
    if least is Severity.ERROR:
        kept = [violation for violation in kept if violation.severity is Severity.ERROR]
    return tuple(sorted(replace(violation, file=_shown(violation.file)) for violation in kept))


def _shown(file: str) -> str:
    return "stdin" if file == STANDARD_INPUT else shown(file)


def fix(
    file: str,
    *,
    ignore: Collection[str] = (),
    least: Severity = Severity.WARNING,
    checks: Sequence[Check] = CHECKS,
) -> Linted:
    """Apply the safe fixes to a file; the result has the remaining findings.

    Raises FileNotWritten, and then leaves the file unchanged.
    """
    linted = lint(file, ignore=ignore, least=least, checks=checks)
    done = 0
    for _ in range(_ROUNDS):
        autofixes = [violation.autofix for violation in linted.found if violation.autofix]
        if not autofixes:
            break
        source = read(Path(file))
        text, made = autofixed(source.text, source.value, autofixes, _value)
        if not made:
            break
        _write(Path(file), text)
        done += len({autofix.edits for autofix in made})
        linted = lint(file, ignore=ignore, least=least, checks=checks)
    return replace(linted, fixed=done)


def _value(text: str) -> object:
    try:
        return parse(text.encode(), "").value
    except ContractError:
        return None


def _write(file: Path, text: str) -> None:
    """Write atomically; keep a symbolic link and a byte order mark."""
    target = file.resolve()
    try:
        mark = "\ufeff" if target.read_bytes().startswith(b"\xef\xbb\xbf") else ""
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write((mark + text).encode())
            shutil.copymode(target, name)
            os.replace(name, target)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise FileNotWritten(str(file), error.strerror or str(error)) from None
