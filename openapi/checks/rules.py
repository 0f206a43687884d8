"""Rules: each is stated once, with its source, and what names a rule names one that is stated."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.errors import Severity
from session_contracts.openapi.source import Path_


def stated(draft: Draft) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    """Every rule where it is stated."""
    for path, key, value in walk.extensions(draft.source.value):
        if key == "x-rules":
            yield from (((*path, key, index), node) for index, node in enumerate(value))


def unique(draft: Draft) -> Iterator[Finding]:
    """Rules with a repeated id."""
    seen: set[str] = set()
    for path, node in stated(draft):
        if node["id"] in seen:
            yield Finding(path, f"rule {node['id']!r} appears twice", "give each rule its own id")
        seen.add(node["id"])


def exist(draft: Draft) -> Iterator[Finding]:
    """Names of rules that do not exist."""
    rules = draft.contract.rules
    for path, rule in _references(draft):
        if rule not in rules:
            yield Finding(
                path,
                f"there is no rule {rule!r}",
                f"state it under x-rules, or name another{_resembling(rule, rules)}",
            )


def _resembling(rule: str, rules: Mapping[str, Any]) -> str:
    similar = walk.closest(rule, rules, "").removeprefix("write ")
    return f" ({similar})" if similar else ""


def _references(draft: Draft) -> Iterator[tuple[Path_, str]]:
    for path, key, value in walk.extensions(draft.source.value):
        where = (*path, key)
        if key == "x-rule" and isinstance(value, str):
            yield where, value
        elif key == "x-rule":
            yield from (((*where, constraint), rule) for constraint, rule in value.items())
        elif key in ("x-clamp", "x-filter", "x-scope", "x-rate-limits"):
            yield (*where, "rule"), value["rule"]
            for name, rule in value.get("values", {}).items():
                yield (*where, "values", name), rule
        elif key == "x-answer":
            yield from (((*where, part), rule) for part, rule in value.items())
        elif key == "x-lifecycles":
            yield from _named(value, where)


#: The members of a lifecycle that name a rule.
_RULES = frozenset({"rule", "atomic", "isolated", "kept", "once", "stated"})


def _named(node: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in _RULES and isinstance(value, str):
                yield (*path, key), value
            elif key not in ("states", "when"):
                yield from _named(value, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _named(item, (*path, index))


def sources(draft: Draft) -> Iterator[Finding]:
    """Sources that are not the address of a page."""
    for path, node in stated(draft):
        if not _is_address(node["source"]):
            what = f"the source of {node['id']} is not the address of a page"
            yield Finding(
                (*path, "source"), what, "write the https URL of the page that states the rule"
            )


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(
            parts.scheme == "https"
            and parts.hostname
            and "." in parts.hostname.strip(".")
            and not set(text) & set(" \t\n<>\"'")
        )
    except ValueError:
        return False


def statements(draft: Draft) -> Iterator[Finding]:
    """Statements that are not sentences, or that repeat another."""
    seen: dict[tuple[Path_, str], str] = {}
    for path, node in stated(draft):
        text = " ".join(node["statement"].split())
        # At another operation the same sentence is about that.
        first = seen.setdefault((path[:-1], text), node["id"])
        if first != node["id"]:
            what = f"{node['id']} repeats {first}"
            yield Finding((*path, "statement"), what, "state the difference, or keep one of them")
        if not text.endswith((".", "!", "?", ":")):
            yield Finding(
                (*path, "statement"),
                f"the statement of {node['id']} is not a whole sentence",
                "end it with a full stop",
            )


def prefixes(draft: Draft) -> Iterator[Finding]:
    """Rules whose ids begin with another prefix than the first."""
    first = ""
    for path, node in stated(draft):
        prefix = node["id"].partition(".")[0]
        first = first or prefix
        if prefix != first:
            what = f"rule {node['id']!r} belongs to {prefix!r}, the first one here to {first!r}"
            yield Finding((*path, "id"), what, f"begin it with '{first}.'")


_ONCE = """\
x-rules:
  - id: pets.sell.once
    level: documented
    statement: A pet that was sold cannot be sold again.
    source: https://pets.example/docs#sell
"""

CHECKS = (
    Check(
        "rule-unique",
        Stage.MEANING,
        why="Results are reported by rule, so an id must identify one statement.",
        bad=f"""\
{_ONCE}\
  - id: pets.sell.once
    level: companion
    statement: A pet is sold only once.
    source: https://pets.example/faq
""",
        good=_ONCE,
        at="id: pets.sell.once\n    level: companion",
        find=unique,
        within=example.PLAIN,
    ),
    Check(
        "rule-exists",
        Stage.MEANING,
        why="A refusal by a rule that does not exist has no statement, and cannot be verified.",
        bad="""\
x-rate-limits:
  rule: pets.rate.limit
  windows: [{calls: 100, per: PT1M}]
""",
        good="""\
x-rules:
  - id: pets.rate.limit
    level: documented
    statement: After 100 calls in a minute the next is refused.
    source: https://pets.example/docs#limits
x-rate-limits:
  rule: pets.rate.limit
  windows: [{calls: 100, per: PT1M}]
""",
        at="rule: pets.rate.limit",
        find=exist,
        within=example.PLAIN,
    ),
    Check(
        "rule-source",
        Stage.LINT,
        why="A rule is based on a public page, and readers must be able to look it up.",
        bad=_ONCE.replace("https://pets.example/docs#sell", "https://the docs, page 3"),
        good=_ONCE,
        at="source",
        find=sources,
        within=example.PLAIN,
    ),
    Check(
        "rule-statement",
        Stage.LINT,
        why=(
            "A statement is shown on its own in reports and on pages, so it is a whole "
            "sentence and not a repetition."
        ),
        bad=f"""\
{_ONCE}\
  - id: pets.sell.twice
    level: documented
    statement: A pet that was sold cannot be sold again.
    source: https://pets.example/faq
""",
        good=f"""\
{_ONCE}\
  - id: pets.sell.unknown
    level: documented
    statement: A pet that does not exist cannot be sold.
    source: https://pets.example/docs#sell
""",
        at=(
            "statement: A pet that was sold cannot be sold again.\n    source: "
            "https://pets.example/faq"
        ),
        find=statements,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
    Check(
        "rule-prefix",
        Stage.LINT,
        why=(
            "The suite finds the rules of an API by the first part of their ids, which must "
            "be the same."
        ),
        bad=f"""\
{_ONCE}\
  - id: dogs.sell.unknown
    level: documented
    statement: A pet that does not exist cannot be sold.
    source: https://pets.example/docs#sell
""",
        good=f"""\
{_ONCE}\
  - id: pets.sell.unknown
    level: documented
    statement: A pet that does not exist cannot be sold.
    source: https://pets.example/docs#sell
""",
        at="id: dogs.sell.unknown",
        find=prefixes,
        severity=Severity.WARNING,
        within=example.PLAIN,
    ),
)
