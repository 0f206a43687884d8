"""Records the mock's responses to examples: those of a fresh mock with a fixed clock and seed 0."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from threading import Lock

import requests
from starlette.types import ASGIApp

from session_contracts.docs.examples import ID_PLACEHOLDER, Example, SampleCall, at
from session_contracts.docs.model import Api
from session_contracts.in_process import URL, in_process
from session_contracts.mock_server.app import create_app
from session_contracts.mock_server.clock import rfc3339
from session_contracts.mock_server.settings import Settings
from session_contracts.openapi import bundled_names

#: The clock of the mock: every timestamp of the vendors' pages is in its past.
NOW = datetime(2026, 5, 6, 17, tzinfo=UTC)
#: The command that starts a mock with the same responses.
SERVE = f"session-contracts serve --clock {rfc3339(NOW)}"


@dataclass(frozen=True)
class Recorded:
    """A response. `rule` is the value of its header `X-Mock-Rule`."""

    status: int
    reason: str
    text: str
    rule: str | None


class Recorder:
    """Sends examples to a mock."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def response(self, example: Example) -> Recorded:
        """The response to the example's call from a reset mock."""
        self._session.post(f"{URL}/_mock/reset").raise_for_status()
        example = at(example, URL)
        key = ""
        if example.first:
            made = self._send(example.first)
            made.raise_for_status()
            key = str(made.json()[example.member]) if example.keep else ""
        response = self._send(example.call, key)
        if example.call.url.startswith(f"{URL}/_mock/"):
            self._clean_up()
        rule = response.headers.get("X-Mock-Rule")
        return Recorded(response.status_code, response.reason, response.text, rule)

    def _send(self, call: SampleCall, key: str = "") -> requests.Response:
        return self._session.request(
            call.method,
            call.url.replace(ID_PLACEHOLDER, key),
            headers=dict(call.headers),
            json=call.body,
        )

    def _clean_up(self) -> None:
        """Undo what a reset keeps: other worlds, faults, broken rules and coverage."""
        for world in self._session.get(f"{URL}/_mock/worlds").json()["worlds"]:
            if world["name"] != "default":
                self._session.delete(f"{URL}/_mock/worlds/{world['name']}")
        for setting in ("faults", "broken-rules", "coverage"):
            self._session.delete(f"{URL}/_mock/{setting}")


_ONE_AT_A_TIME = Lock()


@cache
def _mock(names: tuple[str, ...]) -> ASGIApp:
    return create_app(Settings(names, frozen_at=NOW))


@contextmanager
def recorder(api: Api) -> Iterator[Recorder]:
    """A recorder with the process's mock of this API; the control API's serves all bundled APIs."""
    names = (api.name,) if api.vendor else bundled_names()
    with _ONE_AT_A_TIME, in_process(_mock(names)) as adapter, requests.Session() as session:
        session.trust_env = False
        session.mount(URL, adapter)
        yield Recorder(session)


def record(api: Api, examples: Iterable[Example]) -> Sequence[Recorded]:
    """The mock's response to each example."""
    with recorder(api) as mock:
        return [mock.response(example) for example in examples]
