"""The diagram of a lifecycle: content, links and accessibility."""

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

import session_contracts.diagram
from session_contracts.diagram import lifecycle_svg
from session_contracts.diagram.captions import duration, fields, when
from session_contracts.diagram.fonts import Font, wrap
from session_contracts.openapi import bundled_names, load
from session_contracts.openapi.model import (
    ABSENT,
    FOREIGN,
    Contract,
    Creation,
    Lifecycle,
    Move,
    Refusal,
    Stay,
    Timer,
)
from tests.session_contracts.docs.drawings import SVG, Drawing, Rect
from tests.session_contracts.docs.lifecycles import contract_of, lifecycle

VENDORS = [
    pytest.param(load(api), table, id=f"{api}-{table.name}")
    for api in bundled_names()
    for table in load(api).lifecycles.values()
]
STYLE = (Path(session_contracts.diagram.__file__).parent / "style.css").read_text()


def draw(table: Lifecycle) -> Drawing:
    return Drawing.of(contract_of(table), table)


def texts(element: Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def links(element: Element) -> list[tuple[str, str]]:
    """Text and page of each link."""
    return [(" ".join(texts(link)), link.get("href", "")) for link in element.iter(f"{SVG}a")]


def card(drawing: Drawing, place: str) -> Element:
    (found,) = [group for group in drawing.framed if group.get("aria-label") == place]
    return found


# ---- it says what the table says


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_card_of_each_state(contract: Contract, table: Lifecycle) -> None:
    drawing = Drawing.of(contract, table)
    assert sorted(group.get("aria-label", "") for group in drawing.groups("lc-state")) == sorted(
        table.states
    )
    for state, values in table.states.items():
        shown = " ".join(texts(card(drawing, state)))
        assert shown.startswith(state)
        assert all(text in shown for text in fields(values))


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_refusals_are_on_cards_and_link_to_rules(contract: Contract, table: Lifecycle) -> None:
    drawing = Drawing.of(contract, table)
    places = {state: state for state in table.states} | {
        ABSENT: f"No such {table.name.lower()}",
        FOREIGN: "Another tenant's",
    }
    for state, place in places.items():
        refusals = [
            (row.operation, row.refusals[state])
            for row in table.transitions.values()
            if state in row.refusals
        ]
        expected = Counter(
            (f"{refusal.status} {operation}", f"rules/{refusal.rule}.html")
            for operation, refusal in refusals
        )
        shown = (
            Counter(link for link in links(card(drawing, place)) if link[0][0].isdigit())
            if expected
            else Counter()
        )
        assert shown == expected


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_no_ops_are_on_cards(contract: Contract, table: Lifecycle) -> None:
    drawing = Drawing.of(contract, table)
    everywhere = [
        group for group in drawing.groups("lc-aside") if group.get("aria-label") == "In every state"
    ]
    shared = [link for group in everywhere for link in links(group)]
    for state, row in product(table.states, table.transitions.values()):
        if state in row.stays:
            link = (row.operation, f"rules/{row.stays[state].rule}.html")
            assert (link in links(card(drawing, state))) is not (link in shared)


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_labels_link_to_operation_and_rule(contract: Contract, table: Lifecycle) -> None:
    drawing = Drawing.of(contract, table)
    labels = Counter(tuple(links(group)) for group in drawing.groups("lc-label"))
    moves = {
        (row.operation, move.target, repr(move.when), move.rule)
        for row in table.transitions.values()
        for move in row.moves
        if move.source != move.target
    }
    made = [(table.creation.operation, table.creation.rule)] if table.creation else []
    pairs = [(operation, rule) for operation, _, _, rule in moves] + made
    expected: Counter[tuple[tuple[str, str], ...]] = Counter(
        (
            (operation, f"operations/{operation}.html"),
            (rule.removeprefix(f"{contract.name}."), f"rules/{rule}.html"),
        )
        for operation, rule in pairs
    )
    expected.update(
        ((timer.rule.removeprefix(f"{contract.name}."), f"rules/{timer.rule}.html"),)
        for timer in table.timers
    )
    assert labels == expected
    sources = sum(
        move.source != move.target for row in table.transitions.values() for move in row.moves
    )
    sources += len(made) + sum(len(timer.sources) for timer in table.timers)
    # One from each source to a label, one from each label to its target.
    assert len(drawing.lines) == sources + labels.total() + len(table.given)


def test_texts_of_rentalot() -> None:
    contract = load("rentalot")
    drawing = Drawing.of(contract, contract.lifecycles["Session"])
    labels = [texts(group) for group in drawing.groups("lc-label")]
    assert ["reviewSession", "reviewStatus: approved", "review.decides"] in labels
    assert ["after 30 days", "from createdAt", "due at expiresAt", "session.ttl"] in labels
    assert [
        "possibly after 30 days",
        "from createdAt",
        "due at expiresAt",
        "session.ttl-reviewed",
    ] in labels
    assert len(drawing.groups("lc-given")) == 3 * 2 + 1, "three dots, three arrows, and the legend"
    description = drawing.root.findtext(f"{SVG}desc") or ""
    assert (
        "Awaiting_review becomes approved by reviewSession with reviewStatus: approved."
        in description
    )
    assert (
        "Draft, active or awaiting_review becomes expired after 30 days, from createdAt, due at "
        "expiresAt." in description
    )
    assert "Approved: refused: reviewSession with 409." in description


def test_statement_is_the_tooltip() -> None:
    contract = load("rentalot")
    root = Drawing.of(contract, contract.lifecycles["Session"]).root
    (link, *_) = [
        link
        for link in root.iter(f"{SVG}a")
        if link.get("href") == "rules/rentalot.review.final.html"
    ]
    assert (
        link.findtext(f"{SVG}title")
        == f"{contract.rules['rentalot.review.final'].statement} (rentalot.review.final)"
    )


MOVE = Move("open", "closed", {}, "invented.closes")


def test_sources_share_a_label() -> None:
    moves = (
        MOVE,
        replace(MOVE, source="half"),
        replace(MOVE, source="shut", rule="invented.other"),
    )
    drawing = draw(
        lifecycle(
            {state: {} for state in ("open", "half", "shut", "closed")}, moves={"close": moves}
        )
    )
    assert sorted(texts(group) for group in drawing.groups("lc-label")) == [
        ["close", "closes"],
        ["close", "other"],
    ]
    assert len(drawing.lines) == 3 + 2


def test_parallel_transitions_have_own_arrows() -> None:
    moves = {
        "close": (replace(MOVE, when={"how": "softly"}), replace(MOVE, when={"how": None})),
        "slam": (MOVE,),
    }
    drawing = draw(lifecycle({"open": {}, "closed": {}}, moves=moves))
    assert len(drawing.groups("lc-label")) == 3
    assert "how: null or absent" in texts(drawing.root)


def test_loop_is_on_the_card() -> None:
    timer = Timer("renew", ("open",), "open", timedelta(hours=1), "invented.renewed")
    table = lifecycle(
        {"open": {}},
        moves={"touch": (Move("open", "open", {"by": "*"}, "invented.touched"),)},
        timers=(timer,),
    )
    drawing = draw(table)
    assert texts(card(drawing, "open")) == [
        "open",
        "touch",
        "by: not null",
        "after 1 hour",
        "in this state",
    ]
    assert drawing.lines == []


def test_creation_and_deletion() -> None:
    table = lifecycle(
        {"open": {}},
        moves={"delete": (Move("open", ABSENT, {}, "invented.gone"),)},
        creation=Creation("create", "open", "invented.made"),
    )
    drawing = draw(table)
    assert sorted(line.target.kind for line in drawing.lines) == [
        "dot",
        "lc-label lc-move",
        "lc-label lc-move",
        "lc-state",
    ]
    assert [len(drawing.groups(f"lc-{kind}")) for kind in ("start", "end", "given")] == [2, 2, 0], (
        "each once more in the legend"
    )
    description = drawing.root.findtext(f"{SVG}desc") or ""
    assert "A new thing becomes open by create." in description
    assert "Open is deleted by delete." in description


def test_timers_are_dashed_and_optional_ones_lighter() -> None:
    timer = Timer(
        "expire", ("open",), "closed", timedelta(days=1), "invented.expires", since="createdAt"
    )
    drawing = draw(
        lifecycle(
            {"open": {}, "closed": {}},
            timers=(timer, replace(timer, name="perhaps", optional=True)),
        )
    )
    assert len(drawing.groups("lc-arrow")) == 4
    assert [texts(group) for group in drawing.groups("lc-timer") if texts(group)] == [
        ["after 1 day", "from createdAt", "expires"]
    ]
    assert [texts(group) for group in drawing.groups("lc-maybe") if texts(group)] == [
        ["possibly after 1 day", "from createdAt", "expires"]
    ]
    assert re.search(r":is\(\.lc-timer,\.lc-maybe\) \.lc-line\{stroke-dasharray", STYLE)
    assert re.search(r"\.lc-maybe :is\(\.lc-line,\.lc-head\)\{opacity:", STYLE)


def test_legend_explains_used_signs() -> None:
    plain = draw(lifecycle({"open": {}, "closed": {}}, moves={"close": (MOVE,)}))
    assert [texts(group) for group in plain.groups("lc-legend")] == [["operation"]]
    richer = draw(
        lifecycle(
            {"open": {}},
            given=("open",),
            stays={"get": {"open": Stay("invented.stays")}},
            refusals={"pay": {"open": Refusal(402, "invented.refused")}},
        )
    )
    assert [texts(group) for group in richer.groups("lc-legend")] == [
        ["created outside this API", "succeeds, state unchanged", "402", "refused"]
    ]
    assert draw(lifecycle({"open": {}})).groups("lc-legend") == []


def test_decisions_have_a_sign() -> None:
    moves = {"close": (MOVE,), "slam": (replace(MOVE, rule="other.slams"),)}
    refusals = {
        "pay": {"open": Refusal(402, "other.refused"), "closed": Refusal(409, "invented.refused")}
    }
    drawing = draw(lifecycle({"open": {}, "closed": {}}, moves=moves, refusals=refusals))
    marked = [
        link
        for link in drawing.root.iter(f"{SVG}a")
        if any("lc-decision" in group.get("class", "") for group in link)
    ]
    assert sorted(" ".join(texts(link)) for link in marked) == ["402 pay", "other.slams"]
    assert all("Decision. " in link.get("aria-label", "") for link in marked)
    assert all((link.findtext(f"{SVG}title") or "").startswith("Decision. ") for link in marked)
    (said,) = [texts(group) for group in drawing.groups("lc-legend")]
    assert "decision, not documented" in said
    assert len(drawing.groups("lc-decision")) == 3, "two, and the legend"


def test_decision_sign_is_within_its_frame() -> None:
    for contract, table in (parameter.values for parameter in VENDORS):
        drawing = Drawing.of(contract, table)  # type: ignore[arg-type]
        covered = [text for text, _ in drawing.texts]
        for group in drawing.framed:
            (frame, *_) = group.findall(f"{SVG}rect")
            right = float(frame.get("x", "")) + float(frame.get("width", ""))
            for circle in (
                circle
                for sign in group.iter(f"{SVG}g")
                if "lc-decision" in sign.get("class", "")
                for circle in sign
            ):
                x, y, radius = (float(circle.get(name, "")) for name in ("cx", "cy", "r"))
                ring = Rect(x - radius, y - radius, x + radius, y + radius)
                assert ring.right <= right
                assert not any(ring.overlaps(text) for text in covered)


# ---- words and widths


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(days=30), "30 days"),
        (timedelta(seconds=45), "45 seconds"),
        (timedelta(hours=1, minutes=30), "1 hour and 30 minutes"),
        (timedelta(days=1, hours=2, seconds=3), "1 day, 2 hours and 3 seconds"),
        (timedelta(milliseconds=1500), "1.5 seconds"),
        (timedelta(), "0 seconds"),
    ],
)
def test_duration_text(time: timedelta, said: str) -> None:
    assert duration(time) == said


