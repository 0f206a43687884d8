"""JSON Web Tokens, signed with a published secret, so that tests can make their own tokens."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
import orjson

from session_contracts.mock_server.clock import EARLIEST, LATEST
from session_contracts.mock_server.credentials import Credential

#: Signs every token of every world; published in the documentation.
SECRET = "session-contracts-mock-signs-with-this"
ALGORITHM = "HS256"


def sign(subject: str, now: datetime, lifetime: timedelta, **claims: Any) -> str:
    """A token of `subject` that is valid from `now` on for `lifetime`."""
    times = {"iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
    return jwt.encode({"sub": subject, **times, **claims}, SECRET, ALGORITHM)


@lru_cache(maxsize=512)  # the same few are sent with every call
def read(token: str) -> Mapping[str, Any] | None:
    """The claims of a token with a valid signature; None for any other.

    Whether it has expired depends on the world's clock, and is not checked here.
    """
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
    """Whether the claims can be encoded again: JSON can escape half a character."""
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
    """The credential of a token with a valid signature; its claim `tenant` is optional."""
    claims = read(token)
    if claims is None or not isinstance(claims.get("tenant", ""), str):
        return None
    moment = min(max(claims["exp"], EARLIEST.timestamp()), LATEST.timestamp())
    listed = claims.get("organizations")
    return Credential(
        token,
        claims.get("tenant", "default"),
        "jwt",
        expires=datetime.fromtimestamp(moment, UTC),
        user=claims["sub"],
        organizations=tuple(name for name in listed if isinstance(name, str))
        if isinstance(listed, list)
        else None,
    )
