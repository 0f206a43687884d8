"""A journal as an HTTP Archive (HAR 1.2), which a browser's developer tools open.

See http://www.softwareishard.com/blog/har-12-spec/.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from session_contracts.mock_server.clock import rfc3339_ms
from session_contracts.mock_server.journal import JournalEntry


def archive(entries: Iterable[JournalEntry], version: str) -> dict[str, Any]:
    """The archive. Times are the world's: a request takes the delay of its fault, or no time."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "session-contracts", "version": version},
            "entries": [_entry(entry) for entry in entries],
        }
    }


def _entry(entry: JournalEntry) -> dict[str, Any]:
    wait = entry.delay * 1000
    return {
        "startedDateTime": rfc3339_ms(entry.at),
        "time": wait,
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": 0},
    }


def _request(entry: JournalEntry) -> dict[str, Any]:
    request = entry.request
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
    sent = dict(headers)
    secret = _SECRET | entry.secret_headers
    query = parse_qsl(request.query.decode("latin-1"), keep_blank_values=True, errors="replace")
    body = request.body or b""
    shown: dict[str, Any] = {
        "method": request.method,
        "url": f"{request.scheme}://{sent.get('host', 'localhost')}{entry.path}",
        "httpVersion": f"HTTP/{request.version}",
        "cookies": [],
        "headers": [
            {"name": name, "value": redacted(name, value, secret)} for name, value in headers
        ],
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        shown["postData"] = {
            "mimeType": sent.get("content-type", ""),
            "text": body.decode("utf-8", "replace"),
        }
    return shown


def _response(entry: JournalEntry) -> dict[str, Any]:
    outcome = entry.outcome
    content = {
        "size": len(outcome.body),
        "mimeType": outcome.media,
        "text": outcome.body.decode("utf-8", "replace"),
    }
    return {
        "status": outcome.status,
        "statusText": HTTPStatus(outcome.status).phrase if outcome.status else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [
            {"name": name, "value": value}
            for name, value in (("content-type", outcome.media), *outcome.headers)
        ],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(outcome.body),
    }


#: Headers that carry credentials, besides those of the security schemes.
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


#: Schemes that are shown; what follows them is redacted.
_SCHEMES = frozenset({"basic", "bearer", "digest"})


def redacted(name: str, value: str, secret: Iterable[str]) -> str:
    """A header's value; of a credential, the scheme only. `secret` are names in lower case."""
    if name.lower() not in secret:
        return value
    scheme = value.partition(" ")[0]
    return (
        f"{scheme} (redacted)" if scheme.lower() in _SCHEMES and scheme != value else "(redacted)"
    )
