"""The exit codes of a command, at the end of its help text."""

from collections.abc import Mapping

_USAGE = {2: "usage error: the message says what to do"}


def exit_codes(codes: Mapping[int, str]) -> str:
    """An epilog for click, with a line for each code; `codes` may have its own text for 2."""
    lines = (f"  {code:<3}  {meaning}" for code, meaning in sorted({**_USAGE, **codes}.items()))
    return "\n".join(["\b", "Exit codes:", *lines])
