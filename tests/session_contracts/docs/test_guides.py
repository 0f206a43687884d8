"""Guides: which files become pages, in which order, and where their links lead."""

import re
import tomllib
from pathlib import Path

import pytest

from session_contracts.docs import guides
from session_contracts.docs.guides import Guide, render

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


def guide(text: str, source: str = "docs/a.md") -> Guide:
    return Guide(source, guides.GUIDES, "A", text)


def test_every_markdown_file_is_a_guide() -> None:
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
    sources = {each.source for each in guides.guides()}
    assert {file.relative_to(ROOT).as_posix() for file in files} <= sources


def test_wheel_holds_every_guide_of_the_root() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    for file in ROOT.glob("*.md"):
        assert included.get(file.name) == f"session_contracts/docs/guides/{file.name}"


def test_sections_come_one_after_the_other() -> None:
    listed = [each.section for each in guides.guides()]
    assert listed == sorted(listed, key=[*guides._SECTIONS].index)
    assert next(iter(guides.guides())).source == "README.md"


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("README.md", "guides/readme.html"),
        ("docs/verify.md", "guides/verify.html"),
        ("docs/apis/rentalot.md", "guides/apis/rentalot.html"),
    ],
)
def test_page_of_a_source(source: str, page: str) -> None:
    assert guide("", source).page == page


@pytest.mark.parametrize(
    ("source", "link", "resolved"),
    [
        ("docs/a.md", "b.md#part", "/docs/b.md#part"),
        ("docs/apis/a.md", "../../README.md", "/README.md"),
        ("README.md", "docs/b.md", "/docs/b.md"),
    ],
)
def test_link_to_a_file(source: str, link: str, resolved: str) -> None:
    html, _ = render(guide(f"[x]({link})", source), lambda path: f"/{path}")
    assert f'href="{resolved}"' in html


def test_link_to_what_has_no_page_becomes_text() -> None:
    html, _ = render(guide("See [the *code*](../tox.ini) and [b](b.md)."), lambda path: None)
    assert "See the <em>code</em> and b." in html


def test_repeated_headings_get_distinct_fragments() -> None:
    html, sections = render(guide("# A\n## Options\n## Options\n## `serve`"), lambda path: None)
    assert sections == [("options", "Options"), ("options-1", "Options"), ("serve", "serve")]
    assert re.findall(r'id="([^"]+)"', html) == ["options", "options-1", "serve"]
