"""Text as HTML: highlighted code, inline code, names with break points, JSON; and fragments."""

import json
import re
from contextlib import suppress
from functools import cache
from typing import Any

from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

#: Longer bodies are cut after this many lines.
_LINES = 60


@cache
def _formatter() -> HtmlFormatter[str]:
    return HtmlFormatter(nowrap=True)


def code(text: str, language: str) -> Markup:
    """Highlighted code with the classes of Pygments; plain if it has no lexer for the language."""
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(text)
    return Markup(highlight(text, lexer, _formatter()))  # Pygments has escaped it


def ticked(text: str) -> Markup:
    """Text with code between backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(breakable(part)) if at % 2 else escape(part)
        for at, part in enumerate(parts)
    )


#: A long name may break after dots, underscores, slashes and hyphens, and before capitals.
_BREAKS = re.compile(r"(?<=[^._/-][._/-])(?=.)|(?<=[a-z])(?=[A-Z])")


@cache
def breakable(name: str) -> Markup:
    """A name with break points, so that it is never wider than a phone."""
    return Markup("<wbr>").join(_BREAKS.split(name))


def anchor(*words: str) -> str:
    """A fragment made of these words."""
    return "-".join(
        "".join(letter if letter.isalnum() or letter in "_.-" else "-" for letter in word)
        for word in words
    )


def as_json(value: Any) -> str:
    """A value as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def pretty(text: str) -> tuple[str, int]:
    """JSON indented, other text unchanged; and the number of lines left out at the end."""
    with suppress(ValueError):
        text = as_json(json.loads(text))
    lines = text.split("\n")
    left_out = max(0, len(lines) - _LINES)
    return "\n".join(lines[:_LINES]) if left_out > 5 else text, left_out if left_out > 5 else 0
