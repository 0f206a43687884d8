"""HTTP as uvicorn speaks it, with a bound on the head of a request, and with a way to break a connection off."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mock_server.call import ABORT_KEY

#: Bytes of a request's line and headers; of more than that, and what came with it in one piece, the connection is closed.
MAX_HEAD = 64 * 1024
_REFUSAL = b"the request line and headers are longer than 64 KiB"


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._in_head = True
        self._head = 0
        self._requests = 0

    def data_received(self, data: bytes) -> None:
        before = self._requests
        super().data_received(data)
        if self._in_head and self._requests == before:  # else it ended the request before
            self._head += len(data)
            if self._head > MAX_HEAD and not self.transport.is_closing():
                length = str(len(_REFUSAL)).encode()
                head = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: "
                self.transport.write(head + length + b"\r\n\r\n" + _REFUSAL)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[ABORT_KEY] = self.transport.abort  # type: ignore[literal-required]  # a key of our own

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head = True, 0
        self._requests += 1
        super().on_message_complete()