def test_value_texts() -> None:
    assert fields({"a": ("x", "y"), "b": (None,), "c": ("*",), "d": (True, 3)}) == [
        "a: x or y",
        "b: null",
        "c: not null",
        "d: true or 3",
    ]
    assert when({"a": None, "b": "*", "c": False}) == [
        "a: null or absent",
        "b: not null",
        "c: false",
    ]


def test_wrap() -> None:
    lines = wrap("a value with many words in it", Font.CODE, 100)
    assert " ".join(lines) == "a value with many words in it"
    assert len(lines) > 1
    assert all(Font.CODE.width(line) <= 100 for line in lines)
    assert wrap("one_word_that_is_wider_than_that", Font.CODE, 100) == [
        "one_word_that_is_wider_than_that"
    ]


def test_widths_are_not_underestimated() -> None:
    """By advance widths of Liberation Sans and DejaVu Sans, and one em for a Chinese character."""
    assert Font.PLAIN.width("W") >= 12 * 0.989
    assert Font.PLAIN.width("J") >= 12 * 0.5
    assert Font.TITLE.width("W") >= 14 * 1.103
    assert Font.CODE.width("i") >= 12 * 0.602
    assert Font.CODE.width("語") >= 12


# ---- it can be put into a page


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_output_is_reproducible(contract: Contract, table: Lifecycle) -> None:
    code = (
        "import sys; from openapi import load; from session_contracts.diagram import lifecycle_svg;"
        f"c = load({contract.name!r}); sys.stdout.write(lifecycle_svg(c, "
        f"c.lifecycles[{table.name!r}], 'r/{{}}'.format, 'o/{{}}'.format))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert again.stdout == lifecycle_svg(contract, table, "r/{}".format, "o/{}".format)


def test_ids_are_unique_on_a_page() -> None:
    ids = [
        element.get("id", "")
        for api in bundled_names()
        for table in load(api).lifecycles.values()
        for element in Drawing.of(load(api), table).root.iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids)) > 0
    assert "saleslab-session-title" in ids


