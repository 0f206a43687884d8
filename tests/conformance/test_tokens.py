"""A forged token differs from the one it is derived from."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_contracts.conformance.tokens import never_issued

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(LETTERS, min_size=8, max_size=60))
def test_forged_keys_differ(key: str) -> None:
    for token in never_issued(f"slt_{key}"):
        assert token != f"slt_{key}"
    prefix = [token.startswith("slt_") for token in never_issued(f"slt_{key}")]
    assert prefix == [True, True, False]


@pytest.mark.parametrize("last", LETTERS)
def test_last_letter_differs_in_base64(last: str) -> None:
    nearly = never_issued(f"slt_AAA{last}")[1]
    assert base64.urlsafe_b64decode(f"AA{nearly[-1]}=") != base64.urlsafe_b64decode(f"AA{last}=")


def test_jwt_is_forged_in_four_ways() -> None:
    header, claims = ({"alg": "HS256"}, {"sub": "x"})
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (header, claims)
    ]
    token = ".".join([*parts, "c2lnbmF0dXJl"])
    resigned, nearly, changed, unsigned, garbage = never_issued(token)
    assert nearly[:-8] == token[:-8]
    assert nearly != token
    assert resigned.rpartition(".")[0] == token.rpartition(".")[0]
    assert resigned != token
    assert changed.rpartition(".")[2] == "c2lnbmF0dXJl"
    assert changed.split(".")[1] != parts[1]
    assert unsigned.endswith(".")
    assert garbage.count(".") == 0
