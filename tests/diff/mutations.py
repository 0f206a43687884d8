"""Small changes of a document, each at one place."""

import copy
from collections.abc import Iterator
from typing import Any

from openapi import checks
from openapi.errors import ContractError
from openapi.loader import load_source
from openapi.source import Path_, Source
from session_contracts.diff.versions import dangling, malformed

#: Places of prose, where a change counts as compatible, and of examples, which are data of anybody's own.
EXAMPLES = frozenset({"example", "examples"})
PROSE = frozenset({"summary", "description", "title", "externalDocs", "tags", "info", "servers", "bearerFormat", "source", "xml"})


def places(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every value below `node` that is no prose and no example, but the whole."""
    for key, child in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        names = path[-1:] in (("properties",), ("headers",), ("schemas",), ("paths",))
        if names or key not in EXAMPLES | PROSE:
            yield (*path, key)
            yield from places(child, (*path, key))


def without(document: Any, path: Path_) -> Any | None:
    """The document without the value at `path`; None where it is false, which is what nothing means too."""
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


#: The loader takes it for granted that the document is OpenAPI; the comparison says so in its error.
_LOADER_FAILS = (LookupError, TypeError, ValueError, AttributeError)
#: What a document may lack and be compared all the same: an invalid example, say, must not hide a change.
_MATTER = frozenset({"cell-answered", "cell-unique", "operation-exists", "state-exists"})


def source(document: Any, like: Source) -> Source | None:
    """The document, with the lines of another one; None where it is no contract by its form, or has tables that make no sense."""
    made = Source(like.file, document, like.lines)
    if any(malformed(made)) or any(dangling(made)) or any(checks.form(made)):
        return None
    try:
        load_source("mutant", made)
    except ContractError as error:
        return None if _MATTER & {violation.check for violation in error.violations} else made
    except _LOADER_FAILS:
        return None
    return made
