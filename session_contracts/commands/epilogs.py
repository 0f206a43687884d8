"""Blocks of text at the end of a command's help, such as its exit codes."""

from collections.abc import Iterable, Mapping

_USAGE = {2: "usage error: the message says what to do"}


def epilog(*blocks: str) -> str:
    """An epilog for click with these blocks."""
    return "\n\n".join(blocks)


def block(title: str, lines: Iterable[str]) -> str:
    """A title, and lines that click keeps as they are."""
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


def exit_codes(codes: Mapping[int, str]) -> str:
    """A block with a line for each exit code; `codes` may have its own text for 2."""
    known = {**_USAGE, **codes}
    return block("Exit codes", [f"{code:<3}  {known[code]}" for code in sorted(known)])
