"""Shows the changes: as text, as JSON, or as Markdown for a comment on a pull request."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from session_contracts.diff.change import Change, Kind, Place


@dataclass(frozen=True)
class Comparison:
    """Two versions, by the names that the user gave them, and what changed."""

    old: str
    new: str
    changes: tuple[Change, ...]

    @property
    def summary(self) -> dict[Kind, int]:
        """How many changes there are of each kind."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in Kind}

    @property
    def breaks(self) -> bool:
        return self.summary[Kind.BREAKING] > 0

    @property
    def headline(self) -> str:
        if not self.changes:
            return f"no changes from {self.old} to {self.new}"
        counts = ", ".join(f"{count} {kind}" for kind, count in self.summary.items())
        return f"{counts} from {self.old} to {self.new}"

    def of(self, kind: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind is kind)

    def text(self) -> str:
        lines = [self.headline]
        for kind in Kind:
            for change in self.of(kind):
                lines += [
                    "",
                    f"{kind} {change.id}",
                    f"  {change.where}: {change.what}",
                    f"  {change.why}",
                    f"  {_places(change)}",
                ]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def json(self) -> str:
        """`{"old", "new", "summary": {kind: n}, "changes": [{"id", "kind", "where", "operations", "what", "why", "old", "new"}]}`.

        The `old` and the `new` of a change are `{"line", "value"}`, or null where that version does not have it.
        """
        document = {
            "old": self.old,
            "new": self.new,
            "summary": {kind.value: count for kind, count in self.summary.items()},
            "changes": [_plain(change) for change in self.changes],
        }
        return json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"

    def markdown(self) -> str:
        return "\n".join(self._markdown()) + "\n"

    def _markdown(self) -> Iterator[str]:
        yield "### Changes of the contract"
        yield ""
        if not self.changes:
            yield f"No changes from {_code(self.old)} to {_code(self.new)}."
            return
        counts = ", ".join(
            f"**{count} {kind}**" if count else f"{count} {kind}"
            for kind, count in self.summary.items()
        )
        yield f"{counts} from {_code(self.old)} to {_code(self.new)}."
        for kind in (Kind.BREAKING, Kind.RISKY):
            if changes := self.of(kind):
                yield from ("", f"#### {kind.capitalize()}", "", *_table(changes))
        if changes := self.of(Kind.COMPATIBLE):
            yield from (
                "",
                "<details>",
                f"<summary>{len(changes)} compatible</summary>",
                "",
                *_table(changes),
                "",
                "</details>",
            )


FORMATS: Mapping[str, Callable[[Comparison], str]] = {
    "text": Comparison.text,
    "json": Comparison.json,
    "markdown": Comparison.markdown,
}


def _plain(change: Change) -> dict[str, Any]:
    places = {
        side: {"line": place.line, "value": place.value} if place else None
        for side, place in (("old", change.old), ("new", change.new))
    }
    return {
        "id": change.id,
        "kind": change.kind.value,
        "where": change.where,
        "operations": list(change.operations),
        "what": change.what,
        "why": change.why,
        **places,
    }


def _places(change: Change) -> str:
    return " -> ".join(str(place) for place in (change.old, change.new) if place)


def _table(changes: tuple[Change, ...]) -> Iterator[str]:
    yield "| where | what | why it matters | old | new |"
    yield "| --- | --- | --- | --- | --- |"
    for change in changes:
        what = f"{_cell(change.what)}<br>{_code(change.id)}"
        yield f"| {_cell(change.where)} | {what} | {_cell(change.why)} | {_place(change.old)} | {_place(change.new)} |"


def _place(place: Place | None) -> str:
    return _code(str(place)) if place else ""


#: What Markdown, or the HTML in it, would take for its own; @ would call somebody.
_SPECIAL = str.maketrans(
    {character: f"\\{character}" for character in "\\`*_{}[]<>#|~"}
    | {"&": "&amp;", "@": "&#64;", "\n": " ", "\r": " "}
)


def _cell(text: str) -> str:
    return text.translate(_SPECIAL)


def _code(text: str) -> str:
    """Text as it is; within a table a bar ends the cell even in code."""
    text = " ".join(text.split()).replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"
