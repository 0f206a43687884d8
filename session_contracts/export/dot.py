"""The lifecycles of a contract in DOT, for Graphviz."""

from collections.abc import Iterator

from session_contracts.export.notation import caption, lifecycles
from session_contracts.lifecycle_graph import Arrow, ArrowKind, arrows, refusals
from session_contracts.openapi.model import ABSENT, Contract, Lifecycle


def dot(contract: Contract) -> str:
    """A directed graph with a cluster for each lifecycle, and a note of refusals for each state.

    Raises NoLifecycle.
    """
    lines = [
        f"digraph {_quoted(contract.name)} {{",
        f"  label={_quoted(contract.title)};",
        "  labelloc=t;",
        "  rankdir=LR;",
        '  fontname="Helvetica";',
        '  node [shape=box, style=rounded, fontname="Helvetica"];',
        '  edge [fontname="Helvetica", fontsize=10];',
    ]
    for table in lifecycles(contract):
        lines += [
            f"  subgraph {_quoted(f'cluster_{table.name}')} {{",
            f"    label={_quoted(table.name)};",
        ]
        lines += [f"    {line}" for line in _lifecycle(table)]
        lines += ["  }"]
    return "\n".join([*lines, "}"]) + "\n"


def _lifecycle(table: Lifecycle) -> Iterator[str]:
    found = arrows(table)
    if any(arrow.source == ABSENT for arrow in found):
        yield f'{_quoted(f"{table.name}.begin")} [shape=point, width=0.15, label=""];'
    if any(arrow.target == ABSENT for arrow in found):
        yield f'{_node(table, ABSENT)} [shape=doublecircle, width=0.1, label=""];'
    for state in table.states:
        yield f"{_node(table, state)} [label={_quoted(state)}];"
    for arrow in found:
        source, target = _source(table, arrow), _node(table, arrow.target)
        yield f"{source} -> {target} [label={_quoted(*caption(arrow))}{_style(arrow)}];"
    for state in table.states:
        if refused := refusals(table, state):
            note = _quoted(f"{table.name}.{state}.refused")
            rows = [
                f"{refusal.status} {operation} ({refusal.rule})" for operation, refusal in refused
            ]
            label = _quoted("refused", *rows, end=_LEFT)
            yield f"{note} [shape=note, style=solid, fontsize=9, label={label}];"
            yield f"{_node(table, state)} -> {note} [style=dotted, arrowhead=none];"


def _source(table: Lifecycle, arrow: Arrow) -> str:
    """The node from which an arrow starts: a point if there is no record yet."""
    if arrow.source == ABSENT:
        return _quoted(f"{table.name}.begin")
    return _node(table, arrow.source)


def _style(arrow: Arrow) -> str:
    """Timers are dashed, optional ones dotted."""
    if arrow.kind is not ArrowKind.TIMER:
        return ""
    return ", style=dashed" if arrow.certain else ", style=dotted"


def _node(table: Lifecycle, state: str) -> str:
    return _quoted(f"{table.name}.{state}")


#: End of a left-aligned line of a label.
_LEFT = r"\l"


def _quoted(*lines: str, end: str = r"\n") -> str:
    escaped = [line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") for line in lines]
    return f'"{end.join(escaped)}{end if end == _LEFT else ""}"'
