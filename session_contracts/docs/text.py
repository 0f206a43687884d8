"""Text as HTML: code in colours, words between backticks, names that may be broken, values as JSON."""

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

#: Of a long answer, so many lines are shown.
_LINES = 60


@cache
def _formatter() -> HtmlFormatter[str]:
    return HtmlFormatter(nowrap=True)


def code(text: str, language: str) -> Markup:
    """In colours, which `site.css` gives by the classes of Pygments; plain where it does not know the language."""
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(text)
    return Markup(highlight(text, lexer, _formatter()))  # Pygments has escaped it


def ticked(text: str) -> Markup:
    """What stands between backticks becomes code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(broken(part)) if at % 2 else escape(part)
        for at, part in enumerate(parts)
    )


#: Where a long name may be broken: after its dots, underscores, slashes and hyphens, and before its capitals.
_BREAKS = re.compile(r"(?<=[^._/-][._/-])(?=.)|(?<=[a-z])(?=[A-Z])")


@cache
def broken(name: str) -> Markup:
    """A name that does not make a page wider than a phone."""
    return Markup("<wbr>").join(_BREAKS.split(name))


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def pretty(text: str) -> tuple[str, int]:
    """JSON in lines, and how many of them were left out; other text as it is."""
    with suppress(ValueError):
        text = as_json(json.loads(text))
    lines = text.split("\n")
    left_out = max(0, len(lines) - _LINES)
    return "\n".join(lines[:_LINES]) if left_out > 5 else text, left_out if left_out > 5 else 0
