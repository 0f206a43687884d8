"""Checks that each rule has a conformance check that verifies it, and a mutant that breaks it."""

from collections.abc import Collection, Iterator
from pathlib import Path

from session_contracts.openapi import UnknownApi
from session_contracts.openapi.checks import Check, Finding, Stage, CheckTarget, example
from session_contracts.openapi.checks.rules import stated
from session_contracts.openapi.locations import find
from session_contracts.openapi.model import Level


def api_of(file: str) -> str | None:
    """The API of the file's name: a contract elsewhere is a draft of the one in place."""
    try:
        return find(Path(file).stem).name
    except UnknownApi:
        return None


def _without_check(target: CheckTarget) -> Iterator[Finding]:
    api = api_of(target.source.file)
    if api:
        yield from _missing(
            target, _judged(api), "no check of the suite verifies {}", "write one that names it"
        )


def _without_mutant(target: CheckTarget) -> Iterator[Finding]:
    api = api_of(target.source.file)
    if api:
        yield from _missing(
            target,
            _breakable(api),
            "no mutant breaks {}",
            "declare one in the API's mutants",
        )


def _missing(target: CheckTarget, known: Collection[str], what: str, fix: str) -> Iterator[Finding]:
    """Findings for the rules that are not in `known`, decisions aside."""
    for path, node in stated(target):
        if node["level"] != Level.DECISION and node["id"] not in known:
            yield Finding(path, what.format(node["id"]), fix)


def _judged(api: str) -> Collection[str]:
    from session_contracts.conformance.rule_checks import (
        checks_by_rule,  # pytest, Hypothesis and Schemathesis come with it
    )

    return checks_by_rule(api)


def _breakable(api: str) -> Collection[str]:
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
        find=_without_check,
        within=example.PLAIN,
    ),
    Check(
        "rule-broken",
        Stage.LAST,
        why="A mutant that breaks exactly this rule proves that its checks can fail.",
        bad=_BAD,
        good=_GOOD,
        at="id: rentalot.review.by-night",
        find=_without_mutant,
        within=example.PLAIN,
    ),
)
