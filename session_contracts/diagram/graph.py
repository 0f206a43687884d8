"""The boxes of a picture and the arrows between them, before any of it has a place."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from session_contracts.diagram import words
from session_contracts.diagram.acts import Act, acts
from session_contracts.diagram.boxes import Box, Item, Line, Sign, Span, Tone, box, text_line
from session_contracts.diagram.cards import cards, decision
from session_contracts.diagram.pages import Pages
from session_contracts.diagram.text import Font
from session_contracts.openapi.model import ABSENT, Lifecycle

_LABEL_PADDING = (10.0, 7.0)
#: A label is so wide at least, and more for each arrow that ends there.
_LABEL_WIDTH = 32.0
_SOURCE_WIDTH = 18.0
#: Between a text and the sign behind it.
_SIGN_GAP = 4.0
_DOTS = {Sign.START: 12.0, Sign.GIVEN: 12.0, Sign.END: 16.0}


@dataclass(frozen=True)
class Arrow:
    """From one box to another, by their keys. `sign` is how it is drawn. A `headed` one ends at a state, the others at a label.

    `backward`: it leads against the flow of the picture.
    """

    source: str
    target: str
    sign: Sign
    title: str
    headed: bool = True
    backward: bool = False


@dataclass
class Graph:
    """Boxes by their keys. What happens is a box as well, its label: so it gets a place of its own, which nothing else crosses."""

    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)

    @property
    def signs(self) -> set[Sign]:
        dots = {sign for sign in _DOTS if any(part.kind == sign for part in self.boxes.values())}
        return dots | {arrow.sign for arrow in self.arrows} - {Sign.GIVEN}


def graph(table: Lifecycle, pages: Pages) -> Graph:
    made = Graph({_key(state): card for state, card in cards(table, pages).items()})
    for state in table.given:
        dot = _dot(made, Sign.GIVEN, state)
        made.arrows.append(
            Arrow(dot, _key(state), Sign.GIVEN, f"{state}: {words.LEGEND[Sign.GIVEN][0]}")
        )
    back = _steps_back(table)
    for number, act in enumerate(acts(table)):
        _add(made, table, act, f"act {number}", back, pages)
    return made


def _add(
    made: Graph,
    table: Lifecycle,
    act: Act,
    label: str,
    back: frozenset[tuple[str, str]],
    pages: Pages,
) -> None:
    sign = _sign(act)
    title = words.sentence(table, act)
    made.boxes[label] = _label(act, title, pages)
    backward = [(source, act.target) in back for source in act.sources]
    for source, against in zip(act.sources, backward, strict=True):
        start = _key(source) if source in table.states else _dot(made, Sign.START, label)
        made.arrows.append(Arrow(start, label, sign, title, headed=False, backward=against))
    end = _key(act.target) if act.target in table.states else _dot(made, Sign.END, label)
    made.arrows.append(Arrow(label, end, sign, title, backward=all(backward)))


def _key(state: str) -> str:
    return f"state {state}"


def _dot(made: Graph, sign: Sign, of: str) -> str:
    made.boxes[f"{sign} {of}"] = Box(sign, _DOTS[sign], _DOTS[sign], words.LEGEND[sign][0])
    return f"{sign} {of}"


def _sign(act: Act) -> Sign:
    if act.timer is None:
        return Sign.MOVE
    return Sign.MAYBE if act.timer.optional else Sign.TIMER


def _label(act: Act, title: str, pages: Pages) -> Box:
    if act.timer:
        lines = [text_line(words.after(act.timer), Font.HEADING, Tone.INK, 20)]
        lines += [text_line(line, Font.SMALL, Tone.MUTED, 17) for line in words.since(act.timer)]
    else:
        lines = [
            text_line(act.name, Font.STRONG_CODE, Tone.ACCENT, 20, link=pages.operation(act.name))
        ]
        lines += [text_line(line, Font.SMALL_CODE, Tone.INK, 17) for line in words.when(act.when)]
    rule = Span(pages.short(act.rule), Font.SMALL, Tone.MUTED)
    lines.append(
        Line(
            (
                Item(
                    (rule, *decision(act.rule, pages, rule.width + _SIGN_GAP)),
                    pages.rule(act.rule, rule.text),
                ),
            ),
            17,
        )
    )
    width = _LABEL_WIDTH + _SOURCE_WIDTH * len(act.sources)
    return box(f"label {_sign(act)}", lines, _LABEL_PADDING, name=title, width=width, centered=True)


def _steps_back(table: Lifecycle) -> frozenset[tuple[str, str]]:
    """The steps that lead back to a state on the way there, on a walk from the first states on, in the order of the table."""
    following: dict[str, list[str]] = {}
    for act in acts(table):
        for source in act.sources:
            following.setdefault(source, []).append(act.target)
    back: set[tuple[str, str]] = set()
    seen = {ABSENT}

    def walk(state: str, way: Mapping[str, None]) -> None:
        seen.add(state)
        for target in following.get(state, ()):
            if target in way:
                back.add((state, target))
            elif target not in seen:
                walk(target, {**way, target: None})

    for first in (*following.get(ABSENT, ()), *table.given, *table.states):
        if first not in seen:
            walk(first, {first: None})
    return frozenset(back)
