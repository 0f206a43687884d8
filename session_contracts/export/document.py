"""A contract as one JSON document."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from session_contracts.openapi.json_schema import resolve
from session_contracts.openapi.model import Contract


class Refs(StrEnum):
    """Whether references are replaced by their targets, or kept (for named types in code)."""

    INLINE = "inline"
    KEEP = "keep"


def document(contract: Contract, refs: Refs = Refs.INLINE) -> str:
    """The contract with its extensions, in the order of its file."""
    return as_json(content(contract, refs))


def content(contract: Contract, refs: Refs) -> Mapping[str, Any]:
    """The document of the contract, with references replaced or kept."""
    if refs is Refs.KEEP:
        return contract.document
    resolved: Mapping[str, Any] = resolve(contract.document, contract.document)
    return resolved


def as_json(value: Any) -> str:
    """A value as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
