"""Draws a placed diagram as SVG."""

from importlib.resources import files
from math import cos, hypot, radians, sin
from xml.etree.ElementTree import Element, SubElement, tostring

from session_contracts.diagram.boxes import Item, Line, Mark, Piece, Sign
from session_contracts.diagram.layout import Picture, Placed, Route
from session_contracts.diagram.legibility import Point

#: Minimum scale on a narrow page, below which the page scrolls.
_SMALLEST = 0.85
#: Radius of the corners of frames and edges.
_RADIUS = 8.0
#: (length, half of the width) of arrow heads.
_HEAD = (7.0, 3.5)
_SMALL_HEAD = (4.5, 2.8)
#: End of the arc of a loop, in radians clockwise from the right.
_LOOP_END = radians(-80)
#: Distance from the middle of a line to its baseline, relative to the font size.
_BASELINE = 0.36


def draw(picture: Picture, key: str, title: str, description: str) -> str:
    """The SVG element; `key` is the prefix of every id. Boxes come in reading order."""
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", role="group")
    root.attrib |= {
        "class": "lifecycle",
        "width": _number(picture.width),
        "height": _number(picture.height),
        "viewBox": f"0 0 {_number(picture.width)} {_number(picture.height)}",
        "style": f"max-width:100%;min-width:{_number(picture.width * _SMALLEST)}px;height:auto",
        "aria-labelledby": f"{key}-title",
        "aria-describedby": f"{key}-description",
    }
    _add(root, "title", text=title, id=f"{key}-title")
    _add(root, "desc", text=description, id=f"{key}-description")
    _add(root, "style", text=(files(__package__) / "style.css").read_text(encoding="utf-8"))
    edges = _add(root, "g", "lc-arrows")
    edges.set("aria-hidden", "true")
    for route in picture.routes:
        _edge(edges, route)
    for placed in sorted(picture.boxes, key=lambda placed: (placed.y, placed.x)):
        if placed.box.lines:
            _box(root, placed)
        else:
            _sign(
                edges,
                Sign(placed.box.kind),
                placed.x,
                placed.y + placed.box.height / 2,
                placed.box.width,
                title=placed.box.name,
            )
    return tostring(root, encoding="unicode")


# ---- edges


def _edge(parent: Element, route: Route) -> None:
    group = _add(parent, "g", f"lc-arrow lc-{route.edge.sign}")
    _add(group, "title", text=route.edge.title)
    points = list(route.points)
    if route.edge.headed:
        before, tip = points[-2:]
        points[-1] = _towards(tip, before, _HEAD[0])
        _add(group, "path", "lc-head", d=_head(before, tip))
    # From its end, so that the dashes of edges that meet there coincide.
    _add(group, "path", "lc-line", d=_rounded(points[::-1]))


def _rounded(points: list[Point]) -> str:
    commands = [f"M{_point(points[0])}"]
    for before, corner, behind in zip(points, points[1:], points[2:], strict=False):
        radius = min(_RADIUS, _length(before, corner) / 2, _length(corner, behind) / 2)
        start, end = _towards(corner, before, radius), _towards(corner, behind, radius)
        commands.append(f"L{_point(start)}Q{_point(corner)} {_point(end)}")
    return "".join([*commands, f"L{_point(points[-1])}"])


def _head(before: Point, tip: Point, size: tuple[float, float] = _HEAD) -> str:
    length, half = size
    x, y = _towards(tip, before, length)
    dx, dy = (tip[1] - y) / length * half, (x - tip[0]) / length * half
    return f"M{_point(tip)}L{_point((x + dx, y + dy))}L{_point((x - dx, y - dy))}Z"


def _towards(start: Point, end: Point, distance: float) -> Point:
    share = distance / (_length(start, end) or 1)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _length(start: Point, end: Point) -> float:
    return hypot(end[0] - start[0], end[1] - start[1])


# ---- boxes


