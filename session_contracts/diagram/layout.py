"""Places boxes in layers from top to bottom, and routes edges around them.

graphlay computes layers and routes. Its layout is reproducible, and no edge crosses a box.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, chain, groupby, takewhile

import graphlay

from session_contracts.diagram.boxes import Box
from session_contracts.diagram.fonts import rows
from session_contracts.diagram.graph import Edge, Graph
from session_contracts.diagram.legibility import STRAIGHT, Point, around, is_legible

#: Margin of the diagram, for the ring around a focused link.
_MARGIN = 8.0
#: Space between unconnected boxes, and between blocks.
_GAP = 24.0
_GAP_BELOW = 32.0
#: Minimum width; two cards side by side can be read on a phone.
_WIDTH = 368.0
#: Free space at both sides of a box.
_CLEAR = 5.0


@dataclass(frozen=True)
class _Way:
    """Routing options: distance of edges between layers, and from rounded corners."""

    lane: float
    corner: float
    effort: str = "thorough"


#: The first looks best, since heads do not cover last segments; busy graphs may need another.
_WAYS = (
    _Way(15, 11),
    _Way(15, 0),
    _Way(8, 0),
    _Way(8, 0, "balanced"),
    _Way(8, 0, "fast"),
    _Way(8, 11),
)


@dataclass(frozen=True)
class Placed:
    """A box and its top left corner."""

    box: Box
    x: float
    y: float


@dataclass(frozen=True)
class Route:
    """An edge and its corners from start to head; segments are horizontal or vertical."""

    edge: Edge
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Picture:
    """Placed boxes and routes, with their total size in pixels."""

    width: float
    height: float
    boxes: tuple[Placed, ...] = ()
    routes: tuple[Route, ...] = ()


def lay_out(
    graph: Graph, asides: Callable[[float], list[Box]], legend: Callable[[float], list[Box]]
) -> Picture:
    """The graph, with asides and legend below it; their functions get the available width."""
    parts = [_connected(part) for part in _parts(graph)]
    width = max(_WIDTH, *(part.width for part in parts))
    # As wide as the cards of the graph, but two of them fit side by side.
    own = min(
        (_WIDTH - _GAP) / 2, *(box.width for box in graph.boxes.values() if box.kind == "state")
    )
    beside = [_level(shelf) for shelf in _shelves([_single(box) for box in asides(own)], width)]
    blocks = [
        _grid(_shelves(parts, width)),
        _grid(beside),
        _grid([[_single(box)] for box in legend(width)]),
    ]
    whole = _column(blocks, _GAP_BELOW, centered=True)
    return _joined(
        [whole], [(_MARGIN, _MARGIN)], (whole.width + 2 * _MARGIN, whole.height + 2 * _MARGIN)
    )


# ---- composition


def _single(box: Box) -> Picture:
    return Picture(box.width, box.height, (Placed(box, 0, 0),))


def _shelves(pictures: list[Picture], width: float) -> list[list[Picture]]:
    return rows(pictures, lambda picture: picture.width, _GAP, width)


def _level(singles: list[Picture]) -> list[Picture]:
    """The boxes with equal heights."""
    height = max(picture.height for picture in singles)
    return [
        _single(replace(placed.box, height=height))
        for picture in singles
        for placed in picture.boxes
    ]


def _grid(shelves: list[list[Picture]]) -> Picture:
    return _column([_row(shelf) for shelf in shelves], _GAP)


def _row(pictures: Sequence[Picture]) -> Picture:
    right = [*accumulate(picture.width + _GAP for picture in pictures)]
    corners = [(x - picture.width - _GAP, 0.0) for picture, x in zip(pictures, right, strict=True)]
    return _joined(
        pictures, corners, (right[-1] - _GAP, max(picture.height for picture in pictures))
    )


def _column(pictures: Iterable[Picture], gap: float, *, centered: bool = False) -> Picture:
    found = [picture for picture in pictures if picture.boxes]
    if not found:
        return Picture(0, 0)
    width = max(picture.width for picture in found)
    bottom = [*accumulate(picture.height + gap for picture in found)]
    corners = [
        ((width - picture.width) / 2 if centered else 0.0, y - picture.height - gap)
        for picture, y in zip(found, bottom, strict=True)
    ]
    return _joined(found, corners, (width, bottom[-1] - gap))


def _joined(
    pictures: Sequence[Picture], corners: Sequence[Point], size: tuple[float, float]
) -> Picture:
    """One picture of several, each moved to its corner."""
    moved = [(picture, dx, dy) for picture, (dx, dy) in zip(pictures, corners, strict=True)]
    return Picture(
        *size,
        boxes=tuple(
            Placed(placed.box, placed.x + dx, placed.y + dy)
            for picture, dx, dy in moved
            for placed in picture.boxes
        ),
        routes=tuple(
            Route(route.edge, tuple((x + dx, y + dy) for x, y in route.points))
            for picture, dx, dy in moved
            for route in picture.routes
        ),
    )


# ---- the graph


def _parts(graph: Graph) -> Iterator[Graph]:
    """The connected components of the graph."""
    part = {key: frozenset([key]) for key in graph.boxes}
    for edge in graph.edges:
        joined = part[edge.source] | part[edge.target]
        part |= dict.fromkeys(joined, joined)
    for keys in dict.fromkeys(part.values()):
        boxes = {key: box for key, box in graph.boxes.items() if key in keys}
        yield Graph(boxes, [edge for edge in graph.edges if edge.source in keys])


def _connected(part: Graph) -> Picture:
    first = _drawn(part, _WAYS[0])
    pictures = chain([first], (_drawn(part, way) for way in _WAYS[1:]))
    return next(filter(_is_legible, pictures), first)


def _is_legible(picture: Picture) -> bool:
    frames = [
        around((at.x, at.y), (at.x + at.box.width, at.y + at.box.height)) for at in picture.boxes
    ]
    return is_legible([route.points for route in picture.routes], frames)


def _drawn(part: Graph, way: _Way) -> Picture:
    """The layout with equally high cards in each layer, which takes two runs."""
    middles = {
        key: y
        for key, (_, y) in _run(part, way).positions().items()
        if part.boxes[key].kind == "state"
    }
    boxes = dict(part.boxes)
    for _, keys in groupby(sorted(middles, key=middles.__getitem__), middles.__getitem__):
        layer = [*keys]
        height = max(boxes[key].height for key in layer)
        boxes |= {key: replace(boxes[key], height=height) for key in layer}
    level = Graph(boxes, part.edges)
    return _picture(level, _run(level, way), way.corner)


def _run(part: Graph, way: _Way) -> graphlay.Layout:
    made = graphlay.Graph()
    for number, (key, box) in enumerate(part.boxes.items()):
        # graphlay breaks ties by label, so equally good orders follow the table.
        width, shape = (box.width + 2 * _CLEAR, "box") if box.lines else (box.width, "ellipse")
        made.node(key, width=width, height=box.height, shape=shape, label=f"{number:04}")
    for edge in part.edges:
        made.edge(edge.source, edge.target, reverse_for_ranking=edge.backward)
    spacing = {"layer_gap": 30, "node_gap": _GAP - 2 * _CLEAR}
    options = {"spacing": spacing, "routing": {"lane_gap": way.lane}, "effort": way.effort}
    return graphlay.layout(made, preset="process_map", options=options)


def _picture(part: Graph, layout: graphlay.Layout, corner: float) -> Picture:
    boxes = {
        key: Placed(part.boxes[key], x - part.boxes[key].width / 2, y - part.boxes[key].height / 2)
        for key, (x, y) in layout.positions().items()
    }
    ways = [[(point["x"], point["y"]) for point in laid_out["points"]] for laid_out in layout.edges]
    _to_borders(
        [
            (boxes[edge.source], boxes[edge.target], way)
            for edge, way in zip(part.edges, ways, strict=True)
        ],
        corner,
    )
    corners = [point for way in ways for point in way]
    corners += [
        (placed.x + dx, placed.y + dy)
        for placed in boxes.values()
        for dx, dy in ((0, 0), (placed.box.width, placed.box.height))
    ]
    (left, right), (top, bottom) = (
        (min(along), max(along)) for along in zip(*corners, strict=True)
    )
    routes = tuple(Route(edge, tuple(way)) for edge, way in zip(part.edges, ways, strict=True))
    return _joined(
        [Picture(right, bottom, tuple(boxes.values()), routes)],
        [(-left, -top)],
        (right - left, bottom - top),
    )


def _to_borders(ways: list[tuple[Placed, Placed, list[Point]]], corner: float) -> None:
    """Extend every way to its boxes, across their free space, and away from rounded corners."""
    for source, target, way in ways:
        ends = [end for _, _, other in ways if other is not way for end in (other[0], other[-1])]
        if _upright(way) == len(way):
            _shift(way, [source, target], ends, corner)
            continue
        _shift(way, [source], ends, corner)
        way.reverse()
        _shift(way, [target], ends, corner)
        way.reverse()


def _upright(way: list[Point]) -> int:
    """Number of points in the vertical segment at the start of a way; 1 without one."""
    return len([*takewhile(lambda point: abs(point[0] - way[0][0]) < STRAIGHT, way)])


def _shift(way: list[Point], boxes: list[Placed], ends: list[Point], corner: float) -> None:
    """Move the first segment into the width of these boxes if it is vertical; else extend it."""
    count = _upright(way)
    x, y = way[0]
    for inset in (corner, 0.0) if count > 1 else (0.0,):
        left = max(placed.x + inset for placed in boxes)
        right = min(placed.x + placed.box.width - inset for placed in boxes)
        wanted = min(max(x, left), right)
        # Not at a dot, which is round, nor too close to another edge.
        free = all(abs(other[1] - y) > 1 or abs(other[0] - wanted) > _CLEAR for other in ends)
        if left <= right and free and all(placed.box.lines for placed in boxes):
            way[:count] = [(wanted, y) for _, y in way[:count]]
            return
