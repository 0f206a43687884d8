"""Exit code 2, with a one-line message that says what to do, for mistakes of the user."""

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


def handle_user_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate the function of a command: it prints a user's mistake, and exits with code 2."""

    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except _USER_ERRORS as error:
            click.echo(f"session-contracts: {error}", err=True)
            sys.exit(2)

    return wrapped


def check_api(api: str) -> None:
    """Raise UnknownApi unless there is an API of this name."""
    find(api)
