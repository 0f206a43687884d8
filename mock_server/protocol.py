"""uvicorn's HTTP protocol with a bound on a request's head, and a way to drop the connection."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from session_contracts.mock_server.scope import ABORT_KEY

#: Bytes of a request's line and headers.
MAX_HEAD = 64 * 1024
_REFUSAL = b"the request line and headers are longer than 64 KiB"


class Protocol(HttpToolsProtocol):
    """One connection. A request with too long a head closes it; the rest is ignored."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._in_head = True
        self._head = 0
        self._requests = 0
        self._refused = False

    def data_received(self, data: bytes) -> None:
        """Count the bytes of the head while it is incomplete."""
        if self._refused:
            return
        before = self._requests
        super().data_received(data)
        if self._in_head and self._requests == before:  # otherwise it ended a request
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._refuse()

    def _refuse(self) -> None:
        if not self._refused and not self.transport.is_closing():
            length = str(len(_REFUSAL)).encode()
            head = (
                b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\n"
                b"connection: close\r\ncontent-length: "
            )
            self.transport.write(head + length + b"\r\n\r\n" + _REFUSAL)
            self.transport.close()
        self._refused = True

    def on_message_begin(self) -> None:
        """Offer to drop the connection."""
        super().on_message_begin()
        self.scope[ABORT_KEY] = self.transport.abort  # type: ignore[literal-required]  # a key of our own

    def on_header(self, name: bytes, value: bytes) -> None:
        """Ignore trailers, which follow the body, but count their bytes."""
        if self._in_head:
            return super().on_header(name, value)
        self._head += len(name) + len(value)
        if self._head > MAX_HEAD:
            self._refused = True
            self.transport.abort()

    def on_headers_complete(self) -> None:
        """Refuse too long a head."""
        self._in_head, self._head = False, 0
        if len(self.url) + sum([len(name) + len(value) for name, value in self.headers]) > MAX_HEAD:
            self._refuse()
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Ignore the body of a refused request."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Expect the head of the next request."""
        self._in_head, self._head = True, 0
        self._requests += 1
        if not self._refused:
            super().on_message_complete()
