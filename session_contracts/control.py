"""A client of the control API of a running mock."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

from session_contracts.errors import MockRefused, MockUnreachable

#: Not `requests`: tests of clients replace it (`responses`, `requests-mock`).
_POOL = urllib3.PoolManager(maxsize=4, retries=False, timeout=urllib3.Timeout(connect=5, read=60))


class Control:
    """The control API of one world.

    `url` is that of the mock (its default world), or of another of its worlds
    (`http://127.0.0.1:8080/w/name`). `admin_token` is required if the mock was started with one.
    Every method raises MockUnreachable, and MockRefused for an HTTP status of 400 or more.
    """

    def __init__(self, url: str, admin_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._admin_token = admin_token

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Send a request to a path below `/_mock`; return the parsed JSON of the response.

        `body` is sent as JSON. Query parameters that are None are left out.
        """
        given = {name: value for name, value in query.items() if value is not None}
        url = f"{self.url}/_mock{path}{'?' + urlencode(given) if given else ''}"
        sent = None if body is None else json.dumps(body)
        try:
            response = _POOL.request(method, url, body=sent, headers=self._headers(body))
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise MockUnreachable(self.url, error) from None
        try:
            content = json.loads(response.data)
        except ValueError:
            reason = f"the answer to {method} {url} is not JSON (status {response.status})"
            raise MockUnreachable(self.url, reason) from None
        if response.status >= 400:
            has_error = isinstance(content, Mapping) and "error" in content
            raise MockRefused(response.status, content["error"] if has_error else content)
        return content

    def _headers(self, body: Any) -> dict[str, str]:
        headers = {} if body is None else {"Content-Type": "application/json"}
        if self._admin_token is not None:
            headers["Authorization"] = f"Bearer {self._admin_token}"
        return headers

    def coverage(self) -> dict[str, Any]:
        """The answer of `GET /_mock/coverage`, of all worlds unless the URL names one."""
        worlds = "own" if "/w/" in self.url else "all"
        answer: dict[str, Any] = self.call("GET", "/coverage", worlds=worlds)
        return answer
