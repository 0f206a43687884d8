"""Tokens that nobody issued, made of one that somebody did."""

import base64
import json
import uuid


def never_issued(token: str) -> list[str]:
    """Tokens of the same form, but never issued, and one of no form; of a JWT also one that nobody signed, and one with other claims."""
    parts = token.split(".")
    made = [_altered(token), _nearly(token)] if len(parts) != 3 else _forged(*parts)
    return [*made, "garbage"]


def _nearly(key: str) -> str:
    """All but the last letter are the same; in base64 that one counts with its first bits alone, and these differ."""
    return key[:-1] + ("z" if key[-1:] in "ABCDEFGHIJKLMNOP" else "A")


def _altered(key: str) -> str:
    """Of the same prefix and length."""
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
    """A part of a JWT; nothing where it is none."""
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _encode(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
