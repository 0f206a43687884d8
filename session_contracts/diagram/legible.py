"""Whether every arrow of a picture can be followed."""

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]
#: Left, top, right, bottom.
Rect = tuple[float, float, float, float]

#: What is less aside, in pixels, is straight.
STRAIGHT = 0.5
#: So close an arrow may come to a box on its way, and to another arrow that goes the same way.
_BOX = 4.0
_ARROW = 3.0


def around(one: Point, other: Point) -> Rect:
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[0], other[0]),
        max(one[1], other[1]),
    )


def is_legible(ways: Sequence[Sequence[Point]], boxes: Sequence[Rect]) -> bool:
    """`ways` are the corners of arrows, each of which begins and ends at a box."""
    stretches = [[around(*stretch) for stretch in pairwise(way)] for way in ways]
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
            for other in stretches
            if other is not own
            for there in other
        )
        for way, own in zip(ways, stretches, strict=True)
    )


def _is_straight(way: Sequence[Rect]) -> bool:
    """Each stretch is level or upright."""
    return all(min(_size(stretch)) < STRAIGHT for stretch in way)


def _crosses(way: Sequence[Rect], boxes: Sequence[Rect]) -> bool:
    return any(_meet(stretch, box, _BOX) for stretch in way for box in boxes)


def _along(one: Rect, other: Rect) -> bool:
    (width, height), (other_width, other_height) = _size(one), _size(other)
    return (width > height) is (other_width > other_height) and _meet(one, other, _ARROW)


def _size(rect: Rect) -> tuple[float, float]:
    return rect[2] - rect[0], rect[3] - rect[1]


def _meet(one: Rect, other: Rect, room: float) -> bool:
    """Whether less than `room` is between them."""
    return (
        one[0] < other[2] + room
        and other[0] < one[2] + room
        and one[1] < other[3] + room
        and other[1] < one[3] + room
    )
