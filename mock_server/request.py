"""Reads and validates a request's parameters and body."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.errors import ClientGone, FieldError, Refused
from session_contracts.mock_server.plan import BodyPlan, Call, ParameterPlan
from session_contracts.mock_server.scope import CALL_KEY
from session_contracts.mock_server.security import header
from session_contracts.openapi.model import Clamp

#: The longest body in bytes, unless a contract allows more.
MAX_BODY = 1024 * 1024

#: The deepest nesting of a body.
DEEPEST = 100

_MISSING = object()
_DIGITS = 18


class BodyMiddleware:
    """Reads the body.

    That of a vendor's API is read first of all, since the journal shows it; that of the control
    API, which may be longer, only once the caller is authorized.
    """

    def __init__(self, app: ASGIApp, *, vendor: bool) -> None:
        self.app = app
        self._vendor = vendor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        call: Call | None = scope.get(CALL_KEY)
        if call is not None and call.api.vendor is self._vendor:
            call.raw_body = await read_body(
                receive, call.plan.body.max_bytes if call.plan.body else MAX_BODY
            )
        await self.app(scope, receive, send)


class RequestMiddleware:
    """Validates parameters and body: handlers see only values that the contract allows."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            call: Call = scope[CALL_KEY]
            call.parameters = read_parameters(call, scope)
            if call.plan.body is not None:
                call.body = parse_body(
                    call.plan.body, call.raw_body, header(scope, b"content-type")
                )
        await self.app(scope, receive, send)


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The whole body; None if it has more than `limit` bytes. Raises ClientGone if it ends early.

    It is read to its end either way, so that the client gets the answer.
    """
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        else:
            chunks.clear()
        if not message.get("more_body", False):
            return b"".join(chunks) if size <= limit else None


def read_parameters(call: Call, scope: Scope) -> dict[str, Any]:
    """Path, query and header parameters as values; absent ones have their default, if any."""
    query = _query(scope["query_string"])
    sources: Mapping[str, Any] = {
        "path": lambda plan: call.path_values.get(plan.name, _MISSING),
        "query": lambda plan: query.get(plan.name, _MISSING),
        "header": lambda plan: header(scope, plan.name.lower().encode()) or _MISSING,
    }
    values: dict[str, Any] = {}
    for plan in call.plan.parameters:
        text = sources[plan.location](plan)
        if text is not _MISSING:
            values[plan.name] = _value(plan, text)
        elif plan.default is not None:
            values[plan.name] = plan.default
        elif plan.required:
            raise _invalid(plan, "required", "is missing")
    return values


def _query(raw: bytes) -> dict[str, str | list[str]]:
    """Values by name; a list if a name is given more than once."""
    values: dict[str, str | list[str]] = {}
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace"):
        before = values.get(name)
        if before is None:
            values[name] = value
        else:
            values[name] = [*before, value] if isinstance(before, list) else [before, value]
    return values


def _value(plan: ParameterPlan, text: str | list[str]) -> Any:
    if isinstance(text, list):
        raise _invalid(plan, "repeated", f"is given {len(text)} times; give it once")
    try:
        value = plan.read(_saturated(text) if plan.clamp else text)
    except ValueError as error:
        raise _invalid(plan, "type", str(error)) from None
    if plan.checker.is_valid(value):
        return clamped(plan.clamp, value) if plan.clamp else value
    _, keyword, error_ = plan.checker.violations(value)[0]
    raise _invalid(plan, keyword, error_.message)


def _saturated(text: str) -> str:
    """Shorten a number of very many digits, which is beyond every bound anyway."""
    digits = text.removeprefix("-")
    long = len(digits) > _DIGITS and digits.isascii() and digits.isdigit()
    return f"{text[: len(text) - len(digits)]}{'9' * _DIGITS}" if long else text


def clamped(clamp: Clamp, value: int) -> int:
    """The value, or the bound that it exceeds."""
    least = value if clamp.minimum is None else max(value, clamp.minimum)
    return least if clamp.maximum is None else min(least, clamp.maximum)


def _invalid(plan: ParameterPlan, constraint: str, message: str) -> Refused:
    return Refused(
        plan.rules.get(constraint),
        f"{plan.name}: {message}",
        errors=[FieldError(plan.name, message)],
    )


def _is_deep(body: bytes, value: Any) -> bool:
    """Whether a value is nested too deeply for the validator."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    level: list[Any] = [value]
    for _ in range(DEEPEST):
        inner = [item for item in level if isinstance(item, dict | list)]
        if not inner:
            return False
        level = [
            part for item in inner for part in (item.values() if isinstance(item, dict) else item)
        ]
    return any(isinstance(item, dict | list) for item in level)


def parse_body(plan: BodyPlan, body: bytes | None, content_type: str | None) -> Any:
    """The value of a JSON body. Raises Refused."""
    if body is None:
        raise Refused(
            plan.rules.get("size"), f"the body has more than {plan.max_bytes} bytes", status=413
        )
    if not body:
        if plan.required:
            raise Refused(plan.rules.get("required"), "Invalid request body: it is missing")
        return None
    media = (
        next(iter(plan.checkers))
        if content_type is None
        else content_type.partition(";")[0].strip().lower()
    )
    if media not in plan.checkers:
        raise Refused(
            plan.rules.get("mediaType"),
            f"Invalid request body: send {' or '.join(plan.checkers)}, not {media}",
        )
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Refused(plan.rules.get("syntax"), f"Invalid request body: {error}") from None
    if _is_deep(body, value):
        raise Refused(
            plan.rules.get("syntax"),
            f"Invalid request body: it is nested more than {DEEPEST} levels deep",
        )
    checker = plan.checkers[media]
    if not checker.is_valid(value):
        violations = checker.violations(value)
        rule = next((rule for rule, _, _ in violations if rule), None)
        raise Refused(rule, "Invalid request body", errors=[error for _, _, error in violations])
    return value
