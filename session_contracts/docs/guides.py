"""Guides: the repository's Markdown files as pages of the site.

Every `docs/**/*.md` is a guide, and so are the Markdown files at the root that `_SECTIONS` names. A
new file needs no registration: it appears at the end of "Guides", or of "APIs and their data" if it
is in `docs/apis`; `_SECTIONS` orders the others. `docs/verify.md` becomes `guides/verify.html`, and
links between Markdown files become links between pages.

An installed package has the same files below `docs/guides` of this package; see `pyproject.toml`.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from session_contracts.docs.text import code
from session_contracts.openapi import bundled_names
from session_contracts.openapi.pages import overview_page

_HERE = Path(__file__).parent
_PACKAGED = _HERE / "guides"
_CHECKOUT = _HERE.parents[1]

#: Maps a path within the repository to a link; None if the site has no such page.
Link = Callable[[str], str | None]

LICENSE_PAGE = "guides/license.txt"

GUIDES, APIS, REFERENCE, PROJECT = "Guides", "APIs and their data", "Reference pages", "Project"

#: Section to its guides, in the order of the menu. Files that do not exist are skipped.
_SECTIONS: Mapping[str, Sequence[str]] = {
    GUIDES: (
        "README.md",
        "docs/mock.md",
        "docs/integrators.md",
        "docs/verify.md",
        "docs/prove.md",
        "docs/contracts.md",
        "docs/tutorial.md",
    ),
    APIS: tuple(f"docs/apis/{name}.md" for name in bundled_names()),
    REFERENCE: (
        "docs/command-line.md",
        "docs/control-api.md",
        "docs/glossary.md",
    ),
    PROJECT: ("ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
}

#: Titles for pages whose own heading says too little in a menu.
_TITLES = {"README.md": "Readme"}


@dataclass(frozen=True)
class Guide:
    """One guide: `source` is its path within the repository, `text` its Markdown."""

    source: str
    section: str
    title: str
    text: str

    @property
    def page(self) -> str:
        """Path of its page within the site."""
        return f"guides/{self.source.removesuffix('.md').removeprefix('docs/').lower()}.html"


def root() -> Path:
    """The folder that the sources of guides are relative to."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def folders() -> list[Path]:
    """Every folder that holds guides."""
    docs = root() / "docs"
    return [root(), docs, *sorted(path for path in docs.glob("**/*") if path.is_dir())]


@cache
def guides() -> tuple[Guide, ...]:
    """All guides in the order in which the site lists them."""
    files = (root() / "docs").glob("**/*.md")
    found = {file.relative_to(root()).as_posix() for file in files}
    listed = [source for sources in _SECTIONS.values() for source in sources]
    found |= {source for source in listed if (root() / source).is_file()}
    made = [_guide(source) for source in found]
    return tuple(sorted(made, key=_position))


def _position(guide: Guide) -> tuple[int, int, str]:
    """Sort key: section, place within it, and by title after those that have a place."""
    sources = _SECTIONS[guide.section]
    place = sources.index(guide.source) if guide.source in sources else len(sources)
    return list(_SECTIONS).index(guide.section), place, guide.title


def by_section(found: Iterable[Guide]) -> dict[str, list[Guide]]:
    """Guides by section, without the sections that have none."""
    sections: dict[str, list[Guide]] = {}
    for guide in found:
        sections.setdefault(guide.section, []).append(guide)
    return sections


def _guide(source: str) -> Guide:
    text = (root() / source).read_text(encoding="utf-8")
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    title = heading[1].replace("`", "") if heading else Path(source).stem
    return Guide(source, _section(source), _TITLES.get(source, title), text)


def _section(source: str) -> str:
    for section, sources in _SECTIONS.items():
        if source in sources:
            return section
    return APIS if source.startswith("docs/apis/") else GUIDES


def license_text() -> bytes:
    """The project's license, to which guides link."""
    return (root() / "LICENSE").read_bytes()


def render(guide: Guide, link: Link) -> tuple[str, list[tuple[str, str]]]:
    """HTML without the title, and the sections as (fragment, title).

    A link whose target `link` does not know becomes plain text.
    """
    parser = MarkdownIt(
        "commonmark",
        {"html": False, "highlight": lambda text, language, _: str(code(text, language or "text"))},
    )
    parser.enable(["table", "strikethrough"])
    tokens = parser.parse(guide.text)
    sections = []
    used: set[str] = set()
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[at + 1].content
            fragment = _unused(slug(title), used)
            token.attrSet("id", fragment)
            if token.tag == "h2":
                sections.append((fragment, title.replace("`", "")))
        if token.type == "inline":
            token.children = _linked(token.children or [], guide, link)
    html = str(parser.renderer.render(_without_title(tokens), parser.options, {}))
    for plain, scrolls in _SCROLLS.items():
        html = html.replace(plain, scrolls)
    return html, sections


#: Tables and code may be wider than a phone: each scrolls by itself, with the keyboard too.
_SCROLLS = {
    "<table>": '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>',
    "</table>": "</table></div>",
    "<pre>": '<div class="code"><pre tabindex="0" role="group" aria-label="Code">',
    "</pre>": "</pre></div>",
}


def _without_title(tokens: list[Token]) -> list[Token]:
    if tokens and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        return tokens[3:]
    return tokens


def _linked(children: list[Token], guide: Guide, link: Link) -> list[Token]:
    """The tokens with links to files turned into links to pages, or removed if there is no page."""
    kept: list[Token] = []
    removed = 0
    for token in children:
        target = str(token.attrGet("href") or "") if token.type == "link_open" else ""
        if token.type == "link_open" and not re.match(r"[a-z]+:|#", target):
            path, _, fragment = target.partition("#")
            found = link(posixpath.normpath(posixpath.join(posixpath.dirname(guide.source), path)))
            if found is None:
                removed += 1
                continue
            token.attrSet("href", found + (f"#{fragment}" if fragment else ""))
        elif token.type == "link_close" and removed:
            removed -= 1
            continue
        kept.append(token)
    return kept


def slug(title: str) -> str:
    """The fragment of a heading, made as GitHub does."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def _unused(fragment: str, used: set[str]) -> str:
    """The fragment, numbered as GitHub does if an earlier heading has it; noted in `used`."""
    numbered = (fragment, *(f"{fragment}-{number}" for number in range(1, len(used) + 1)))
    found = next(each for each in numbered if each not in used)
    used.add(found)
    return found


def pages_by_source(known: Mapping[str, Any]) -> dict[str, str]:
    """Path within the repository to page of the site.

    For guides, the license, and each contract whose overview is among the pages of `known`.
    """
    found = {guide.source: guide.page for guide in guides()}
    contracts = {
        f"openapi/{name}.yaml": overview_page(name) for name in (*bundled_names(), "control")
    }
    return {
        **found,
        "LICENSE": LICENSE_PAGE,
        **{path: page for path, page in contracts.items() if page in known},
    }
