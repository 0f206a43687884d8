"""Requests to an ASGI application in this process, without a socket.

`prove` runs mutants this way: a run of the suite makes thousands of requests.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import responses
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from starlette.types import ASGIApp, Message, Scope
from urllib3 import HTTPHeaderDict, HTTPResponse

#: The base URL of requests to an application in this process; the host never resolves.
URL = "http://in-process.invalid"


class InProcess(HTTPAdapter):
    """An adapter of `requests` that passes requests to an ASGI application as a server would.

    The application runs in one event loop. The first thread that waits for an answer runs the loop,
    and with it the requests of all other threads, so concurrent requests interleave as in a server.
    """

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._app = app
        self._loop = loop
        self._running = Lock()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """Send a request; return the response. Raises what the application raises."""
        if self._running.acquire(blocking=False):
            try:
                return self.build_response(
                    request, self._loop.run_until_complete(self._call(request))
                )
            finally:
                self._running.release()
        begun = asyncio.run_coroutine_threadsafe(self._call(request), self._loop)
        with self._running:
            return self.build_response(
                request, self._loop.run_until_complete(asyncio.wrap_future(begun, loop=self._loop))
            )

    async def _call(self, request: requests.PreparedRequest) -> HTTPResponse:
        messages: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": _body(request)}

        async def send(message: Message) -> None:
            messages.append(message)

        await self._app(_scope(request), receive, send)
        start, *parts = messages
        body = (
            b"".join(part.get("body", b"") for part in parts) if request.method != "HEAD" else b""
        )
        headers = HTTPHeaderDict(
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        )
        status = start["status"]
        reason = responses.get(status, "")
        return HTTPResponse(
            BytesIO(body),
            headers,
            status,
            11,
            reason=reason,
            preload_content=False,
            request_method=request.method,
        )


def _scope(request: requests.PreparedRequest) -> Scope:
    path, _, query = request.path_url.partition("?")
    headers = [("Host", urlsplit(str(request.url)).netloc), *request.headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(_bytes(name).lower(), _bytes(value).strip(b" \t")) for name, value in headers],
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 50000),
    }


def _bytes(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text


def _body(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    assert isinstance(body, str | bytes), "streams are not supported"
    return body.encode() if isinstance(body, str) else body


@contextmanager
def in_process(app: ASGIApp) -> Iterator[InProcess]:
    """An adapter that sends requests to URLs below `URL` to this application."""
    loop = asyncio.new_event_loop()
    try:
        yield InProcess(app, loop)
    finally:
        loop.close()
