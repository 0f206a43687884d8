"""A journal as an HTTP Archive (HAR 1.2), which the developer tools of a browser open. http://www.softwareishard.com/blog/har-12-spec/"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from session_contracts.mock_server.clock import rfc3339_ms
from session_contracts.mock_server.journal import Entry


def archive(entries: Iterable[Entry], version: str) -> dict[str, Any]:
    """Times are the world's: a request takes the time of its fault, and no other."""
    creator = {"name": "session-contracts", "version": version}
    return {
        "log": {
            "version": "1.2",
            "creator": creator,
            "entries": [_entry(entry) for entry in entries],
        }
    }


def _entry(entry: Entry) -> dict[str, Any]:
    wait = entry.call.delay * 1000 if entry.call else 0
    return {
        "startedDateTime": rfc3339_ms(entry.at),
        "time": wait,
        "request": _request(entry),
        "response": _response(entry),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": 0},
    }


def _request(entry: Entry) -> dict[str, Any]:
    scope = entry.scope
    headers = [
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    ]
    sent = dict(headers)
    query = parse_qsl(
        scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace"
    )
    body = (entry.call.raw_body if entry.call else None) or b""
    request: dict[str, Any] = {
        "method": scope["method"],
        "url": f"{scope['scheme']}://{sent.get('host', 'localhost')}{entry.path}",
        "httpVersion": f"HTTP/{scope['http_version']}",
        "cookies": [],
        "headers": [
            {"name": name, "value": redacted(name, value, _secret_headers(entry))}
            for name, value in headers
        ],
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": len(body),
    }
    if body:
        request["postData"] = {
            "mimeType": sent.get("content-type", ""),
            "text": body.decode("utf-8", "replace"),
        }
    return request


def _response(entry: Entry) -> dict[str, Any]:
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


def _secret_headers(entry: Entry) -> frozenset[str]:
    schemes = entry.call.api.contract.security if entry.call else ()
    return _SECRET | {scheme.header.lower() for scheme in schemes}


#: In lower case; the header of every security scheme is one as well.
_SECRET = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


#: Which scheme it was may be told.
_SCHEMES = frozenset({"basic", "bearer", "digest"})


def redacted(name: str, value: str, secret: Iterable[str]) -> str:
    """A header's value, but for a credential, of which only the scheme is shown."""
    if name.lower() not in secret:
        return value
    scheme = value.partition(" ")[0]
    return (
        f"{scheme} (redacted)" if scheme.lower() in _SCHEMES and scheme != value else "(redacted)"
    )