def test_contract_text_is_escaped() -> None:
    table = lifecycle(
        {"<b>": {"a": ('"&',)}}, refusals={"pay": {"<b>": Refusal(409, "invented.x")}}
    )
    svg = lifecycle_svg(contract_of(table), table, "rules/{}?a=1&b=2".format, "{}".format)
    root = fromstring(svg)
    assert svg.startswith("<svg ")
    assert texts(root)[:2] == ["<b>", 'a: "&']
    assert links(root) == [("409 pay", "rules/invented.x?a=1&b=2")]


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_no_scripts_or_external_resources(contract: Contract, table: Lifecycle) -> None:
    root = Drawing.of(contract, table).root
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "g", "rect", "path", "circle", "text", "a"}
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert not any(name.startswith("on") for element in root.iter() for name in element.attrib)


def test_stylesheet_sets_colors() -> None:
    contract = load("rentalot")
    root = Drawing.of(contract, contract.lifecycles["Session"]).root
    assert not any(
        {"fill", "stroke", "color", "opacity"} & set(element.attrib) for element in root.iter()
    )
    for declared in re.findall(r"(?<![\w-])(?:fill|stroke):([^;}]+)", STYLE):
        assert declared in ("none", "transparent") or declared.startswith(
            ("var(--lifecycle-", "color-mix(in srgb,currentColor")
        ), declared
    documented = set(re.findall(r"--lifecycle-[a-z-]+", session_contracts.diagram.__doc__ or ""))
    assert documented == set(re.findall(r"--lifecycle-[a-z-]+", STYLE))


