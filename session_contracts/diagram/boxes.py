"""Boxes of text: lines with links, measured and arranged, but not yet placed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from session_contracts.diagram.fonts import Font


class Tone(StrEnum):
    """Color of a text; the value is the class in style.css."""

    INK = "ink"
    MUTED = "muted"
    ACCENT = "accent"


class Sign(StrEnum):
    """A small symbol, or the style of an edge; the value is the class in style.css."""

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
    """A link; `title` is the tooltip, `label` the accessible name."""

    url: str
    title: str
    label: str


@dataclass(frozen=True)
class Span:
    """A text in one font.

    `x` is in pixels from the padding of the box, or in a centered box from the item's first piece.
    """

    text: str
    font: Font
    tone: Tone
    x: float = 0

    @property
    def width(self) -> float:
        """In pixels."""
        return self.font.width(self.text)


@dataclass(frozen=True)
class Mark:
    """A sign within text."""

    sign: Sign
    width: float
    x: float = 0


Piece = Span | Mark


@dataclass(frozen=True)
class Item:
    """Pieces that share a link, or have none."""

    pieces: tuple[Piece, ...]
    link: Link | None = None

    @property
    def left(self) -> float:
        """Left edge of the first piece."""
        return min(piece.x for piece in self.pieces)

    @property
    def right(self) -> float:
        """Right edge of the last piece."""
        return max(piece.x + piece.width for piece in self.pieces)


@dataclass(frozen=True)
class Line:
    """One line of a box; `above` is the space before it, which has a rule if `ruled`."""

    items: tuple[Item, ...]
    height: float
    above: float = 0
    ruled: bool = False

    @property
    def right(self) -> float:
        """Right edge of the last item."""
        return max(item.right for item in self.items)


@dataclass(frozen=True)
class Box:
    """A box; `kind` is its class in style.css, `name` its accessible name.

    `padding` is (horizontal, vertical).
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
    """A box as large as its lines need, at least `width` wide."""
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
    """A line with one text."""
    return Line((Item((Span(text, font, tone, x),), link),), height)


def side_by_side(items: Iterable[Item], x: float, gap: float) -> tuple[Item, ...]:
    """The items next to each other, the first at `x`."""
    placed = []
    for item in items:
        by = x - item.left
        placed.append(
            replace(item, pieces=tuple(replace(piece, x=piece.x + by) for piece in item.pieces))
        )
        x = placed[-1].right + gap
    return tuple(placed)


def apart(lines: Sequence[Line], above: float, *, ruled: bool = False) -> list[Line]:
    """The lines with space before the first."""
    return [replace(lines[0], above=above, ruled=ruled), *lines[1:]]
