"""Reads built pages: what they hold and where they lead."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

#: Elements that have no end.
_VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "wbr", "path", "circle", "rect"})


@dataclass
class Page:
    """`links`: every href and src; `headings`: their levels; `problems`: invalid HTML."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    text: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._open: list[str] = []
        self._parts: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append(tag)
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.page.headings.append(int(tag[1]))
        for name, value in attributes:
            if name == "id":
                self.page.ids.append(value or "")
            elif name in ("href", "src", "action"):
                self.page.links.append(value or "")
            elif name.startswith("on") or (name == "style" and "svg" not in self._open):
                self.page.problems.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and (not self._open or self._open.pop() != tag):
            self.page.problems.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if (
            self._open
            and self._open[-1] in ("script", "style")
            and "svg" not in self._open
            and data.strip()
        ):
            self.page.problems.append(f"<{self._open[-1]}> has something in it")
        self._parts.append(data)

    def close(self) -> None:
        super().close()
        self.page.problems += [f"<{tag}> does not end" for tag in self._open]
        self.page.text = "".join(self._parts)


def read(file: Path) -> Page:
    reader = _Reader()
    reader.feed(file.read_text(encoding="utf-8"))
    reader.close()
    return reader.page
