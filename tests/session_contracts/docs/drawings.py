"""A lifecycle's picture as it can be measured: read back from its SVG."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import dist
from xml.etree.ElementTree import Element, fromstring

from session_contracts.diagram import lifecycle_svg
from session_contracts.diagram.fonts import Font
from session_contracts.openapi.model import Contract, Lifecycle

SVG = "{http://www.w3.org/2000/svg}"
FONTS = {font.css: font for font in Font}
#: Numbers have two decimals.
EXACT = 0.011

Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    left: float
    top: float
    right: float
    bottom: float
    kind: str = ""

    def grown(self, by: float) -> "Rect":
        return Rect(self.left - by, self.top - by, self.right + by, self.bottom + by, self.kind)

    def overlaps(self, other: "Rect") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Rect") -> bool:
        return (
            self.left >= other.left
            and self.top >= other.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )

    @property
    def middle(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def upright(self) -> bool:
        return self.bottom - self.top > self.right - self.left

    def has_on_border(self, point: Point) -> bool:
        if self.kind == "dot":
            return abs(dist(point, self.middle) - (self.right - self.left) / 2) <= 0.5
        spot = Rect(*point, *point)
        return spot.within(self.grown(EXACT)) and not spot.overlaps(self.grown(-EXACT))


@dataclass(frozen=True)
class Line:
    """An arrow: the boxes at its ends, and its horizontal and vertical segments."""

    source: Rect
    target: Rect
    ends: tuple[Point, Point]
    headed: bool
    stretches: tuple[Rect, ...]


@dataclass(frozen=True)
class Drawing:
    root: Element

    @classmethod
    def of(cls, contract: Contract, table: Lifecycle) -> "Drawing":
        return cls(
            fromstring(
                lifecycle_svg(contract, table, "rules/{}.html".format, "operations/{}.html".format)
            )
        )

    def groups(self, kind: str) -> list[Element]:
        return [
            group for group in self.root.iter(f"{SVG}g") if kind in group.get("class", "").split()
        ]

    @cached_property
    def view(self) -> Rect:
        left, top, width, height = map(float, self.root.get("viewBox", "").split())
        return Rect(left, top, left + width, top + height)

    @property
    def smallest_width(self) -> float:
        """To which a narrow page makes the picture smaller."""
        (width,) = re.findall(r"min-width:([\d.]+)px", self.root.get("style", ""))
        return float(width)

    @cached_property
    def boxes(self) -> list[Rect]:
        """Cards, labels, the legend and the dots at which arrows begin and end."""
        dots = [
            dot
            for group in self.groups("lc-arrows")
            for dot in group.iterfind(f"{SVG}g/{SVG}circle[1]")
        ]
        return [*map(_frame, self.framed), *map(_around, dots)]

    @cached_property
    def framed(self) -> list[Element]:
        return [
            group for group in self.root.iterfind(f"{SVG}g") if group.find(f"{SVG}rect") is not None
        ]

    @cached_property
    def texts(self) -> list[tuple[Rect, Rect]]:
        """What each text covers, and the frame that it belongs to."""
        return [
            (_covered(text), _frame(group))
            for group in self.framed
            for text in group.iter(f"{SVG}text")
        ]

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(arrow) for arrow in self.groups("lc-arrow")]

    def _line(self, arrow: Element) -> Line:
        points = corners(_of_kind(arrow, "lc-line"))
        head = _of_kind(arrow, "lc-head")
        if head:
            # The line ends where the head begins.
            points = [corners(head)[0], *points]
        (source,) = [box for box in self.boxes if box.has_on_border(points[-1])]
        (target,) = [box for box in self.boxes if box.has_on_border(points[0])]
        return Line(source, target, (points[-1], points[0]), bool(head), tuple(_stretches(points)))


def _frame(group: Element) -> Rect:
    (frame,) = [rect for rect in group.iterfind(f"{SVG}rect") if rect.get("class") == "lc-frame"]
    left, top, width, height = (
        float(frame.get(name, "")) for name in ("x", "y", "width", "height")
    )
    return Rect(left, top, left + width, top + height, group.get("class", ""))


def _around(dot: Element) -> Rect:
    x, y, radius = (float(dot.get(name, "")) for name in ("cx", "cy", "r"))
    # A dot's box has room for its stroke.
    return Rect(x, y, x, y, "dot").grown(radius + 1.5)


def _covered(text: Element) -> Rect:
    kinds = [kind.removeprefix("lc-") for kind in text.get("class", "").split()]
    (font,) = [FONTS[kind] for kind in kinds if kind in FONTS]
    x, y, width = float(text.get("x", "")), float(text.get("y", "")), font.width(text.text or "")
    left = x - width / 2 if "centered" in kinds else x
    return Rect(left, y - 0.75 * font.size, left + width, y + 0.25 * font.size, text.text or "")


def _of_kind(arrow: Element, kind: str) -> str:
    return next(
        (path.get("d", "") for path in arrow.iterfind(f"{SVG}path") if path.get("class") == kind),
        "",
    )


def corners(path: str) -> list[Point]:
    """The corners of a path, as if none of them were rounded."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    return [*zip(numbers[::2], numbers[1::2], strict=True)]


def _stretches(points: list[Point]) -> Iterator[Rect]:
    for (x1, y1), (x2, y2) in pairwise(points):
        assert min(abs(x1 - x2), abs(y1 - y2)) <= 0.5, (
            f"a stretch that is neither level nor upright: {points}"
        )
        yield Rect(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
