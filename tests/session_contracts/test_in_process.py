"""Requests in process get the same answers as over HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from session_contracts.in_process import URL, in_process
from session_contracts.mock_server.app import create_app
from session_contracts.mock_server.server import running
from session_contracts.mock_server.settings import Settings

pytestmark = pytest.mark.slow

SESSION = "/rentalot/api/v1/sessions/a1b2c3d4-e5f6-7890-abcd-ef1234567890"
KEY = {"Authorization": "Bearer ra_mockDefaultTenantKey0000000000000000000000000"}
SETTINGS = Settings(("rentalot",), frozen_at=datetime(2026, 2, 13, 9, tzinfo=UTC))


@pytest.fixture
def in_process_session() -> Iterator[requests.Session]:
    with in_process(create_app(SETTINGS)) as adapter, requests.Session() as session:
        session.mount(URL, adapter)
        yield session


CALLS = (
    requests.Request("GET", SESSION, headers=KEY),
    requests.Request("GET", SESSION),
    requests.Request(
        "GET",
        "/rentalot/api/v1/sessions",
        headers=KEY,
        params={"limit": "2", "status": "caf\u00e9"},
    ),
    requests.Request(
        "PATCH",
        f"{SESSION}/review",
        headers=KEY,
        json={"reviewStatus": "approved", "reviewNotes": "caf\u00e9"},
    ),
    requests.Request(
        "PATCH", f"{SESSION}/review", headers=KEY, data=b"{", params={"a": ["1", "2"]}
    ),
    requests.Request("DELETE", SESSION, headers=KEY),
    requests.Request("GET", "/nothing%2Fhere"),
)


def test_same_answers_as_over_http(in_process_session: requests.Session) -> None:
    with running(create_app(SETTINGS)) as url, requests.Session() as sent:
        for call in CALLS:
            answers = []
            for session, base in ((in_process_session, URL), (sent, url)):
                request = requests.Request(
                    call.method,
                    base + call.url,
                    call.headers,
                    None,
                    call.data,
                    call.params,
                    json=call.json,
                )
                answer = session.send(session.prepare_request(request))
                headers = {
                    name.lower(): value
                    for name, value in answer.headers.items()
                    if name.lower() not in ("date", "server")
                }
                answers.append((answer.status_code, headers, answer.content))
            assert answers[0] == answers[1], call.url


def test_concurrent_requests_interleave(in_process_session: requests.Session) -> None:
    def review(number: int) -> int:
        return in_process_session.patch(
            f"{URL}{SESSION}/review", headers=KEY, json={"reviewStatus": "approved"}
        ).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(review, range(8))) == [200] + [409] * 7
