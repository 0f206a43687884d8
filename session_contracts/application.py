"""The mock as an ASGI application, from the options of `serve` and of MockServer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from starlette.types import ASGIApp

from session_contracts.docs.mount import PATH as DOCS
from session_contracts.docs.mount import with_docs
from session_contracts.mock_server.app import create_app
from session_contracts.mock_server.clock import parse_time
from session_contracts.mock_server.errors import BadSnapshot, FixtureError
from session_contracts.mock_server.settings import Auth, LogFormat, Settings, Validation
from session_contracts.openapi import ContractError, PartError, UnknownApi, bundled_names

#: As in the contract of the control API: integers up to this size are exact in JSON.
_LARGEST_SEED = 10**15

#: What `application` raises for mistakes of the user.
USER_ERRORS = (UnknownApi, ContractError, PartError, FixtureError, BadSnapshot, ValueError)


def application(
    apis: Sequence[str] = (),
    *,
    seed: int = 0,
    clock: str = "system",
    world: str | Path | None = None,
    auth: str = Auth.STRICT,
    rate_limits: bool = False,
    validate_responses: str = Validation.ERROR,
    admin_token: str | None = None,
    max_worlds: int = 500,
    log_format: str | None = None,
) -> ASGIApp:
    """The mock of these APIs, or of all bundled ones, with its reference site.

    `clock`: `system`, `frozen` or an RFC 3339 time. `world`: a file with an exported world or a
    fixture. The other options are the fields of Settings. Raises USER_ERRORS.
    """
    if admin_token == "":
        raise ValueError("the admin token is empty; set one, or leave the option out")
    if abs(seed) > _LARGEST_SEED:
        raise ValueError(
            f"the seed {str(seed)[:40]} is out of range; use {-_LARGEST_SEED} to {_LARGEST_SEED}"
        )
    settings = Settings(
        apis=names_of(apis),
        seed=seed,
        frozen_at=frozen_at(clock),
        auth=Auth(auth),
        rate_limits=rate_limits,
        validation=Validation(validate_responses),
        world=Path(world) if world is not None else None,
        admin_token=admin_token,
        max_worlds=max_worlds,
        log_format=LogFormat(log_format) if log_format else None,
        docs=DOCS,
    )
    return with_docs(create_app(settings), settings.apis)


def names_of(apis: Sequence[str]) -> tuple[str, ...]:
    """The names without repetitions; if there are none, those of all bundled APIs."""
    return tuple(dict.fromkeys(apis)) or bundled_names()


def frozen_at(clock: str) -> datetime | None:
    """The time at which the clock is frozen: now for `frozen`, None for `system`, else as given.

    Raises ValueError unless that is an RFC 3339 time.
    """
    if clock == "system":
        return None
    if clock == "frozen":
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_time(clock)
    except ValueError as error:
        raise ValueError(f"{error}; or use 'system' or 'frozen'") from None
