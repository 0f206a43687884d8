"""The lifecycles of a contract as a Mermaid state diagram."""

from collections.abc import Iterator

from session_contracts.export.notation import caption, identifier, lifecycles
from session_contracts.lifecycle_graph import arrows, refusals
from session_contracts.openapi.model import ABSENT, Contract, Lifecycle

#: Characters that Mermaid interprets or that end a text.
_SPECIAL = str.maketrans(
    {character: f"#{ord(character)};" for character in '#;:"<>{}[]%'} | {"\n": " "}
)


def mermaid(contract: Contract) -> str:
    """One diagram, with a note of refusals for each state; several lifecycles are composite states.

    Raises NoLifecycle.
    """
    tables = lifecycles(contract)
    lines = [
        f"%% {contract.title}: {', '.join(table.name for table in tables)}".replace("\n", " "),
        "stateDiagram-v2",
    ]
    for table in tables:
        inside = [f"    {line}" for line in _lifecycle(table)]
        lines += inside if len(tables) == 1 else _composite(table, inside)
    return "\n".join(lines) + "\n"


def _composite(table: Lifecycle, inside: list[str]) -> list[str]:
    return [
        f'    state "{_text(table.name)}" as {identifier(table.name)} {{',
        *(f"    {line}" for line in inside),
        "    }",
    ]


def _lifecycle(table: Lifecycle) -> Iterator[str]:
    # With a prefix, because a state may be named `end` or `note`, which are keywords.
    for state in table.states:
        yield f'state "{state}" as {identifier(table.name, state)}'
    for arrow in arrows(table):
        label = "<br/>".join(map(_text, caption(arrow)))
        yield f"{_end(table, arrow.source)} --> {_end(table, arrow.target)} : {label}"
    for state in table.states:
        if refused := refusals(table, state):
            yield f"note right of {identifier(table.name, state)}"
            yield "    refused"
            yield from (
                f"    {refusal.status} {_text(operation)} ({_text(refusal.rule)})"
                for operation, refusal in refused
            )
            yield "end note"


def _end(table: Lifecycle, state: str) -> str:
    return "[*]" if state == ABSENT else identifier(table.name, state)


def _text(text: str) -> str:
    return text.translate(_SPECIAL)
