"""Which contract the user means."""

from pathlib import Path

from openapi import UnknownApi
from openapi.catalog import CONTROL, find

_CONTROL_NAME = "control"
_SUFFIXES = (".yaml", ".yml", ".json")


def contract_file(name: str) -> Path:
    """A file goes before the API of its name; `control` is the mock's own. What looks like a file need not be there. Raises UnknownApi."""
    path = Path(name)
    if (path.exists() and not path.is_dir()) or name.endswith(_SUFFIXES):
        return path
    return CONTROL if name == _CONTROL_NAME else find(name).contract


def is_served(file: Path) -> bool:
    """Whether the mock serves this very contract under the name of the file."""
    try:
        return find(file.stem).contract.samefile(file)
    except (UnknownApi, OSError):
        return False
