"""Paths: a slash that was encoded does not part them."""

from urllib.parse import unquote

from starlette.types import Scope

#: Stands for a slash that is part of a value; no text has this character.
_SLASH = "\ufdd0"


def path_of(scope: Scope) -> str:
    """The path of a request, decoded."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return str(scope["path"])
    return "/".join(
        unquote(segment).replace("/", _SLASH) for segment in raw.decode("latin-1").split("/")
    )


def value_in(segment: str) -> str:
    """What a segment of such a path says."""
    return segment.replace(_SLASH, "/")


def shown_path(path: str) -> str:
    """Such a path for people."""
    return path.replace(_SLASH, "%2F")
