"""Forged tokens, derived from a valid one."""

import base64
import json
import uuid


def never_issued(token: str) -> list[str]:
    """Tokens of the same form that were never issued, and one of another form.

    Of a JWT also an unsigned one, and one with other claims.
    """
    parts = token.split(".")
    made = [_altered(token), _nearly(token)] if len(parts) != 3 else _forged(*parts)
    return [*made, "garbage"]


def _nearly(key: str) -> str:
    """A key that differs in its last letter.

    In base64 only the first bits of that letter count, so these differ.
    """
    return key[:-1] + ("z" if key[-1:] in "ABCDEFGHIJKLMNOP" else "A")


def _altered(key: str) -> str:
    """A key of the same prefix and length."""
    prefix = key[: key.find("_") + 1]
    return prefix + (uuid.uuid4().hex * 20)[: len(key) - len(prefix)]


def _forged(header: str, claims: str, signature: str) -> list[str]:
    other = _encode({**_decode(claims), "forged": True})
    unsigned = _encode({**_decode(header), "alg": "none"})
    swapped = signature[:-8] + signature[-4:] + signature[-8:-4]
    signatures = [
        f"{_altered(signature)[:-2]}AA",
        swapped if swapped != signature else f"{signature[:-8]}AAAAAAAA",
    ]
    return [
        *(f"{header}.{claims}.{made}" for made in signatures),
        f"{header}.{other}.{signature}",
        f"{unsigned}.{claims}.",
    ]


def _decode(part: str) -> dict[str, object]:
    """A part of a JWT as an object; empty if it is not one."""
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _encode(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
