"""Compares the rules, and which of them other parts of a contract name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from session_contracts.diff.change import Fact, Spot, rest, show
from session_contracts.diff.node import Node, entries, items, root, value
from session_contracts.openapi.model import Level
from session_contracts.openapi.source import Source

#: From what nobody may rely on to what everybody may.
_RANK = {Level.DECISION: 0, Level.COMPANION: 1, Level.DOCUMENTED: 2}


@dataclass(frozen=True)
class Stated:
    """A rule, and the operation at which it stands; empty: at the root."""

    node: Node
    operation: str

    @property
    def level(self) -> Level:
        return Level(self.node.plain("level"))

    @property
    def statuses(self) -> list[int]:
        allows: Mapping[str, Any] = self.node.plain("allows", {})
        return list(allows.get("status", ()))


@dataclass(frozen=True)
class Law:
    """The rules of both versions, by id."""

    old: Mapping[str, Stated]
    new: Mapping[str, Stated]


def law(old: Node, new: Node) -> Law:
    return Law(dict(_stated(old)), dict(_stated(new)))


def _stated(document: Node) -> Iterator[tuple[str, Stated]]:
    yield from ((rule.value["id"], Stated(rule, "")) for rule in items(document.get("x-rules")))
    for item in entries(document.get("paths")).values():
        for operation in item.entries().values():
            name = operation.plain("operationId", "")
            yield from (
                (rule.value["id"], Stated(rule, name)) for rule in items(operation.get("x-rules"))
            )


def with_prefix_of(old: Source, new: Source) -> Source:
    """`old`, where every rule's id begins with the API's name of `new`: an API that was renamed has not changed all of its rules."""
    before, after = prefix(old), prefix(new)
    if before is None or after is None or before == after:
        return old
    ids = {rule: f"{after}{rule.removeprefix(before)}" for rule in _ids(old)}
    return replace(old, value=_replaced(old.value, ids))


def prefix(source: Source) -> str | None:
    """What every rule's id begins with: the name of the API. None where there is no such."""
    names = {rule.partition(".")[0] for rule in _ids(source)}
    return names.pop() if len(names) == 1 else None


def _ids(source: Source) -> Iterator[str]:
    yield from (rule for rule, _ in _stated(root(source)))


def _replaced(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _replaced(child, names) for key, child in node.items()}
    if isinstance(node, list):
        return [_replaced(child, names) for child in node]
    return names.get(node, node) if isinstance(node, str) else node


def compare(both: Law, operations: Mapping[str, str]) -> Iterator[Fact]:
    """`operations` maps the old id of an operation to the new one. A rule goes with its operation, and is not told of on its own then."""
    survivors = set(operations.values())
    for name, rule in both.old.items():
        if name in both.new:
            yield from _rule(name, rule, both.new[name], operations)
        elif not rule.operation or rule.operation in operations:
            sort = "decision-removed" if rule.level is Level.DECISION else "rule-removed"
            yield Fact(
                sort,
                Spot(name, (rule.operation, "")),
                f"the {rule.level} rule is gone",
                rule.node,
                None,
            )
    for name, rule in both.new.items():
        if name not in both.old and (not rule.operation or rule.operation in survivors):
            sort = "decision-added" if rule.level is Level.DECISION else "rule-added"
            yield Fact(
                sort,
                Spot(name, (rule.operation, "")),
                f"is a {rule.level} rule now",
                None,
                rule.node,
            )


def _rule(name: str, old: Stated, new: Stated, operations: Mapping[str, str]) -> Iterator[Fact]:
    spot = Spot(name, (new.operation, ""))
    if old.level != new.level:
        sort = "rule-raised" if _RANK[new.level] > _RANK[old.level] else "rule-lowered"
        yield Fact(
            sort,
            spot,
            f"was {old.level}, is {new.level}",
            old.node.get("level"),
            new.node.get("level"),
        )
    if old.node.plain("statement") != new.node.plain("statement"):
        free = old.level is Level.DECISION and new.level is Level.DECISION
        sort = "decision-restated" if free else "rule-restated"
        what = f"said: {old.node.plain('statement')} Says: {new.node.plain('statement')}"
        yield Fact(sort, spot, what, old.node.get("statement"), new.node.get("statement"))
    if old.node.plain("source") != new.node.plain("source"):
        yield Fact(
            "rule-source-changed",
            spot,
            "its source is another",
            old.node.get("source"),
            new.node.get("source"),
        )
    if operations.get(old.operation, old.operation) != new.operation:
        what = f"stood at {old.operation or 'the root'}, stands at {new.operation or 'the root'}"
        yield Fact("rule-moved", spot, what, old.node, new.node)
    yield from _statuses(old, new, spot)
    yield from rest(
        old.node, new.node, spot, {"id", "level", "statement", "source", "allows", "alias"}
    )


