"""Where a mock can be reached, as whoever reads its pages has reached it; the pages are made for the default port."""

import re

from starlette.requests import Request

from session_contracts.docs.model import MOCK
from session_contracts.docs.text import broken

#: What may stand in a page and in a shell unquoted: a name or an address, and a port. Anything else is not repeated.
_HOST = re.compile(r"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


def origin_of(request: Request) -> str:
    """Scheme, host and port of the request; the default where it does not say, or says what no host is named."""
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else MOCK


def moved(html: bytes, origin: str) -> bytes:
    """The page, with this origin wherever it tells of the default one: whole, with places where it may be broken, or without the scheme."""
    if origin == MOCK:
        return html
    for ours, theirs in (
        (MOCK, origin),
        (broken(MOCK), broken(origin)),
        (_host(MOCK), _host(origin)),
    ):
        html = html.replace(ours.encode(), theirs.encode())
    return html


def _host(origin: str) -> str:
    return origin.partition("://")[2]
