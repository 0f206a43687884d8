"""Puts the address under which a reader reached the mock into its pages.

Pages are rendered for the default address.
"""

import re

from starlette.requests import Request

from session_contracts.docs.model import MOCK
from session_contracts.docs.text import breakable

#: A host and port that need no quoting in HTML or a shell; any other Host header is ignored.
_HOST = re.compile(r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


def origin_of(request: Request) -> str:
    """Scheme, host and port of the request; the default address if its Host header is unusable."""
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else MOCK


def with_origin(html: bytes, origin: str) -> bytes:
    """The page with this origin instead of the default one.

    It occurs as it is, with break points, and without the scheme.
    """
    if origin == MOCK:
        return html
    for ours, theirs in (
        (MOCK, origin),
        (breakable(MOCK), breakable(origin)),
        (_host(MOCK), _host(origin)),
    ):
        html = html.replace(ours.encode(), theirs.encode())
    return html


def _host(origin: str) -> str:
    return origin.partition("://")[2]
