"""Documented examples on request: the header `Prefer` names a status or an example.

Such a request changes nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.scope import CALL_KEY
from session_contracts.mock_server.security import required_headers
from session_contracts.openapi.json_schema import resolve


@dataclass(frozen=True)
class DocumentedAnswer:
    """A documented answer. `name` is that of the example, or else of its schema."""

    name: str
    status: int
    media: str
    value: Any


class PreferMiddleware:
    """`Prefer: code=503` and `Prefer: example=Session` (RFC 7240), for this request alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        call: Call | None = scope.get(CALL_KEY)
        wanted = _wanted(scope) if call is not None and call.api.vendor else None
        if call is None or wanted is None:
            return await self.app(scope, receive, send)
        name, value = wanted
        example = _LOOK_UP[name](call, value)
        call.preference = f"{name}={value}"
        call.headers += [
            ("Preference-Applied", call.preference),
            *required_headers(call, example.status),
        ]
        if (example.status, example.media) not in call.plan.answers:
            raise Refused(None, _UNDOCUMENTED, status=example.status)
        call.answer = Answer(example.status, example.value, media=example.media)


def _wanted(scope: Scope) -> tuple[str, str] | None:
    """The first supported preference, and its value."""
    for name, value in scope["headers"]:
        if name == b"prefer":
            for given in _PREFERENCE.finditer(value.decode("latin-1")):
                if given["value"] and given["name"].lower() in _LOOK_UP:
                    return given["name"].lower(), given["value"].strip('"')
    return None


_UNDOCUMENTED = "the status that the header Prefer asked for"
#: `name`, `name=value` or `name="value"`, parted by commas or semicolons.
_PREFERENCE = re.compile(
    r'(?:^|[,;])\s*(?P<name>[\w-]+)\s*(?:=\s*(?P<value>"[^"]*"|[^\s,;"]*))?', re.ASCII
)


def _by_code(call: Call, text: str) -> DocumentedAnswer:
    """The documented example of a status; for an undocumented one, an error. Raises Refused."""
    try:
        status = HTTPStatus(int(text if re.fullmatch("[0-9]{3}", text) else ""))
    except ValueError:
        raise Refused(
            None, f"Prefer: {text[:40]!r} is not an HTTP status; write code=503", status=400
        ) from None
    found = next((example for example in examples(call) if example.status == status), None)
    if found is not None:
        return found
    if status < 400:
        known = ", ".join(str(known) for known in call.plan.contract.responses)
        raise Refused(
            None, f"Prefer: {call.plan.id} documents no {status}; it documents {known}", status=400
        )
    return _error(call, "default", status, _UNDOCUMENTED)


def _by_name(call: Call, name: str) -> DocumentedAnswer:
    known = [*examples(call)]
    found = next((example for example in known if example.name == name), None)
    if found is None:
        names = ", ".join(dict.fromkeys(example.name for example in known))
        raise Refused(
            None, f"Prefer: {call.plan.id} has no example {name[:40]!r}; it has {names}", status=400
        )
    return found


def examples(call: Call) -> Iterator[DocumentedAnswer]:
    """The documented answers of an operation, in the order of its document."""
    document, operation = call.api.contract.document, call.plan.contract
    for status, response in document["paths"][operation.path][operation.method.lower()][
        "responses"
    ].items():
        for media, content in resolve(document, response).get("content", {}).items():
            named = content.get("examples", {})
            yield from (
                DocumentedAnswer(name, int(status), media, entry["value"])
                for name, entry in named.items()
            )
            if "example" in content or (not named and int(status) < 400):
                yield DocumentedAnswer(
                    _name(document, response, media), int(status), media, _value(content)
                )
            elif not named:
                yield _error(
                    call,
                    _name(document, response, media),
                    int(status),
                    resolve(document, response)["description"],
                )


def _error(call: Call, name: str, status: int, description: str) -> DocumentedAnswer:
    """An error in the vendor's form, which is the same for every status."""
    media, body = call.api.error_body(status, description, ())
    return DocumentedAnswer(name, status, media, body)


def _name(document: Mapping[str, Any], response: Mapping[str, Any], media: str) -> str:
    """The name of the schema or the response in components; `default` if it has none."""
    reference = response.get("$ref") or response["content"][media]["schema"].get("$ref")
    return str(reference).rpartition("/")[2] if reference else "default"


def _value(content: Mapping[str, Any]) -> Any:
    return content["example"] if "example" in content else from_schema(content["schema"])


def from_schema(schema: Mapping[str, Any]) -> Any:
    """The example of a resolved schema, or one made of its members' examples."""
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: from_schema(member) for name, member in schema["properties"].items()}
    if "items" in schema:
        return [from_schema(schema["items"])]
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            return from_schema(schema[several][0])
    return _PLAIN.get(schema.get("type", "object"), None)


_PLAIN: Mapping[str, Any] = {
    "object": {},
    "array": [],
    "string": "text",
    "integer": 1,
    "number": 1,
    "boolean": True,
}

_LOOK_UP: Mapping[str, Callable[[Call, str], DocumentedAnswer]] = {
    "code": _by_code,
    "example": _by_name,
}
