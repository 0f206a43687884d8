"""JSON Web Tokens for the tests of bad input, encoded independently of the mock."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

SECRET = "session-contracts-mock-signs-with-this"
#: The time of the mock that these tests call.
NOW = datetime(2026, 5, 6, 17, tzinfo=UTC)

_ODD_TIMES: list[Any] = [0, -1, "tomorrow", [], {}, True, -(10**18)]
_ODD_USERS: list[Any] = [7, [], {}, True]


def signed(user: Any, *, secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A token as the test of a client would sign it; a claim that is None is left out."""
    whole = {"sub": user, "exp": int((NOW + timedelta(hours=24)).timestamp()), **claims}
    given = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(given, secret if algorithm != "none" else None, algorithm)


def part(value: Any) -> str:
    """One of the parts of a token."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def invalid_tokens(user: str) -> list[str]:
    """Tokens that must be refused, made from valid ones of this user."""
    token = signed(user)
    head, claims, signature = token.split(".")
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT'})}.{claims}"
    of_another_tenant = {"sub": user, "exp": 9_999_999_999, "tenant": "other"}
    return [
        "garbage",
        "a.b.c",
        "..",
        ".",
        f"{head}.{claims}",
        f"{head}.{claims}.",
        f".{claims}.{signature}",
        f"{token}.{signature}",
        f"{token} {token}",
        f"{token},",
        f'"{token}"',
        token[:-2] + "xx",
        token[1:],
        "x" * 20_000,
        signed(user, secret="a-secret-that-the-mock-does-not-know"),
        signed(user, secret=SECRET.upper()),
        signed(user, secret=SECRET + " "),
        signed(user, algorithm="none"),
        f"{unsigned}.",
        f"{unsigned}.{signature}",
        f"{part({'alg': 'None', 'typ': 'JWT'})}.{claims}.",
        signed(user, secret=SECRET * 2, algorithm="HS384"),
        signed(user, secret=SECRET * 2, algorithm="HS512"),
        f"{part({'typ': 'JWT'})}.{claims}.{signature}",
        f"{part({'alg': ['HS256']})}.{claims}.{signature}",
        f"{part([])}.{claims}.{signature}",
        f"{part(b'{')}.{claims}.{signature}",
        f"{part(b'null')}.{claims}.{signature}",
        f"{head}.{part(of_another_tenant)}.{signature}",
        *(
            jwt.api_jws.encode(content, SECRET, "HS256")
            for content in (b"", b"null", b"[]", b"7", b"\xff\xfe", b"{", b"[" * 40_000)
        ),
        *(signed(user, exp=int(NOW.timestamp()) - seconds) for seconds in (0, 1, 86_400)),
        *(signed(user, exp=odd) for odd in _ODD_TIMES),
        *(signed(odd) for odd in _ODD_USERS),
    ]
