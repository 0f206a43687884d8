"""JSON Web Tokens of the mock."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from session_contracts.conformance.tokens import never_issued
from session_contracts.mock_server import tokens

NOON = datetime(2026, 2, 13, 12, tzinfo=UTC)


def test_token_is_valid_by_its_signature() -> None:
    token = tokens.sign("user", NOON, timedelta(hours=1))
    assert tokens.read(token) == {"sub": "user", "iat": 1770984000, "exp": 1770987600}
    header, claims, signature = token.split(".")
    for forged in never_issued(token):
        assert tokens.read(forged) is None, forged
    for broken in ("", "a.b.c", f"{header}.{claims}", f"{claims}.{header}.{signature}"):
        assert tokens.read(broken) is None


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "x"},
        {"sub": 7, "exp": 1},
        *({"sub": "x", "exp": exp} for exp in ("1", math.inf, True)),
    ],
)
def test_token_needs_valid_claims(claims: dict[str, Any]) -> None:
    assert tokens.read(jwt.encode(claims, tokens.SECRET, tokens.ALGORITHM)) is None


def test_credential_of_a_token() -> None:
    token = tokens.sign("user", NOON, timedelta(hours=1), tenant="other", organizations=["a", 1])
    found = tokens.credential(token)
    assert found is not None
    assert (found.tenant, found.user, found.organizations) == ("other", "user", ("a",))
    assert found.expires == NOON + timedelta(hours=1)
    assert tokens.credential(tokens.sign("user", NOON, timedelta(), tenant=5)) is None
