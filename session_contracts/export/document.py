"""A contract as one JSON document."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Contract


class Refs(StrEnum):
    """What becomes of `$ref`: each is replaced by what it points to, or stays, so that generated code has types with names."""

    INLINE = "inline"
    KEEP = "keep"


def document(contract: Contract, refs: Refs = Refs.INLINE) -> str:
    """The contract, every extension of ours with it, in the order of its file."""
    return as_json(content(contract, refs))


def content(contract: Contract, refs: Refs) -> Mapping[str, Any]:
    resolved: Mapping[str, Any] = (
        resolve(contract.document, contract.document) if refs is Refs.INLINE else contract.document
    )
    return resolved


def as_json(value: Any) -> str:
    """JSON text with a line for each value."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
