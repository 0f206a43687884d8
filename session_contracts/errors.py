"""What can go wrong for a user of the command line, beside what the other packages say."""

from collections.abc import Sequence


class UnknownRule(Exception):
    """No rule of this id can be broken."""

    def __init__(self, rule: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no rule {rule!r} that can be broken; there is {', '.join(known)}")


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


class UnknownVersion(Exception):
    """OLD or NEW of a comparison is nothing that can be read."""

    def __init__(self, which: str, name: str, apis: Sequence[str]) -> None:
        also = ", or a git revision, at which the file of NEW is read" if which == "OLD" else ""
        known = f"a file, the name of an API ({', '.join(apis)}), or a git revision and a path, as in HEAD:openapi/rentalot.yaml{also}"
        super().__init__(f"{which}: {name!r} names no contract; name {known}")


class GitFailed(Exception):
    """Git does not give what a comparison needs of it."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what}; {fix}")


class NoContract(Exception):
    """One of the documents of a comparison does not load as a contract today."""

    def __init__(self, name: str, violations: Sequence[object]) -> None:
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        first = " ".join(str(violations[0]).split())
        super().__init__(f"{name} cannot be compared, since it does not load as a contract: {first}{more}")


class CannotWrite(Exception):
    """A report cannot be written to the file that was named."""

    def __init__(self, file: object, reason: object) -> None:
        super().__init__(f"{file} cannot be written: {reason}; name another file")
