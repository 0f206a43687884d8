"""Compares two contracts: finds facts, rates them by the table, and merges repeated ones."""

from collections.abc import Iterator

from session_contracts.diff import document, lifecycles, operations, rate_limits, rules
from session_contracts.diff.change import Change, Fact, Impact, Location, Spot, canonical
from session_contracts.diff.change_types import BY_ID
from session_contracts.diff.node import Node, root
from session_contracts.openapi.source import Source

_ORDER = list(Impact)


def diff(old: Source, new: Source) -> tuple[Change, ...]:
    """All changes from one contract to another, breaking ones first; none for equal documents."""
    if canonical(old.value) == canonical(new.value):
        return ()
    facts = [*_facts(old, new)] or [
        Fact("written-otherwise", Spot("document"), "written differently, same meaning")
    ]
    return tuple(sorted(_grouped(facts), key=lambda change: _ORDER.index(change.impact)))


def _facts(old: Source, new: Source) -> Iterator[Fact]:
    names = rules.prefix(old), rules.prefix(new)
    old = rules.with_prefix_of(old, new)
    before, after = root(old), root(new)
    if None not in names and names[0] != names[1]:
        yield Fact(
            "api-renamed",
            Spot("document"),
            f"prefix of rule ids: was {names[0]}, is {names[1]}",
            before.get("info"),
            after.get("info"),
        )
    rule_sets = rules.rule_sets(before, after)
    kept = {one.name: other.name for one, other in operations.pairs(before, after)}
    yield from operations.compare(before, after, rule_sets)
    yield from lifecycles.compare(before, after, rule_sets, kept)
    yield from rules.compare(rule_sets, kept)
    yield from rate_limits.compare(
        before.get("x-rate-limits"), after.get("x-rate-limits"), rule_sets, kept
    )
    yield from document.compare(before, after)


def _grouped(facts: list[Fact]) -> Iterator[Change]:
    """One change for all facts at the same lines of both documents, with all their uses."""
    groups: dict[object, list[Fact]] = {}
    for fact in facts:
        lines = tuple(node.line if node else 0 for node in (fact.old, fact.new))
        groups.setdefault((fact.change_type, fact.spot.where, fact.what, lines), []).append(fact)
    for group in groups.values():
        first, change_type = group[0], BY_ID[group[0].change_type]
        uses = list(dict.fromkeys(fact.spot.use for fact in group if fact.spot.use[0]))
        yield Change(
            id=change_type.id,
            impact=change_type.impact,
            where=_where(first.spot.where, uses),
            operations=tuple(dict.fromkeys(operation for operation, _ in uses)),
            what=first.what,
            why=change_type.why,
            old=_location(first.old),
            new=_location(first.new),
        )


def _where(where: str, uses: list[tuple[str, str]]) -> str:
    """The place and its uses, at most three of them."""
    parts: dict[str, list[str]] = {}
    for operation, part in uses:
        parts.setdefault(operation, []).extend([part] if part else [])
    named = [
        f"{operation} [{', '.join(of)}]" if of else operation for operation, of in parts.items()
    ]
    used = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
    if not where or not used:
        return where or used
    return f"{used}: {where}" if len(named) == 1 else f"{where} ({used})"


def _location(node: Node | None) -> Location | None:
    return Location(node.source.file, node.line, node.value) if node else None
