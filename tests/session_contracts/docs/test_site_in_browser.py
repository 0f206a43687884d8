"""The reference site in a browser: accessibility, search, Swagger UI, no external requests."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Route,
    ViewportSize,
    sync_playwright,
)

from tests.serving import Mock, running

HERE = Path(__file__).parent
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
if CHROMIUM is None and not os.environ.get("CI"):
    pytestmark.append(
        pytest.mark.skip(reason="chromium is not installed: apt-get install chromium")
    )

#: One page of each kind.
KINDS = {
    "home": "index.html",
    "overview": "openscouter/index.html",
    "operation": "rentalot/operations/reviewSession.html",
    "rules": "mobilenext/rules/index.html",
    "rule": "rentalot/rules/rentalot.review.final.html",
    "schema": "promptster/schemas/NewEvent.html",
    "decisions": "mobilenext/decisions.html",
    "guide": "guides/architecture.html",
    "control": "control/operations/putFaults.html",
}
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
NARROWEST: ViewportSize = {"width": 360, "height": 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass
class Heard:
    """What a page asked for elsewhere, and what it complained of."""

    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For this module only: no other test could run an event loop beside Playwright's."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        except Error as error:
            pytest.fail(f"chromium does not start: {error}")
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from the npm registry or npm's cache."""
    npm = shutil.which("npm")
    if npm is None:
        if os.environ.get("CI"):
            pytest.fail("npm is not installed")
        pytest.skip("npm is not installed, and axe-core comes from there")
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with running("--clock", "2026-05-06T17:00:00Z") as mock:
        yield mock


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def context(browser: Browser, heard: Heard) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WIDE)
    yield listened(context, heard)
    context.close()
    assert heard.elsewhere == []
    assert heard.complaints == []


