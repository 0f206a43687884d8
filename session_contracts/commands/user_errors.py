"""Exit status 2, with one line that says what to do, for whatever the user can fix."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from session_contracts.conformance.errors import UsageError
from session_contracts.errors import UserError
from session_contracts.mock_server.errors import AddressInUse, BadSnapshot, FixtureError
from session_contracts.openapi import ContractError, PartError, UnknownApi
from session_contracts.openapi.locations import find

_USER_ERRORS = (
    UnknownApi,
    ContractError,
    PartError,
    FixtureError,
    BadSnapshot,
    AddressInUse,
    UsageError,
    UserError,
)


def says_what_to_do(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except _USER_ERRORS as error:
            click.echo(f"session-contracts: {error}", err=True)
            sys.exit(2)

    return wrapped


def known_api(api: str) -> None:
    """Raises UnknownApi."""
    find(api)
