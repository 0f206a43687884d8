"""Talks to the control API of a running mock."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

from session_contracts.errors import MockRefused, MockUnreachable

#: Not `requests`, which tests of clients replace.
_POOL = urllib3.PoolManager(maxsize=4, retries=False, timeout=urllib3.Timeout(connect=5, read=60))


class Control:
    """The control API of one world: `url` is that of the mock, or of one of its worlds (`http://127.0.0.1:8080/w/name`).

    Every method raises MockUnreachable, and MockRefused where the mock does not do it.
    """

    def __init__(self, url: str, admin_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._admin_token = admin_token

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The answer's JSON, of a path below `/_mock`."""
        given = {name: value for name, value in query.items() if value is not None}
        url = f"{self.url}/_mock{path}{'?' + urlencode(given) if given else ''}"
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self._admin_token is not None:
            headers["Authorization"] = f"Bearer {self._admin_token}"
        try:
            answer = _POOL.request(
                method, url, body=None if body is None else json.dumps(body), headers=headers
            )
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise MockUnreachable(self.url, error) from None
        try:
            told = json.loads(answer.data)
        except ValueError:
            raise MockUnreachable(
                self.url, f"what answers {method} {url} is no mock (status {answer.status})"
            ) from None
        if answer.status >= 400:
            raise MockRefused(
                answer.status,
                told["error"] if isinstance(told, Mapping) and "error" in told else told,
            )
        return told

    def coverage(self) -> dict[str, Any]:
        """Of one world where the URL names it, else of all that there ever were."""
        told: dict[str, Any] = self.call(
            "GET", "/coverage", worlds="own" if "/w/" in self.url else "all"
        )
        return told
