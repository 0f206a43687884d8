"""Which cells of the lifecycle tables, and which rules, the requests so far have reached."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from session_contracts.openapi.json_schema import rule_map
from session_contracts.openapi.model import ABSENT, Contract, Lifecycle, Timer

if TYPE_CHECKING:
    from session_contracts.mock_server.call import Call
    from session_contracts.mock_server.plan import ApiPlan
    from session_contracts.mock_server.respond import Outcome


class Situation(NamedTuple):
    """All that matters of a call: `target` of its move, the `rule` that refused or moved, and the parameters that filtered a list."""

    api: str
    operation: str
    state: str | None
    target: str | None
    success: bool
    rule: str | None
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """One cell: what an operation (or timer) makes of a state. `target` of a move: the state that it leads to."""

    kind: str
    resource: str
    operation: str
    state: str
    target: str | None
    rule: str


#: Kinds of what is reached, in the order in which they are told.
KINDS = ("creation", "move", "stay", "refusal", "timer", "rule")


class Coverage:
    """Counts of one world, or of several. A call is only counted; what it has reached is found out when somebody asks."""

    def __init__(self) -> None:
        self._calls: Counter[Situation] = Counter()
        self._timers: Counter[tuple[str, Point]] = Counter()

    def clear(self) -> None:
        self._calls.clear()
        self._timers.clear()

    def add(self, other: "Coverage") -> None:
        """What another world has reached, too."""
        self._calls.update(other._calls)
        self._timers.update(other._timers)

    def timer(self, api: str, resource: str, timer: Timer, state: str) -> None:
        self._timers[
            api, Point("timer", resource, timer.name, state, timer.target, timer.rule)
        ] += 1

    def note(self, call: "Call", outcome: "Outcome") -> None:
        """A call that was decided by the contract, not by a fault or for the sake of an example."""
        operation = call.operation
        if (
            operation is None
            or (call.fault is not None and call.fault.ends)
            or call.preference is not None
        ):
            return
        filters: tuple[str, ...] = ()
        if operation.contract.listing is not None:
            filters = tuple(
                plan.name
                for plan in operation.parameters
                if plan.filters and plan.name in call.parameters
            )
        target, rule = (
            (call.move.target, outcome.rule or call.move.rule)
            if call.move is not None
            else (None, outcome.rule)
        )
        self._calls[
            Situation(
                call.api.name,
                operation.id,
                call.before,
                target,
                outcome.status < 400,
                rule,
                filters,
            )
        ] += 1

    def of(self, api: "ApiPlan") -> dict[str, Any]:
        """One API's: a summary by kind, and every point and rule with its count."""
        points, rules = self._reached(api)
        counts = [(point.kind, points[point]) for point in api.reach.points] + [
            ("rule", rules[rule]) for rule in api.contract.rules
        ]
        summary = {
            kind: _summed([count for name, count in counts if name == kind]) for kind in KINDS
        }
        return {
            "percent": round(100 * sum(count > 0 for _, count in counts) / len(counts), 1),
            "summary": summary,
            "points": [{**_told(point), "count": points[point]} for point in api.reach.points],
            "rules": [
                {"id": rule.id, "level": rule.level.value, "count": rules[rule.id]}
                for rule in api.contract.rules.values()
            ],
        }

    def _reached(self, api: "ApiPlan") -> tuple[Counter[Point], Counter[str]]:
        points: Counter[Point] = Counter(
            {point: count for (name, point), count in self._timers.items() if name == api.name}
        )
        rules: Counter[str] = Counter()
        for point, count in points.items():
            rules[point.rule] += count
        for situation, count in self._calls.items():
            if situation.api == api.name:
                cell = _cell(api.contract, situation)
                points.update({cell: count} if cell else {})
                rules.update(dict.fromkeys(_rules(api, situation, cell), count))
        return points, rules


def _summed(counts: list[int]) -> dict[str, int]:
    return {"reached": sum(count > 0 for count in counts), "of": len(counts)}


def _told(point: Point) -> dict[str, Any]:
    told = {
        "kind": point.kind,
        "resource": point.resource,
        "operation": point.operation,
        "state": point.state,
    }
    return {**told, **({"to": point.target} if point.target else {}), "rule": point.rule}


def _cell(contract: Contract, situation: Situation) -> Point | None:
    """The cell of a table that decided a call, if one did."""
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


def _rules(api: "ApiPlan", situation: Situation, cell: Point | None) -> set[str]:
    """The rules that were at work in a call."""
    rules = {rule for rule in (situation.rule, cell.rule if cell else None) if rule}
    if situation.success:
        operation = api.contract.operations[situation.operation]
        filters = (operation.parameter(name).filter for name in situation.filters)
        rules |= {*api.reach.at_work[operation.id], *(found.rule for found in filters if found)}
    return rules


def _creation(table: Lifecycle) -> Point:
    assert table.creation is not None, "the caller has looked"
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
        yield from dict.fromkeys(moves)  # of which several may differ in what the body says
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


# ---- what there is to be reached


@dataclass(frozen=True)
class Reach:
    """Every cell, and the rules that a success of each operation shows (`at_work`); the other rules are named by a decision."""

    points: tuple[Point, ...]
    at_work: Mapping[str, tuple[str, ...]]


def reach(contract: Contract) -> Reach:
    """Everything in a contract that a request may reach."""
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
    """The rules that a refusal names: of schemas, parameters, bodies, security schemes and scopes."""
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
