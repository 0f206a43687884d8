"""Checks that each rule has a conformance check that verifies it, and a mutant that breaks it."""

from collections.abc import Collection, Iterator
from pathlib import Path

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


def verified(draft: Draft) -> Iterator[Finding]:
    api = api_of(draft.source.file)
    if api:
        yield from _missing(
            draft, _judged(api), "no check of the suite judges {}", "write one that names it"
        )


def broken(draft: Draft) -> Iterator[Finding]:
    api = api_of(draft.source.file)
    if api:
        yield from _missing(
            draft,
            _breakable(api),
            "the mock cannot be told to break {}",
            "say how, in its breaks",
        )


def _missing(draft: Draft, known: Collection[str], what: str, fix: str) -> Iterator[Finding]:
    """The rules that a server may break; a decision is held against none."""
    for path, node in stated(draft):
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
        why="A rule that no check of the suite judges is a sentence: a server may break it, and nobody would notice.",
        bad=_BAD,
        good=_GOOD,
        at="id: rentalot.review.by-night",
        find=verified,
        within=example.PLAIN,
    ),
    Check(
        "rule-broken",
        Stage.LAST,
        why="That the suite judges a rule is proven by a mock that breaks exactly it; a rule that cannot be broken is judged on trust.",
        bad=_BAD,
        good=_GOOD,
        at="id: rentalot.review.by-night",
        find=broken,
        within=example.PLAIN,
    ),
)
