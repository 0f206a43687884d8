"""Compares rules, and the references to rules in other parts of a contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from session_contracts.diff.change import Fact, Spot, rest, show
from session_contracts.diff.node import Node, entries, items, root, value
from session_contracts.openapi.model import Level
from session_contracts.openapi.source import Source

#: By how much a client may rely on a rule.
_RANK = {Level.DECISION: 0, Level.COMPANION: 1, Level.DOCUMENTED: 2}


@dataclass(frozen=True)
class Stated:
    """A rule and the operation at which it is stated; empty for the root."""

    node: Node
    operation: str

    @property
    def level(self) -> Level:
        """The rule's level."""
        return Level(self.node.plain("level"))

    @property
    def statuses(self) -> list[int]:
        """The statuses that it allows; none if it allows any."""
        allows: Mapping[str, Any] = self.node.plain("allows", {})
        return list(allows.get("status", ()))


@dataclass(frozen=True)
class RuleSets:
    """The rules of both versions, by id."""

    old: Mapping[str, Stated]
    new: Mapping[str, Stated]


def rule_sets(old: Node, new: Node) -> RuleSets:
    """The rules of both documents."""
    return RuleSets(dict(_stated(old)), dict(_stated(new)))


def _stated(document: Node) -> Iterator[tuple[str, Stated]]:
    yield from ((rule.value["id"], Stated(rule, "")) for rule in items(document.get("x-rules")))
    for item in entries(document.get("paths")).values():
        for operation in item.entries().values():
            name = operation.plain("operationId", "")
            yield from (
                (rule.value["id"], Stated(rule, name)) for rule in items(operation.get("x-rules"))
            )


def with_prefix_of(old: Source, new: Source) -> Source:
    """`old` with the rule prefix of `new`, so that renaming an API does not change every rule."""
    before, after = prefix(old), prefix(new)
    if before is None or after is None or before == after:
        return old
    ids = {rule: f"{after}{rule.removeprefix(before)}" for rule in _ids(old)}
    return replace(old, value=_replaced(old.value, ids))


def prefix(source: Source) -> str | None:
    """The prefix of all rule ids, which is the name of the API; None if they differ."""
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


def compare(rule_sets: RuleSets, operations: Mapping[str, str]) -> Iterator[Fact]:
    """Facts about all rules; `operations` maps the old id of an operation to the new one.

    The rules of added and removed operations are not reported separately.
    """
    survivors = set(operations.values())
    for name, rule in rule_sets.old.items():
        if name in rule_sets.new:
            yield from _rule(name, rule, rule_sets.new[name], operations)
        elif not rule.operation or rule.operation in operations:
            change_type = "decision-removed" if rule.level is Level.DECISION else "rule-removed"
            yield Fact(
                change_type,
                Spot(name, (rule.operation, "")),
                f"{rule.level} rule removed",
                rule.node,
                None,
            )
    for name, rule in rule_sets.new.items():
        if name not in rule_sets.old and (not rule.operation or rule.operation in survivors):
            change_type = "decision-added" if rule.level is Level.DECISION else "rule-added"
            yield Fact(
                change_type,
                Spot(name, (rule.operation, "")),
                f"{rule.level} rule added",
                None,
                rule.node,
            )


