"""The boxes of a diagram and the edges between them, before layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from session_contracts.diagram import captions
from session_contracts.diagram.boxes import Box, Item, Line, Sign, Span, Tone, box, text_line
from session_contracts.diagram.cards import cards, decision
from session_contracts.diagram.fonts import Font
from session_contracts.diagram.lifecycle import Label, labels
from session_contracts.diagram.links import Links
from session_contracts.openapi.model import ABSENT, Lifecycle

_LABEL_PADDING = (10.0, 7.0)
#: Minimum width of a label, plus a width for each edge that ends at it.
_LABEL_WIDTH = 32.0
_SOURCE_WIDTH = 18.0
#: Space between a text and the sign after it.
_SIGN_GAP = 4.0
_DOTS = {Sign.START: 12.0, Sign.GIVEN: 12.0, Sign.END: 16.0}


@dataclass(frozen=True)
class Edge:
    """An edge between two boxes, which are given by their keys.

    `sign` is how it is drawn. A `headed` edge ends at a state, others at a label. A `backward` edge
    leads against the direction of the diagram.
    """

    source: str
    target: str
    sign: Sign
    title: str
    headed: bool = True
    backward: bool = False


@dataclass
class Graph:
    """Boxes by their keys, and edges; labels are boxes too, so that no edge crosses them."""

    boxes: dict[str, Box] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)

    @property
    def signs(self) -> set[Sign]:
        """The signs that occur in it."""
        dots = {sign for sign in _DOTS if any(part.kind == sign for part in self.boxes.values())}
        return dots | {edge.sign for edge in self.edges} - {Sign.GIVEN}


def graph(table: Lifecycle, links: Links) -> Graph:
    """The graph of a lifecycle."""
    made = Graph({_key(state): card for state, card in cards(table, links).items()})
    for state in table.given:
        dot = _dot(made, Sign.GIVEN, state)
        made.edges.append(
            Edge(dot, _key(state), Sign.GIVEN, f"{state}: {captions.LEGEND[Sign.GIVEN][0]}")
        )
    back = _steps_back(table)
    for number, label in enumerate(labels(table)):
        _add(made, table, label, f"label {number}", back, links)
    return made


def _add(
    made: Graph,
    table: Lifecycle,
    label: Label,
    key: str,
    back: frozenset[tuple[str, str]],
    links: Links,
) -> None:
    sign = _sign(label)
    title = captions.sentence(table, label)
    made.boxes[key] = _label(label, title, links)
    backward = [(source, label.target) in back for source in label.sources]
    for source, against in zip(label.sources, backward, strict=True):
        start = _key(source) if source in table.states else _dot(made, Sign.START, key)
        made.edges.append(Edge(start, key, sign, title, headed=False, backward=against))
    end = _key(label.target) if label.target in table.states else _dot(made, Sign.END, key)
    made.edges.append(Edge(key, end, sign, title, backward=all(backward)))


def _key(state: str) -> str:
    return f"state {state}"


def _dot(made: Graph, sign: Sign, of: str) -> str:
    made.boxes[f"{sign} {of}"] = Box(sign, _DOTS[sign], _DOTS[sign], captions.LEGEND[sign][0])
    return f"{sign} {of}"


def _sign(label: Label) -> Sign:
    if label.timer is None:
        return Sign.MOVE
    return Sign.MAYBE if label.timer.optional else Sign.TIMER


def _label(label: Label, title: str, links: Links) -> Box:
    if label.timer:
        lines = [text_line(captions.after(label.timer), Font.HEADING, Tone.INK, 20)]
        lines += [
            text_line(line, Font.SMALL, Tone.MUTED, 17) for line in captions.since(label.timer)
        ]
    else:
        lines = [
            text_line(
                label.name, Font.STRONG_CODE, Tone.ACCENT, 20, link=links.operation(label.name)
            )
        ]
        lines += [
            text_line(line, Font.SMALL_CODE, Tone.INK, 17) for line in captions.when(label.when)
        ]
    rule = Span(links.short(label.rule), Font.SMALL, Tone.MUTED)
    lines.append(
        Line(
            (
                Item(
                    (rule, *decision(label.rule, links, rule.width + _SIGN_GAP)),
                    links.rule(label.rule, rule.text),
                ),
            ),
            17,
        )
    )
    width = _LABEL_WIDTH + _SOURCE_WIDTH * len(label.sources)
    return box(
        f"label {_sign(label)}", lines, _LABEL_PADDING, name=title, width=width, centered=True
    )


def _steps_back(table: Lifecycle) -> frozenset[tuple[str, str]]:
    """(source, target) of edges that close a cycle in a depth-first search of first states."""
    following: dict[str, list[str]] = {}
    for label in labels(table):
        for source in label.sources:
            following.setdefault(source, []).append(label.target)
    back: set[tuple[str, str]] = set()
    seen = {ABSENT}

    def visit(state: str, path: Mapping[str, None]) -> None:
        seen.add(state)
        for target in following.get(state, ()):
            if target in path:
                back.add((state, target))
            elif target not in seen:
                visit(target, {**path, target: None})

    for first in (*following.get(ABSENT, ()), *table.given, *table.states):
        if first not in seen:
            visit(first, {first: None})
    return frozenset(back)
