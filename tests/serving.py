"""The mock in a process, and a client for tests."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import httpx

DOCUMENTED = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
ACTIVE = "b2c3d4e5-f6a7-4890-9bcd-f12345678901"
KEY = {"Authorization": "Bearer ra_mockDefaultTenantKey0000000000000000000000000"}
OTHER = {"Authorization": "Bearer ra_mockOtherTenantKey000000000000000000000000000"}

#: The default credential of each API.
KEYS = {
    "rentalot": KEY,
    "saleslab": {"Authorization": "Bearer slt_mockDefaultTenantToken00000000000000000000000"},
    "mobilenext": {"Authorization": "Bearer mob_mockDefaultUserKey00000000000000000000000000"},
}


@dataclass
class Mock:
    """A running mock, with shorthand for requests to one API and to the control API."""

    url: str
    pid: int
    api: str = "rentalot"
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=10))

    @property
    def sessions(self) -> str:
        """The URL of the collection of sessions."""
        return f"{self.url}/{self.api}/api/v1/sessions"

    def call(
        self, method: str, path: str = "", headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Send a request to a path below the sessions; with the default credential, if left out."""
        return self.client.request(
            method,
            self.sessions + path,
            headers=KEYS[self.api] if headers is None else headers,
            **options,
        )

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, **params: Any
    ) -> httpx.Response:
        """GET a path below the version of the API; with the default credential, if left out."""
        sent = KEYS[self.api] if headers is None else headers
        return self.client.get(
            f"{self.url}/{self.api}/api/v1/{path}", headers=sent, params=params or None
        )

    def control(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request to the control API."""
        return self.client.request(method, f"{self.url}/_mock{path}", **options)

    def state(self, name: str, /, **params: Any) -> Any:
        """Set up a provider state; return its values."""
        answer = self.control(
            "POST", f"/{self.api}/states", json={"action": "setup", "state": name, "params": params}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def given(self, state: str = "session", /, **params: Any) -> str:
        """Set up a provider state; return the id of its record."""
        return str(self.state(state, **params)["id"])

    def credential_of(self, api: str) -> dict[str, str]:
        """The default credential of any API."""
        return replace(self, api=api).credential()

    def credential(self, **params: Any) -> dict[str, str]:
        """The headers of a credential with these params."""
        return dict(self.state("credential", **params)["headers"])

    def outbox(self) -> list[dict[str, Any]]:
        """The messages that were sent, oldest first."""
        return list(self.control("GET", "/outbox").json()["messages"])


_SERVE = ("-W", "ignore", "-m", "session_contracts", "serve")


def start(
    *options: str,
    apis: Sequence[str] = (),
    errors: IO[str] | None = None,
    folder: Path | None = None,
) -> tuple[subprocess.Popen[str], str]:
    """Start `session-contracts serve` of these APIs, or of all; return its process and its URL.

    `errors`: a file for its standard error; `folder`: its working directory.
    """
    command = [sys.executable, *_SERVE, *apis, "--port", "0", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=folder
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://[\d.]+:\d+", line)
    if not found:
        process.communicate(timeout=10)
        raise AssertionError(f"{command} prints {line!r}, not its URL")
    return process, found.group()


@contextmanager
def running(*options: str, apis: Sequence[str] = (), folder: Path | None = None) -> Iterator[Mock]:
    """Run a mock in a process, with this working directory."""
    process, url = start(*options, apis=apis, folder=folder)
    mock = Mock(url, process.pid)
    try:
        yield mock
    finally:
        mock.client.close()
        process.terminate()
        process.communicate(timeout=10)
