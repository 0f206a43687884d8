"""A contract as JSON, OpenAPI 3.1, Mermaid, DOT, SCXML and Arazzo; the output is reproducible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from session_contracts.export.arazzo import CONTROL_FILE, OPENAPI_FILE, arazzo
from session_contracts.export.document import Refs, document
from session_contracts.export.dot import dot
from session_contracts.export.mermaid import mermaid
from session_contracts.export.openapi31 import openapi31
from session_contracts.export.scxml import scxml
from session_contracts.openapi import Contract, load_control


@dataclass(frozen=True)
class Format:
    """One notation: its file name, and the function that writes it.

    `refs` is the default for `$ref`, None if the notation has none. `lifecycles`: the contract must
    have some.
    """

    file: str
    write: Callable[..., str]
    refs: Refs | None = None
    lifecycles: bool = True


FORMATS: Mapping[str, Format] = {
    "json": Format("openapi.json", document, Refs.INLINE, lifecycles=False),
    "openapi-3.1": Format(OPENAPI_FILE, openapi31, Refs.KEEP, lifecycles=False),
    "mermaid": Format("lifecycles.mmd", mermaid),
    "dot": Format("lifecycles.dot", dot),
    "scxml": Format("lifecycles.scxml", scxml),
    "arazzo": Format("arazzo.json", arazzo),
}


def export(contract: Contract, name: str, refs: Refs | None = None) -> str:
    """The contract in the format with this name. Raises NoLifecycle, TooManyWorkflows."""
    chosen = FORMATS[name]
    if chosen.refs is None:
        return chosen.write(contract)
    return chosen.write(contract, refs or chosen.refs)


def exports(contract: Contract) -> dict[str, str]:
    """File names to contents: the contract in every applicable format, and what these refer to.

    Raises TooManyWorkflows.
    """
    usable = {
        name: each for name, each in FORMATS.items() if contract.lifecycles or not each.lifecycles
    }
    files = {each.file: export(contract, name) for name, each in usable.items()}
    return files | ({CONTROL_FILE: openapi31(load_control())} if contract.lifecycles else {})
