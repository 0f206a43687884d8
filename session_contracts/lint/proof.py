"""Checks that each rule has a conformance check that verifies it, and a mutant that breaks it."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from session_contracts.conformance.rule_checks import checks_by_rule, collect
from session_contracts.openapi import UnknownApi
from session_contracts.openapi.checks import Check, Draft, Finding, Stage, example
from session_contracts.openapi.checks.rules import stated
from session_contracts.openapi.locations import find
from session_contracts.openapi.model import Level


def api_of(file: str) -> str | None:
    """The API of the file's name: a contract elsewhere is a draft of the one in place."""
    try:
        return find(Path(file).stem).name
    except UnknownApi:
        return None


def collect_checks(files: Iterable[str]) -> None:
    """Collect the checks of all these APIs at once, which is faster than one API at a time."""
    apis = [api for api in map(api_of, files) if api]
    if len(apis) > 1:
        collect(apis)


def without_check(draft: Draft) -> Iterator[Finding]:
    """A finding for each rule that no check of the suite verifies."""
    api = api_of(draft.source.file)
    if api:
        what, fix = "no check of the suite verifies {}", "write one that names it"
        yield from _missing(draft, checks_by_rule(api), what, fix)


def without_mutant(draft: Draft) -> Iterator[Finding]:
    """A finding for each rule that no mutant breaks."""
    api = api_of(draft.source.file)
    if api:
        what, fix = "no mutant breaks {}", "declare one in the mutants of the API"
        yield from _missing(draft, _breakable_rules(api), what, fix)


def _missing(draft: Draft, known: Collection[str], what: str, fix: str) -> Iterator[Finding]:
    """Findings for the rules that are not in `known`, decisions aside."""
    for path, node in stated(draft):
        if node["level"] != Level.DECISION and node["id"] not in known:
            yield Finding(path, what.format(node["id"]), fix)


def _breakable_rules(api: str) -> Collection[str]:
    # Here, because it imports the mock.
    from session_contracts.mock_server.mutants import mutants_of

    return mutants_of(find(api))


_BAD = """\
x-rules:
  - id: rentalot.review.by-night
    level: documented
    statement: A session is reviewed by day only.
    source: https://rentalot.ai/docs/api-reference/sessions#review-session
"""
_GOOD = """\
x-rules:
  - id: rentalot.review.final
    level: documented
    statement: A session that was approved or denied cannot be reviewed again.
    source: https://rentalot.ai/docs/api-reference/sessions#review-session
"""

CHECKS = (
    Check(
        "rule-verified",
        Stage.LAST,
        why="Without a check in the suite, a server that breaks the rule still passes.",
        bad=_BAD,
        good=_GOOD,
        at="id: rentalot.review.by-night",
        find=without_check,
        within=example.PLAIN,
    ),
    Check(
        "rule-broken",
        Stage.LAST,
        why="A mutant that breaks exactly this rule proves that its checks can fail.",
        bad=_BAD,
        good=_GOOD,
        at="id: rentalot.review.by-night",
        find=without_mutant,
        within=example.PLAIN,
    ),
)
