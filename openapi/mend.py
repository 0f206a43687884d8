"""Mends the text of a YAML document at known positions: comments and formatting stay, and what was not meant does not happen."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, order=True)
class Edit:
    """`text` takes the place of the characters from `start` up to `end`, which are equal where it is inserted."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mend:
    """Edits of the text, and what they are to do to the parsed document: `apply` does it in place."""

    edits: tuple[Edit, ...]
    apply: Callable[[Any], None] = field(compare=False)


def joined(mends: Sequence[Mend]) -> Mend:
    """One that does what all of these do."""

    def apply(document: Any) -> None:
        for mend in mends:
            mend.apply(document)

    return Mend(tuple(dict.fromkeys(edit for mend in mends for edit in mend.edits)), apply)


def mended(
    text: str, value: Any, mends: Sequence[Mend], parse: Callable[[str], Any]
) -> tuple[str, list[Mend]]:
    """The text with as many of the mends as do exactly what they are meant to, and those. What was JSON is JSON afterwards.

    `value` is what `parse` makes of `text`. `parse` returns None where the text cannot be parsed. Through an alias the same edit may
    be meant at several places of the document.
    """
    if _holds(text, value, mends, parse):
        return _edited(text, mends), list(mends)
    kept: list[Mend] = []
    for edits in dict.fromkeys(mend.edits for mend in mends):
        group = [mend for mend in mends if mend.edits == edits]
        if _holds(text, value, [*kept, *group], parse):
            kept += group
    return _edited(text, kept), kept


def _holds(text: str, value: Any, mends: Sequence[Mend], parse: Callable[[str], Any]) -> bool:
    intended = deepcopy(value)
    for mend in mends:
        mend.apply(intended)
    edited = _edited(text, mends)
    if _is_json(text) and not _is_json(edited):
        return False
    # Python holds 1, 1.0 and True to be equal, and keeps no order of members; nothing of that is meant.
    return repr(parse(edited)) == repr(intended)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _edited(text: str, mends: Sequence[Mend]) -> str:
    for edit in sorted({edit for mend in mends for edit in mend.edits}, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
