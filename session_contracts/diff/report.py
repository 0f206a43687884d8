"""Formats changes as text, as JSON, or as Markdown for a comment on a pull request."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from session_contracts.diff.change import Change, Impact, Location


@dataclass(frozen=True)
class Comparison:
    """The changes between two versions, which have the names that the user gave."""

    old: str
    new: str
    changes: tuple[Change, ...]

    @property
    def summary(self) -> dict[Impact, int]:
        """Number of changes by impact."""
        counted = Counter(change.impact for change in self.changes)
        return {impact: counted[impact] for impact in Impact}

    @property
    def is_breaking(self) -> bool:
        """Whether a change is breaking."""
        return self.summary[Impact.BREAKING] > 0

    @property
    def headline(self) -> str:
        """One line with the number of changes by impact."""
        if not self.changes:
            return f"no changes from {self.old} to {self.new}"
        counts = ", ".join(f"{count} {impact}" for impact, count in self.summary.items())
        return f"{counts} from {self.old} to {self.new}"

    def of(self, impact: Impact) -> tuple[Change, ...]:
        """The changes with this impact."""
        return tuple(change for change in self.changes if change.impact is impact)

    def text(self) -> str:
        """The headline, then each change with reason and lines."""
        lines = [self.headline]
        for impact in Impact:
            for change in self.of(impact):
                lines += [
                    "",
                    f"{impact} {change.id}",
                    f"  {change.where}: {change.what}",
                    f"  {change.why}",
                    f"  {_locations(change)}",
                ]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def json(self) -> str:
        """`{"old", "new", "summary": {impact: n}, "changes": [...]}`.

        A change is `{"id", "kind", "where", "operations", "what", "why", "old", "new"}`. Its `kind`
        is the impact; `old` and `new` are `{"line", "value"}`, or null if the version lacks it.
        """
        document = {
            "old": self.old,
            "new": self.new,
            "summary": {impact.value: count for impact, count in self.summary.items()},
            "changes": [_plain(change) for change in self.changes],
        }
        return json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"

    def markdown(self) -> str:
        """Tables of changes; compatible ones are folded."""
        return "\n".join(self._markdown()) + "\n"

    def _markdown(self) -> Iterator[str]:
        yield "### Changes to the contract"
        yield ""
        if not self.changes:
            yield f"No changes from {_code(self.old)} to {_code(self.new)}."
            return
        counts = ", ".join(
            f"**{count} {impact}**" if count else f"{count} {impact}"
            for impact, count in self.summary.items()
        )
        yield f"{counts} from {_code(self.old)} to {_code(self.new)}."
        for impact in (Impact.BREAKING, Impact.RISKY):
            if changes := self.of(impact):
                yield from ("", f"#### {impact.capitalize()}", "", *_table(changes))
        if changes := self.of(Impact.COMPATIBLE):
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
    locations = {
        side: {"line": location.line, "value": location.value} if location else None
        for side, location in (("old", change.old), ("new", change.new))
    }
    return {
        "id": change.id,
        "kind": change.impact.value,
        "where": change.where,
        "operations": list(change.operations),
        "what": change.what,
        "why": change.why,
        **locations,
    }


def _locations(change: Change) -> str:
    return " -> ".join(str(each) for each in (change.old, change.new) if each)


def _table(changes: tuple[Change, ...]) -> Iterator[str]:
    yield "| where | what | why it matters | old | new |"
    yield "| --- | --- | --- | --- | --- |"
    for change in changes:
        what = f"{_cell(change.what)}<br>{_code(change.id)}"
        lines = f"{_location(change.old)} | {_location(change.new)}"
        yield f"| {_cell(change.where)} | {what} | {_cell(change.why)} | {lines} |"


def _location(location: Location | None) -> str:
    return _code(str(location)) if location else ""


#: Special characters of Markdown and HTML; @ would mention a user.
_SPECIAL = str.maketrans(
    {character: f"\\{character}" for character in "\\`*_{}[]<>#|~"}
    | {"&": "&amp;", "@": "&#64;", "\n": " ", "\r": " "}
)


def _cell(text: str) -> str:
    return text.translate(_SPECIAL)


def _code(text: str) -> str:
    """Inline code; a bar is escaped, because it ends a cell even in code."""
    text = " ".join(text.split()).replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"