def _rule(name: str, old: Stated, new: Stated, operations: Mapping[str, str]) -> Iterator[Fact]:
    spot = Spot(name, (new.operation, ""))
    if old.level != new.level:
        change_type = "rule-raised" if _RANK[new.level] > _RANK[old.level] else "rule-lowered"
        yield Fact(
            change_type,
            spot,
            f"level: was {old.level}, is {new.level}",
            old.node.get("level"),
            new.node.get("level"),
        )
    if old.node.plain("statement") != new.node.plain("statement"):
        free = old.level is Level.DECISION and new.level is Level.DECISION
        change_type = "decision-restated" if free else "rule-restated"
        what = f"was: {old.node.plain('statement')} Is: {new.node.plain('statement')}"
        yield Fact(change_type, spot, what, old.node.get("statement"), new.node.get("statement"))
    if old.node.plain("source") != new.node.plain("source"):
        yield Fact(
            "rule-source-changed",
            spot,
            "source changed",
            old.node.get("source"),
            new.node.get("source"),
        )
    if operations.get(old.operation, old.operation) != new.operation:
        what = f"stated at: was {old.operation or 'the root'}, is {new.operation or 'the root'}"
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
    what = f"statuses: were {show(before) or 'any'}, are {show(after) or 'any'}"
    if before and after and bool(gone) != bool(come):
        what = f"statuses added: {show(come)}" if come else f"statuses removed: {show(gone)}"
    free = old.level is Level.DECISION and new.level is Level.DECISION
    if set(before) == set(after):
        change_type = "rule-first-status-changed"
    elif free:
        change_type = "decision-statuses-changed"
    elif not after or (before and set(after) > set(before)):
        change_type = "rule-statuses-widened"
    elif not before or set(after) < set(before):
        change_type = "rule-statuses-narrowed"
    else:
        change_type = "rule-statuses-changed"
    yield Fact(change_type, spot, what, old.node.get("allows"), new.node.get("allows"))


# ---- references to rules


def reference(
    old: Node | None, new: Node | None, spot: Spot, rule_sets: RuleSets
) -> Iterator[Fact]:
    """Facts about the rule that a part names; another rule may have another level."""
    if not (old and new) or old.value == new.value:
        return
    before, after = rule_sets.old.get(old.value), rule_sets.new.get(new.value)
    ranks = [_RANK[rule.level] if rule else 0 for rule in (before, after)]
    change_type = (
        "rule-reference-changed"
        if ranks[0] == ranks[1]
        else "rule-reference-raised"
        if ranks[1] > ranks[0]
        else "rule-reference-lowered"
    )
    yield Fact(change_type, spot, f"rule: was {old.value}, is {new.value}", old, new)


def undocumented(old: str | None, new: str | None, rule_sets: RuleSets) -> bool:
    """Whether one of the two is a decision, on which no client may rely."""
    rules = (rule_sets.old.get(old or ""), rule_sets.new.get(new or ""))
    return any(rule is not None and rule.level is Level.DECISION for rule in rules)


def violations(
    old: Node | None, new: Node | None, spot: Spot, rule_sets: RuleSets
) -> Iterator[Fact]:
    """Facts about an `x-rule`, which maps constraints to rules and so to statuses."""
    before, after = _by_constraint(old), _by_constraint(new)
    for constraint in {**before, **after}:
        # For a missing member, `required` of the object applies, not `*` of the member.
        any_ = (None, None) if constraint == "missing" else (before.get("*"), after.get("*"))
        one, other = before.get(constraint, any_[0]), after.get(constraint, any_[1])
        if value(one) != value(other):
            yield from _violation(
                "any" if constraint == "*" else constraint, one, other, spot, rule_sets
            )


def _violation(
    constraint: str, old: Node | None, new: Node | None, spot: Spot, rule_sets: RuleSets
) -> Iterator[Fact]:
    if not (old and new):
        change_type = "violation-rule-introduced" if new else "violation-rule-dropped"
        yield Fact(
            change_type,
            spot,
            f"rule of violations ({constraint}): was {value(old, 'none')}, is {value(new, 'none')}",
            old,
            new,
        )
        return
    before, after = rule_sets.old.get(old.value), rule_sets.new.get(new.value)
    if before and after and before.statuses[:1] != after.statuses[:1]:
        change_type = (
            "violation-status-changed-undocumented"
            if undocumented(old.value, new.value, rule_sets)
            else "violation-status-changed"
        )
        shown = [show(rule.statuses) or "any status" for rule in (before, after)]
        yield Fact(
            change_type,
            spot,
            f"status of violations ({constraint}): was {shown[0]}, is {shown[1]}",
            old,
            new,
        )
    yield from reference(old, new, spot.below(f", violations ({constraint})"), rule_sets)


def _by_constraint(node: Node | None) -> dict[str, Node]:
    return {"*": node} if node and isinstance(node.value, str) else entries(node)
