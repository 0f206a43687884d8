"""Writes what a command was asked to write into a file."""

from pathlib import Path

from session_contracts.errors import NotWritten


def write(file: Path, text: str) -> None:
    """As UTF-8, with the folders that it needs. Raises NotWritten."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise NotWritten(str(file), error.strerror or str(error)) from None
