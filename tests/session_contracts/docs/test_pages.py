"""Every command in `docs/**/*.md` prints what the page shows, from top to bottom in one folder.

The guide for integrators has a test module to itself: its sections stand alone.
"""

from pathlib import Path

import pytest

from tests.session_contracts.docs.guide import DOCS, follow_page, require_readable, sections

GENERATED = {"command-line", "control-api"}
PAGES = {
    str(page.relative_to(DOCS).with_suffix("")): page.read_text(encoding="utf-8")
    for page in sorted(DOCS.rglob("*.md"))
}
WRITTEN = sorted(PAGES.keys() - GENERATED)
#: Pages with something to run.
RUN = [name for name in WRITTEN if name != "integrators" and any(sections(PAGES[name]).values())]


@pytest.mark.parametrize("name", RUN)
def test_page(name: str, tmp_path: Path) -> None:
    follow_page(PAGES[name], tmp_path)


@pytest.mark.parametrize("name", WRITTEN)
def test_page_is_readable(name: str) -> None:
    require_readable(PAGES[name])
