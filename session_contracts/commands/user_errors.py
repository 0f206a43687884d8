"""Exit status 2, with one line that says what to do, for whatever the user can mend."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from conformance.errors import UsageError
from mock_server.errors import AddressInUse, BadSnapshot, FixtureError
from openapi import API_NAMES, ContractError, UnknownApi
from session_contracts.errors import FolderNotOurs, MockRefused, MockUnreachable, RepeatedApi, UnknownRule, Unwritable

_USER_ERRORS = (
    UnknownApi,
    ContractError,
    FixtureError,
    BadSnapshot,
    AddressInUse,
    UsageError,
    UnknownRule,
    MockUnreachable,
    MockRefused,
    FolderNotOurs,
    Unwritable,
    RepeatedApi,
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
    if api not in API_NAMES:
        raise UnknownApi(api, API_NAMES)
