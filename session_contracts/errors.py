"""What can go wrong for a user of the command line, beside what the other packages say."""

from collections.abc import Sequence


class UnknownRule(Exception):
    """No rule of this id can be broken."""

    def __init__(self, rule: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no rule {rule!r} that can be broken; there is {', '.join(known)}")


class UnknownCheck(Exception):
    """No check of a contract has this id."""

    def __init__(self, check: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no check {check!r}; there is {', '.join(known)}")


class NotWritten(Exception):
    """A file could not be written."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file} cannot be written: {reason}; name another file, or allow it")


class MockUnreachable(Exception):
    """No mock answers at a URL."""

    def __init__(self, url: str, reason: object) -> None:
        super().__init__(f"no mock answers at {url}: {reason}; start one with 'session-contracts serve', or give its URL")


class MockRefused(Exception):
    """The control API of a mock did not do what it was asked for. `status` is that of HTTP."""

    def __init__(self, status: int, detail: object) -> None:
        super().__init__(f"the mock refused ({status}): {detail}")
        self.status = status


class MockFailed(Exception):
    """A mock did not start, or is not running."""


class NoLifecycle(Exception):
    """A contract has no lifecycle that could be drawn or walked through."""

    def __init__(self, contract: str) -> None:
        super().__init__(f"{contract} has no x-lifecycles, so there is nothing to draw; export it as json or openapi-3.1")


class NotJson(Exception):
    """A contract holds a value that JSON has no form for."""

    def __init__(self, file: str, reason: object) -> None:
        super().__init__(f"{file}: {reason}; JSON has no .inf and no .nan, so write a number")


class TooManyWorkflows(Exception):
    """There are more paths through a lifecycle than anybody would run."""

    def __init__(self, contract: str, limit: int) -> None:
        super().__init__(f"{contract} has more than {limit} paths through its lifecycles; export it as mermaid, dot or scxml instead")
