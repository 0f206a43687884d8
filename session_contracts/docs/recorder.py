"""What the mock answers to the examples, as it would when it has just started with this clock and the seed 0."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from threading import Lock

import requests
from starlette.types import ASGIApp

from session_contracts.docs.examples import HOLE, Call, Example, at
from session_contracts.docs.model import Api
from session_contracts.in_process import URL, in_process
from session_contracts.mock_server.app import create_app
from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.settings import Settings
from session_contracts.openapi import bundled_names

#: The site's time: all that the vendors' pages show lies behind it.
NOW = datetime(2026, 5, 6, 17, tzinfo=UTC)
#: What to start the mock with, to get the same answers.
SERVE = f"session-contracts serve --clock {rfc3339(NOW)}"


@dataclass(frozen=True)
class Recorded:
    """An answer. `rule`: the one that it says it follows."""

    status: int
    reason: str
    text: str
    rule: str | None


class Recorder:
    """A mock of our APIs, for as long as it takes to ask it."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def answer(self, example: Example) -> Recorded:
        """To the example's call, in a mock that has heard nothing else."""
        self._session.post(f"{URL}/_mock/reset").raise_for_status()
        example = at(example, URL)
        key = ""
        if example.first:
            made = self._send(example.first)
            made.raise_for_status()
            key = str(made.json()[example.member]) if example.keep else ""
        answer = self._send(example.call, key)
        if example.call.url.startswith(f"{URL}/_mock/"):
            self._tidy()
        return Recorded(
            answer.status_code, answer.reason, answer.text, answer.headers.get("X-Mock-Rule")
        )

    def _send(self, call: Call, key: str = "") -> requests.Response:
        return self._session.request(
            call.method, call.url.replace(HOLE, key), headers=dict(call.headers), json=call.body
        )

    def _tidy(self) -> None:
        """What a reset leaves: the worlds that were made, and what was told to the control API."""
        for world in self._session.get(f"{URL}/_mock/worlds").json()["worlds"]:
            if world["name"] != "default":
                self._session.delete(f"{URL}/_mock/worlds/{world['name']}")
        for what in ("faults", "broken-rules", "coverage"):
            self._session.delete(f"{URL}/_mock/{what}")


_ONE_AT_A_TIME = Lock()


@cache
def _mock(names: tuple[str, ...]) -> ASGIApp:
    return create_app(Settings(names, frozen_at=NOW))


@contextmanager
def recorder(api: Api) -> Iterator[Recorder]:
    """A mock of this API, kept for the process; the control API is shown on one of all bundled APIs."""
    names = (api.name,) if api.vendor else bundled_names()
    with _ONE_AT_A_TIME, in_process(_mock(names)) as adapter, requests.Session() as session:
        session.trust_env = False
        session.mount(URL, adapter)
        yield Recorder(session)


def record(api: Api, examples: Iterable[Example]) -> Sequence[Recorded]:
    """An answer to each."""
    with recorder(api) as mock:
        return [mock.answer(example) for example in examples]
