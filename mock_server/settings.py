"""What the mock was told at start-up."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Validation(StrEnum):
    """What to do about an answer that the contract does not allow."""

    ERROR = "error"
    WARN = "warn"
    OFF = "off"


class Auth(StrEnum):
    """Which credentials count: those that were issued; any, as the default tenant's; none is needed."""

    STRICT = "strict"
    ANY = "any"
    OFF = "off"


class LogFormat(StrEnum):
    """How requests are logged."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Settings:
    """`frozen_at` None: the clock runs with the machine's. `world`: an exported world, or a fixture in place of the API's own.

    `admin_token`: what the control API asks for; None: nothing. `max_worlds`: how many may be besides the default one. `log_format`
    None: requests are not logged. `docs`: where the reference site is, for the links of refusals; None: there is none.
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
