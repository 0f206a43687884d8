"""Journals as HTTP Archives."""

from datetime import UTC, datetime

import pytest

from session_contracts.mock_server.har import archive, redacted
from session_contracts.mock_server.journal import HttpRequest, JournalEntry
from session_contracts.mock_server.outcome import HttpOutcome


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Accept", "text/plain", "text/plain"),
        ("Authorization", "Bearer abc", "Bearer (redacted)"),
        ("authorization", "abc", "(redacted)"),
        ("X-Key", "Bearer", "(redacted)"),
    ],
)
def test_credentials_are_redacted(name: str, value: str, shown: str) -> None:
    assert redacted(name, value, {"authorization", "x-key"}) == shown


def test_entry_shows_request_and_response() -> None:
    headers = ((b"host", b"mock"), (b"x-api-key", b"secret"), (b"x-own", b"secret"))
    request = HttpRequest("POST", b"/a", b"b=c", headers, b"{}")
    entry = JournalEntry(
        1,
        datetime(2026, 2, 13, 12, tzinfo=UTC),
        request,
        HttpOutcome(201, "application/json", b"[]"),
        delay=0.5,
        secret_headers=frozenset({"x-own"}),
    )
    (found,) = archive([entry], "1")["log"]["entries"]
    assert found["request"]["url"] == "http://mock/a?b=c"
    assert found["request"]["queryString"] == [{"name": "b", "value": "c"}]
    assert "secret" not in str(found)
    assert (found["response"]["status"], found["time"]) == (201, 500)
