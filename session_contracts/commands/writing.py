"""Output files of the commands."""

from pathlib import Path

from session_contracts.errors import FileNotWritten


def write(file: Path, text: str) -> None:
    """Write a text as UTF-8, and create missing folders. Raises FileNotWritten."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise FileNotWritten(str(file), error.strerror or str(error)) from None
