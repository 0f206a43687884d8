"""What can go wrong for a user of the command line, beside what the other packages say."""

from collections.abc import Sequence


class UnknownRule(Exception):
    """No rule of this id can be broken."""

    def __init__(self, rule: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no rule {rule!r} that can be broken; there is {', '.join(known)}")
