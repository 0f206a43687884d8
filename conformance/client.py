"""Sends requests to the target, and keeps every request with its response."""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any

import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from session_contracts.conformance.errors import TargetUnreachable, Unexercised

_TOO_MANY = 429

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Exchange:
    """One request and its response.

    `preparation`: it went to the states URL, which is not part of the verified API.
    """

    method: str
    url: str
    request_headers: Mapping[str, str]
    request_body: bytes | None
    status: int
    headers: Mapping[str, str]
    body: bytes
    preparation: bool = False

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> Any:
        """The body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @cached_property
    def request_json(self) -> Any:
        """The request's body as JSON; None if it is not JSON."""
        try:
            return json.loads(self.request_body or b"")
        except ValueError:
            return None

    def curl(self) -> str:
        """The request as a command line for a shell."""
        words = ["curl", "-i", "-X", self.method]
        for name, value in self.request_headers.items():
            if name.lower() not in _AUTOMATIC:
                words += ["-H", f"{name}: {value}"]
        line = shlex.join([*words, self.url])
        return f"{line} {_data(self.request_body)}" if self.request_body is not None else line

    def answer(self) -> str:
        """The response in short: status and the beginning of the body."""
        text = self.body.decode("utf-8", "replace")
        return f"{self.status} {text[:400]}{'...' if len(text) > 400 else ''}"


_LONG = 100_000
_AUTOMATIC = frozenset({"user-agent", "accept-encoding", "accept", "connection", "content-length"})


def _data(body: bytes) -> str:
    if len(body) > _LONG:
        # Only padding with spaces makes a body this long; printf repeats it.
        head, tail = [*re.split(rb" {1000,}", body, maxsplit=1), b""][:2]
        spaces = len(body) - len(head) - len(tail)
        start, end = shlex.quote(head.decode()), shlex.quote(tail.decode())
        return f"--data-binary @<(printf '%s%{spaces}s%s' {start} '' {end})"
    try:
        return "--data-binary " + shlex.quote(body.decode())
    except UnicodeDecodeError:
        octets = "".join(f"\\x{octet:02x}" for octet in body)
        return f"--data-binary $'{octets}'"


class Target:
    """The server that is verified.

    `headers` are the default credentials; a call can replace them. `limits_expected`: whether the
    running check expects rate limits; otherwise a 429 says nothing about any rule. `renew` gets
    new default credentials; it does nothing if they were given.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,
        adapter: BaseAdapter | None = None,
    ) -> None:
        """Prepare to send to `base_url`; `timeout` in seconds.

        `adapter` carries the requests; None is HTTP.
        """
        self.base_url = base_url.rstrip("/")
        self.headers = dict(headers or {})
        self.exchanges: list[Exchange] = []
        self.limits_expected = False
        self.renew: Callable[[], None] = lambda: None
        self._timeout = timeout
        self._lock = Lock()
        self._session = requests.Session()
        self._session.trust_env = False
        # Races send several requests at once; in a smaller pool they would wait for each other.
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter or HTTPAdapter(pool_maxsize=32))

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Query = (),
        body: bytes | None = None,
        media_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send a request to a path below the base URL.

        `headers` replace the default credentials. Raises TargetUnreachable and, for an unexpected
        429, Unexercised.
        """
        sent = dict(self.headers if headers is None else headers)
        if media_type:
            sent["Content-Type"] = media_type
        return self.send_to(method, self.base_url + path, query=query, body=body, headers=sent)

    def send_to(
        self,
        method: str,
        url: str,
        *,
        query: Query = (),
        body: bytes | None = None,
        headers: Mapping[str, str],
        preparation: bool = False,
    ) -> Exchange:
        """Send a request to any URL with exactly these headers; raises what `send` raises."""
        return self.deliver(
            requests.Request(method, url, params=list(query), data=body, headers=dict(headers)),
            preparation,
        )[0]

    def deliver(
        self, request: requests.Request, preparation: bool = False
    ) -> tuple[Exchange, requests.Response]:
        """Send a request as it is, and keep it; raises what `send` raises."""
        prepared = self._session.prepare_request(request)
        try:
            answer = self._session.send(prepared, timeout=self._timeout, allow_redirects=False)
        except (requests.ConnectionError, requests.Timeout) as error:
            text = f"{request.method} {request.url} got no answer ({type(error).__name__})"
            raise TargetUnreachable(f"{text}; is the server running there?") from error
        sent = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        exchange = Exchange(
            method=str(prepared.method),
            url=str(prepared.url),
            request_headers=dict(prepared.headers),
            request_body=sent if isinstance(sent, bytes) else None,
            status=answer.status_code,
            headers=answer.headers,
            body=answer.content,
            preparation=preparation,
        )
        with self._lock:
            self.exchanges.append(exchange)
        if exchange.status == _TOO_MANY and not self.limits_expected:
            raise Unexercised(
                "the target enforces rate limits; switch them off while it is verified"
            )
        return exchange, answer

    def close(self) -> None:
        """Close all connections, and forget every exchange."""
        self._session.close()
        self._session.adapters.clear()
        self.exchanges.clear()
