"""Which cells of the lifecycle tables, and which rules, the requests so far have reached."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openapi.json_schema import rule_map
from openapi.model import ABSENT, Contract, Lifecycle, Timer

if TYPE_CHECKING:
    from mock_server.call import Call
    from mock_server.plan import ApiPlan
    from mock_server.respond import Outcome


@dataclass(frozen=True)
class Point:
    """One cell: what an operation (or timer) makes of a state. `target` of a move: the state that it leads to."""

    kind: str
    resource: str
    operation: str
    state: str
    target: str | None
    rule: str

    def __str__(self) -> str:
        arrow = f" -> {self.target}" if self.target else ""
        return f"{self.resource}.{self.operation}: {self.state}{arrow}"


#: Kinds of points, in the order in which they are told.
KINDS = ("creation", "move", "stay", "refusal", "timer", "rule")


class Coverage:
    """Counts of one world; each is counted for the whole server as well, whatever becomes of the world."""

    def __init__(self, whole: "Coverage | None" = None) -> None:
        self._whole = whole
        self._points: Counter[tuple[str, Point]] = Counter()
        self._rules: Counter[tuple[str, str]] = Counter()

    def clear(self) -> None:
        self._points.clear()
        self._rules.clear()

    def timer(self, api: str, resource: str, timer: Timer, state: str) -> None:
        self._reach(api, Point("timer", resource, timer.name, state, timer.target, timer.rule))

    def note(self, call: "Call", outcome: "Outcome") -> None:
        """What a call has reached: the cell of its table, and the rules that were at work."""
        if call.operation is None or call.fault is not None or call.preference is not None:
            return
        name = call.api.name
        if point := _cell(call, outcome):
            self._reach(name, point)
        elif outcome.rule:
            self._count(name, outcome.rule)
        if outcome.status < 400:
            for rule in call.api.reach.at_work[call.operation.id]:
                self._count(name, rule)
            for parameter in call.operation.contract.parameters:
                if parameter.filter and parameter.name in call.parameters:
                    self._count(name, parameter.filter.rule)

    def _reach(self, api: str, point: Point) -> None:
        self._points[api, point] += 1
        if self._whole:
            self._whole._points[api, point] += 1
        self._count(api, point.rule)

    def _count(self, api: str, rule: str) -> None:
        self._rules[api, rule] += 1
        if self._whole:
            self._whole._rules[api, rule] += 1

    def of(self, api: "ApiPlan") -> dict[str, Any]:
        """One API's: a summary by kind, and every point and rule with its count."""
        contract = api.contract
        points = [(point, self._points[contract.name, point]) for point in api.reach.points]
        rules = [(rule, self._rules[contract.name, rule.id]) for rule in contract.rules.values()]
        counts = [*((point.kind, count) for point, count in points), *(("rule", count) for _, count in rules)]
        summary = {
            kind: {"reached": sum(count > 0 for name, count in counts if name == kind), "of": sum(name == kind for name, _ in counts)}
            for kind in KINDS
        }
        return {
            "percent": round(100 * sum(count > 0 for _, count in counts) / len(counts), 1),
            "summary": summary,
            "points": [{**_told(point), "count": count} for point, count in points],
            "rules": [{"id": rule.id, "level": rule.level.value, "count": count} for rule, count in rules],
        }


def _told(point: Point) -> dict[str, Any]:
    told = {"kind": point.kind, "resource": point.resource, "operation": point.operation, "state": point.state}
    return {**told, **({"to": point.target} if point.target else {}), "rule": point.rule}


def _cell(call: "Call", outcome: "Outcome") -> Point | None:
    """The cell of the table that decided the call, if one did."""
    assert call.operation is not None, "the route comes first"
    table, row = call.operation.lifecycle, call.operation.row
    creation = next((table.creation for table in call.api.contract.lifecycles.values() if table.creation), None)
    if creation is not None and creation.operation == call.operation.id and outcome.status < 400:
        resource = next(name for name, table in call.api.contract.lifecycles.items() if table.creation is creation)
        return Point("creation", resource, creation.operation, ABSENT, creation.target, creation.rule)
    if table is None or row is None or call.before is None:
        return None
    if refusal := row.refusals.get(call.before):
        return Point("refusal", table.name, row.operation, call.before, None, refusal.rule) if outcome.rule == refusal.rule else None
    if outcome.status >= 400:
        return None
    if call.move is not None:
        return Point("move", table.name, row.operation, call.move.source, call.move.target, call.move.rule)
    stay = row.stays.get(call.before)
    return Point("stay", table.name, row.operation, call.before, None, stay.rule) if stay else None


def _of_table(table: Lifecycle) -> Iterator[Point]:
    if table.creation:
        yield Point("creation", table.name, table.creation.operation, ABSENT, table.creation.target, table.creation.rule)
    for operation, row in table.transitions.items():
        seen = set()
        for move in row.moves:
            point = Point("move", table.name, operation, move.source, move.target, move.rule)
            if point not in seen:
                seen.add(point)
                yield point
        yield from (Point("stay", table.name, operation, state, None, stay.rule) for state, stay in row.stays.items())
        yield from (Point("refusal", table.name, operation, state, None, refusal.rule) for state, refusal in row.refusals.items())
    for timer in table.timers:
        if not timer.optional:
            yield from (Point("timer", table.name, timer.name, state, timer.target, timer.rule) for state in timer.sources)


@dataclass(frozen=True)
class Reach:
    """What there is to be reached. `at_work`: the rules that a success of each operation shows; the others are named by a decision."""

    points: tuple[Point, ...]
    at_work: Mapping[str, tuple[str, ...]]


def reach(contract: Contract) -> Reach:
    """Everything in a contract that a request may reach."""
    points = tuple(point for table in contract.lifecycles.values() for point in _of_table(table))
    named = {point.rule for point in points} | set(_named(contract.document)) | set(_filtering(contract))
    named |= {contract.rate_limits.rule} if contract.rate_limits else set()
    shown = [rule for rule in contract.rules.values() if rule.id not in named and all(status < 400 for status in rule.statuses)]
    at_work = {name: tuple(rule.id for rule in shown if rule.operation in (None, name)) for name in contract.operations}
    return Reach(points, at_work)


def _filtering(contract: Contract) -> Iterator[str]:
    parameters = (parameter for operation in contract.operations.values() for parameter in operation.parameters)
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