def listened(context: BrowserContext, heard: Heard) -> BrowserContext:
    """Nothing leaves the machine, and everything that goes wrong is taken down."""

    def carry(route: Route, request: Request) -> None:
        if request.url.startswith(("file:", "data:", "http://127.0.0.1:")):
            return route.continue_()
        heard.elsewhere.append(request.url)
        route.abort()

    def complain(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            heard.complaints.append(message.text)

    context.route("**/*", carry)
    context.on("console", complain)
    context.on("weberror", lambda error: heard.complaints.append(str(error.error)))
    return context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_accessibility(kind: str, built: Path, page: Page, axe: str) -> None:
    """No serious or critical violation and no overflow, in both themes and both widths."""
    page.goto(f"file://{built / KINDS[kind]}")
    page.add_style_tag(
        content=".scroll, pre { background: var(--under) !important }"
    )  # axe judges no text on a gradient
    page.evaluate(axe)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        assert overflow(page) <= 0
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (size, scheme)


def test_no_horizontal_overflow(built: Path, page: Page) -> None:
    """All that list rules, whose names and statuses are long."""
    files = [
        *built.glob("*/rules/index.html"),
        *built.glob("*/operations/*.html"),
        *built.glob("*/index.html"),
    ]
    for size in (WIDE, NARROWEST):
        page.set_viewport_size(size)
        for file in files:
            page.goto(f"file://{file}", wait_until="domcontentloaded")
            assert overflow(page) <= 0, (file, size)


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds serious: the rule, and where."""
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run({resultTypes: ['violations'], preload: false}).then(result => result.violations)"
    )
    grave = [entry for entry in found if entry["impact"] in ("serious", "critical")]
    return [
        (
            entry["id"],
            [
                f"{node['html'][:150]}: {node['failureSummary'][:200]}"
                for node in entry["nodes"][:4]
            ],
        )
        for entry in grave
    ]


def test_without_javascript(browser: Browser, built: Path, heard: Heard) -> None:
    context = listened(browser.new_context(java_script_enabled=False, viewport=NARROW), heard)
    page = context.new_page()
    page.goto(f"file://{built / KINDS['operation']}")
    assert not page.get_by_role("searchbox").is_visible()
    assert not page.get_by_role("combobox").is_visible()
    assert not page.locator(".theme").is_visible()
    assert page.locator(".tab.bash").is_visible()
    assert not page.locator(".tab.python").is_visible()
    page.locator("label", has_text="Python").click()
    assert page.locator(".tab.python").is_visible()
    assert not page.locator(".tab.bash").is_visible()
    assert not page.get_by_role("link", name="Decisions").is_visible()
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("link", name="Decisions").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Rentalot Sessions: decisions"
    page.get_by_role("link", name="Index", exact=True).click()
    assert page.get_by_role("link", name="rentalot.review.final").is_visible()
    context.close()
    assert (heard.elsewhere, heard.complaints) == ([], [])


def test_menu_is_open_on_a_wide_screen(built: Path, page: Page) -> None:
    page.goto(f"file://{built / KINDS['rule']}")
    assert page.get_by_role("link", name="Decisions").is_visible()
    assert not page.get_by_text("Menu", exact=True).is_visible()


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("review final", "rentalot.review.final"),
        ("reviewed again decision", "rentalot.review.final"),
        ("completeSession", "Complete a session"),
        ("CohortStats", "CohortStats"),
    ],
)
def test_search_finds(words: str, title: str, built: Path, page: Page) -> None:
    """From the keyboard alone, in a page that was opened from a disk."""
    page.goto(f"file://{built / KINDS['guide']}")
    page.keyboard.press("/")
    page.keyboard.type(words)
    page.locator("#found li").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "architecture" not in url)
    assert page.get_by_role("heading", level=1).inner_text() == title


def test_search_by_arrows_and_escape(built: Path, page: Page) -> None:
    page.goto(f"file://{built / KINDS['home']}")
    search = page.get_by_role("combobox")
    search.fill("awaiting_review")
    page.locator("#found li").first.wait_for()
    assert search.get_attribute("aria-expanded") == "true"
    assert "awaiting_review" in page.locator("#found li[aria-selected=true] b").inner_text()
    first = search.get_attribute("aria-activedescendant")
    search.fill("session")
    page.wait_for_function("document.querySelectorAll('#found li').length > 5")
    search.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant") != first
    search.press("Escape")
    assert not page.locator("#found").is_visible()
    search.fill("nothing has this name")
    page.get_by_text("Nothing found").wait_for(state="attached")


def test_theme_is_remembered(built: Path, page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"file://{built / KINDS['home']}")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.goto(f"file://{built / KINDS['rule']}")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.get_by_role("button", name="Light colours").is_visible()


def test_site_of_the_mock_has_a_strict_policy(mock: Mock, page: Page) -> None:
    """A policy that something breaks is a complaint of the console."""
    answer = page.goto(f"{mock.url}/docs")
    assert answer is not None
    assert answer.status == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    page.get_by_role("link", name="OpenScouter Sessions").first.click()
    page.wait_for_url("**/openscouter/index.html")
    page.keyboard.press("/")
    page.keyboard.type("confirm analyzed-only")
    page.locator("#found li").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/openscouter/rules/openscouter.confirm.analyzed-only.html")
    assert page.get_by_role("link", name="Swagger UI for this mock").count() == 0


def test_swagger_ui_executes_a_call(mock: Mock, page: Page) -> None:
    page.goto(f"{mock.url}/docs/rentalot/index.html")
    page.get_by_role("link", name="Swagger UI for this mock").click()
    page.get_by_text("default credentials").wait_for()
    operation = page.locator("#operations-sessions-listSessions")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response-col_status").nth(1)
    answer.wait_for()
    assert answer.inner_text().startswith("200")
    assert "rentalot/api/v1/sessions" in operation.locator(".request-url pre").inner_text()


def test_skip_link(built: Path, page: Page) -> None:
    page.goto(f"file://{built / KINDS['rule']}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#content")
    assert page.evaluate("document.activeElement.id") == "content"
    assert (
        page.evaluate("getComputedStyle(document.activeElement).backgroundColor")
        == "rgba(0, 0, 0, 0)"
    )


def test_search_announces_results(built: Path, page: Page) -> None:
    page.goto(f"file://{built / KINDS['home']}")
    search, status = page.get_by_role("combobox"), page.locator(".search [role=status]")
    search.fill("session")
    page.wait_for_function("document.querySelectorAll('#found li').length === 20")
    assert re.fullmatch(r"20 of \d{2,} found", status.inner_text())
    search.blur()
    page.wait_for_function("document.querySelector('#found').hidden")
    assert status.inner_text() == ""
    search.fill("rentalot 409")
    page.locator("#found .says", has_text="409: ").first.wait_for()
    assert status.inner_text().endswith(" found")
    search.press("Escape")
    assert status.inner_text() == ""


def test_copy_button(browser: Browser, mock: Mock, heard: Heard) -> None:
    context = listened(
        browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"]), heard
    )
    page = context.new_page()
    page.goto(f"{mock.url}/docs/{KINDS['operation']}")
    page.get_by_role("button", name="Copy: Example in curl").click()
    page.get_by_role("status").filter(has_text="Copied: Example in curl").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()").startswith(("curl ", "session="))
    context.close()
    assert (heard.elsewhere, heard.complaints) == ([], [])


def test_only_scrolling_blocks_take_focus(built: Path, page: Page) -> None:
    page.goto(f"file://{built / KINDS['overview']}")
    scrolls = "[...document.querySelectorAll('pre, .scroll')].filter(block => block.clientWidth)"
    overflows = "block.scrollWidth > block.clientWidth"
    right = f"{scrolls}.every(block => ({overflows}) === (block.tabIndex === 0))"
    for size in (WIDE, NARROWEST, WIDE):
        page.set_viewport_size(size)
        page.wait_for_function(right)
    page.set_viewport_size(NARROWEST)
    page.wait_for_function(f"{scrolls}.some(block => block.tabIndex === 0)")


def test_current_page_is_visible_in_the_menu(built: Path, page: Page) -> None:
    page.goto(f"file://{built / 'promptster/schemas/NewEvent.html'}")
    box, window = page.locator(".side [aria-current]").bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert 0 < box["y"] < window["height"] - box["height"]
    assert page.evaluate("scrollY") == 0


def test_print(built: Path, page: Page) -> None:
    """Whatever was chosen for the screen; and nothing of the page stays folded up."""
    page.goto(f"file://{built / KINDS['operation']}")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Dark colours").click()
    pale = page.evaluate("getComputedStyle(document.body).color")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") != pale
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 35, 40)"
    assert page.locator(".legend").is_visible()
    assert page.locator("main details:not([open]) li").first.is_visible()


def test_diagram_links_have_link_color(built: Path, page: Page) -> None:
    page.goto(f"file://{built / KINDS['overview']}")
    fills = "[...document.querySelectorAll(selector)].map(text => getComputedStyle(text).fill)"
    colors = f"selector => [...new Set({fills})]"
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        link = page.evaluate("getComputedStyle(document.querySelector('main p a')).color")
        assert page.evaluate(colors, ".lifecycle a .lc-muted") == [link]
    page.emulate_media(forced_colors="active")
    system = "color => (document.body.style.color = color, getComputedStyle(document.body).color)"
    assert page.evaluate(colors, ".lifecycle a .lc-muted") == [page.evaluate(system, "LinkText")]
    assert page.evaluate(colors, ".lc-legend .lc-muted") == [page.evaluate(system, "CanvasText")]


def test_swagger_ui_sends_no_optional_parameters(mock: Mock, page: Page) -> None:
    page.goto(f"{mock.url}/docs/rentalot/operations/listSessions.html")
    page.get_by_role("link", name="try it in Swagger UI").click()
    assert page.get_by_role("heading", level=1).first.inner_text() == "Try Rentalot Sessions"
    operation = page.locator("#operations-sessions-listSessions.is-open")
    operation.wait_for()
    operation.get_by_role("button", name="Execute").click()
    operation.locator(".request-url pre").wait_for()
    assert "contactId" not in operation.locator(".request-url pre").inner_text()
    assert (
        operation.locator(".live-responses-table .response-col_status")
        .nth(1)
        .inner_text()
        .startswith("200")
    )
