"""Runs the mock: until it is stopped, or in a thread, as a context manager."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from session_contracts.mock_server.errors import AddressInUse
from session_contracts.mock_server.protocol import Protocol


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free port. Raises AddressInUse."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise AddressInUse(host, port, error.strerror or str(error)) from None
    return listener


def address(listener: socket.socket) -> str:
    """The URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: ASGIApp, listener: socket.socket) -> None:
    """Answer requests until SIGINT or SIGTERM."""
    _server(app).run(sockets=[listener])


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """The URL of a server that runs in a thread, on a free port of 127.0.0.1."""
    listener = bind("127.0.0.1", 0)
    server = _server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    try:
        yield address(listener)
    finally:
        server.should_exit = True
        thread.join()


def _server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=Protocol,
        proxy_headers=False,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,  # it would show the machine's time, not the world's
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,  # for a client that never finishes its request
    )
    return uvicorn.Server(config)
