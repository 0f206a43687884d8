"""Serves the site as an ASGI application, on its own or at a path of the mock.

A page is rendered with its first request, in a worker thread.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cached_property
from hashlib import sha256
from html import unescape
from threading import Lock

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.docs.model import Make

#: Adapts a page to a request.
Adapt = Callable[[Request, bytes], bytes]

_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "yaml": "application/yaml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "mmd": "text/plain; charset=utf-8",
    "dot": "text/vnd.graphviz; charset=utf-8",
    "scxml": "application/scxml+xml",
}

#: A page may load only from this server.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def _policy(page: str, content: bytes) -> str:
    """The policy with hashes of the page's inline styles; Swagger UI adds styles at run time."""
    if page.startswith("try/"):
        styles = ["'unsafe-inline'"]
    elif page.endswith(".html"):
        styles = _styles(content.decode())
    else:
        styles = []
    return _POLICY.replace("style-src 'self'", " ".join(["style-src 'self'", *styles]))


def _styles(html: str) -> list[str]:
    """CSP sources for each inline style of a page."""
    elements = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    attributes = re.findall(r'<svg [^>]*? style="([^"]*)"', html)
    found = [
        b64encode(sha256(unescape(style).encode()).digest()).decode()
        for style in dict.fromkeys([*elements, *attributes])
    ]
    return [
        *(["'unsafe-hashes'"] if attributes else []),
        *(f"'sha256-{fingerprint}'" for fingerprint in found),
    ]


def _known(request: Request, tag: str) -> bool:
    """Whether `If-None-Match` lists the tag, weak or strong, or is `*`."""
    listed = ",".join(request.headers.getlist("if-none-match"))
    return listed.strip() == "*" or tag in re.findall(r'"[^"]*"', listed)


class SiteApp:
    """The pages of one site; `pages` and `missing` are called with the first request.

    `adapt` adapts an HTML page to a request.
    """

    def __init__(
        self,
        pages: Callable[[], Mapping[str, Make]],
        missing: Callable[[str], bytes],
        adapt: Adapt | None = None,
    ) -> None:
        self._make_pages = pages
        self._missing = missing
        self._adapt = adapt
        self._made: dict[str, bytes] = {}
        self._one_at_a_time = Lock()

    @cached_property
    def _pages(self) -> Mapping[str, Make]:
        return self._make_pages()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond with a page, a redirect or 404."""
        response = await self._answer(Request(scope), scope["path"].removeprefix("/"))
        await response(scope, receive, send)

    async def _answer(self, request: Request, path: str) -> Response:
        """`path` relative to the root of the site."""
        if request.method not in ("GET", "HEAD"):
            return Response(
                "method not allowed; allowed: GET, HEAD\n",
                405,
                {"Allow": "GET, HEAD"},
                "text/plain; charset=utf-8",
            )
        page = f"{path}index.html" if not path or path.endswith("/") else path
        content = await to_thread.run_sync(self._content, page)
        if content is None and f"{page}/index.html" in self._pages:
            return RedirectResponse(f"./{page.rpartition('/')[2]}/")
        if content is None:
            return Response(
                await to_thread.run_sync(self._missing, page),
                404,
                self._headers("missing.html", b""),
            )
        if self._adapt and page.endswith(".html"):
            content = self._adapt(request, content)
        tag = f'"{sha256(content).hexdigest()[:20]}"'
        headers = {**self._headers(page, content), "ETag": tag}
        if _known(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers)

    def _content(self, page: str) -> bytes | None:
        with self._one_at_a_time:
            if page not in self._made:
                if page not in self._pages:
                    return None
                self._made[page] = self._pages[page]()
            return self._made[page]

    def _headers(self, page: str, content: bytes) -> dict[str, str]:
        return {
            "Content-Type": _TYPES.get(page.rpartition(".")[2], "application/octet-stream"),
            "Content-Security-Policy": _policy(page, content),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }


class Mounted:
    """`app` with another application `below` at `path`, which takes precedence there.

    The same path below a world (`/w/<name>`) redirects to it.
    """

    def __init__(self, app: ASGIApp, below: ASGIApp, path: str) -> None:
        self.app = app
        self._below = below
        self._path = path
        self._start = f"{path}/"
        self._of_world = re.compile(f"/w/[^/]+({re.escape(path)}(/.*)?)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond by the application below, by a redirect to it, or by `app`."""
        if scope["type"] == "http" and scope["path"].startswith(self._path):
            if scope["path"].startswith(self._start):
                return await self._below(
                    {**scope, "path": scope["path"].removeprefix(self._path)}, receive, send
                )
            if scope["path"] == self._path:
                return await RedirectResponse(self._start)(scope, receive, send)
        if scope["type"] == "http" and (found := self._of_world.fullmatch(scope["path"])):
            return await RedirectResponse(found[1])(scope, receive, send)
        await self.app(scope, receive, send)
