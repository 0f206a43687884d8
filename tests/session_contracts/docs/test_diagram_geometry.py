"""Nothing in a diagram overlaps, for the bundled lifecycles and for random ones."""

from collections.abc import Callable
from itertools import combinations, product
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, given, settings

from session_contracts.diagram.legibility import is_legible
from session_contracts.openapi import bundled_names, load
from session_contracts.openapi.model import Contract, Lifecycle
from tests.session_contracts.docs.drawings import SVG, Drawing, Rect, corners
from tests.session_contracts.docs.lifecycles import contract_of, lifecycles

pytestmark = pytest.mark.slow

VENDORS = [
    pytest.param(load(api), table, id=f"{api}-{table.name}")
    for api in bundled_names()
    for table in load(api).lifecycles.values()
]
#: Pixels between what does not belong together.
CLEAR = 4.0
#: Pixels that an arrow may reach into the box where it ends: a dot is round.
INSIDE = 0.5
#: Radius of a frame's corners.
ROUND = 8.0
#: Pixels between a text and the frame around it.
PADDING = 6.0


def assert_legible(drawing: Drawing) -> None:
    for box in drawing.boxes:
        assert box.within(drawing.view), f"cut off: {box}"
    for one, other in combinations(drawing.boxes, 2):
        assert not one.grown(CLEAR / 2).overlaps(other.grown(CLEAR / 2)), (
            f"boxes overlap: {one} {other}"
        )
    for text, frame in drawing.texts:
        assert text.within(frame if frame.kind == "lc-legend" else frame.grown(-PADDING)), (
            f"a text leaves its frame: {text} {frame}"
        )
    for (one, _), (other, _) in combinations(drawing.texts, 2):
        assert not one.overlaps(other), f"texts overlap: {one} {other}"
    for line in drawing.lines:
        assert line.headed is not ("lc-label" in line.target.kind), (
            f"a head belongs at a state or an end, not at a label: {line}"
        )
        for stretch in line.stretches:
            assert stretch.within(drawing.view), f"cut off: {stretch}"
            for box in drawing.boxes:
                room = -INSIDE if box in (line.source, line.target) else CLEAR
                assert not stretch.overlaps(box.grown(room)), (
                    f"an arrow crosses a box: {stretch} {box}"
                )
    for one_line, other_line in combinations(drawing.lines, 2):
        for here, there in product(one_line.stretches, other_line.stretches):
            assert not along(here, there), f"two arrows run on each other: {here} {there}"


def along(one: Rect, other: Rect) -> bool:
    """Whether two stretches go the same way, so close that they look like one."""
    if one.upright is not other.upright or not one.grown(1).overlaps(other.grown(1)):
        return False
    if one.upright:
        return min(one.bottom, other.bottom) - max(one.top, other.top) > 1
    return min(one.right, other.right) - max(one.left, other.left) > 1


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_bundled_lifecycle_is_legible(contract: Contract, table: Lifecycle) -> None:
    drawing = Drawing.of(contract, table)
    assert_legible(drawing)
    for line in drawing.lines:
        for box, (x, y) in zip((line.source, line.target), line.ends, strict=True):
            at_side = box.kind == "dot" or box.top + ROUND <= y <= box.bottom - ROUND
            assert at_side or box.left + ROUND <= x <= box.right - ROUND, (
                f"an arrow ends where a box is round: {line}"
            )


@settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(lifecycles())
def test_any_lifecycle_is_legible(table: Lifecycle) -> None:
    assert_legible(Drawing.of(contract_of(table), table))


@pytest.mark.parametrize("api", ["openscouter", "promptster", "saleslab", "mobilenext"])
def test_diagram_fits_a_phone(api: str) -> None:
    """Of 360 pixels; only Rentalot's has three states side by side, and scrolls."""
    for table in load(api).lifecycles.values():
        drawing = Drawing.of(load(api), table)
        assert drawing.smallest_width <= 360 - 2 * 16


@pytest.mark.parametrize(
    ("ways", "legible"),
    [
        ([[(5, 10), (5, 30)]], True),
        ([[(5, 10), (7, 30)]], False),
        ([[(5, 10), (5, 15), (22, 15), (22, 30), (5, 30)]], True),
        ([[(5, 10), (5, 15), (13, 15), (13, 30), (5, 30)]], True),
        ([[(5, 10), (5, 30)], [(7, 10), (7, 30)]], False),
        ([[(5, 10), (5, 30)], [(9, 10), (9, 30)]], True),
        ([[(5, 0), (5, -9), (60, -9), (60, 25), (33, 25), (33, 60), (5, 60), (5, 40)]], False),
    ],
    ids=["straight", "slanted", "around", "a corner", "too close", "side by side", "past a box"],
)
def test_legible_ways(ways: list[list[tuple[float, float]]], legible: bool) -> None:
    """Of arrows from a box to another, with a third on their right."""
    assert is_legible(ways, [(0, 0, 10, 10), (0, 30, 10, 40), (35, 30, 50, 40)]) is legible


# ---- the checks can fail


def test_clipped_box_is_found() -> None:
    assert_complains("cut off", lambda drawing: move(drawing.framed[0], "rect", x=5000))


def test_overlapping_boxes_are_found() -> None:
    assert_complains("boxes overlap", lambda drawing: move(drawing.framed[0], "rect", width=60))


def test_overflowing_text_is_found() -> None:
    assert_complains(
        "a text leaves its frame", lambda drawing: move(drawing.framed[0], "text", x=160)
    )


def test_overlapping_texts_are_found() -> None:
    assert_complains("texts overlap", lambda drawing: move(drawing.framed[0], "text", y=12))


def test_arrow_through_a_box_is_found() -> None:
    def detour(drawing: Drawing) -> None:
        line, through = line_of(drawing, 0), drawing.boxes[4].middle
        (x, y), *_, (last_x, last_y) = corners(line.get("d", ""))
        line.set(
            "d",
            f"M{x} {y}L{x} {through[1]}L{through[0]} {through[1]}L{through[0]} {last_y}L{last_x} "
            f"{last_y}",
        )

    assert_complains("an arrow crosses a box", detour)


def test_overlapping_arrows_are_found() -> None:
    def repeat(drawing: Drawing) -> None:
        drawing.groups("lc-arrows")[0].append(drawing.groups("lc-arrow")[0])

    assert_complains("two arrows run on each other", repeat)


def test_missing_head_is_found() -> None:
    def behead(drawing: Drawing) -> None:
        """Of an arrow to a state; its line then goes all the way."""
        arrow = drawing.groups("lc-given")[0]
        head, line = (
            next(path for path in arrow if path.get("class") == kind)
            for kind in ("lc-head", "lc-line")
        )
        line.set(
            "d", f"{head.get('d', '').partition('L')[0]}L{line.get('d', '').removeprefix('M')}"
        )
        arrow.remove(head)

    assert_complains("a head belongs", behead)


def assert_complains(complaint: str, change: Callable[[Drawing], None]) -> None:
    contract = load("rentalot")
    drawing = Drawing.of(contract, contract.lifecycles["Session"])
    change(drawing)
    # What was measured before the change does not count.
    with pytest.raises(AssertionError, match=complaint):
        assert_legible(Drawing(drawing.root))


def move(group: Element, tag: str, **by: float) -> None:
    element = next(group.iter(f"{SVG}{tag}"))
    for name, distance in by.items():
        element.set(name, str(float(element.get(name, "")) + distance))


def line_of(drawing: Drawing, number: int) -> Element:
    return next(
        path for path in drawing.groups("lc-arrow")[number] if path.get("class") == "lc-line"
    )
