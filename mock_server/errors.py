"""The errors of the mock.

Raised while a request is answered: Refused, Dropped, ClientGone, ResponseContractViolation.
Raised by the control API and at startup: FixtureError, NoSuchState, BadState, UnknownRules,
ClockError, BadFault, BadSnapshot, WorldExists, AddressInUse.
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
    """The request is refused.

    - `status` defaults to the first that `rule` allows, and without a rule to 400.
    - `members` are further members of the body; `near` are similar paths.
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
    """A fault dropped the connection; the client gets no answer."""


class ClientGone(Exception):
    """The client disconnected before its request was complete; nothing was done."""


class ResponseContractViolation(Exception):
    """The mock's answer violates its contract: a defect of the mock."""


class FixtureError(Exception):
    """A fixture cannot be read, or has records that the contract does not allow."""

    def __init__(self, file: str, line: int, what: str) -> None:
        super().__init__(f"{shown(file)}:{line}: {what}")


class NoSuchState(Exception):
    """The provider state, one of its params, or a param's value is not supported here."""


class BadState(Exception):
    """The message for a provider state is malformed, or refers to a record that does not exist."""


class UnknownRules(Exception):
    """Rules that have no mutant."""

    def __init__(self, rules: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(f"no mutant for {', '.join(rules)}; available: {', '.join(known)}")


class BadFault(Exception):
    """A fault of an unknown operation, or one without an effect."""


class BadSnapshot(Exception):
    """Not a snapshot of a world, or of one that cannot be served here."""


class WorldExists(Exception):
    """The name of a world is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the world {name!r} exists already; drop it, or choose another name")


class ClockError(Exception):
    """Invalid clock operation."""


class AddressInUse(Exception):
    """The server cannot listen on this address."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"cannot listen on {host} port {port}: {reason.lower()}; "
            "choose another with --port, or --port 0 for any free port"
        )
