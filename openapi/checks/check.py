"""A check of a contract, and how checks run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from session_contracts.openapi.autofix import Autofix
from session_contracts.openapi.errors import Severity, Violation
from session_contracts.openapi.model import Contract
from session_contracts.openapi.source import Path_, Source


class Stage(IntEnum):
    """When a check runs. Each stage relies on those before it, so an error ends the run.

    `READ`: the parser reports it. `SHAPE`: any parsed value. `REFERENCE`: a document with the shape
    of OpenAPI and of our extensions. `KIND`: all references resolve. `BUILD`: what else is needed
    to build a Contract. `MEANING`: the Contract. A contract is loaded only without errors up to
    here. `LINT`: the Contract, too. `LAST`: only if nothing else was found.
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
    """What a check has found: where, what is wrong, how to fix it, and the safe edit."""

    path: Path_
    what: str
    fix: str
    autofix: Autofix | None = None


@dataclass(frozen=True)
class Draft:
    """A document under check, and from the stage MEANING on the Contract that was built from it."""

    source: Source
    built: Contract | None = None

    @property
    def contract(self) -> Contract:
        """The Contract, for checks from the stage MEANING on."""
        assert self.built is not None
        return self.built


@dataclass(frozen=True)
class Check:
    """One condition on contracts, with its documentation.

    `why`: a sentence. `bad` and `good`: examples in YAML, either whole documents or, with `within`,
    the members of the root that differ from a small contract (see `openapi.checks.example`).
    `at`: the text in `bad` at which the violation is reported. `find` is None if the parser itself
    reports it. `fixable`: some findings have an autofix.
    """

    id: str
    stage: Stage
    why: str
    bad: str
    good: str
    at: str
    find: Callable[[Draft], Iterable[Finding]] | None
    severity: Severity = Severity.ERROR
    within: str = ""
    fixable: bool = False

    @property
    def stops_load(self) -> bool:
        """Whether a contract with this violation cannot be loaded."""
        return self.stage <= Stage.MEANING


def run(checks: Sequence[Check], draft: Draft, stages: Iterable[Stage]) -> Iterator[Violation]:
    """Run the checks of these stages, and yield what they find."""
    wanted = set(stages)
    for check in checks:
        if check.stage in wanted and check.find is not None:
            for finding in check.find(draft):
                yield _violation(check, finding, draft.source)


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