# ---- accessibility


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_text_alternative(contract: Contract, table: Lifecycle) -> None:
    root = Drawing.of(contract, table).root
    assert root.get("role") == "group", "an image would hide its links"
    named = {element.get("id"): element.text or "" for element in root}
    assert (
        named[root.get("aria-labelledby")]
        == f"{contract.title}: lifecycle of the {table.name.lower()}"
    )
    description = named[root.get("aria-describedby")]
    for word in (*table.states, *table.transitions):
        assert word.lower() in description.lower()


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_accessible_names_of_links(contract: Contract, table: Lifecycle) -> None:
    for link in Drawing.of(contract, table).root.iter(f"{SVG}a"):
        seen, called = " ".join(texts(link)), link.get("aria-label", "")
        assert called.startswith(seen)
        assert len(called) > len(seen)


@pytest.mark.parametrize(("contract", "table"), VENDORS)
def test_tab_order_of_links(contract: Contract, table: Lifecycle) -> None:
    tops = [
        float(target.get("y", ""))
        for group in Drawing.of(contract, table).framed
        for target in group.findall(f"{SVG}a/{SVG}rect")
    ]
    frames = [
        float(group.findall(f"{SVG}rect")[0].get("y", ""))
        for group in Drawing.of(contract, table).framed
    ]
    assert frames == sorted(frames)
    assert len(tops) > 0


WHITE, BLACK = (255.0, 255.0, 255.0), (0.0, 0.0, 0.0)
Color = tuple[float, float, float]


def mixed(color: Color, share: float, ground: Color) -> Color:
    red, green, blue = (
        part * share + under * (1 - share) for part, under in zip(color, ground, strict=True)
    )
    return red, green, blue


def luminance(color: Color) -> float:
    """As WCAG defines it."""
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in color
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("page", "ink", "scheme"),
    [
        (WHITE, BLACK, 0),
        (WHITE, (36.0, 41.0, 47.0), 0),
        (BLACK, WHITE, 1),
        ((22.0, 27.0, 34.0), (222.0, 226.0, 232.0), 1),
    ],
    ids=["light", "softer light", "dark", "softer dark"],
)
def test_contrast_of_texts(page: Color, ink: Color, scheme: int) -> None:
    """Where the page sets nothing. A page that sets colors answers for them."""
    accents = re.search(
        r"\.lc-accent\{fill:var\(--lifecycle-accent,light-dark\(#(\w{6}),#(\w{6})\)", STYLE
    )
    muted = re.search(
        r"\.lc-muted\{fill:var\(--lifecycle-muted,color-mix\(in srgb,currentColor (\d+)%", STYLE
    )
    state = re.search(r"--lifecycle-state-fill,color-mix\(in srgb,currentColor (\d+)%", STYLE)
    label = re.search(
        r"--lifecycle-label-fill,color-mix\(in srgb,var\(--lifecycle-accent,[^ ]+ (\d+)%", STYLE
    )
    assert accents
    assert muted
    assert state
    assert label
    red, green, blue = bytes.fromhex(accents[1 + scheme])
    accent = (float(red), float(green), float(blue))
    for ground in (
        page,
        mixed(ink, int(state[1]) / 100, page),
        mixed(accent, int(label[1]) / 100, page),
    ):
        assert contrast(ink, ground) >= 4.5
        assert contrast(accent, ground) >= 4.5
        assert contrast(mixed(ink, int(muted[1]) / 100, ground), ground) >= 4.5
