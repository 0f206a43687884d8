"""Strawmen (crude wrong servers that the suite must fail), and a transcript of answers."""

import re
from collections.abc import Callable, Mapping
from zlib import crc32

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from session_contracts.openapi import load

_VARIES = re.compile(rb"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:]+Z|\d+")


class Transcript:
    """Middleware that records answers as (method and status, checksum of the body).

    Ids, times and numbers are left out of the body, since they vary from run to run.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.answers: set[tuple[str, int]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the application and record its answer."""
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
    """Answer every call with 200 and a plausible body."""
    body = _example(api)
    return _answer_instead(app, api, lambda scope: (200, body))


def _example(api: str) -> bytes:
    """A plausible success: the example of the API's first resource, in an envelope."""
    contract = load(api)
    schema = next(
        iter(contract.schemas[table.schema] for table in contract.lifecycles.values()), {}
    )
    return orjson.dumps({"data": schema.get("example", {})})


def refuse_everything(app: ASGIApp, api: str) -> ASGIApp:
    """Answer every call with 422."""
    body = orjson.dumps(
        {"type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": "no"}
    )
    return _answer_instead(app, api, lambda scope: (422, body))


def say_yes_and_do_nothing(app: ASGIApp, api: str) -> ASGIApp:
    """Answer reads correctly; answer every write with 200 without doing it."""
    body = _example(api)
    return _answer_instead(
        app, api, lambda scope: None if scope["method"] == "GET" else (200, body)
    )


def _answer_instead(
    app: ASGIApp, api: str, answer: Callable[[Scope], tuple[int, bytes] | None]
) -> ASGIApp:
    """Answer calls of the API with `answer(scope)`: status and body, or None for `app`."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        of_api = scope["type"] == "http" and scope["path"].startswith(f"/{api}/")
        given = answer(scope) if of_api else None
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


STRAWMEN: Mapping[str, Callable[[ASGIApp, str], ASGIApp]] = {
    "accept everything": accept_everything,
    "refuse everything": refuse_everything,
    "say yes and do nothing": say_yes_and_do_nothing,
}


def strawmen_of(api: str) -> list[str]:
    """The strawmen of an API; one that only reads has no write to say yes to."""
    writes = any(operation.method != "GET" for operation in load(api).operations.values())
    return [name for name in STRAWMEN if writes or STRAWMEN[name] is not say_yes_and_do_nothing]
