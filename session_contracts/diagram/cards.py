"""Boxes with text: a card for each state, cards for entries of all states, and the legend."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from session_contracts.diagram import captions
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
from session_contracts.diagram.fonts import Font, rows, wrap
from session_contracts.diagram.lifecycle import CardEntry, card_entries, labels, shared_entries
from session_contracts.diagram.links import Links
from session_contracts.openapi.model import PSEUDO_STATES, Lifecycle

_LINE = 20.0
_SMALL_LINE = 17.0
#: Width of the column for statuses and signs, before the operations.
_GUTTER = 33.0
#: Space between items of a line.
_GAP = 16.0
_CARD_WIDTH = 150.0
_CARD_PADDING = (14.0, 10.0)
#: Maximum width of a line of field values.
_FIELD_WIDTH = 170.0
#: Indentation of the following lines.
_INDENT = 12.0


def cards(table: Lifecycle, links: Links) -> dict[str, Box]:
    """By state, its card; all have the same width."""
    found = _equally_wide([_card(table, state, links) for state in table.states])
    return dict(zip(table.states, found, strict=True))


def _card(table: Lifecycle, state: str, links: Links) -> Box:
    lines = [text_line(state, Font.TITLE, Tone.INK, 22)]
    for values in captions.fields(table.states[state]):
        first, *others = wrap(values, Font.SMALL_CODE, _FIELD_WIDTH)
        lines.append(text_line(first, Font.SMALL_CODE, Tone.MUTED, _SMALL_LINE))
        lines += [
            text_line(line, Font.SMALL_CODE, Tone.MUTED, _SMALL_LINE, x=_INDENT) for line in others
        ]
    shared = shared_entries(table)
    own = [entry for entry in card_entries(table, state) if entry not in shared]
    for _, section in groupby(own, key=lambda entry: entry.status is None):
        lines += apart(_entries(section, state, links), 13, ruled=True)
    return box("state", lines, _CARD_PADDING, name=state, width=_CARD_WIDTH)


def _entries(found: Iterable[CardEntry], place: str, links: Links) -> list[Line]:
    lines: list[Line] = []
    above = 0.0
    for entry in found:
        own = [*_entry(entry, place, links)]
        lines += apart(own, above)
        above = 5 if len(own) > 1 else 0
    return lines


def _entry(entry: CardEntry, place: str, links: Links) -> Iterator[Line]:
    """A line for the entry, and one for each condition of a loop."""
    loop = entry.loop
    timer = loop.timer if loop else None
    text = captions.after(timer) if timer else entry.name
    name = Span(text, Font.PLAIN if timer else Font.CODE, Tone.MUTED, _GUTTER)
    label = (
        f"{text}: {place}, state unchanged"
        if entry.status is None
        else f"{entry.status} {text}: {place}, refused"
    )
    yield Line(
        (
            Item(
                (_gutter(entry), name, *decision(entry.rule, links, _GUTTER - 10.5)),
                links.rule(entry.rule, label),
            ),
        ),
        _LINE,
    )
    for condition in captions.since(timer) if timer else captions.when(loop.when) if loop else ():
        yield text_line(condition, Font.SMALL_CODE, Tone.MUTED, _SMALL_LINE, x=_GUTTER)


def decision(rule: str, links: Links, x: float) -> Iterator[Mark]:
    """The sign of a decision, if the rule is one."""
    if links.is_decision(rule):
        yield Mark(Sign.DECISION, captions.LEGEND[Sign.DECISION][1], x)


def _gutter(entry: CardEntry) -> Piece:
    """The status of a refusal, or the sign of an unchanged state."""
    return (
        Mark(Sign.LOOP, 13)
        if entry.status is None
        else Span(str(entry.status), Font.STATUS, Tone.INK)
    )


def asides(table: Lifecycle, links: Links, width: float) -> list[Box]:
    """Cards for entries of all states and for pseudo-states, equally wide, at least `width`."""
    found = {captions.IN_EVERY_STATE: shared_entries(table)}
    found |= {captions.place(table, state): card_entries(table, state) for state in PSEUDO_STATES}
    return _equally_wide([_aside(place, own, width, links) for place, own in found.items() if own])


def _aside(place: str, found: list[CardEntry], width: float, links: Links) -> Box:
    lines = [text_line(place, Font.HEADING, Tone.INK, 22)]
    lines += apart(_entries(found, place, links), 13, ruled=True)
    return box("aside", lines, _CARD_PADDING, name=place, width=width)


def _equally_wide(found: list[Box]) -> list[Box]:
    width = max((card.width for card in found), default=0)
    return [replace(card, width=width) for card in found]


def legend(table: Lifecycle, used: Iterable[Sign], links: Links, width: float) -> list[Box]:
    """A box that explains the signs of this diagram; none without signs."""
    states = (*table.states, *PSEUDO_STATES)
    entries = [entry for state in states for entry in card_entries(table, state)]
    signs = {*used, *(Sign.LOOP for entry in entries if entry.status is None)}
    rules = {*(entry.rule for entry in entries), *(label.rule for label in labels(table))}
    signs |= {Sign.DECISION for rule in rules if links.is_decision(rule)}
    marks: dict[Piece, str] = {
        Mark(sign, captions.LEGEND[sign][1]): captions.LEGEND[sign][0]
        for sign in Sign
        if sign in signs
    }
    statuses = [entry.status for entry in entries if entry.status is not None]
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
