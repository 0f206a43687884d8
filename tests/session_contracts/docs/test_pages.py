"""Every command in `docs/**/*.md` prints what the page shows, from top to bottom in one folder.

The guide for integrators has a test module to itself: its sections stand alone.
"""

import re
from pathlib import Path

import pytest

from session_contracts.docs.guides import slug
from tests.session_contracts.docs.guide import (
    DOCS,
    ROOT,
    follow_page,
    require_readable,
    sections,
)

GENERATED = {"command-line", "control-api"}
PAGES = {
    str(page.relative_to(DOCS).with_suffix("")): page.read_text(encoding="utf-8")
    for page in sorted(DOCS.rglob("*.md"))
}
WRITTEN = sorted(PAGES.keys() - GENERATED)
#: Pages with something to run.
RUN = [name for name in WRITTEN if name != "integrators" and any(sections(PAGES[name]).values())]


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_page(name: str, tmp_path: Path) -> None:
    follow_page(PAGES[name], tmp_path)


@pytest.mark.parametrize("name", WRITTEN)
def test_page_is_readable(name: str) -> None:
    require_readable(PAGES[name])


SOURCES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links(source: Path) -> None:
    """Links between files of the repository lead to a file, and to one of its headings."""
    text = re.sub(r"```.*?```", "", source.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = source.parent / path if path else source
        assert target.is_file(), link
        assert not fragment or fragment in _fragments(target), link


def _fragments(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {slug(heading) for heading in headings}
