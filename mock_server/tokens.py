"""JSON Web Tokens, signed with a secret that is no secret: whoever tests a client may make tokens of his own."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt

#: Signs every token of every world; shown in the README.
SECRET = "session-contracts-mock-signs-with-this"
ALGORITHM = "HS256"


def sign(subject: str, now: datetime, lifetime: timedelta, **claims: Any) -> str:
    """A token of `subject` that is valid from `now` on for `lifetime`."""
    times = {"iat": int(now.timestamp()), "exp": int((now + lifetime).timestamp())}
    return jwt.encode({"sub": subject, **times, **claims}, SECRET, ALGORITHM)


def read(token: str) -> Mapping[str, Any] | None:
    """The claims of a token that we signed; whether its time is over is for the world's clock to say. None where we did not."""
    unread = dict.fromkeys((f"verify_{claim}" for claim in ("exp", "iat", "nbf", "aud", "jti")), False)
    options: Any = {"require": ["sub", "exp"], **unread}
    try:
        claims: Mapping[str, Any] = jwt.decode(token, SECRET, [ALGORITHM], options)
    except jwt.InvalidTokenError:
        return None
    expires = claims["exp"]
    is_time = isinstance(expires, int | float) and not isinstance(expires, bool) and math.isfinite(expires)
    return claims if is_time else None
