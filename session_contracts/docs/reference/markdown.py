"""Pieces of Markdown that both reference pages need."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, with an empty line after it; none if there are no rows.

    Columns in which every cell is empty are left out.
    """
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    used = [at for at in range(len(head)) if any(row[at] for row in cells)]
    if not used:
        return
    yield _row([head[at] for at in used])
    yield _row(["---"] * len(used))
    for row in cells:
        yield _row([row[at] for at in used])
    yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def code_block(text: str, language: str = "") -> Iterator[str]:
    """The lines of a fenced block, with an empty line after it."""
    yield f"```{language}"
    yield text
    yield "```"
    yield ""


def json_block(value: Any) -> Iterator[str]:
    """A value as a fenced block of JSON: on one line if it fits there, else indented."""
    line = json.dumps(value, ensure_ascii=False)
    indented = json.dumps(value, indent=2, ensure_ascii=False)
    return code_block(line if len(line) <= _LINE_LENGTH else indented, "json")


_LINE_LENGTH = 90


def code(text: str) -> str:
    """A text as inline code; nothing for an empty one."""
    return f"`{text}`" if text else ""
