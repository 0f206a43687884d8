"""Checks that the eye can follow every edge of a diagram."""

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
#: (left, top, right, bottom)
Rect = tuple[float, float, float, float]

#: Maximum deviation of a straight line, in pixels.
STRAIGHT = 0.5
#: Minimum distances of an edge to a box, and to a parallel edge, in pixels.
_BOX = 4.0
_ARROW = 3.0


def around(one: Point, other: Point) -> Rect:
    """The smallest rectangle with both points."""
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[0], other[0]),
        max(one[1], other[1]),
    )


def is_legible(ways: Sequence[Sequence[Point]], boxes: Sequence[Rect]) -> bool:
    """Whether edges are straight, and distant from boxes and from each other.

    `ways` are the corners of edges; each starts and ends at a box.
    """
    segments = [[around(*segment) for segment in pairwise(way)] for way in ways]
    return all(
        _is_straight(own)
        and not _crosses(
            own,
            [
                box
                for box in boxes
                if not any(_meet(box, around(end, end), 1) for end in (way[0], way[-1]))
            ],
        )
        and not any(
            _along(one, there)
            for one in own
            for other in segments
            if other is not own
            for there in other
        )
        for way, own in zip(ways, segments, strict=True)
    )


def _is_straight(way: Sequence[Rect]) -> bool:
    """Whether each segment is horizontal or vertical."""
    return all(min(_size(segment)) < STRAIGHT for segment in way)


def _crosses(way: Sequence[Rect], boxes: Sequence[Rect]) -> bool:
    return any(_meet(segment, box, _BOX) for segment in way for box in boxes)


def _along(one: Rect, other: Rect) -> bool:
    (width, height), (other_width, other_height) = _size(one), _size(other)
    return (width > height) is (other_width > other_height) and _meet(one, other, _ARROW)


def _size(rect: Rect) -> tuple[float, float]:
    return rect[2] - rect[0], rect[3] - rect[1]


def _meet(one: Rect, other: Rect, room: float) -> bool:
    """Whether the distance of the rectangles is less than `room`."""
    return (
        one[0] < other[2] + room
        and other[0] < one[2] + room
        and one[1] < other[3] + room
        and other[1] < one[3] + room
    )
