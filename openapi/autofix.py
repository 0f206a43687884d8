"""Autofixes: edits of a document's text at known positions, so comments and formatting stay.

An autofix says what it intends twice: as edits of the text, and as a function on the parsed
document. It is applied only if parsing the edited text gives exactly the intended document.
"""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, order=True)
class Edit:
    """Replaces the characters from `start` up to `end` by `text`; an insertion has both equal."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Autofix:
    """Edits of the text, and their effect: `apply` changes the parsed document in place."""

    edits: tuple[Edit, ...]
    apply: Callable[[Any], None] = field(compare=False)


def joined(autofixes: Sequence[Autofix]) -> Autofix:
    """One autofix that does what all of these do."""

    def apply(document: Any) -> None:
        for autofix in autofixes:
            autofix.apply(document)

    return Autofix(
        tuple(dict.fromkeys(edit for autofix in autofixes for edit in autofix.edits)), apply
    )


def autofixed(
    text: str, value: Any, autofixes: Sequence[Autofix], parse: Callable[[str], Any]
) -> tuple[str, list[Autofix]]:
    """The edited text, and the autofixes that were applied: those that have exactly their effect.

    `parse` returns None for a text that cannot be parsed; `value` is `parse(text)`. A JSON text
    stays JSON. Autofixes with equal edits belong together: an alias in YAML stands at several
    places of the document.
    """
    if _holds(text, value, autofixes, parse):
        return _edited(text, autofixes), list(autofixes)
    kept: list[Autofix] = []
    for edits in dict.fromkeys(autofix.edits for autofix in autofixes):
        group = [autofix for autofix in autofixes if autofix.edits == edits]
        if _holds(text, value, [*kept, *group], parse):
            kept += group
    return _edited(text, kept), kept


def _holds(
    text: str, value: Any, autofixes: Sequence[Autofix], parse: Callable[[str], Any]
) -> bool:
    intended = deepcopy(value)
    for autofix in autofixes:
        autofix.apply(intended)
    edited = _edited(text, autofixes)
    if _is_json(text) and not _is_json(edited):
        return False
    # Compared by repr: in Python 1 == 1.0 == True, and equal dicts may differ in order.
    return repr(parse(edited)) == repr(intended)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _edited(text: str, autofixes: Sequence[Autofix]) -> str:
    for edit in sorted({edit for autofix in autofixes for edit in autofix.edits}, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
