"""Bad input over real HTTP: a clear refusal, never a 500, and no effect."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.serving import DOCUMENTED, KEY, Mock

JSON = {**KEY, "Content-Type": "application/json"}


@pytest.fixture(autouse=True)
def unchanged(mock: Mock) -> Iterator[None]:
    """Check that a test does not change the documented session and sends no e-mail."""
    before = mock.call("GET", f"/{DOCUMENTED}").content
    yield
    assert mock.call("GET", f"/{DOCUMENTED}").content == before
    assert mock.outbox() == []


def refused(answer: Any, status: int, rule: str | None) -> None:
    assert (answer.status_code, answer.headers.get("x-mock-rule")) == (status, rule), answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["detail"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "malformed-body"),
        (b"{", "malformed-body"),
        (b"\xff\xfe", "malformed-body"),
        (b'{"reviewStatus": "approved", "reviewNotes": "\\ud800"}', "malformed-body"),
        (b'{"reviewStatus": "approved", "reviewNotes": "a\\u0000b"}', "notes-nul"),
        (b"[]", "body-object"),
        (b"null", "body-object"),
        (b'"approved"', "body-object"),
        (b"{}", "status-required"),
        (b'{"reviewNotes": "x"}', "status-required"),
        (b'{"reviewStatus": "pending_review"}', "status-values"),
        (b'{"reviewStatus": "Approved"}', "status-values"),
        (b'{"reviewStatus": null}', "status-values"),
        (b'{"reviewStatus": ["approved"]}', "status-values"),
        (b'{"reviewStatus": "approved", "reviewNotes": 7}', "notes-type"),
        (b'{"reviewStatus": "approved", "reviewNotes": "' + b"x" * 2001 + b'"}', "notes-max"),
        (b"[" * 100_000, "malformed-body"),
    ],
)
def test_bodies(mock: Mock, body: bytes, rule: str) -> None:
    refused(
        mock.call("PATCH", f"/{DOCUMENTED}/review", JSON, content=body),
        422,
        f"rentalot.review.{rule}",
    )


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ";;;"]
)
def test_content_types(mock: Mock, content_type: str) -> None:
    answer = mock.call(
        "PATCH",
        f"/{DOCUMENTED}/review",
        {**KEY, "Content-Type": content_type},
        content=b'{"reviewStatus": "approved"}',
    )
    refused(answer, 422, "rentalot.review.content-type")


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ("page=0", "bad-parameter"),
        ("page=-1", "bad-parameter"),
        ("page=1.5", "bad-parameter"),
        ("page=", "bad-parameter"),
        ("limit=0", "bad-parameter"),
        ("limit=abc", "bad-parameter"),
        ("limit=%D9%A3", "bad-parameter"),
        ("limit=" + "9" * 5000, "bad-parameter"),
        ("limit=101", "over-limit"),
        ("contactId=1", "bad-parameter"),
        ("workflowTemplateId=wf_abc123", "bad-parameter"),
        ("status=bogus", "bad-parameter"),
        ("status=%00", "bad-parameter"),
        ("status=%ED%A0%80", "bad-parameter"),
        ("reviewStatus=Approved", "bad-parameter"),
        ("status=active&status=completed", "bad-parameter"),
        ("page=1&page=1", "bad-parameter"),
    ],
)
def test_queries(mock: Mock, query: str, rule: str) -> None:
    expected = (
        "rentalot.list.repeated-parameter"
        if re.search(r"(\w+)=.*&\1=", query)
        else f"rentalot.list.{rule}"
    )
    refused(mock.call("GET", f"?{query}"), 422, expected)


def test_a_page_far_beyond_the_end_is_empty(mock: Mock) -> None:
    answer = mock.call("GET", "?page=999999999999999999")
    assert (answer.status_code, answer.json()["data"]) == (200, [])


@pytest.mark.parametrize(
    "session",
    ["1", "not-a-uuid", "%00", "%ED%A0%80", DOCUMENTED[:-1], f"{DOCUMENTED}0", "x" * 4000],
)
def test_ids_that_are_not_uuids(mock: Mock, session: str) -> None:
    refused(mock.call("GET", f"/{session}"), 404, "rentalot.session.malformed-id")
    refused(
        mock.call("PATCH", f"/{session}/review", json={"reviewStatus": "approved"}),
        404,
        "rentalot.session.malformed-id",
    )


def test_unknown_paths_and_methods(mock: Mock) -> None:
    for path in ("/", f"/{DOCUMENTED}/", f"/{DOCUMENTED}/reviews"):
        refused(mock.call("GET", path), 404, None)
    refused(
        mock.call("GET", "/a%2Fb"), 404, "rentalot.session.malformed-id"
    )  # a slash that was encoded is part of the id
    for method, path, allowed in (
        ("POST", "", "GET"),
        ("DELETE", f"/{DOCUMENTED}", "GET"),
        ("GET", f"/{DOCUMENTED}/review", "PATCH"),
        ("OPTIONS", "", "GET"),
    ):
        answer = mock.call(method, path)
        refused(answer, 405, None)
        assert answer.headers["allow"] == allowed
    assert mock.client.get(f"{mock.url}/nothing").status_code == 404


def test_a_body_of_ten_megabytes(mock: Mock) -> None:
    def memory() -> int:
        return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{mock.pid}/status").read_text())[0])

    big = b'{"reviewStatus": "approved", "reviewNotes": "' + b"x" * 10_000_000 + b'"}'
    refused(
        mock.call("PATCH", f"/{DOCUMENTED}/review", JSON, content=big),
        413,
        "rentalot.request.too-large",
    )
    before = memory()
    for _ in range(5):
        refused(
            mock.call("PATCH", f"/{DOCUMENTED}/review", JSON, content=big),
            413,
            "rentalot.request.too-large",
        )
        refused(
            mock.call("PATCH", f"/{DOCUMENTED}/review", JSON, content=iter([big])),
            413,
            "rentalot.request.too-large",
        )
    assert memory() - before < 5_000


def test_a_client_that_goes_away(mock: Mock) -> None:
    host = urlsplit(mock.url)
    with socket.create_connection((host.hostname, host.port)) as connection:
        line = f"PATCH /rentalot/api/v1/sessions/{DOCUMENTED}/review HTTP/1.1"
        head = f"{line}\r\nHost: x\r\nAuthorization: {KEY['Authorization']}\r\n"
        connection.sendall(
            head.encode()
            + b"Content-Type: application/json\r\nContent-Length: 27\r\n\r\n"
            + b'{"reviewStatus":'
        )


def test_headers_that_are_not_ascii(mock: Mock) -> None:
    host = urlsplit(mock.url)
    connection = http.client.HTTPConnection(str(host.hostname), host.port)
    connection.request(
        "GET",
        "/rentalot/api/v1/sessions",
        headers={"Authorization": b"Bearer \xff\xfe".decode("latin-1")},
    )
    with closing(connection):
        assert connection.getresponse().status == 401


def test_a_web_socket(mock: Mock) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert mock.client.get(f"{mock.url}/_mock/health", headers=upgrade).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/clock/advance", {"by": "soon"}, 400),
        ("POST", "/clock/advance", {"by": "-P1D"}, 400),
        ("POST", "/clock/advance", {"by": "P1M"}, 400),
        ("POST", "/clock/advance", {"by": "P999999999D"}, 400),
        ("POST", "/clock/advance", {}, 400),
        ("PUT", "/clock", {"now": "2020-01-01T00:00:00Z"}, 400),
        ("PUT", "/clock", {"now": "yesterday"}, 400),
        ("PUT", "/clock", {"now": "9999-12-31T23:59:59Z"}, 400),
        ("PUT", "/clock", {"now": "0001-01-01T00:00:00+14:00"}, 400),
        ("PUT", "/broken-rules", {"rules": ["rentalot.no.such"]}, 400),
        ("PUT", "/broken-rules", {"rules": "all"}, 400),
        ("POST", "/nobody/states", {"action": "setup", "state": "session"}, 404),
        ("POST", "/rentalot/states", {"action": "setup", "state": "study"}, 501),
        (
            "POST",
            "/rentalot/states",
            {"action": "setup", "state": "session", "params": {"colour": "red"}},
            501,
        ),
        (
            "POST",
            "/rentalot/states",
            {"action": "setup", "state": "session", "params": {"status": "paused"}},
            501,
        ),
        (
            "POST",
            "/rentalot/states",
            {"action": "setup", "state": "session", "params": {"contactId": 7}},
            400,
        ),
        (
            "POST",
            "/rentalot/states",
            {"action": "setup", "state": "session", "params": {"createdAt": "today"}},
            400,
        ),
        (
            "POST",
            "/rentalot/states",
            {"action": "setup", "state": "credential", "params": {"scopes": ["read"]}},
            501,
        ),
        (
            "POST",
            "/rentalot/states",
            {
                "action": "setup",
                "state": "session",
                "params": {"createdAt": "9999-12-31T23:59:59Z"},
            },
            501,
        ),
        (
            "POST",
            "/rentalot/states",
            {
                "action": "setup",
                "state": "session",
                "params": {"createdAt": "2027-01-01T00:00:00Z"},
            },
            501,
        ),
        (
            "POST",
            "/rentalot/states",
            {
                "action": "setup",
                "state": "session",
                "params": {"status": "active", "reviewStatus": "denied"},
            },
            501,
        ),
        ("POST", "/rentalot/states", {"action": "undo", "state": "session"}, 400),
        ("POST", "/rentalot/states", [], 400),
    ],
)
def test_the_control_api(mock: Mock, method: str, path: str, body: Any, status: int) -> None:
    answer = mock.control(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]
