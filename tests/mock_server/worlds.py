"""Helpers of tests of worlds: make, drop and call them."""

import socket
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.serving import Mock

NOON = "2026-05-06T17:00:00Z"
PAGE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
NEW_SESSION = {"jobId": "job_abc123", "testerId": "user_xyz789"}


def made(server: Mock, **asked: Any) -> Mock:
    """A new world of a server."""
    answer = server.control("POST", "/worlds", json=asked)
    assert answer.status_code == 201, answer.text
    return replace(server, url=server.url + answer.json()["path"])


def name_of(world: Mock) -> str:
    return world.url.rpartition("/")[2]


def drop(server: Mock, *worlds: Mock) -> None:
    for world in worlds:
        server.control("DELETE", f"/worlds/{name_of(world)}")


def path_of(world: Mock) -> str:
    """What the paths of a world begin with."""
    return urlsplit(world.url).path


def raw(mock: Mock, request: bytes, *more: bytes) -> bytes:
    """The response to raw bytes, even if the server stops reading before their end."""
    host = urlsplit(mock.url)
    answer = b""
    with socket.create_connection((host.hostname, host.port), timeout=5) as connection:
        try:
            for piece in (request, *more):
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
    return answer


def get(path: str, *headers: str) -> bytes:
    """A request by hand."""
    return "\r\n".join(
        [f"GET {path} HTTP/1.1", "Host: mock", "Connection: close", *headers, "", ""]
    ).encode("latin-1")


# ---- a scenario: calls of every API, with their responses
class Scenario:
    """Calls of all five APIs and of the control API; `number` varies their order and values."""

    def __init__(self, mock: Mock, number: int) -> None:
        self.mock = mock
        self.number = number
        self.responses: list[str] = []

    def of(self, api: str) -> Mock:
        return replace(self.mock, api=api)

    def ask(self, method: str, path: str, headers: dict[str, str], **options: Any) -> Any:
        """The response's JSON, if it is a success; the whole response is recorded."""
        try:
            answer = self.mock.client.request(
                method, self.mock.url + path, headers=headers, **options
            )
        except httpx.TransportError:
            self.responses.append(f"{method} {path}: broken off")
            return {}
        self.responses.append(
            f"{method} {path}: {answer.status_code} {sorted(answer.headers.items())} {answer.text}"
        )
        return answer.json() if answer.is_success else {}

    def rentalot(self) -> None:
        rentalot = self.of("rentalot")
        keys = rentalot.credential(), rentalot.credential(revoked=True)
        sessions = "/rentalot/api/v1/sessions"
        for count, review in enumerate(("approved", "denied")):
            key = rentalot.given(
                status="completed",
                email=f"{review}{self.number}@example.com",
                submission={"fullName": str(self.number)},
            )
            for _ in range(2):
                self.ask(
                    "PATCH",
                    f"{sessions}/{key}/review",
                    keys[0],
                    json={"reviewStatus": review, "reviewNotes": f"{self.number}"},
                )
            self.ask("GET", f"{sessions}?limit=3&page={count + 1}", keys[0])
        self.ask("GET", sessions, keys[1])

    def saleslab(self) -> None:
        saleslab = self.of("saleslab")
        token = saleslab.credential(scopes=["sessions:read"])
        user = saleslab.given("user", full_name=f"Rep {self.number}")
        session = saleslab.given("session", user_id=user, status="scored")
        self.ask("GET", f"/saleslab/api/v1/sessions/{session}", token)
        self.ask("GET", "/saleslab/api/v1/sessions?limit=2", token)
        self.ask("GET", "/saleslab/api/v1/users", token)
        self.ask("GET", "/saleslab/api/v1/users", saleslab.credential())

    def openscouter(self) -> None:
        scout = self.of("openscouter").credential()
        sessions = "/openscouter/api/sessions"
        for _ in range(2):
            key = (self.ask("POST", sessions, scout, json=NEW_SESSION).get("data") or {}).get(
                "sessionId", "sess_001"
            )
        self.ask(
            "PATCH",
            f"{sessions}/{key}/notes",
            scout,
            json={"notes": [{"content": f"note {self.number}"}]},
        )
        self.ask("POST", f"{sessions}/{key}/complete", scout, json={})
        self.ask("POST", f"{sessions}/{key}/analyze", scout)
        self.mock.control("POST", "/clock/advance", json={"by": f"PT{20 + self.number}S"})
        self.ask("GET", f"{sessions}/{key}", scout)
        self.ask("GET", f"{sessions}/{key}/notes", scout)

    def promptster(self) -> None:
        promptster = self.of("promptster")
        reviewer, candidate = promptster.credential(), promptster.credential(kind="candidate")
        made_ = self.ask(
            "POST", "/promptster/v1/sessions", reviewer, json={"metadata": {"number": self.number}}
        )
        key = made_.get("session", {}).get("id", PAGE)
        event = {
            "id": f"0b7e5a3c-52d1-4f0e-8a61-{self.number:012}",
            "sessionId": key,
            "ts": "2026-05-06T16:00:00Z",
            "kind": "prompt",
        }
        for _ in range(2):
            self.ask(
                "POST",
                "/promptster/v1/hooks/ingest",
                candidate,
                json={**event, "source": {"channel": "cli"}, "v": 1, "data": {}},
            )
        self.ask(
            "PATCH", f"/promptster/v1/sessions/{key}/metadata", reviewer, json={"b": self.number}
        )
        self.ask("GET", f"/promptster/v1/sessions/{key}/timeline", reviewer)
        self.ask("GET", "/promptster/v1/sessions?limit=4", reviewer)

    def mobilenext(self) -> None:
        mobilenext = self.of("mobilenext")
        home = mobilenext.given("organization")
        key = mobilenext.credential(kind="api_key", organization=home)
        for platform in ("ios", "android", "ios"):
            mobilenext.given("session", organization=home, platform=platform)
        page = self.ask("GET", "/mobilenext/api/v1/sessions?limit=2", key)
        self.ask(
            "GET",
            f"/mobilenext/api/v1/sessions?limit=2&before={page.get('nextCursor', NOON)}",
            key,
        )
        self.ask("GET", "/mobilenext/api/v1/sessions?limit=3", mobilenext.credential())

    def run(self) -> list[str]:
        """Make all calls; return their responses, then the outbox, faults, clock and state."""
        parts = (self.rentalot, self.saleslab, self.openscouter, self.promptster, self.mobilenext)
        for part in (*parts[self.number % 5 :], *parts[: self.number % 5]):
            part()
        for path in ("/outbox", "/faults", "/clock", "/state"):
            self.responses.append(self.mock.control("GET", path).text)
        return self.responses


FAULTS = [
    {"api": "openscouter", "status": 503, "rate": 0.3},
    {"operation": "listSessions", "drop": True, "after": True, "rate": 0.3},
    {"delay": {"type": "uniform", "lower": 0, "upper": 8}, "rate": 0.5},
]
