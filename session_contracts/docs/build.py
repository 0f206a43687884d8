"""Writes the site to a folder."""

from collections.abc import Mapping
from pathlib import Path

from session_contracts.docs.model import Make
from session_contracts.errors import FolderNotOurs

#: Names what a build has written, one path a line; a folder that has it may be written to again.
MARKER = ".session-contracts-docs"


def build(pages: Mapping[str, Make], folder: Path, *, force: bool = False) -> int:
    """Write every page, and remove those of a former build that are no more. How many there are.

    Raises FolderNotOurs where the folder holds something else; with `force` that stays, unless a page has its name. Raises OSError.
    """
    former = _former(folder)
    if former is None and not force:
        raise FolderNotOurs(folder)
    made = {path: make() for path, make in sorted(pages.items())}
    folder.mkdir(parents=True, exist_ok=True)
    # Both, until all is done: what is written halfway is still known as ours.
    (folder / MARKER).write_text(
        "".join(f"{path}\n" for path in sorted({*made, *(former or ())})), encoding="utf-8"
    )
    for path, content in made.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
    for path in set(former or ()) - set(made):
        _remove(folder, path)
    (folder / MARKER).write_text("".join(f"{path}\n" for path in made), encoding="utf-8")
    return len(made)


def _former(folder: Path) -> list[str] | None:
    """The pages of a former build; none in a folder that is empty or not there; None where it is somebody else's."""
    if (folder / MARKER).is_file():
        return (folder / MARKER).read_text(encoding="utf-8").splitlines()
    if folder.is_dir():
        return None if any(folder.iterdir()) else []
    return None if folder.exists() else []


def _remove(folder: Path, path: str) -> None:
    """A page, and the folders that are empty without it; never anything outside of the folder."""
    file = (folder / path).resolve()
    root = folder.resolve()
    if root not in file.parents:
        return
    file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == root or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()
