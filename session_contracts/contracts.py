"""From a name on the command line to the file of a contract."""

from pathlib import Path

from session_contracts.openapi import UnknownApi
from session_contracts.openapi.locations import CONTROL, find, is_name

_CONTROL_NAME = "control"
_SUFFIXES = (".yaml", ".yml", ".json")


def contract_file(name: str) -> Path:
    """The contract file that a name means: a file, else `control`, else an API.

    A name with the suffix of a contract is a file, even if there is none. Raises UnknownApi.
    """
    path = Path(name)
    if path.is_file() or path.is_fifo() or name.endswith(_SUFFIXES):
        return path
    if name == _CONTROL_NAME:
        return CONTROL
    return find(name).contract if is_name(name) else path


def is_served(file: Path) -> bool:
    """Whether this file is the contract of the API that its stem names, which the mock serves."""
    try:
        return find(file.stem).contract.samefile(file)
    except (UnknownApi, OSError):
        return False
