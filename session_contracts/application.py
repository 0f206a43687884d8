"""From the options of the command line, and of MockServer, to a mock."""

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

#: As in the contract of the control API: JSON's numbers are exact that far.
_LONGEST_SEED = 10**15

#: What `application` raises for the user's own mistakes.
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
    """The mock of these APIs, or of all vendors'. Raises USER_ERRORS."""
    if admin_token == "":
        raise ValueError("an empty admin token guards nothing; give one, or leave it out")
    if abs(seed) > _LONGEST_SEED:
        raise ValueError(
            f"a seed lies between {-_LONGEST_SEED} and {_LONGEST_SEED}, not {str(seed)[:40]}"
        )
    settings = Settings(
        apis=tuple(dict.fromkeys(apis)) or bundled_names(),
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


def frozen_at(clock: str) -> datetime | None:
    """`system`: None; `frozen`: now; else the RFC 3339 time at which the clock stands. Raises ValueError."""
    if clock == "system":
        return None
    if clock == "frozen":
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_time(clock)
    except ValueError as error:
        raise ValueError(f"{error}; or write system, or frozen") from None
