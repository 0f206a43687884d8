"""The boxes with text: a card for each state, what holds for all of them, and the legend."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from session_contracts.diagram import words
from session_contracts.diagram.acts import Answer, acts, answers, answers_everywhere
from session_contracts.diagram.boxes import (
    Box,
    Item,
    Line,
    Mark,
    Piece,
    Sign,
    Span,
    Tone,
    apart,
    box,
    side_by_side,
    text_line,
)
from session_contracts.diagram.pages import Pages
from session_contracts.diagram.text import Font, rows, wrap
from session_contracts.openapi.model import PSEUDO_STATES, Lifecycle

_LINE = 20.0
_SMALL_LINE = 17.0
#: From where a line begins to its operation, which stands behind a status or a sign.
_GUTTER = 33.0
#: Between neighbours in a line.
_GAP = 16.0
_CARD_WIDTH = 150.0
_CARD_PADDING = (14.0, 10.0)
#: The values of a field are broken into lines of this width.
_FIELD_WIDTH = 170.0
#: Of what of a field does not fit into its line.
_INDENT = 12.0


def cards(table: Lifecycle, pages: Pages) -> dict[str, Box]:
    """A card for each state, all of one width."""
    return dict(
        zip(
            table.states,
            _alike([_card(table, state, pages) for state in table.states]),
            strict=True,
        )
    )


def _card(table: Lifecycle, state: str, pages: Pages) -> Box:
    lines = [text_line(state, Font.TITLE, Tone.INK, 22)]
    for entry in words.fields(table.states[state]):
        first, *others = wrap(entry, Font.SMALL_CODE, _FIELD_WIDTH)
        lines.append(text_line(first, Font.SMALL_CODE, Tone.MUTED, _SMALL_LINE))
        lines += [
            text_line(line, Font.SMALL_CODE, Tone.MUTED, _SMALL_LINE, x=_INDENT) for line in others
        ]
    shared = answers_everywhere(table)
    own = [answer for answer in answers(table, state) if answer not in shared]
    for _, section in groupby(own, key=lambda answer: answer.status is None):
        lines += apart(_answers(section, state, pages), 13, ruled=True)
    return box("state", lines, _CARD_PADDING, name=state, width=_CARD_WIDTH)


def _answers(found: Iterable[Answer], place: str, pages: Pages) -> list[Line]:
    lines: list[Line] = []
    above = 0.0
    for answer in found:
        own = [*_answer(answer, place, pages)]
        lines += apart(own, above)
        above = 5 if len(own) > 1 else 0
    return lines


def _answer(answer: Answer, place: str, pages: Pages) -> Iterator[Line]:
    """One line for the answer, and one for each condition of what leads back to the state."""
    act = answer.act
    timer = act.timer if act else None
    text = words.after(timer) if timer else answer.name
    entry = Span(text, Font.PLAIN if timer else Font.CODE, Tone.MUTED, _GUTTER)
    said = (
        f"{text}: {place}, changes no state"
        if answer.status is None
        else f"{answer.status} {text}: {place}, refused"
    )
    yield Line(
        (
            Item(
                (_gutter(answer), entry, *decision(answer.rule, pages, _GUTTER - 10.5)),
                pages.rule(answer.rule, said),
            ),
        ),
        _LINE,
    )
    for condition in words.since(timer) if timer else words.when(act.when) if act else ():
        yield text_line(condition, Font.SMALL_CODE, Tone.MUTED, _SMALL_LINE, x=_GUTTER)


def decision(rule: str, pages: Pages, x: float) -> Iterator[Mark]:
    """The sign of a decision, where the rule is one."""
    if pages.decided(rule):
        yield Mark(Sign.DECISION, words.LEGEND[Sign.DECISION][1], x)


def _gutter(answer: Answer) -> Piece:
    """What stands before an operation: the status with which it is refused, or that it changes no state."""
    return (
        Mark(Sign.LOOP, 13)
        if answer.status is None
        else Span(str(answer.status), Font.STATUS, Tone.INK)
    )


def asides(table: Lifecycle, pages: Pages, width: float) -> list[Box]:
    """What every state answers alike, and what is answered about no record of the caller's: cards of one width, at least `width`."""
    found = {words.IN_EVERY_STATE: answers_everywhere(table)}
    found |= {words.place(table, state): answers(table, state) for state in PSEUDO_STATES}
    return _alike([_aside(place, said, width, pages) for place, said in found.items() if said])


def _aside(place: str, said: list[Answer], width: float, pages: Pages) -> Box:
    lines = [text_line(place, Font.HEADING, Tone.INK, 22)]
    lines += apart(_answers(said, place, pages), 13, ruled=True)
    return box("aside", lines, _CARD_PADDING, name=place, width=width)


def _alike(found: list[Box]) -> list[Box]:
    width = max((card.width for card in found), default=0)
    return [replace(card, width=width) for card in found]


def legend(table: Lifecycle, used: Iterable[Sign], pages: Pages, width: float) -> list[Box]:
    """The signs of this picture, explained in one box; none where there are no signs."""
    everything = [
        answer for state in (*table.states, *PSEUDO_STATES) for answer in answers(table, state)
    ]
    signs = {*used, *(Sign.LOOP for answer in everything if answer.status is None)}
    rules = {*(answer.rule for answer in everything), *(act.rule for act in acts(table))}
    signs |= {Sign.DECISION for rule in rules if pages.decided(rule)}
    marks: dict[Piece, str] = {
        Mark(sign, words.LEGEND[sign][1]): words.LEGEND[sign][0] for sign in Sign if sign in signs
    }
    statuses = [answer.status for answer in everything if answer.status is not None]
    if statuses:
        marks[Span(str(statuses[0]), Font.STATUS, Tone.INK)] = "refused"
    items = [
        Item((mark, Span(text, Font.SMALL, Tone.MUTED, mark.width + 8)))
        for mark, text in marks.items()
    ]
    lines = [
        Line(side_by_side(row, 0, _GAP), _LINE)
        for row in rows(items, lambda item: item.right, _GAP, width)
    ]
    return [box("legend", lines, (0, 0), width=width)] if lines else []
