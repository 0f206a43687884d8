"""HTTP as uvicorn speaks it, with a bound on the head of a request, without trailers, and with a way to break a connection off."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from session_contracts.mock_server.scope import ABORT_KEY

#: Bytes of a request's line and headers.
MAX_HEAD = 64 * 1024
_REFUSAL = b"the request line and headers are longer than 64 KiB"


class Protocol(HttpToolsProtocol):
    """One connection. What was refused is closed, and whatever came with it goes unheard."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._in_head = True
        self._head = 0
        self._requests = 0
        self._refused = False

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        before = self._requests
        super().data_received(data)
        if self._in_head and self._requests == before:  # else it ended the request before
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._refuse()

    def _refuse(self) -> None:
        if not self._refused and not self.transport.is_closing():
            length = str(len(_REFUSAL)).encode()
            head = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: "
            self.transport.write(head + length + b"\r\n\r\n" + _REFUSAL)
            self.transport.close()
        self._refused = True

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[ABORT_KEY] = self.transport.abort  # type: ignore[literal-required]  # a key of our own

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:
            return super().on_header(name, value)
        self._head += len(name) + len(value)  # trailers, which nobody asks for
        if self._head > MAX_HEAD:
            self._refused = True
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        if len(self.url) + sum([len(name) + len(value) for name, value in self.headers]) > MAX_HEAD:
            self._refuse()
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head, self._head = True, 0
        self._requests += 1
        if not self._refused:
            super().on_message_complete()
