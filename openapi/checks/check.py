"""What a check is: one entry of the table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from session_contracts.openapi.autofix import Autofix
from session_contracts.openapi.errors import Severity, Violation
from session_contracts.openapi.model import Contract
from session_contracts.openapi.source import Path_, Source


class Stage(IntEnum):
    """When a check runs. Where one stage finds an error, those after it would not understand the document, and do not run.

    `READ`: the reader itself notices. `SHAPE`: on any value. `REFERENCE`: on what has the shape of OpenAPI and of our extensions.
    `KIND`: where all references can be replaced. `BUILD`: what else a Contract needs to be built. `MEANING`: on the Contract. Up to here
    a contract must be clean to be loaded. `LINT`: on the Contract as well. `LAST`: where nothing else is wrong.
    """

    READ = 0
    SHAPE = 1
    REFERENCE = 2
    KIND = 3
    BUILD = 4
    MEANING = 5
    LINT = 6
    LAST = 7


@dataclass(frozen=True)
class Finding:
    """What a check has found: the path of the place, what is wrong, what to do, and the edit that fixes it where that is safe."""

    path: Path_
    what: str
    fix: str
    autofix: Autofix | None = None


@dataclass(frozen=True)
class CheckTarget:
    """What a check looks at: the document, and from the stage MEANING on the Contract that was built from it."""

    source: Source
    built: Contract | None = None

    @property
    def contract(self) -> Contract:
        assert self.built is not None
        return self.built


@dataclass(frozen=True)
class Check:
    """One thing that must hold of a contract.

    `why` is a sentence, `bad` and `good` are YAML: whole documents, or with `within` the members of the root that differ from a small
    contract (`openapi.checks.example`). `at` is where in `bad` the finding is: at the first place of this text. `find` is None where the
    reader itself notices.
    """

    id: str
    stage: Stage
    why: str
    bad: str
    good: str
    at: str
    find: Callable[[CheckTarget], Iterable[Finding]] | None
    severity: Severity = Severity.ERROR
    within: str = ""
    fixable: bool = False

    @property
    def stops_load(self) -> bool:
        return self.stage <= Stage.MEANING


def run(
    checks: Sequence[Check], target: CheckTarget, stages: Iterable[Stage]
) -> Iterator[Violation]:
    """What the checks of these stages find."""
    wanted = set(stages)
    for check in checks:
        if check.stage in wanted and check.find is not None:
            for finding in check.find(target):
                yield _violation(check, finding, target.source)


def _violation(check: Check, finding: Finding, source: Source) -> Violation:
    place = source.place(finding.path)
    return Violation(
        source.file,
        place.line,
        place.column,
        check.id,
        finding.what,
        finding.fix,
        check.severity,
        finding.path,
        finding.autofix,
    )
