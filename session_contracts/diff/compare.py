"""Finds the facts, lets the table judge them, and tells each only once."""

from collections.abc import Iterator

from session_contracts.diff import document, lifecycles, operations, rate_limits, rules
from session_contracts.diff.change import Change, Fact, Kind, Place, Spot, canonical
from session_contracts.diff.node import Node, root
from session_contracts.diff.sorts import BY_ID
from session_contracts.openapi.source import Source

_ORDER = list(Kind)


def diff(old: Source, new: Source) -> tuple[Change, ...]:
    """All changes from one contract to another, the breaking ones first. Equal documents have none."""
    if canonical(old.value) == canonical(new.value):
        return ()
    facts = [*_facts(old, new)] or [
        Fact("written-otherwise", Spot("document"), "the same is written in another way")
    ]
    return tuple(sorted(_grouped(facts), key=lambda change: _ORDER.index(change.kind)))


def _facts(old: Source, new: Source) -> Iterator[Fact]:
    names = rules.prefix(old), rules.prefix(new)
    old = rules.with_prefix_of(old, new)
    before, after = root(old), root(new)
    if None not in names and names[0] != names[1]:
        yield Fact(
            "api-renamed",
            Spot("document"),
            f"rules were named {names[0]}..., are named {names[1]}...",
            before.get("info"),
            after.get("info"),
        )
    law = rules.law(before, after)
    kept = {one.name: other.name for one, other in operations.pairs(before, after)}
    yield from operations.compare(before, after, law)
    yield from lifecycles.compare(before, after, law, kept)
    yield from rules.compare(law, kept)
    yield from rate_limits.compare(
        before.get("x-rate-limits"), after.get("x-rate-limits"), law, kept
    )
    yield from document.compare(before, after)


def _grouped(facts: list[Fact]) -> Iterator[Change]:
    """What stands in one place of each document is one change, whoever uses it."""
    groups: dict[object, list[Fact]] = {}
    for fact in facts:
        lines = tuple(node.line if node else 0 for node in (fact.old, fact.new))
        groups.setdefault((fact.sort, fact.spot.where, fact.what, lines), []).append(fact)
    for group in groups.values():
        first, sort = group[0], BY_ID[group[0].sort]
        uses = list(dict.fromkeys(fact.spot.use for fact in group if fact.spot.use[0]))
        yield Change(
            id=sort.id,
            kind=sort.kind,
            where=_where(first.spot.where, uses),
            operations=tuple(dict.fromkeys(operation for operation, _ in uses)),
            what=first.what,
            why=sort.why,
            old=_place(first.old),
            new=_place(first.new),
        )


def _where(where: str, uses: list[tuple[str, str]]) -> str:
    """Where it is, and who uses it; of many, the first few."""
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


def _place(node: Node | None) -> Place | None:
    return Place(node.source.file, node.line, node.value) if node else None
