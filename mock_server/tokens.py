"""JSON Web Tokens, signed with a secret that is no secret: whoever tests a client may make tokens of his own."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
import orjson

from session_contracts.mock_server.clock import EARLIEST, LATEST
from session_contracts.mock_server.credentials import Credential

#: Signs every token of every world; shown in the README.
SECRET = "session-contracts-mock-signs-with-this"
ALGORITHM = "HS256"


def sign(subject: str, now: datetime, lifetime: timedelta, **claims: Any) -> str:
    """A token of `subject` that is valid from `now` on for `lifetime`."""
    times = {"iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
    return jwt.encode({"sub": subject, **times, **claims}, SECRET, ALGORITHM)


@lru_cache(maxsize=512)  # the same few are sent with every call
def read(token: str) -> Mapping[str, Any] | None:
    """The claims of a token that we signed; whether its time is over is for the world's clock to say. None where we did not."""
    unread = dict.fromkeys(
        (f"verify_{claim}" for claim in ("exp", "iat", "nbf", "aud", "jti")), False
    )
    options: Any = {"require": ["sub", "exp"], **unread}
    try:
        claims: Mapping[str, Any] = jwt.decode(token, SECRET, [ALGORITHM], options)
    except jwt.InvalidTokenError:
        return None
    return claims if _is_time(claims["exp"]) and _is_text(claims) else None


def _is_text(claims: Mapping[str, Any]) -> bool:
    """JSON can escape half a character, which no answer could show."""
    try:
        orjson.dumps(claims)
    except TypeError:
        return False
    return True


def _is_time(value: Any) -> bool:
    try:
        return (
            not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)
        )
    except OverflowError:
        return False


def credential(token: str) -> Credential | None:
    """What a token that we signed stands for. `tenant` is a claim; left out, it is the default one."""
    claims = read(token)
    if claims is None or not isinstance(claims.get("tenant", ""), str):
        return None
    moment = min(max(claims["exp"], EARLIEST.timestamp()), LATEST.timestamp())
    told = claims.get("organizations")
    return Credential(
        token,
        claims.get("tenant", "default"),
        "jwt",
        expires=datetime.fromtimestamp(moment, UTC),
        user=claims["sub"],
        organizations=tuple(name for name in told if isinstance(name, str))
        if isinstance(told, list)
        else None,
    )
