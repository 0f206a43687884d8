"""What can go wrong for a user of the mock, one class each.

Raised while a request is answered: Refused (the answer is a refusal), Dropped and ClientGone (nobody gets one), ResponseContractViolation (the mock
would have lied).
Raised by set-up: FixtureError, NoSuchState, BadState, UnknownRules, ClockError, BadFault,
BadSnapshot, WorldExists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from session_contracts.openapi.errors import shown


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    message: str


class Refused(Exception):
    """The request is refused. Without `status`, the first that `rule` allows; without both, 400. `members`: what else the body has.

    `near`: what there is that is like what was asked for.
    """

    def __init__(
        self,
        rule: str | None,
        detail: str,
        *,
        status: int | None = None,
        errors: Sequence[FieldError] = (),
        headers: Sequence[tuple[str, str]] = (),
        members: Mapping[str, Any] = MappingProxyType({}),
        near: Sequence[str] = (),
    ) -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail
        self.status = status
        self.errors = tuple(errors)
        self.headers = tuple(headers)
        self.members = members
        self.near = tuple(near)


class Dropped(Exception):
    """The connection breaks off, and nothing is answered."""


class ClientGone(Exception):
    """The client broke off before its request was complete; nothing was done."""


class ResponseContractViolation(Exception):
    """The mock was about to give an answer that its contract does not allow: a defect of the mock."""


class FixtureError(Exception):
    """A fixture cannot be read, or holds records that the contract does not allow."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{shown(file)}:{line}: {what}")


class NoSuchState(Exception):
    """The provider state, one of its params, or a param's value is not supported here."""


class BadState(Exception):
    """The message that asks for a provider state is malformed, or refers to nothing."""


class UnknownRules(Exception):
    """Rules that no broken-rule mode exists for."""

    def __init__(self, rules: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"no broken-rule mode for {', '.join(rules)}; there is one for each of: {', '.join(known)}"
        )


class BadFault(Exception):
    """A fault that cannot be: of an operation that there is not, or one that does nothing."""


class BadSnapshot(Exception):
    """What was to be imported is no export of a world, or not of one that can be served here."""


class WorldExists(Exception):
    """There is a world of that name already."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a world {name!r} already; drop it, or give another name")


class ClockError(Exception):
    """The clock was told to do what it does not do."""


class AddressInUse(Exception):
    """The server cannot listen where it was told to."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"cannot listen on {host} port {port}: {reason.lower()}; choose another with --port, or --port 0 for any that is free"
        )
