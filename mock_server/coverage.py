"""Which cells of the lifecycle tables, and which rules, the requests so far have reached.

While requests are answered, only situations are counted; which cells and rules they reached is
worked out when the coverage is read.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from session_contracts.openapi.json_schema import rule_map
from session_contracts.openapi.model import ABSENT, Contract, Lifecycle, Timer


class Situation(NamedTuple):
    """What coverage needs to know of a request.

    `state` is the record's before it, `target` that of its move, `rule` the one that refused or
    moved, and `filters` are the parameters that filtered a list.
    """

    api: str
    operation: str
    state: str | None
    target: str | None
    success: bool
    rule: str | None
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """A cell of a lifecycle table: an operation (or timer) in a state, and a move's target."""

    kind: str
    resource: str
    operation: str
    state: str
    target: str | None
    rule: str


@dataclass(frozen=True)
class Reach:
    """All that requests can reach: every cell, and the rules that a success shows (`at_work`).

    `at_work` holds rule ids by operation; every other rule is named by the decision itself.
    """

    points: tuple[Point, ...]
    at_work: Mapping[str, tuple[str, ...]]


#: Kinds of points, in the order of the summary; rules come last.
KINDS = ("creation", "move", "stay", "refusal", "timer", "rule")


class Coverage:
    """Counts of one world, or of several."""

    def __init__(self) -> None:
        self._situations: Counter[Situation] = Counter()
        self._timers: Counter[tuple[str, Point]] = Counter()

    def clear(self) -> None:
        """Start counting again."""
        self._situations.clear()
        self._timers.clear()

    def add(self, other: "Coverage") -> None:
        """Add the counts of another world."""
        self._situations.update(other._situations)
        self._timers.update(other._timers)

    def note_timer(self, api: str, resource: str, timer: Timer, state: str) -> None:
        """Count a timer that fired on a record in this state."""
        self._timers[
            api, Point("timer", resource, timer.name, state, timer.target, timer.rule)
        ] += 1

    def note(self, situation: Situation) -> None:
        """Count a request that the contract decided, not a fault or a wish for an example."""
        self._situations[situation] += 1

    def of(self, contract: Contract, reach: Reach) -> dict[str, Any]:
        """The coverage of one API: a summary by kind, and every point and rule with its count."""
        points, rules = self._reached(contract, reach)
        counts = [(point.kind, points[point]) for point in reach.points]
        counts += [("rule", rules[rule]) for rule in contract.rules]
        summary = {
            kind: _summed([count for name, count in counts if name == kind]) for kind in KINDS
        }
        return {
            "percent": round(100 * sum(count > 0 for _, count in counts) / len(counts), 1),
            "summary": summary,
            "points": [{**_shown(point), "count": points[point]} for point in reach.points],
            "rules": [
                {"id": rule.id, "level": rule.level.value, "count": rules[rule.id]}
                for rule in contract.rules.values()
            ],
        }

    def _reached(self, contract: Contract, reach: Reach) -> tuple[Counter[Point], Counter[str]]:
        points: Counter[Point] = Counter(
            {point: count for (name, point), count in self._timers.items() if name == contract.name}
        )
        rules: Counter[str] = Counter()
        for point, count in points.items():
            rules[point.rule] += count
        for situation, count in self._situations.items():
            if situation.api == contract.name:
                cell = _cell(contract, situation)
                points.update({cell: count} if cell else {})
                rules.update(dict.fromkeys(_rules(contract, reach, situation, cell), count))
        return points, rules


def _summed(counts: list[int]) -> dict[str, int]:
    return {"reached": sum(count > 0 for count in counts), "of": len(counts)}


def _shown(point: Point) -> dict[str, Any]:
    shown = {
        "kind": point.kind,
        "resource": point.resource,
        "operation": point.operation,
        "state": point.state,
    }
    return {**shown, **({"to": point.target} if point.target else {}), "rule": point.rule}


def _cell(contract: Contract, situation: Situation) -> Point | None:
    """The cell of the lifecycle table that decided a request, if one did."""
    for table in contract.lifecycles.values():
        if table.creation and table.creation.operation == situation.operation and situation.success:
            return _creation(table)
    lifecycle = contract.lifecycle_of(situation.operation)
    wanted = (situation.operation, situation.state)
    for point in _of_table(lifecycle) if lifecycle else ():
        if (point.operation, point.state) == wanted and _is_it(point, situation):
            return point
    return None


def _is_it(point: Point, situation: Situation) -> bool:
    if point.kind == "stay":
        return situation.success and situation.target is None
    same = point.rule == situation.rule
    return same and (
        point.target == situation.target if situation.success else point.kind == "refusal"
    )


def _rules(contract: Contract, reach: Reach, situation: Situation, cell: Point | None) -> set[str]:
    """The rules that a request has exercised."""
    rules = {rule for rule in (situation.rule, cell.rule if cell else None) if rule}
    if situation.success:
        operation = contract.operations[situation.operation]
        filters = (operation.parameter(name).filter for name in situation.filters)
        rules |= {*reach.at_work[operation.id], *(found.rule for found in filters if found)}
    return rules


def _creation(table: Lifecycle) -> Point:
    assert table.creation is not None, "the caller checks it"
    return Point(
        "creation",
        table.name,
        table.creation.operation,
        ABSENT,
        table.creation.target,
        table.creation.rule,
    )


def _of_table(table: Lifecycle) -> Iterator[Point]:
    if table.creation:
        yield _creation(table)
    for operation, row in table.transitions.items():
        moves = (
            Point("move", table.name, operation, move.source, move.target, move.rule)
            for move in row.moves
        )
        yield from dict.fromkeys(moves)  # several may differ in their guard alone
        yield from (
            Point("stay", table.name, operation, state, None, stay.rule)
            for state, stay in row.stays.items()
        )
        yield from (
            Point("refusal", table.name, operation, state, None, refusal.rule)
            for state, refusal in row.refusals.items()
        )
    for timer in table.timers:
        if not timer.optional:
            yield from (
                Point("timer", table.name, timer.name, state, timer.target, timer.rule)
                for state in timer.sources
            )


def reach(contract: Contract) -> Reach:
    """All that requests can reach of a contract."""
    points = tuple(point for table in contract.lifecycles.values() for point in _of_table(table))
    named = (
        {point.rule for point in points}
        | set(_named(contract.document))
        | set(_filtering(contract))
    )
    named |= {contract.rate_limits.rule} if contract.rate_limits else set()
    shown = [
        rule
        for rule in contract.rules.values()
        if rule.id not in named and (rule.statuses or (200,))[0] < 400
    ]
    at_work = {
        name: tuple(rule.id for rule in shown if rule.operation in (None, name))
        for name in contract.operations
    }
    return Reach(points, at_work)


def _filtering(contract: Contract) -> Iterator[str]:
    parameters = (
        parameter
        for operation in contract.operations.values()
        for parameter in operation.parameters
    )
    yield from (parameter.filter.rule for parameter in parameters if parameter.filter)


def _named(node: Any) -> Iterator[str]:
    """The rules that a refusal may name: of schemas, parameters, bodies, security and scopes."""
    if isinstance(node, Mapping):
        if "x-rule" in node:
            yield from rule_map(node).ids.values()
        if "x-scope" in node:
            yield node["x-scope"]["rule"]
        for child in node.values():
            yield from _named(child)
    elif isinstance(node, list):
        for child in node:
            yield from _named(child)
