"""Lints files: what the checks find in each, and which findings are fixed."""

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
#: A fix may reveal further findings that can be fixed; each is applied once, so this ends long before.
_ROUNDS = 10


@dataclass(frozen=True)
class Linted:
    """What was found in one file. `complete`: all checks ran; else the form is too wrong for the others. `fixed`: how many fixes were applied."""

    file: str
    found: tuple[Violation, ...]
    complete: bool = True
    fixed: int = 0

    @property
    def readable(self) -> bool:
        return not any(violation.check == "readable" for violation in self.found)


def contracts(names: Sequence[str]) -> list[str]:
    """The files of these contracts, which may be told by the names of their APIs; of all of ours without any. Raises UnknownApi."""
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
    """What the checks find in a file, without those of `ignore` and what is less than `least`; `-` is the standard input."""
    try:
        source = (
            parse(sys.stdin.buffer.read(), "stdin") if file == STANDARD_INPUT else read(Path(file))
        )
    except ContractError as error:
        return Linted(_shown(file), _told(error.violations, ignore, least), complete=False)
    contract, violations = examine(source, checks)
    return Linted(
        _shown(source.file), _told(violations, ignore, least), complete=contract is not None
    )


def _told(
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
    """Apply the safe fixes to a file; the result is what remains. Raises FileNotWritten, and then the file is as it was."""
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
    """All of it or nothing; a link stays a link, and a mark of the encoding stays as well."""
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
