"""Compares lifecycles: states, transitions, refusals and timers.

The name of a state does not appear in requests or responses, so states are matched by their values
first, and by name only if the values differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import isodate

from session_contracts.diff.change import Fact, Spot, canonical, show
from session_contracts.diff.node import Node, entries, items, member, value
from session_contracts.diff.rules import RuleSets, reference, undocumented
from session_contracts.openapi.model import ABSENT, ANY, PSEUDO_STATES


@dataclass(frozen=True)
class Cell:
    """What one operation does in one state: a refusal, transitions, or neither (a no-op).

    `node` is the entry of the table.
    """

    node: Node
    refusal: bool
    moves: tuple[Node, ...] = ()

    @property
    def shown(self) -> str:
        """The cell as text."""
        if self.refusal:
            return f"refused with {self.node.plain('status')}"
        if not self.moves:
            return "succeeds, state unchanged"
        targets = dict.fromkeys(move.plain("to") for move in self.moves)
        return f"transition to {show(list(targets))}"


def compare(
    old: Node, new: Node, rule_sets: RuleSets, operations: Mapping[str, str]
) -> Iterator[Fact]:
    """Facts about all lifecycles; `operations` maps the old id of an operation to the new one."""
    before, after = entries(old.get("x-lifecycles")), entries(new.get("x-lifecycles"))
    names = _matched(before, after)
    for name, node in before.items():
        if name not in names:
            yield Fact("lifecycle-removed", Spot(f"lifecycle {name}"), "removed", node, None)
    for name, node in after.items():
        if name not in names.values():
            yield Fact("lifecycle-added", Spot(f"lifecycle {name}"), "added", None, node)
    for name, other in names.items():
        spot = Spot(f"lifecycle {other}")
        if name != other:
            yield Fact(
                "lifecycle-renamed",
                spot,
                f"name: was {name}, is {other}",
                before[name],
                after[other],
            )
        yield from _Comparison(before[name], after[other], rule_sets, operations, spot).facts()


def _matched(before: Mapping[str, Node], after: Mapping[str, Node]) -> dict[str, str]:
    """New name of each lifecycle that both have: the same name, else the same schema."""
    names = {name: name for name in before if name in after}
    for name in before:
        free = (other for other in after if other not in names.values())
        schema = before[name].value["schema"]
        same_schema = (other for other in free if after[other].value["schema"] == schema)
        if name not in names and (found := next(same_schema, None)):
            names[name] = found
    return names


class _Comparison:
    """One lifecycle in both versions."""

    def __init__(
        self, old: Node, new: Node, rule_sets: RuleSets, operations: Mapping[str, str], spot: Spot
    ) -> None:
        self._old, self._new = old, new
        self._rule_sets = rule_sets
        self._operations = operations
        self._spot = spot
        self._states = _states(entries(old.get("states")), entries(new.get("states")))
        self._names = {**self._states, **{state: state for state in PSEUDO_STATES}}
        self._became = [*self._names.items(), *self._redrawn()]

    def facts(self) -> Iterator[Fact]:
        """All facts about this lifecycle."""
        yield from self._identity()
        yield from self._state_facts()
        yield from self._reading()
        yield from self._given()
        yield from self._creation(self._old.get("creation"), self._new.get("creation"))
        yield from self._rows()
        yield from self._timers()

    def _identity(self) -> Iterator[Fact]:
        if self._old.plain("schema") != self._new.plain("schema"):
            what = f"schema: was {self._old.plain('schema')}, is {self._new.plain('schema')}"
            yield Fact(
                "lifecycle-schema-changed",
                self._spot,
                what,
                self._old.get("schema"),
                self._new.get("schema"),
            )
        for key, change_type in (
            ("parameter", "identity-parameter-changed"),
            ("field", "identity-field-changed"),
        ):
            old, new = (member(node.get("identity"), key) for node in (self._old, self._new))
            if value(old) != value(new):
                yield Fact(
                    change_type,
                    self._spot,
                    f"identifying {key}: was {value(old)}, is {value(new)}",
                    old,
                    new,
                )

    # ---- states

    def _redrawn(self) -> Iterator[tuple[str, str]]:
        """(old, new) for other states of the same records, after a split or merge of states."""
        for state, node in entries(self._old.get("states")).items():
            for other, other_node in entries(self._new.get("states")).items():
                if self._names.get(state) != other and _overlap(node, other_node):
                    yield state, other

    def _reading(self) -> Iterator[Fact]:
        """How a state is read: as which other, by which rule, with which fields that change."""
        old, new = self._old, self._new
        yield from reference(
            old.get("stated"), new.get("stated"), self._spot.below(", stated"), self._rule_sets
        )
        for key in ("reportedAs", "volatile"):
            if old.plain(key, {}) != new.plain(key, {}):
                what = f"{key} was {show(old.plain(key, {}))}, is {show(new.plain(key, {}))}"
                yield Fact("unknown-changed", self._spot, what, old.get(key), new.get(key))

    def _state_facts(self) -> Iterator[Fact]:
        old, new = entries(self._old.get("states")), entries(self._new.get("states"))
        for state, node in old.items():
            spot = self._spot.below(f", state {state}")
            if state not in self._states:
                yield Fact("state-removed", spot, f"removed; was {_values(node)}", node, None)
                continue
            other = self._states[state]
            if state != other:
                yield Fact(
                    "state-renamed", spot, f"name: was {state}, is {other}", node, new[other]
                )
            if _alternatives(node) != _alternatives(new[other]):
                change_type = (
                    "state-redrawn" if _overlap(node, new[other]) else "state-values-changed"
                )
                yield Fact(
                    change_type,
                    spot,
                    f"was {_values(node)}, is {_values(new[other])}",
                    node,
                    new[other],
                )
        for state, node in new.items():
            if state not in self._states.values():
                yield Fact(
                    "state-added",
                    self._spot.below(f", state {state}"),
                    f"added: {_values(node)}",
                    None,
                    node,
                )

    def _given(self) -> Iterator[Fact]:
        old, new = self._old.get("given"), self._new.get("given")
        before, after = ({node.value: node for node in items(nodes)} for nodes in (old, new))
        renamed = {self._names.get(state, state): node for state, node in before.items()}
        for state, node in renamed.items():
            if state not in after:
                yield Fact(
                    "given-removed",
                    self._spot.below(f", state {state}"),
                    "records no longer start in it outside the API",
                    node,
                    new,
                )
        for state, node in after.items():
            if state not in renamed:
                yield Fact(
                    "given-added",
                    self._spot.below(f", state {state}"),
                    "records may start in it outside the API",
                    old,
                    node,
                )

    def _creation(self, old: Node | None, new: Node | None) -> Iterator[Fact]:
        spot = self._spot.below(", creation")
        if not (old and new):
            if old or new:
                yield Fact(
                    "creation-added" if new else "creation-removed",
                    spot,
                    f"{'added' if new else 'removed'}: {_shown_creation(new or old)}",
                    old,
                    new,
                )
            return
        if self._operations.get(old.plain("operation"), old.plain("operation")) != new.plain(
            "operation"
        ):
            what = f"operation: was {old.plain('operation')}, is {new.plain('operation')}"
            yield Fact(
                "creation-operation-changed", spot, what, old.get("operation"), new.get("operation")
            )
        if self._names.get(old.plain("to"), old.plain("to")) != new.plain("to"):
            what = f"first state: was {old.plain('to')}, is {new.plain('to')}"
            yield Fact("creation-state-changed", spot, what, old.get("to"), new.get("to"))
        yield from reference(old.get("rule"), new.get("rule"), spot, self._rule_sets)

    # ---- the table

    def _rows(self) -> Iterator[Fact]:
        """Rows of operations that both have; other rows are reported with their operation."""
        old, new = entries(self._old.get("transitions")), entries(self._new.get("transitions"))
        kept = set(self._operations.values())
        renamed = {
            self._operations[name]: node for name, node in old.items() if name in self._operations
        }
        for operation, row in renamed.items():
            spot = Spot(self._spot.where, (operation, ""))
            if operation in new:
                yield from self._row(row, new[operation], spot)
            else:
                yield Fact("row-removed", spot, "its row of the table removed", row, None)
        for operation, row in new.items():
            if operation in kept and operation not in renamed:
                spot = Spot(self._spot.where, (operation, ""))
                yield Fact("row-added", spot, "its row of the table added", None, row)

    def _row(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        before, after = _cells(old), _cells(new)
        for state, other in self._became:
            if state in before and other in after:
                yield from self._cell(
                    before[state], after[other], Spot(spot.where, (spot.use[0], other))
                )
        effects = [show(node.plain("effects", [])) or "none" for node in (old, new)]
        if old.plain("effects", []) != new.plain("effects", []):
            what = f"effects: were {effects[0]}, are {effects[1]}"
            yield Fact("effects-changed", spot, what, old.get("effects"), new.get("effects"))
        for key, what in (
            ("atomic", "a refusal changes nothing"),
            ("isolated", "no other record changes"),
            ("kept", "what is sent is stored"),
            ("once", "only one of several simultaneous calls succeeds"),
        ):
            one, other_one = old.get(key), new.get(key)
            if bool(one) != bool(other_one):
                text = f"{'added' if other_one else 'removed'}: {what}"
                yield Fact(
                    "guarantee-added" if other_one else "guarantee-dropped",
                    spot,
                    text,
                    one,
                    other_one,
                )
            yield from reference(one, other_one, spot.below(f", {key}"), self._rule_sets)

    def _cell(self, old: Cell, new: Cell, spot: Spot) -> Iterator[Fact]:
        if old.refusal != new.refusal:
            change_type = "refusal-added" if new.refusal else "refusal-removed"
            yield Fact(change_type, spot, f"was: {old.shown}; is: {new.shown}", old.node, new.node)
        elif old.refusal:
            yield from self._refusal(old.node, new.node, spot)
        elif bool(old.moves) != bool(new.moves):
            change_type = "move-added-to-stay" if new.moves else "moves-removed"
            yield Fact(change_type, spot, f"was: {old.shown}; is: {new.shown}", old.node, new.node)
        elif old.moves:
            yield from self._moves(old.moves, new.moves, spot)
        else:
            yield from reference(old.node.get("rule"), new.node.get("rule"), spot, self._rule_sets)

    def _refusal(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        if old.plain("status") != new.plain("status"):
            free = undocumented(old.plain("rule"), new.plain("rule"), self._rule_sets)
            change_type = (
                "refusal-status-changed-undocumented" if free else "refusal-status-changed"
            )
            what = f"status: was {old.plain('status')}, is {new.plain('status')}"
            yield Fact(change_type, spot, what, old.get("status"), new.get("status"))
        yield from reference(old.get("rule"), new.get("rule"), spot, self._rule_sets)

    def _moves(self, old: tuple[Node, ...], new: tuple[Node, ...], spot: Spot) -> Iterator[Fact]:
        before, after = (
            {canonical(move.plain("when", {})): move for move in moves} for moves in (old, new)
        )
        for key, move in before.items():
            if key not in after:
                yield Fact(
                    "move-removed", spot, f"transition to {_target(move)} removed", move, None
                )
                continue
            other = after[key]
            if self._names.get(move.plain("to")) != other.plain("to"):
                yield Fact(
                    "move-target-changed",
                    spot,
                    f"target: was {_target(move)}, is {_target(other)}",
                    move.get("to"),
                    other.get("to"),
                )
            yield from reference(move.get("rule"), other.get("rule"), spot, self._rule_sets)
        for key, move in after.items():
            if key not in before:
                yield Fact("move-added", spot, f"transition to {_target(move)} added", None, move)

    # ---- time

    def _timers(self) -> Iterator[Fact]:
        old, new = entries(self._old.get("timers")), entries(self._new.get("timers"))
        names = self._matched_timers(old, new)
        for name, timer in old.items():
            if name not in names:
                yield Fact(
                    _timer_change("removed", timer),
                    self._spot.below(f", timer {name}"),
                    f"removed: {_moved(timer)}",
                    timer,
                    None,
                )
            else:
                yield from self._timer(
                    timer, new[names[name]], self._spot.below(f", timer {names[name]}")
                )
        for name, timer in new.items():
            if name not in names.values():
                yield Fact(
                    _timer_change("added", timer),
                    self._spot.below(f", timer {name}"),
                    f"added: {_moved(timer)}",
                    None,
                    timer,
                )

    def _matched_timers(self, old: Mapping[str, Node], new: Mapping[str, Node]) -> dict[str, str]:
        """New name of each timer that both have: the same name, else the same states."""
        names = {name: name for name in old if name in new}
        for name, timer in old.items():
            moves = (
                {self._names.get(state, state) for state in timer.plain("from")},
                self._names.get(timer.plain("to")),
            )
            free = (
                other
                for other in new
                if other not in names.values()
                and (set(new[other].plain("from")), new[other].plain("to")) == moves
            )
            if name not in names and (other := next(free, None)):
                names[name] = other
        return names

    def _timer(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        yield from self._timer_sources(old, new, spot)
        if self._names.get(old.plain("to"), old.plain("to")) != new.plain("to"):
            yield Fact(
                "timer-target-changed",
                spot,
                f"target: was {_target(old)}, is {_target(new)}",
                old.get("to"),
                new.get("to"),
            )
        times = _duration(old), _duration(new)
        if times[0] != times[1]:
            change_type = "timer-shortened" if times[1] < times[0] else "timer-lengthened"
            yield Fact(
                change_type,
                spot,
                f"duration: was {old.plain('after')}, is {new.plain('after')}",
                old.get("after"),
                new.get("after"),
            )
        for key in ("since", "due"):
            if old.plain(key) != new.plain(key):
                what = f"{key}: was {old.plain(key, 'no field')}, is {new.plain(key, 'no field')}"
                yield Fact("timer-field-changed", spot, what, old.get(key), new.get(key))
        if bool(old.plain("optional")) != bool(new.plain("optional")):
            change_type = "timer-made-optional" if new.plain("optional") else "timer-made-certain"
            yield Fact(
                change_type,
                spot,
                "now optional" if new.plain("optional") else "no longer optional",
                old,
                new,
            )
        yield from reference(old.get("rule"), new.get("rule"), spot, self._rule_sets)

    def _timer_sources(self, old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
        before = {self._names.get(state, state) for state in old.plain("from")}
        after = set(new.plain("from"))
        if come := sorted(after - before):
            yield Fact(
                _timer_change("added", new),
                spot,
                f"source states added: {show(come)}",
                old.get("from"),
                new.get("from"),
            )
        if gone := sorted(before - after):
            yield Fact(
                _timer_change("removed", old),
                spot,
                f"source states removed: {show(gone)}",
                old.get("from"),
                new.get("from"),
            )


# ---- states


def _states(old: Mapping[str, Node], new: Mapping[str, Node]) -> dict[str, str]:
    """New name of each state that both have: same name and values, else values, else name."""
    names = {
        state: state
        for state in old
        if state in new and _alternatives(old[state]) == _alternatives(new[state])
    }
    for state in old:
        free = (
            other
            for other in new
            if other not in names.values()
            and _alternatives(new[other]) == _alternatives(old[state])
        )
        if state not in names and (other := next(free, None)):
            names[state] = other
    for state in old:
        if state not in names and state in new and state not in names.values():
            names[state] = state
    return names


def _alternatives(state: Node) -> dict[str, frozenset[Any]]:
    """By field, the values that it may have."""
    return {
        name: frozenset(
            canonical(one) for one in (allowed if isinstance(allowed, list) else [allowed])
        )
        for name, allowed in state.value.items()
    }


def _overlap(old: Node, new: Node) -> bool:
    """Whether a record may be in both states."""
    before, after = _alternatives(old), _alternatives(new)
    null, any_ = canonical(None), canonical(ANY)
    return bool(before.keys() & after.keys()) and all(
        before[name] & after[name]
        or (any_ in before[name] and after[name] - {null})
        or (any_ in after[name] and before[name] - {null})
        for name in before.keys() & after.keys()
    )


def _values(state: Node) -> str:
    def shown(allowed: Any) -> str:
        return " or ".join(map(show, allowed)) if isinstance(allowed, list) else show(allowed)

    return show([f"{name}: {shown(allowed)}" for name, allowed in state.value.items()])


# ---- cells and timers


def _cells(row: Node) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for move in items(row.get("moves")):
        state = move.plain("from")
        earlier = cells[state].moves if state in cells else ()
        cells[state] = Cell(cells[state].node if earlier else move, False, (*earlier, move))
    for kind in ("stays", "refusals"):
        for entry in items(row.get(kind)):
            cells.update((state, Cell(entry, kind == "refusals")) for state in entry.plain("in"))
    return cells


def _target(move: Node) -> str:
    when = move.plain("when", {})
    target = "deletion" if move.plain("to") == ABSENT else str(move.plain("to"))
    conditions = [f"{name} is {show(wanted)}" for name, wanted in when.items()]
    return f"{target} when {show(conditions)}" if conditions else target


def _shown_creation(node: Node | None) -> str:
    return f"{node.plain('operation')} creates a record in state {node.plain('to')}" if node else ""


def _moved(timer: Node) -> str:
    return f"{show(timer.plain('from'))} to {timer.plain('to')} after {timer.plain('after')}"


def _timer_change(what: str, timer: Node) -> str:
    return f"optional-timer-{what}" if timer.plain("optional") else f"timer-{what}"


def _duration(timer: Node) -> timedelta:
    duration: timedelta = isodate.parse_duration(timer.plain("after"))
    return duration
