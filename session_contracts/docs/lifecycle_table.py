"""The lifecycle table as pages show it: what each operation does to a record in each state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from session_contracts.openapi import Lifecycle
from session_contracts.openapi.model import ABSENT, FOREIGN, PSEUDO_STATES, Move, Transition

#: Pseudo-state to its column heading, and to its meaning.
PSEUDO = {
    ABSENT: ("no such record", "no record has that id"),
    FOREIGN: ("another tenant's", "the record belongs to another tenant"),
}


@dataclass(frozen=True)
class TableEntry:
    """One outcome in a cell of the table.

    `target` is set for "moves", `status` for "refused"; `when` is the guard on the request body.
    """

    kind: Literal["moves", "stays", "refused"]
    rule: str
    target: str = ""
    status: int = 0
    when: Mapping[str, Any] | None = None


def columns(table: Lifecycle) -> tuple[str, ...]:
    """The states, then the pseudo-states that occur in the table."""
    named = {state for row in table.transitions.values() for state in row.refusals}
    return (*table.states, *(state for state in PSEUDO_STATES if state in named))


def cell(row: Transition, state: str) -> tuple[TableEntry, ...]:
    """What one operation does to a record in one state."""
    if moves := row.moves_from(state):
        return tuple(_of_move(move) for move in moves)
    if state in row.stays:
        return (TableEntry("stays", row.stays[state].rule),)
    if state in row.refusals:
        refusal = row.refusals[state]
        return (TableEntry("refused", refusal.rule, status=refusal.status),)
    return ()


def _of_move(move: Move) -> TableEntry:
    """A transition back to its own source state reads as "stays"."""
    if move.target == move.source:
        return TableEntry("stays", move.rule, when=move.when or None)
    return TableEntry("moves", move.rule, target=move.target, when=move.when or None)


def entry_text(entry: TableEntry) -> str:
    """An entry as text, with code between backticks."""
    if entry.kind == "refused":
        return f"refused with {entry.status}"
    if entry.kind == "stays":
        outcome = "succeeds, state unchanged"
    else:
        outcome = "deleted" if entry.target == ABSENT else f"transition to `{entry.target}`"
    return f"{outcome} where {guard_text(entry.when)}" if entry.when else outcome


def guard_text(when: Mapping[str, Any]) -> str:
    """A guard on the request body as text, with code between backticks."""
    special = {None: "is omitted or null", "*": "is given"}
    return " and ".join(
        f"`{name}` {special.get(value, f'is `{value}`')}" for name, value in when.items()
    )
