"""Formats findings as text, JSON, SARIF 2.1.0, or annotations of GitHub Actions."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from session_contracts.lint import CHECKS
from session_contracts.lint.linter import Linted
from session_contracts.openapi import Violation
from session_contracts.openapi.checks import Check
from session_contracts.openapi.errors import Severity

_SARIF = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def text(results: Sequence[Linted], version: str, docs_url: str | None) -> str:
    """A line for each finding, and the summary."""
    lines: list[str] = []
    for result in results:
        lines += map(_line, result.found)
        if not result.complete:
            lines.append(f"{result.file}: fix these first; the other checks did not run")
    return "\n".join([*lines, summary(results)]) + "\n"


def _line(found: Violation) -> str:
    where = f"{found.file}:{found.line}:{found.column}"
    return f"{where}: {found.severity}: {found.what}; {found.fix} [{found.check}]"


def summary(results: Sequence[Linted]) -> str:
    """One line: the number of findings, and of fixes that were or can be applied."""
    found = [violation for result in results for violation in result.found]
    counts = Counter(violation.severity for violation in found)
    fixed = sum(result.fixed for result in results)
    done = f"; {_count(fixed, 'place')} fixed" if fixed else ""
    if not found:
        return f"{_count(len(results), 'contract')} clean{done}"
    counted = " and ".join(
        _count(counts[severity], severity) for severity in Severity if counts[severity]
    )
    able = sum(1 for violation in found if violation.autofix)
    return f"{counted} in {_count(len(results), 'contract')}{done}" + (
        f"; --fix can correct {able}" if able and not fixed else ""
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def as_json(results: Sequence[Linted], version: str, docs_url: str | None) -> str:
    """`{"version", "contracts": [...], "summary": {severity: n}, "findings": [...]}`.

    A contract is `{"file", "complete", "fixed"}`.
    """
    found = [violation for result in results for violation in result.found]
    counts = Counter(violation.severity for violation in found)
    document = {
        "version": version,
        "contracts": [
            {"file": result.file, "complete": result.complete, "fixed": result.fixed}
            for result in results
        ],
        "summary": {severity: counts[severity] for severity in Severity},
        "findings": [_finding(violation, docs_url) for violation in found],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _finding(found: Violation, docs_url: str | None) -> dict[str, Any]:
    return {
        "file": found.file,
        "line": found.line,
        "column": found.column,
        "pointer": "".join(
            f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in found.path
        ),
        "check": found.check,
        "severity": found.severity,
        "what": found.what,
        "fix": found.fix,
        "fixable": found.autofix is not None,
        **({"help": help_url(found.check, docs_url)} if docs_url else {}),
    }


def help_url(check: str, docs_url: str) -> str:
    """The page of a check on a reference site."""
    return f"{docs_url.rstrip('/')}/lint/{check}.html"


def sarif(results: Sequence[Linted], version: str, docs_url: str | None) -> str:
    """One SARIF run; an autofix becomes a fix with offsets in characters."""
    order = {check.id: index for index, check in enumerate(CHECKS)}
    driver = {
        "name": "session-contracts",
        "version": version,
        "rules": [_rule(check, docs_url) for check in CHECKS],
    }
    found = [violation for result in results for violation in result.found]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": all(result.readable for result in results)}],
        "artifacts": [{"location": _location(result.file)} for result in results],
        "results": [_result(violation, order[violation.check]) for violation in found],
        "columnKind": "unicodeCodePoints",
    }
    return (
        json.dumps(
            {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False
        )
        + "\n"
    )


def _rule(check: Check, docs_url: str | None) -> dict[str, Any]:
    examples = f"Bad:\n\n{check.bad}\nGood:\n\n{check.good}"
    return {
        "id": check.id,
        "shortDescription": {"text": check.id.replace("-", " ").capitalize()},
        "fullDescription": {"text": check.why},
        "help": {"text": f"{check.why}\n\n{examples}"},
        "defaultConfiguration": {"level": str(check.severity)},
        **({"helpUri": help_url(check.id, docs_url)} if docs_url else {}),
    }


def _location(file: str) -> dict[str, str]:
    path = Path(file)
    return {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}


def _result(found: Violation, index: int) -> dict[str, Any]:
    location = _location(found.file)
    region = {"startLine": found.line, "startColumn": found.column}
    result: dict[str, Any] = {
        "ruleId": found.check,
        "ruleIndex": index,
        "level": str(found.severity),
        "message": {"text": f"{found.what}; {found.fix}"},
        "locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}],
    }
    if found.autofix:
        replacements = [
            {
                "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
                "insertedContent": {"text": edit.text},
            }
            for edit in found.autofix.edits
        ]
        changes = [{"artifactLocation": location, "replacements": replacements}]
        result["fixes"] = [{"description": {"text": found.fix}, "artifactChanges": changes}]
    return result


def github(results: Sequence[Linted], version: str, docs_url: str | None) -> str:
    """A workflow command for each finding, and the summary as a line of the log."""
    found = [violation for result in results for violation in result.found]
    return "".join(f"{_annotation(violation)}\n" for violation in found) + f"{summary(results)}\n"


def _annotation(found: Violation) -> str:
    members = {"file": found.file, "line": found.line, "col": found.column, "title": found.check}
    properties = ",".join(
        f"{name}={_escaped(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in members.items()
    )
    return f"::{found.severity} {properties}::{_escaped(f'{found.what}; {found.fix}')}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


FORMATS: Mapping[str, Callable[[Sequence[Linted], str, str | None], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
