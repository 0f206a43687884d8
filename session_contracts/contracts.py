"""Resolves the name of a contract: a file, an API, or `control`."""

from pathlib import Path

from session_contracts.openapi import UnknownApi
from session_contracts.openapi.locations import CONTROL, find, is_name

_CONTROL_NAME = "control"
_SUFFIXES = (".yaml", ".yml", ".json")


def contract_file(name: str) -> Path:
    """The file of a contract; a file takes precedence over an API of its name.

    The file need not exist if the name looks like one. Raises UnknownApi.
    """
    path = Path(name)
    if path.is_file() or path.is_fifo() or name.endswith(_SUFFIXES):
        return path
    if name == _CONTROL_NAME:
        return CONTROL
    return find(name).contract if is_name(name) else path


def is_served(file: Path) -> bool:
    """Whether the mock serves this very file under its stem."""
    try:
        return find(file.stem).contract.samefile(file)
    except (UnknownApi, OSError):
        return False