def _box(parent: Element, placed: Placed) -> None:
    box = placed.box
    group = _add(parent, "g", " ".join(f"lc-{kind}" for kind in box.kind.split()))
    if box.name:
        group.attrib |= {"role": "group", "aria-label": box.name}
    _add(
        group,
        "rect",
        "lc-frame",
        x=placed.x,
        y=placed.y,
        width=box.width,
        height=box.height,
        rx=_RADIUS,
    )
    y = placed.y + box.padding[1]
    for line in box.lines:
        if line.ruled:
            _add(
                group,
                "path",
                "lc-rule",
                d=f"M{_point((placed.x, y + line.above / 2))}h{_number(box.width)}",
            )
        y += line.above
        for item in line.items:
            _item(group, item, line, placed, y)
        y += line.height


def _item(parent: Element, item: Item, line: Line, placed: Placed, y: float) -> None:
    left, width = placed.x + placed.box.padding[0], placed.box.width - 2 * placed.box.padding[0]
    if item.link:
        parent = _add(parent, "a", href=item.link.url)
        parent.set("aria-label", item.link.label)
        _add(parent, "title", text=item.link.title)
        # The whole line is clickable, not only its letters.
        _add(
            parent,
            "rect",
            "lc-target",
            x=left - 4,
            y=y,
            width=width + 8,
            height=line.height,
            rx=_RADIUS / 2,
        )
    by = left + (width - item.left - item.right) / 2 if placed.box.centered else left
    for piece in item.pieces:
        _piece(parent, piece, by + piece.x, y + line.height / 2, placed.box.centered)


def _piece(parent: Element, piece: Piece, x: float, middle: float, centered: bool) -> None:
    if isinstance(piece, Mark):
        _sign(parent, piece.sign, x, middle, piece.width)
        return
    kind = f"lc-{piece.font.css} lc-{piece.tone}{' lc-centered' if centered else ''}"
    x += piece.width / 2 if centered else 0
    made = _add(parent, "text", kind, text=piece.text, x=x, y=middle + piece.font.size * _BASELINE)
    made.tail = " "  # else a screen reader joins two pieces into one word


def _sign(
    parent: Element, sign: Sign, x: float, middle: float, width: float, *, title: str = ""
) -> None:
    """A dot, a ring, a loop or a short arrow, from `x` on."""
    group = _add(parent, "g", f"lc-sign lc-{sign}")
    if title:
        _add(group, "title", text=title)
    center, radius = x + width / 2, width / 2 - 1.5
    match sign:
        case Sign.START | Sign.GIVEN:
            _add(group, "circle", "lc-dot", cx=center, cy=middle, r=radius)
        case Sign.END:
            _add(group, "circle", "lc-ring", cx=center, cy=middle, r=radius)
            _add(group, "circle", "lc-dot", cx=center, cy=middle, r=radius - 3)
        case Sign.DECISION:
            _add(group, "circle", "lc-ring", cx=center, cy=middle, r=radius)
        case Sign.LOOP:
            _loop(group, center, middle, radius)
        case _:
            _add(group, "path", "lc-head", d=_head((x, middle), (x + width, middle)))
            _add(group, "path", "lc-line", d=f"M{_point((x, middle))}h{_number(width - _HEAD[0])}")


def _loop(parent: Element, x: float, y: float, radius: float) -> None:
    """Most of a circle, clockwise, with an arrow head at the top right."""
    end = (x + radius * cos(_LOOP_END), y + radius * sin(_LOOP_END))
    tip = (end[0] - _SMALL_HEAD[0] * sin(_LOOP_END), end[1] + _SMALL_HEAD[0] * cos(_LOOP_END))
    _add(
        parent,
        "path",
        "lc-line",
        d=f"M{_point((x + radius, y))}A{_number(radius)} {_number(radius)} 0 1 1 {_point(end)}",
    )
    _add(parent, "path", "lc-head", d=_head(end, tip, _SMALL_HEAD))


# ---- elements


def _add(
    parent: Element, tag: str, kind: str = "", *, text: str | None = None, **attributes: str | float
) -> Element:
    made = SubElement(parent, tag, {"class": kind} if kind else {})
    made.attrib |= {
        name: value if isinstance(value, str) else _number(value)
        for name, value in attributes.items()
    }
    made.text = text
    return made


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    """With two decimals; more are invisible and may differ between machines."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
