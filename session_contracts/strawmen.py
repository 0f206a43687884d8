"""Servers that are wrong altogether, which no suite may pass; and a transcript of what a server answered."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from session_contracts.openapi import load

_VARIES = re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:]+Z|\d+")


class Transcript:
    """An application that remembers which answers it gave, ids, times and numbers left out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.answers: set[tuple[str, int]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0

        async def remember(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                shape = _VARIES.sub(b"", message.get("body", b""))
                self.answers.add((f"{scope['method']} {status}", crc32(shape)))
            await send(message)

        await self.app(scope, receive, remember)


def accept_everything(app: ASGIApp, api: str) -> ASGIApp:
    """Answers every call with the example of its success."""
    body = _example(api)
    return _instead(app, api, lambda scope: (200, body))


def _example(api: str) -> bytes:
    """What a success might be: the example of the API's first resource, in an envelope."""
    contract = load(api)
    schema = next(
        iter(contract.schemas[table.schema] for table in contract.lifecycles.values()), {}
    )
    return orjson.dumps({"data": schema.get("example", {})})


def refuse_everything(app: ASGIApp, api: str) -> ASGIApp:
    """Answers every call with 422."""
    body = orjson.dumps(
        {"type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": "no"}
    )
    return _instead(app, api, lambda scope: (422, body))


def say_yes_and_do_nothing(app: ASGIApp, api: str) -> ASGIApp:
    """Reads are honest; every write is answered with a success and not done."""
    body = _example(api)
    return _instead(app, api, lambda scope: None if scope["method"] == "GET" else (200, body))


def _instead(
    app: ASGIApp, api: str, answer: Callable[[Scope], tuple[int, bytes] | None]
) -> ASGIApp:
    """The calls of the API are answered by `answer`; None, and all others, by the mock."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        given = (
            answer(scope)
            if scope["type"] == "http" and scope["path"].startswith(f"/{api}/")
            else None
        )
        if given is None:
            return await app(scope, receive, send)
        status, body = given
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return wrapped


OPPONENTS: Mapping[str, Callable[[ASGIApp, str], Any]] = {
    "accept everything": accept_everything,
    "refuse everything": refuse_everything,
    "say yes and do nothing": say_yes_and_do_nothing,
}


def opponents(api: str) -> list[str]:
    """Those that an API can have: where nothing is ever written, nobody can say yes and not do it."""
    writes = any(operation.method != "GET" for operation in load(api).operations.values())
    return [name for name in OPPONENTS if writes or OPPONENTS[name] is not say_yes_and_do_nothing]
