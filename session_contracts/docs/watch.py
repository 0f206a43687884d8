"""Serves the site on its own; with `--watch`, in a process that restarts when a file changes."""

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
from session_contracts.docs.guides import folders
from session_contracts.docs.render import render, static
from session_contracts.docs.selection import select_apis
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
    """Serve until interrupted; `say` gets the address.

    Raises UnknownApi, DuplicateApi, AddressInUse, and without `watch` also ContractError.
    """
    apis = None
    with suppress(*([ContractError] if watch else [])):
        apis = select_apis(names)
    listener = bind(host, port)
    say(f"The reference is at {address(listener)}/")
    if not watch:
        assert apis is not None, "else select_apis has raised"
        _run(SiteApp(lambda: site(apis), lambda path: missing(apis, path)), listener)
        return
    ours = [_HERE, _HERE / "templates", _HERE / "static", Path(openapi.__file__).parent, *folders()]
    theirs = {contract_file(name).resolve() for name in names}

    def is_relevant(change: Change, path: str) -> bool:
        return Path(path).resolve() in theirs or (
            Path(path).parent in ours and not path.endswith((".pyc", "~", ".swp"))
        )

    watched = {*ours, *(file.parent for file in theirs if file.parent.is_dir())}
    with safe_path():
        run_process(
            *watched,
            target=_serve_once,
            args=(tuple(names), listener),
            watch_filter=is_relevant,
            recursive=False,
        )


def _serve_once(names: tuple[str, ...], listener: socket.socket) -> None:
    """Serve in the process that `--watch` restarts; an invalid contract gets an error page."""
    try:
        apis = select_apis(names)
        app = SiteApp(lambda: site(apis, reload=True), lambda path: missing(apis, path))
    except ContractError as error:
        print(f"session-contracts: {error}", file=sys.stderr, flush=True)
        violations = error.violations
        shown = partial(render, "trouble.html", violations=violations)
        app = SiteApp(
            lambda: {name: partial(static, name) for name in (*STATIC, "reload.js")}, shown
        )
    _run(WithInstanceId(app), listener)


def _run(app: ASGIApp, listener: socket.socket) -> None:
    try:
        run_server(app, listener)
    except KeyboardInterrupt:
        sys.exit(130)


class WithInstanceId:
    """`app` with an event stream at `/reload` that sends an id, a new one after each restart.

    `reload.js` reloads the page when the id changes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._id = secrets.token_hex(8)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to `/reload` with the id, else by `app`."""
        if scope["type"] != "http" or scope["path"] != "/reload":
            return await self.app(scope, receive, send)
        await Response(f"retry: 500\ndata: {self._id}\n\n", media_type="text/event-stream")(
            scope, receive, send
        )