def _statuses(old: Stated, new: Stated, spot: Spot) -> Iterator[Fact]:
    before, after = old.statuses, new.statuses
    if before == after:
        return
    gone, come = (
        [status for status in before if status not in after],
        [status for status in after if status not in before],
    )
    what = f"allowed {show(before) or 'any status'}, allows {show(after) or 'any status'}"
    if before and after and bool(gone) != bool(come):
        what = f"allows {show(come)} too" if come else f"no longer allows {show(gone)}"
    free = old.level is Level.DECISION and new.level is Level.DECISION
    if set(before) == set(after):
        sort = "rule-first-status-changed"
    elif free:
        sort = "decision-statuses-changed"
    elif not after or (before and set(after) > set(before)):
        sort = "rule-statuses-widened"
    elif not before or set(after) < set(before):
        sort = "rule-statuses-narrowed"
    else:
        sort = "rule-statuses-changed"
    yield Fact(sort, spot, what, old.node.get("allows"), new.node.get("allows"))


# ---- what names a rule


def reference(old: Node | None, new: Node | None, spot: Spot, both: Law) -> Iterator[Fact]:
    """The rule by which something holds: another one may be of another level."""
    if not (old and new) or old.value == new.value:
        return
    before, after = both.old.get(old.value), both.new.get(new.value)
    ranks = [_RANK[rule.level] if rule else 0 for rule in (before, after)]
    sort = (
        "rule-reference-changed"
        if ranks[0] == ranks[1]
        else "rule-reference-raised"
        if ranks[1] > ranks[0]
        else "rule-reference-lowered"
    )
    yield Fact(sort, spot, f"holds by {new.value}, held by {old.value}", old, new)


def undocumented(old: str | None, new: str | None, both: Law) -> bool:
    """Whether one of the two is a decision, on which nobody may rely."""
    rules = (both.old.get(old or ""), both.new.get(new or ""))
    return any(rule is not None and rule.level is Level.DECISION for rule in rules)


def violations(old: Node | None, new: Node | None, spot: Spot, both: Law) -> Iterator[Fact]:
    """An `x-rule`: which rule each violated constraint breaks, and so which status answers it."""
    before, after = _by_constraint(old), _by_constraint(new)
    for constraint in {**before, **after}:
        # A member that is missing breaks what its own schema says of that, else what the object's schema says of `required`.
        any_ = (None, None) if constraint == "missing" else (before.get("*"), after.get("*"))
        one, other = before.get(constraint, any_[0]), after.get(constraint, any_[1])
        if value(one) != value(other):
            yield from _violation(
                "any" if constraint == "*" else constraint, one, other, spot, both
            )


def _violation(
    constraint: str, old: Node | None, new: Node | None, spot: Spot, both: Law
) -> Iterator[Fact]:
    if not (old and new):
        sort = "violation-rule-introduced" if new else "violation-rule-dropped"
        yield Fact(
            sort,
            spot,
            f"violations ({constraint}): was {value(old, 'no rule')}, is {value(new, 'no rule')}",
            old,
            new,
        )
        return
    before, after = both.old.get(old.value), both.new.get(new.value)
    if before and after and before.statuses[:1] != after.statuses[:1]:
        sort = (
            "violation-status-changed-undocumented"
            if undocumented(old.value, new.value, both)
            else "violation-status-changed"
        )
        shown = [show(rule.statuses) or "any status" for rule in (before, after)]
        yield Fact(
            sort,
            spot,
            f"violations ({constraint}) were answered with {shown[0]}, are answered with {shown[1]}",
            old,
            new,
        )
    yield from reference(old, new, spot.below(f", violations ({constraint})"), both)


def _by_constraint(node: Node | None) -> dict[str, Node]:
    return {"*": node} if node and isinstance(node.value, str) else entries(node)
