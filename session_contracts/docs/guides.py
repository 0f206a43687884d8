"""The repository's own pages, written in Markdown, as pages of the site."""

import posixpath
import re
from collections.abc import Callable, Mapping
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
_ROOT = _HERE.parents[1]

#: Turns a path within the repository into a link; None where the site has no such page.
Link = Callable[[str], str | None]


@dataclass(frozen=True)
class Guide:
    """`source`: where it stands in the repository."""

    name: str
    title: str
    source: str
    text: str

    @property
    def page(self) -> str:
        return f"guides/{self.name}.html"


def folders() -> tuple[Path, ...]:
    """Where the guides are: one folder of the package where it was installed, in a checkout that of `docs` and the root."""
    return (_PACKAGED,) if _PACKAGED.is_dir() else (_ROOT / "docs", _ROOT)


@cache
def guides() -> tuple[Guide, ...]:
    """Those that tell how to do something, then the repository's own pages."""
    first, last = folders()[0], folders()[-1]
    told = [
        (file, f"docs/{file.name}")
        for file in sorted(first.glob("*.md"))
        if file.name not in _BESIDE
    ]
    beside = [(last / name, name) for name in _BESIDE if (last / name).is_file()]
    return tuple(_guide(file, source) for file, source in (*told, *beside))


LICENSE_PAGE = "guides/license.txt"
#: Pages of the repository's root.
_BESIDE = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")
#: Where the page's own title says too little beside others.
_TITLES = {"README.md": "Read me"}


def license_text() -> bytes:
    """Of this project; the guides refer to it."""
    return (folders()[-1] / "LICENSE").read_bytes()


def _guide(file: Path, source: str) -> Guide:
    text = file.read_text(encoding="utf-8")
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    return Guide(
        file.stem.lower(), _TITLES.get(source) or (title[1] if title else file.stem), source, text
    )


def render(guide: Guide, link: Link) -> tuple[str, list[tuple[str, str]]]:
    """As HTML, without its title; and its sections: fragment and title. What `link` does not know is shown without a link."""
    parser = MarkdownIt(
        "commonmark",
        {"html": False, "highlight": lambda text, language, _: str(code(text, language or "text"))},
    )
    parser.enable(["table", "strikethrough"])
    tokens = parser.parse(guide.text)
    sections = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[at + 1].content
            token.attrSet("id", slug(title))
            if token.tag == "h2":
                sections.append((slug(title), title.replace("`", "")))
        if token.type == "inline":
            token.children = _linked(token.children or [], guide, link)
    html = str(parser.renderer.render(_without_title(tokens), parser.options, {}))
    for plain, scrolls in _SCROLLS.items():
        html = html.replace(plain, scrolls)
    return html, sections


#: What may be wider than a phone is scrolled by itself, from the keyboard too.
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
    """Links to files of the repository lead to pages of the site; those to what it does not have are undone."""
    kept: list[Token] = []
    undone = 0
    for token in children:
        target = str(token.attrGet("href") or "") if token.type == "link_open" else ""
        if token.type == "link_open" and not re.match(r"[a-z]+:|#", target):
            path, _, fragment = target.partition("#")
            found = link(posixpath.normpath(posixpath.join(posixpath.dirname(guide.source), path)))
            if found is None:
                undone += 1
                continue
            token.attrSet("href", found + (f"#{fragment}" if fragment else ""))
        elif token.type == "link_close" and undone:
            undone -= 1
            continue
        kept.append(token)
    return kept


def slug(title: str) -> str:
    """The fragment of a heading, as the usual forges make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def places(known: Mapping[str, Any]) -> dict[str, str]:
    """Path in the repository to page of the site: the guides, the license, and the contracts that the site documents."""
    found = {guide.source: guide.page for guide in guides()}
    contracts = {
        f"openapi/{name}.yaml": overview_page(name) for name in (*bundled_names(), "control")
    }
    return {
        **found,
        "LICENSE": LICENSE_PAGE,
        **{path: page for path, page in contracts.items() if page in known},
    }
