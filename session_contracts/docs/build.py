"""Writes the site to a folder."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from session_contracts.docs.model import Make
from session_contracts.errors import NotASiteFolder

#: Lists the files that a build wrote, one path per line; a folder with it may be overwritten.
MARKER = ".session-contracts-docs"


def build(pages: Mapping[str, Make], folder: Path, *, force: bool = False) -> int:
    """Write every page, remove obsolete pages of an earlier build, and return the number of pages.

    Other files in the folder raise NotASiteFolder; with `force` they stay, unless a page has the
    same name. Raises OSError.
    """
    former = _former(folder)
    if former is None and not force:
        raise NotASiteFolder(folder)
    made = {path: make() for path, make in sorted(pages.items())}
    folder.mkdir(parents=True, exist_ok=True)
    # Old and new pages until the end, so that an interrupted build is recognized as ours.
    _write_marker(folder, sorted({*made, *(former or ())}))
    for path, content in made.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
    for path in set(former or ()) - set(made):
        _remove(folder, path)
    _write_marker(folder, made)
    return len(made)


def _write_marker(folder: Path, paths: Iterable[str]) -> None:
    (folder / MARKER).write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")


def _former(folder: Path) -> list[str] | None:
    """Pages of an earlier build: empty for a new or empty folder, None if it holds other files."""
    if (folder / MARKER).is_file():
        return (folder / MARKER).read_text(encoding="utf-8").splitlines()
    if folder.is_dir():
        return None if any(folder.iterdir()) else []
    return None if folder.exists() else []


def _remove(folder: Path, path: str) -> None:
    """Remove a page and the folders that it leaves empty, but nothing outside of `folder`."""
    file = (folder / path).resolve()
    root = folder.resolve()
    if root not in file.parents:
        return
    file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == root or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()
