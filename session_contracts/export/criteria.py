"""Success criteria of Arazzo steps."""

import json
import re
from collections.abc import Iterable
from typing import Any

from session_contracts.openapi.model import ANY

Criterion = dict[str, str]

#: Special characters of regular expressions.
_SPECIAL = re.compile(r"[\\^$.|?*+(){}\[\]/]")


def status(statuses: tuple[int, ...]) -> Criterion:
    """The response has one of these statuses."""
    if len(statuses) == 1:
        return {"condition": f"$statusCode == {statuses[0]}"}
    return _matches("$statusCode", map(str, statuses))


def is_one_of(expression: str, values: tuple[Any, ...]) -> Criterion:
    """The expression has one of these values; `*` is any value but null."""
    if len(values) > 1 and all(isinstance(value, str) and value != ANY for value in values):
        return _matches(expression, (_SPECIAL.sub(r"\\\g<0>", value) for value in values))
    conditions = [
        f"{expression} != null" if value == ANY else f"{expression} == {_literal(value)}"
        for value in values
    ]
    return {"condition": " || ".join(conditions)}


def _matches(expression: str, patterns: Iterable[str]) -> Criterion:
    return {"context": expression, "condition": f"^({'|'.join(patterns)})$", "type": "regex"}


def _literal(value: Any) -> str:
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'" if isinstance(value, str) else json.dumps(value)
