"""A real server process, and what tests ask of it."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import httpx

DOCUMENTED = "a1b2c3d4-e5f6-7890-abcd-ef1234567890"
ACTIVE = "b2c3d4e5-f6a7-4890-9bcd-f12345678901"
KEY = {"Authorization": "Bearer ra_mockDefaultTenantKey0000000000000000000000000"}
OTHER = {"Authorization": "Bearer ra_mockOtherTenantKey000000000000000000000000000"}


@dataclass
class Mock:
    """A running mock, and shorthand for what tests ask of it."""

    url: str
    pid: int
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=10))

    @property
    def sessions(self) -> str:
        return f"{self.url}/rentalot/api/v1/sessions"

    def call(self, method: str, path: str = "", headers: dict[str, str] | None = None, **options: Any) -> httpx.Response:
        return self.client.request(method, self.sessions + path, headers=KEY if headers is None else headers, **options)

    def control(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.client.request(method, f"{self.url}/_mock{path}", **options)

    def given(self, **params: Any) -> str:
        answer = self.control("POST", "/rentalot/states", json={"action": "setup", "state": "session", "params": params})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def outbox(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "/outbox").json()["messages"])


def start(*options: str) -> tuple[subprocess.Popen[str], str]:
    """`session-contracts serve` in a process of its own, and its URL."""
    command = [sys.executable, "-W", "ignore", "-m", "session_contracts", "serve", "rentalot", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://[\d.]+:\d+", line)
    assert found, line + (process.stderr.read() if process.stderr else "")
    return process, found.group()
