"""Which contract the user means."""

from pathlib import Path

from session_contracts.openapi import UnknownApi
from session_contracts.openapi.locations import CONTROL, find, is_name

_CONTROL_NAME = "control"
_SUFFIXES = (".yaml", ".yml", ".json")


def contract_file(name: str) -> Path:
    """A file goes before the API of its name; `control` is the mock's own. What looks like a file need not be there. Raises UnknownApi."""
    path = Path(name)
    if path.is_file() or path.is_fifo() or name.endswith(_SUFFIXES):
        return path
    if name == _CONTROL_NAME:
        return CONTROL
    return find(name).contract if is_name(name) else path


def is_served(file: Path) -> bool:
    """Whether the mock serves this very contract under the name of the file."""
    try:
        return find(file.stem).contract.samefile(file)
    except (UnknownApi, OSError):
        return False
