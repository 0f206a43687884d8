"""Serves the site by itself; where it is watched, a process serves it that is ended and started again at every change."""

import secrets
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from watchfiles import Change, run_process

from session_contracts import openapi
from session_contracts.contracts import contract_file
from session_contracts.docs.choose import choose
from session_contracts.docs.guides import folders
from session_contracts.docs.render import render, static
from session_contracts.docs.serving import SiteApp
from session_contracts.docs.site import STATIC, missing, site
from session_contracts.mock_server.server import address, bind
from session_contracts.mock_server.server import serve as run_server
from session_contracts.openapi import ContractError
from session_contracts.openapi.python_process import safe_path

_HERE = Path(__file__).parent


def serve(
    names: Sequence[str], host: str, port: int, *, watch: bool, say: Callable[[str], object]
) -> None:
    """Until it is interrupted. Raises UnknownApi, RepeatedApi, AddressInUse, and ContractError where it does not watch."""
    apis = None
    with suppress(*([ContractError] if watch else [])):
        apis = choose(names)
    listener = bind(host, port)
    say(f"The reference is at {address(listener)}/")
    if not watch:
        assert apis is not None, "or it has raised"
        _run(SiteApp(lambda: site(apis), lambda path: missing(apis, path)), listener)
        return
    ours = [_HERE, _HERE / "templates", _HERE / "static", Path(openapi.__file__).parent, *folders()]
    theirs = {contract_file(name).resolve() for name in names}

    def counts(change: Change, path: str) -> bool:
        return Path(path).resolve() in theirs or (
            Path(path).parent in ours and not path.endswith((".pyc", "~", ".swp"))
        )

    watched = {*ours, *(file.parent for file in theirs if file.parent.is_dir())}
    with safe_path():
        run_process(
            *watched,
            target=_serve_once,
            args=(tuple(names), listener),
            watch_filter=counts,
            recursive=False,
        )


def _serve_once(names: tuple[str, ...], listener: socket.socket) -> None:
    """In a process of its own."""
    try:
        apis = choose(names)
        app = SiteApp(lambda: site(apis, reload=True), lambda path: missing(apis, path))
    except ContractError as error:
        print(f"session-contracts: {error}", file=sys.stderr, flush=True)
        violations = error.violations
        shown = partial(render, "trouble.html", violations=violations)
        app = SiteApp(
            lambda: {name: partial(static, name) for name in (*STATIC, "reload.js")}, shown
        )
    _run(Named(app), listener)


def _run(app: ASGIApp, listener: socket.socket) -> None:
    try:
        run_server(app, listener)
    except KeyboardInterrupt:
        sys.exit(130)


class Named:
    """An application that tells its own name, another at each start, to pages that ask for it again and again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._name = secrets.token_hex(8)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/reload":
            return await self.app(scope, receive, send)
        await Response(f"retry: 500\ndata: {self._name}\n\n", media_type="text/event-stream")(
            scope, receive, send
        )
