"""Small changes of a document, each at one place."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from session_contracts.openapi.checks import CHECKS, Stage
from session_contracts.openapi.errors import ContractError
from session_contracts.openapi.loader import load_source
from session_contracts.openapi.source import Path_, Source

#: Prose, whose changes are compatible, and examples, which are arbitrary data.
EXAMPLES = frozenset({"example", "examples"})
PROSE = frozenset(
    {
        "summary",
        "description",
        "title",
        "externalDocs",
        "tags",
        "info",
        "servers",
        "bearerFormat",
        "source",
        "xml",
    }
)


def places(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every value below `node` that is no prose and no example, but the whole."""
    for key, child in (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    ):
        names = path[-1:] in (("properties",), ("headers",), ("schemas",), ("paths",))
        if names or key not in EXAMPLES | PROSE:
            yield (*path, key)
            yield from places(child, (*path, key))


def without(document: Any, path: Path_) -> Any | None:
    """The document without the value at `path`; None if the value is false, the same as none."""
    if at(document, path) is False:
        return None
    changed = copy.deepcopy(document)
    del at(changed, path[:-1])[path[-1]]
    return changed


def changed(document: Any, path: Path_) -> Any | None:
    """The document with another value of the same type at `path`; None where it is no scalar."""
    before = at(document, path)
    after = _other(before)
    if after is None:
        return None
    result = copy.deepcopy(document)
    at(result, path[:-1])[path[-1]] = after
    return result


def at(node: Any, path: Path_) -> Any:
    for step in path:
        node = node[step]
    return node


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case "P30D" | "PT1M" | "P1D":
            return "PT2H"
        case "documented" | "companion":
            return "decision"
        case "decision":
            return "documented"
        case "string":
            return "integer"
        case "integer" | "number" | "object" | "array" | "boolean":
            return "string"
        case "page" | "offset" | "cursor":
            return "whole"
        case "whole" | "after":
            return "page"
        case str() if not value.startswith("#/"):
            return f"{value}x"
    return None


#: Checks that need not pass: an invalid example, for instance, must not hide a change.
_MATTER = frozenset({"cell-answered", "cell-unique", "operation-exists", "state-exists"})
#: Checks that run where a contract could be built.
_MEANING = frozenset(check.id for check in CHECKS if check.stage is Stage.MEANING)


def source(document: Any, like: Source) -> Source | None:
    """The document with the lines of another one; None if it is not a valid contract."""
    made = replace(like, value=document)
    try:
        load_source(made)
    except ContractError as error:
        fatal = any(
            violation.check in _MATTER or violation.check not in _MEANING
            for violation in error.violations
        )
        return None if fatal else made
    return made
