"""A box of text: lines with links, measured and set, so that only its place is still open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from session_contracts.diagram.text import Font


class Tone(StrEnum):
    """Its value is the class in style.css that colors a text."""

    INK = "ink"
    MUTED = "muted"
    ACCENT = "accent"


class Sign(StrEnum):
    """A small picture, or how an arrow is drawn. Its value is also its class in style.css."""

    START = "start"
    GIVEN = "given"
    MOVE = "move"
    TIMER = "timer"
    MAYBE = "maybe"
    END = "end"
    LOOP = "loop"
    DECISION = "decision"


@dataclass(frozen=True)
class Link:
    """`title` is shown when somebody points at it, `label` is read out."""

    url: str
    title: str
    label: str


@dataclass(frozen=True)
class Span:
    """A text in one font; `x` is where it begins, in pixels from the box's padding; in a centered box, from the item's first piece."""

    text: str
    font: Font
    tone: Tone
    x: float = 0

    @property
    def width(self) -> float:
        return self.font.width(self.text)


@dataclass(frozen=True)
class Mark:
    """A sign among the text."""

    sign: Sign
    width: float
    x: float = 0


Piece = Span | Mark


@dataclass(frozen=True)
class Item:
    """Pieces that belong together and lead to the same page, if to any."""

    pieces: tuple[Piece, ...]
    link: Link | None = None

    @property
    def left(self) -> float:
        return min(piece.x for piece in self.pieces)

    @property
    def right(self) -> float:
        return max(piece.x + piece.width for piece in self.pieces)


@dataclass(frozen=True)
class Line:
    """One line of a box. `above` is room before it, in whose middle a `ruled` line has a rule."""

    items: tuple[Item, ...]
    height: float
    above: float = 0
    ruled: bool = False

    @property
    def right(self) -> float:
        return max(item.right for item in self.items)


@dataclass(frozen=True)
class Box:
    """`kind` is its class in style.css, `name` what it is called when it is read out.

    `padding` is the room at its sides, and above and below its lines.
    """

    kind: str
    width: float
    height: float
    name: str = ""
    padding: tuple[float, float] = (0, 0)
    lines: tuple[Line, ...] = ()
    centered: bool = False


def box(
    kind: str,
    lines: Sequence[Line],
    padding: tuple[float, float],
    *,
    name: str = "",
    width: float = 0,
    centered: bool = False,
) -> Box:
    """As large as its lines need, and at least as wide as `width`."""
    across, along = padding
    return Box(
        kind=kind,
        width=max([width, *(line.right + 2 * across for line in lines)]),
        height=sum(line.above + line.height for line in lines) + 2 * along,
        name=name,
        padding=padding,
        lines=tuple(lines),
        centered=centered,
    )


def text_line(
    text: str, font: Font, tone: Tone, height: float, *, x: float = 0, link: Link | None = None
) -> Line:
    return Line((Item((Span(text, font, tone, x),), link),), height)


def side_by_side(items: Iterable[Item], x: float, gap: float) -> tuple[Item, ...]:
    """The items one after the other, the first at `x`."""
    placed = []
    for item in items:
        by = x - item.left
        placed.append(
            replace(item, pieces=tuple(replace(piece, x=piece.x + by) for piece in item.pieces))
        )
        x = placed[-1].right + gap
    return tuple(placed)


def apart(lines: Sequence[Line], above: float, *, ruled: bool = False) -> list[Line]:
    """The same lines, with room before the first."""
    return [replace(lines[0], above=above, ruled=ruled), *lines[1:]]
