"""The picture as SVG."""

from importlib.resources import files
from math import cos, hypot, radians, sin
from xml.etree.ElementTree import Element, SubElement, tostring

from session_contracts.diagram.boxes import Item, Line, Mark, Sign, Span
from session_contracts.diagram.layout import Picture, Placed, Point, Route

_CORNER = 8.0
#: How long a head is, and how wide on each side.
_HEAD = (7.0, 3.5)
_SMALL_HEAD = (4.5, 2.8)
#: In radians, clockwise from the right.
_LOOP_END = radians(-80)
#: Where a text's baseline is, in parts of its size below the middle of its line.
_BASELINE = 0.36


def draw(picture: Picture, key: str, title: str, description: str) -> str:
    """`key` begins every id. Boxes come in the order in which they are read: from top to bottom, from left to right."""
    width, height = _number(picture.width), _number(picture.height)
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "lifecycle",
            "width": width,
            "height": height,
            "viewBox": f"0 0 {width} {height}",
            # A little smaller on a narrow page; narrower still, the page scrolls it rather than make it unreadable.
            "style": f"max-width:100%;min-width:{_number(picture.width * 0.88)}px;height:auto",
            "role": "group",
            "aria-labelledby": f"{key}-title",
            "aria-describedby": f"{key}-description",
        },
    )
    _add(root, "title", text=title, id=f"{key}-title")
    _add(root, "desc", text=description, id=f"{key}-description")
    _add(root, "style", text=_style())
    arrows = _add(root, "g", **{"class": "lc-arrows", "aria-hidden": "true"})
    for route in picture.routes:
        _arrow(arrows, route)
    for placed in sorted(picture.boxes, key=lambda placed: (placed.y, placed.x)):
        _box(root, placed)
    return tostring(root, encoding="unicode")


def _style() -> str:
    return (files(__package__) / "style.css").read_text(encoding="utf-8")


# ---- arrows


def _arrow(parent: Element, route: Route) -> None:
    arrow = _add(parent, "g", **{"class": f"lc-arrow lc-{route.arrow.sign}"})
    _add(arrow, "title", text=route.arrow.title)
    points = list(route.points)
    if route.arrow.headed:
        tip, before = points[-1], points[-2]
        points[-1] = _towards(tip, before, _HEAD[0])
        _add(arrow, "path", **{"class": "lc-head", "d": _head(before, tip)})
    # Drawn from its end: so the dashes of arrows that meet there cover each other.
    _add(arrow, "path", **{"class": "lc-line", "d": _rounded(points[::-1])})


def _rounded(points: list[Point]) -> str:
    commands = [f"M{_point(points[0])}"]
    for before, corner, behind in zip(points, points[1:], points[2:], strict=False):
        radius = min(_CORNER, _length(before, corner) / 2, _length(corner, behind) / 2)
        commands.append(f"L{_point(_towards(corner, before, radius))}Q{_point(corner)} {_point(_towards(corner, behind, radius))}")
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
    if not box.lines:
        _sign(parent, Sign(box.kind), placed.x, placed.y + box.height / 2, box.width)
        return
    kinds = " ".join(f"lc-{kind}" for kind in box.kind.split())
    group = _add(parent, "g", **{"class": kinds, "role": "group", "aria-label": box.name} if box.name else {"class": kinds})
    _add(
        group,
        "rect",
        **{
            "class": "lc-frame",
            "x": _number(placed.x),
            "y": _number(placed.y),
            "width": _number(box.width),
            "height": _number(box.height),
            "rx": "8",
        },
    )
    y = placed.y + box.padding[1]
    for line in box.lines:
        if line.ruled:
            middle = y + line.above / 2
            _add(group, "path", **{"class": "lc-rule", "d": f"M{_point((placed.x, middle))}H{_number(placed.x + box.width)}"})
        y += line.above
        for item in line.items:
            _item(group, item, line, placed, y)
        y += line.height


def _item(parent: Element, item: Item, line: Line, placed: Placed, y: float) -> None:
    box = placed.box
    left = placed.x + box.padding[0]
    if item.link:
        parent = _add(parent, "a", href=item.link.url, **{"aria-label": item.link.label})
        _add(parent, "title", text=item.link.title)
        x, right = (left, placed.x + box.width - box.padding[0]) if len(line.items) == 1 else (left + item.left, left + item.right)
        # The whole line can be pointed at, not only its letters.
        _add(
            parent,
            "rect",
            **{
                "class": "lc-target",
                "x": _number(x - 4),
                "y": _number(y),
                "width": _number(right - x + 8),
                "height": _number(line.height),
                "rx": "4",
            },
        )
    middle = y + line.height / 2
    for piece in item.pieces:
        if isinstance(piece, Mark):
            _sign(parent, piece.sign, left + piece.x, middle, piece.width)
        else:
            _text(parent, piece, placed.x + box.width / 2 if box.centered else left + piece.x, middle, centered=box.centered)


def _text(parent: Element, span: Span, x: float, middle: float, *, centered: bool) -> None:
    kinds = f"lc-{span.font.css} lc-{span.tone}" + (" lc-centered" if centered else "")
    _add(parent, "text", text=span.text, x=_number(x), y=_number(middle + span.font.size * _BASELINE), **{"class": kinds})


def _sign(parent: Element, sign: Sign, x: float, middle: float, width: float) -> None:
    """A dot, a stretch of an arrow, or an open circle with a head; from `x` on, as wide as `width`."""
    group = _add(parent, "g", **{"class": f"lc-sign lc-{sign}"})
    center, radius = x + width / 2, width / 2
    match sign:
        case Sign.START | Sign.GIVEN:
            _circle(group, center, middle, radius - 1.5, "lc-dot")
        case Sign.END:
            _circle(group, center, middle, radius - 1, "lc-ring")
            _circle(group, center, middle, radius - 4, "lc-dot")
        case Sign.LOOP:
            _loop(group, center, middle, radius - 1.5)
        case _:
            tip = (x + width, middle)
            _add(group, "path", **{"class": "lc-head", "d": _head((x, middle), tip)})
            _add(group, "path", **{"class": "lc-line", "d": f"M{_point((x, middle))}H{_number(x + width - _HEAD[0])}"})


def _circle(parent: Element, x: float, y: float, radius: float, kind: str) -> None:
    _add(parent, "circle", **{"class": kind, "cx": _number(x), "cy": _number(y), "r": _number(radius)})


def _loop(parent: Element, x: float, y: float, radius: float) -> None:
    """Most of a circle, clockwise, open at the top right, where its head is."""
    start, end = (x + radius, y), (x + radius * cos(_LOOP_END), y + radius * sin(_LOOP_END))
    _add(parent, "path", **{"class": "lc-line", "d": f"M{_point(start)}A{_number(radius)} {_number(radius)} 0 1 1 {_point(end)}"})
    length = _SMALL_HEAD[0]
    tip = (end[0] - length * sin(_LOOP_END), end[1] + length * cos(_LOOP_END))
    _add(parent, "path", **{"class": "lc-head", "d": _head(end, tip, _SMALL_HEAD)})


# ---- elements


def _add(parent: Element, tag: str, *, text: str | None = None, **attributes: str) -> Element:
    made = SubElement(parent, tag, attributes)
    made.text = text
    return made


def _point(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _number(value: float) -> str:
    """With two decimals at most: less than can be seen, and so the same on every machine."""
    return f"{round(value, 2) + 0:.2f}".rstrip("0").rstrip(".")
