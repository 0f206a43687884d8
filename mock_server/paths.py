"""Paths of requests, in which an encoded slash does not separate segments."""

from urllib.parse import unquote

from starlette.types import Scope

#: Stands for an encoded slash; this code point is no character, so no text has it.
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
    """The value of a segment of such a path."""
    return segment.replace(_SLASH, "/")


def shown_path(path: str) -> str:
    """Such a path as a message shows it."""
    return path.replace(_SLASH, "%2F")
