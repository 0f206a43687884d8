"""The settings of a mock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Validation(StrEnum):
    """What to do about an answer that violates the contract."""

    ERROR = "error"
    WARN = "warn"
    OFF = "off"


class Auth(StrEnum):
    """Credential policy.

    strict: issued ones only; any: every other one counts as the default tenant's; off: none needed.
    """

    STRICT = "strict"
    ANY = "any"
    OFF = "off"


class LogFormat(StrEnum):
    """How requests are logged."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Settings:
    """Settings of a mock.

    - `frozen_at` None means that the clock runs with the machine's.
    - `world` is a snapshot, or a fixture in place of the API's own.
    - `admin_token` protects the control API; None leaves it open.
    - `max_worlds` is the maximum number of worlds besides the default one.
    - `log_format` None means that requests are not logged.
    - `docs` is the URL of the reference site, for the links of refusals; None if there is none.
    """

    apis: tuple[str, ...]
    seed: int = 0
    frozen_at: datetime | None = None
    auth: Auth = Auth.STRICT
    rate_limits: bool = False
    validation: Validation = Validation.ERROR
    world: Path | None = None
    admin_token: str | None = None
    max_worlds: int = 500
    log_format: LogFormat | None = None
    docs: str | None = None
