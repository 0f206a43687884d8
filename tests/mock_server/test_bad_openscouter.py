"""OpenScouter: bad input over HTTP gets a refusal in the vendor's form, and changes nothing."""

import base64
import hashlib
import hmac
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import pytest

from tests.mock_server.bearer_tokens import NOW, SECRET, bearer, invalid_tokens, signed
from tests.serving import Mock

pytestmark = pytest.mark.slow

STUDY = {"jobId": "job_abc123", "testerId": "user_xyz789"}
FEEDBACK: dict[str, Any] = {"clarity": 4, "difficulty": 3, "technicalIssues": False}


USER = "user_admin01"
token = partial(signed, user=USER)
KEY = bearer(token())


@dataclass(frozen=True)
class Target:
    """A mock, and a session on which each operation is allowed."""

    mock: Mock
    active: str
    analyzed: str

    def send(
        self, method: str, path: str = "", headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """The URL of a path below the sessions."""
        sent = KEY if headers is None else headers
        return self.mock.client.request(
            method, f"{self.mock.url}/openscouter/api/sessions{path}", headers=sent, **options
        )

    def write(
        self, operation: str, content: bytes, content_type: str | None = "application/json"
    ) -> httpx.Response:
        """A call that succeeds with a valid body."""
        method, path = {
            "create": ("POST", ""),
            "complete": ("POST", f"/{self.active}/complete"),
            "notes": ("PATCH", "/sess_001/notes"),
            "confirm": ("POST", f"/{self.analyzed}/confirm"),
            "feedback": ("POST", "/sess_001/feedback"),
        }[operation]
        return self.send(
            method,
            path,
            KEY | ({"Content-Type": content_type} if content_type else {}),
            content=content,
        )

    def everything(self) -> list[bytes]:
        sessions = [
            self.send("GET", f"/{session}").content
            for session in ("sess_001", self.active, self.analyzed)
        ]
        return [
            *sessions,
            self.send("GET", "/sess_001/notes").content,
            json.dumps(self.mock.outbox()).encode(),
        ]


@pytest.fixture
def target(openscouter: Mock) -> Iterator[Target]:
    """Check that a test changes nothing, and that valid calls still succeed."""
    active, analyzed = (
        openscouter.state("session", status=status)["sessionId"]
        for status in ("active", "analyzed")
    )
    found = Target(openscouter, active, analyzed)
    before = found.everything()
    yield found
    assert found.everything() == before
    assert found.write("feedback", json.dumps(FEEDBACK).encode()).status_code == 200


def refused(answer: httpx.Response, status: int, said: str = "") -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"success", "data", "error", "metadata"}
    assert (body["success"], body["data"], body["metadata"]) == (False, None, None)
    assert isinstance(body["error"], str)
    assert body["error"]
    assert said in body["error"]
    assert len(body["error"]) < 1000
    for leak in ("Traceback", "timedelta", "isoformat", "dict", "Decimal", "object at 0x"):
        assert leak not in body["error"]
    if status in (400, 401, 409, 413):
        assert answer.headers["x-mock-rule"].startswith("openscouter.")


# ---- bodies

GOOD: dict[str, dict[str, Any]] = {
    "create": {**STUDY, "variant": "A"},
    "complete": {"completedAt": "2026-05-06T17:00:00Z"},
    "notes": {"notes": [{"noteId": "note_001", "content": "Changed."}]},
    "confirm": {"rating": 5, "comment": "Good."},
    "feedback": {**FEEDBACK, "comment": "Good."},
}


@pytest.mark.parametrize("operation", GOOD)
def test_body_that_is_not_a_json_object(target: Target, operation: str) -> None:
    good = json.dumps(GOOD[operation]).encode()
    for content in (
        b"{",
        b"\xff\xfe",
        b"\x00",
        b" ",
        good[:-1],
        good + b"}",
        good + good,
        good.replace(b'"', b"'"),
        good.decode().encode("utf-16"),
        b"\xef\xbb\xbf\xff" + good,
        b"[]",
        b"[" + good + b"]",
        b"null",
        b"true",
        b"5",
        b'"sess_001"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ):
        refused(target.write(operation, content), 400)


@pytest.mark.parametrize("operation", ["create", "notes", "confirm", "feedback"])
def test_missing_body(target: Target, operation: str) -> None:
    for content in (b"", b"{}"):
        refused(target.write(operation, content), 400)


@pytest.mark.parametrize("operation", GOOD)
def test_strings_that_are_not_unicode(target: Target, operation: str) -> None:
    good = json.dumps(GOOD[operation])
    for text in (
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\\udc00\\ud800",
        b"\\x00",
        b"\\u12",
        b"\x01",
    ):
        for name in ("jobId", "completedAt", "content", "comment"):
            if f'"{name}": "' in good:
                refused(
                    target.write(
                        operation,
                        good.encode().replace(
                            f'"{name}": "'.encode(), f'"{name}": "'.encode() + text
                        ),
                    ),
                    400,
                )


@pytest.mark.parametrize("operation", GOOD)
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/xml",
        "multipart/form-data",
        ";;;",
    ],
)
def test_unsupported_content_types(target: Target, operation: str, content_type: str) -> None:
    refused(target.write(operation, json.dumps(GOOD[operation]).encode(), content_type), 400)


def test_unusual_content_types_are_accepted(target: Target) -> None:
    for content_type in (
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/json;x=y",
    ):
        assert target.write("notes", b'{"notes": []}', content_type).status_code == 200


# ---- members


def body(good: dict[str, Any], name: str, value: bytes | None) -> bytes:
    """The body with this raw value of a member, or without the member."""
    members = [
        f'"{other}": {json.dumps(content)}'.encode()
        for other, content in good.items()
        if other != name
    ]
    return (
        b"{"
        + b", ".join([*members, *([f'"{name}": '.encode() + value] if value is not None else [])])
        + b"}"
    )


@pytest.mark.parametrize(
    ("operation", "name", "required"),
    [
        ("create", "jobId", True),
        ("create", "testerId", True),
        ("create", "variant", False),
        ("complete", "completedAt", False),
        ("confirm", "comment", False),
        ("feedback", "comment", False),
    ],
)
def test_member_that_is_not_a_string(
    target: Target, operation: str, name: str, required: bool
) -> None:
    for value in (
        b"7",
        b"true",
        b'["job_abc123"]',
        b"{}",
        b"4.5",
        *([b"null", None] if required else []),
    ):
        refused(target.write(operation, body(GOOD[operation], name, value)), 400, name)


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("create", "variant"),
        ("complete", "completedAt"),
        ("confirm", "comment"),
        ("feedback", "comment"),
    ],
)
def test_null_is_treated_as_absent(openscouter: Mock, operation: str, name: str) -> None:
    """The page allows a member to be left out; it does not mention null."""
    state = {"confirm": "analyzed", "feedback": "completed"}.get(operation, "active")
    session = openscouter.state("session", status=state)["sessionId"]
    assert (
        Target(openscouter, session, session)
        .write(operation, body(GOOD[operation], name, b"null"))
        .is_success
    )


@pytest.mark.parametrize(
    ("operation", "name"),
    [("confirm", "rating"), ("feedback", "clarity"), ("feedback", "difficulty")],
)
@pytest.mark.parametrize(
    "value",
    [
        *(None, b"null", b"true", b"false", b'"4"', b'""', b"[4]", b"{}", b'"five"'),
        *(
            b"4.5",
            b"4.0000001",
            b"0.99",
            b"5.01",
            b"0",
            b"6",
            b"-1",
            b"-0",
            b"0.0",
            b"-4",
            b"1e1",
            b"5e-1",
        ),
        *(
            b"1e400",
            b"-1e400",
            b"NaN",
            b"Infinity",
            b"1" * 30,
            b"9" * 5000,
            b"9223372036854775808",
            b"18446744073709551620",
        ),
        *(b"04", b"+4", b"4.", b".4", b"0x4", b"4_0", "٤".encode()),
    ],
)
def test_invalid_ratings(target: Target, operation: str, name: str, value: bytes | None) -> None:
    refused(target.write(operation, body(GOOD[operation], name, value)), 400)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"null",
        b"0",
        b"1",
        b'"true"',
        b'"false"',
        b'""',
        b"[]",
        b"[true]",
        b"{}",
        b"True",
        b"0.0",
    ],
)
def test_technical_issues_is_a_boolean(target: Target, value: bytes | None) -> None:
    refused(target.write("feedback", body(FEEDBACK, "technicalIssues", value)), 400)


@pytest.mark.parametrize("variant", ["", "C", "a", "AB", "A ", " A", "А", "A\u0000", "x" * 500])
def test_invalid_variants(target: Target, variant: str) -> None:
    refused(
        target.write("create", json.dumps({**STUDY, "variant": variant}).encode()), 400, "variant"
    )


@pytest.mark.parametrize(
    "unknown",
    [
        "job_nowhere",
        "JOB_ABC123",
        " job_abc123",
        "job_abc123\u0000",
        "../job_abc123",
        "' or 1=1",
        "x" * 9000,
    ],
)
def test_unknown_studies_and_testers(target: Target, unknown: str) -> None:
    for name in STUDY:
        refused(target.send("POST", "", json={**STUDY, name: unknown}), 404)


def test_an_empty_study_or_tester(target: Target) -> None:
    for name in STUDY:
        answer = target.send("POST", "", json={**STUDY, name: ""})
        refused(answer, 404 if answer.status_code == 404 else 400)


@pytest.mark.parametrize(
    "moment",
    [
        *(
            "",
            "now",
            "yesterday",
            "2026-05-06",
            "17:00:00Z",
            "2026-05-06T17:00:00",
            "2026-05-06 17:00",
            "2026-W19-3T17:00:00Z",
        ),
        *(
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-05-06T25:00:00Z",
            "2026-05-06T16:60:00Z",
            "2026-05-06T16:00:61Z",
        ),
        *(
            "2026-05-06T17:00:00+24:00",
            "2026-05-06T17:00:00+0000",
            "20260506T170000Z",
            "0000-01-01T00:00:00Z",
            "1778086800",
        ),
        *(
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "9999-12-31T23:59:60Z",
            "+12026-05-06T17:00:00Z",
        ),
        *(
            "2026-05-06T17:00:00Z\n",
            " 2026-05-06T17:00:00Z",
            "２026-05-06T17:00:00Z",
            "2026-05-06T17:00:00.Z",
        ),
        *(
            "2026-05-06T17:01:01.5Z",
            "2026-05-06T17:01:01Z",
            "1970-01-01T00:00:00Z",
            "2026-05-06T17:00:00Z\u0000",
            "x" * 500,
        ),
    ],
)
def test_times_of_completion(target: Target, moment: str) -> None:
    refused(target.send("POST", f"/{target.active}/complete", json={"completedAt": moment}), 400)


def test_a_clients_clock_may_be_a_minute_ahead(openscouter: Mock) -> None:
    session = openscouter.state("session", status="active")["sessionId"]
    target = Target(openscouter, session, session)
    refused(
        target.send("POST", f"/{session}/complete", json={"completedAt": "2026-05-06T17:01:01Z"}),
        400,
        "which is now",
    )
    assert (
        target.send(
            "POST", f"/{session}/complete", json={"completedAt": "2026-05-06T17:00:00.185Z"}
        ).status_code
        == 200
    )


def test_lone_surrogate_as_user(openscouter: Mock) -> None:
    payload = (
        base64.urlsafe_b64encode(b'{"sub": "\\ud800", "exp": 4102444800}').rstrip(b"=").decode()
    )
    header = base64.urlsafe_b64encode(b'{"alg": "HS256", "typ": "JWT"}').rstrip(b"=").decode()
    signature = hmac.new(
        b"session-contracts-mock-signs-with-this", f"{header}.{payload}".encode(), hashlib.sha256
    ).digest()
    token = f"{header}.{payload}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    answer = openscouter.client.get(
        f"{openscouter.url}/openscouter/api/sessions/sess_001",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 401


def test_split_of_zero_and_zero(openscouter: Mock) -> None:
    for split, status in (
        ({"A": 1e308, "B": 1e308}, 501),
        ({"A": 0, "B": 0}, 501),
        ({"A": -1}, 501),
        ({"A": "half"}, 400),
    ):
        message = {"action": "setup", "state": "study", "params": {"splitRatio": split}}
        assert (
            openscouter.control("POST", "/openscouter/states", json=message).status_code == status
        )


def test_a_refusal_does_not_repeat_a_huge_value(target: Target) -> None:
    refused(
        target.write("create", json.dumps({**STUDY, "variant": "x" * 100_000}).encode()),
        400,
        "variant",
    )
    refused(
        target.send("POST", f"/{target.active}/complete", json={"completedAt": "x" * 100_000}),
        400,
        "completedAt",
    )


@pytest.mark.parametrize(
    "notes",
    [
        *(
            b"null",
            b"{}",
            b'"x"',
            b"7",
            b"true",
            b'{"content": "x"}',
            b"[null]",
            b"[[]]",
            b'["x"]',
            b"[7]",
            b"[{}]",
        ),
        *(
            b'[{"noteId": "note_001"}]',
            b'[{"content": null}]',
            b'[{"content": 7}]',
            b'[{"content": ["x"]}]',
            b'[{"content": ""}]',
        ),
        *(b'[{"noteId": 1, "content": "x"}]', b'[{"noteId": ["note_001"], "content": "x"}]'),
        *(
            b'[{"noteId": {}, "content": "x"}]',
            b'[{"noteId": true, "content": "x"}]',
            b'[{"noteId": "note_001", "content": ""}]',
        ),
        *(
            b'[{"content": "good"}, {"content": ""}]',
            b'[{"noteId": "note_001", "content": "good"}, {"content": 4.5}]',
        ),
    ],
)
def test_invalid_notes(target: Target, notes: bytes) -> None:
    refused(target.write("notes", b'{"notes": ' + notes + b"}"), 400)


@pytest.mark.parametrize(
    "note", ["note_404", "NOTE_001", "note_001 ", "note_001\u0000", "sess_001", "*", "x" * 9000]
)
def test_unknown_notes(target: Target, note: str) -> None:
    batch = [
        {"noteId": "note_001", "content": "Changed."},
        {"noteId": note, "content": "x"},
        {"content": "New."},
    ]
    refused(target.send("PATCH", "/sess_001/notes", json={"notes": batch}), 404)


def test_note_without_an_id(target: Target) -> None:
    answer = target.send(
        "PATCH", "/sess_001/notes", json={"notes": [{"noteId": "", "content": "x"}]}
    )
    refused(answer, 404 if answer.status_code == 404 else 400)


# ---- ids, paths, methods

SUFFIXES = {
    "": "GET",
    "/complete": "POST",
    "/analyze": "POST",
    "/notes": "GET",
    "/confirm": "POST",
    "/feedback": "POST",
}


@pytest.mark.parametrize(
    "identity",
    [
        *(
            "1",
            "SESS_001",
            "sess_0011",
            "sess_00",
            "sess_001%20",
            "%20sess_001",
            "sess_001%00",
            "%00",
            "%FF%FE",
            "%ED%A0%80",
        ),
        *(
            "*",
            "null",
            "note_001",
            "sess_001'--",
            "sess_001,sess_001",
            "%E2%82%AC",
            "%252e%252e",
            "...",
            "-1",
            "x" * 4000,
        ),
    ],
)
def test_unknown_session_ids(target: Target, identity: str) -> None:
    bodies = {"/confirm": GOOD["confirm"], "/feedback": FEEDBACK, "/complete": {}}
    for suffix, method in SUFFIXES.items():
        options = {"json": bodies[suffix]} if suffix in bodies else {}
        refused(target.send(method, f"/{identity}{suffix}", **options), 404, "Session not found")
    refused(
        target.send("PATCH", f"/{identity}/notes", json=GOOD["notes"]), 404, "Session not found"
    )


def test_unknown_paths(target: Target) -> None:
    for method in ("GET", "POST", "PATCH"):
        for path in (
            "/",
            "/sess_001/",
            "/sess_001/note",
            "/sess_001/notes/note_001",
            "/sess_001/Complete",
            "//complete",
        ):
            refused(target.send(method, path), 404)
    refused(target.send("GET", "/sess%2F001"), 404)
    for prefix in (
        "/openscouter/api/v1/sessions",
        "/openscouter/sessions",
        "/openscouter/api",
        "/openscouter/api/studies",
    ):
        answer = target.mock.client.get(f"{target.mock.url}{prefix}", headers=KEY)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("", {"POST"}), ("/sess_001", {"GET"}), ("/sess_001/notes", {"GET", "PATCH"})]
    + [(f"/sess_001/{step}", {"POST"}) for step in ("complete", "analyze", "confirm", "feedback")],
)
def test_methods(target: Target, path: str, allowed: set[str]) -> None:
    for method in {
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "PROPFIND",
    } - allowed:
        answer = target.send(method, path, content=b"{}")
        refused(answer, 405)
        assert set(re.split(r",\s*", answer.headers["allow"])) == allowed


# ---- size


def test_a_body_of_ten_megabytes(target: Target) -> None:
    def memory() -> int:
        return int(
            re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{target.mock.pid}/status").read_text())[0]
        )

    big = b'{"notes": [{"content": "' + b"x" * 10_000_000 + b'"}]}'
    refused(target.write("notes", big), 413)
    before = memory()
    for operation in ("notes", "confirm", "create"):
        refused(target.write(operation, big), 413)
    refused(
        target.send(
            "PATCH",
            "/sess_001/notes",
            {**KEY, "Content-Type": "application/json"},
            content=iter([big]),
        ),
        413,
    )
    assert memory() - before < 5_000


def test_a_body_on_a_read_is_ignored(target: Target) -> None:
    for content in (b"{", b"\xff", b"x" * 1_000_000):
        for path in ("/sess_001", "/sess_001/notes"):
            assert target.send("GET", path, content=content).status_code == 200


# ---- tokens


@pytest.mark.parametrize("bad", invalid_tokens(USER))
def test_invalid_tokens(target: Target, bad: str) -> None:
    refused(target.send("GET", "/sess_001", bearer(bad)), 401)
    refused(
        target.send("POST", f"/{target.analyzed}/confirm", bearer(bad), json=GOOD["confirm"]), 401
    )


def test_token_needs_its_claims(target: Target) -> None:
    for missing in ("sub", "exp"):
        claims = {"sub": "user_admin01", "exp": int(NOW.timestamp()) + 60}
        del claims[missing]
        refused(target.send("GET", "/sess_001", bearer(jwt.encode(claims, SECRET, "HS256"))), 401)


def test_token_of_an_unknown_tenant(target: Target) -> None:
    for tenant in ("", "elsewhere", "DEFAULT", "default ", "x" * 4000):
        answer = target.send("GET", "/sess_001", bearer(token(tenant=tenant)))
        refused(answer, 404 if answer.status_code == 404 else 401)


@pytest.mark.parametrize("tenant", [7, True, ["default"], {"default": 1}])
def test_tenant_that_is_not_a_string(target: Target, tenant: Any) -> None:
    answer = target.send("GET", "/sess_001", bearer(token(tenant=tenant)))
    refused(answer, 404 if answer.status_code == 404 else 401)


@pytest.mark.parametrize(
    "claims",
    [
        *(
            {"exp": 10**18},
            {"exp": 10**400},
            {"exp": 2e9 + 0.5},
            {"nbf": 10**12},
            {"nbf": 10**400},
            {"nbf": "x"},
            {"iat": 10**12},
        ),
        *(
            {"iat": "x"},
            {"iat": 10**400},
            {"aud": "x"},
            {"aud": [7]},
            {"iss": "somebody"},
            {"jti": 7},
            {"jti": []},
        ),
        *(
            {"user": ""},
            {"user": "x" * 3000},
            {"user": "user\u0000"},
            {"user": "ü"},
            {"user": "'; --"},
            {"user": "\ud800"},
        ),
    ],
)
def test_unusual_claims_cause_no_500(target: Target, claims: dict[str, Any]) -> None:
    answer = target.send("GET", "/sess_001/notes", bearer(token(**claims)))
    assert answer.status_code in (200, 401), answer.text
    assert (
        target.send(
            "PATCH", "/sess_001/notes", bearer(token(**claims)), json={"notes": []}
        ).status_code
        == answer.status_code
    )


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Bearer \xff\xfe",
        b"\xff",
        b"Basic eDp5",
        b"Token x",
        b"Bearer, x",
        b"Digest a=b",
        b"Bearer\tx",
    ],
)
def test_headers_without_a_token(target: Target, value: bytes) -> None:
    where = urlsplit(target.mock.url)
    with closing(http.client.HTTPConnection(str(where.hostname), where.port)) as connection:
        connection.request(
            "GET",
            "/openscouter/api/sessions/sess_001",
            headers={"Authorization": value.decode("latin-1")},
        )
        answer = connection.getresponse()
        found = json.load(answer)
    assert answer.status == 401
    assert (found["success"], found["data"], found["metadata"]) == (False, None, None)
    assert found["error"]


def test_repeated_token(target: Target) -> None:
    twice = httpx.Headers(
        [
            ("Authorization", f"Bearer {token()}"),
            ("Authorization", f"Bearer {token(tenant='other')}"),
        ]
    )
    answer = target.mock.client.get(
        f"{target.mock.url}/openscouter/api/sessions/sess_001", headers=twice
    )
    assert answer.status_code in (200, 401, 404)


# ---- provider states


@pytest.mark.parametrize(
    ("state", "params", "status", "said"),
    [
        ("session", {"status": "done"}, 501, "status"),
        ("session", {"status": "Active"}, 501, "status"),
        ("session", {"status": 7}, 400, "status"),
        ("session", {"status": None}, 400, "status"),
        ("session", {"variant": "C"}, 501, "variant"),
        ("session", {"variant": 7}, 400, "variant"),
        ("session", {"jobId": "job_nowhere"}, 400, "job_nowhere"),
        ("session", {"jobId": 7}, 400, "jobId"),
        ("session", {"jobId": ["job_abc123"]}, 400, "jobId"),
        ("session", {"jobId": "job_abc123", "tenant": "other"}, 400, "belongs to another tenant"),
        ("session", {"testerId": "user_nobody"}, 400, "user_nobody"),
        ("session", {"testerId": {}}, 400, "testerId"),
        ("session", {"startedAt": "today"}, 400, "startedAt"),
        ("session", {"startedAt": 1778086800}, 400, "startedAt"),
        ("session", {"startedAt": "2026-05-06T17:01:01Z"}, 501, "lies in the future"),
        ("session", {"startedAt": "0001-01-01T00:00:00+14:00"}, 501, "startedAt"),
        ("session", {"tenant": "third"}, 501, "tenant"),
        ("session", {"tenant": 7}, 400, "tenant"),
        ("session", {"colour": "red"}, 501, "colour"),
        ("session", {"id": "sess_001"}, 501, "id"),
        ("session", {"sessionId": "sess_001"}, 501, "sessionId"),
        ("study", {"splitRatio": "half"}, 400, "splitRatio"),
        ("study", {"splitRatio": [50, 50]}, 400, "splitRatio"),
        ("study", {"splitRatio": {"A": "half", "B": "half"}}, 400, "splitRatio"),
        ("study", {"splitRatio": {"A": None, "B": 1}}, 400, "splitRatio"),
        ("study", {"splitRatio": {"A": True, "B": False}}, 400, "splitRatio"),
        ("study", {"splitRatio": {"A": -1, "B": 2}}, 501, "splitRatio"),
        ("study", {"splitRatio": {"A": 0, "B": 0}}, 501, "splitRatio"),
        ("study", {"tenant": "third"}, 501, "tenant"),
        ("study", {"jobId": "job_abc123"}, 501, "jobId"),
        ("tester", {"name": "x"}, 501, "params"),
        ("tester", {"tenant": "other"}, 501, "params"),
        ("analysis finished", {"sessionId": "sess_nowhere"}, 400, "sess_nowhere"),
        ("analysis finished", {"sessionId": 7}, 400, "sessionId"),
        ("analysis finished", {"sessionId": None}, 400, "sessionId"),
        ("analysis finished", {"session": "sess_001"}, 501, "session"),
        ("credential", {"kind": "cookie"}, 501, "kind"),
        ("credential", {"kind": 7}, 400, "kind"),
        ("credential", {"scopes": []}, 501, "scopes"),
        ("credential", {"expired": "yes"}, 400, "expired"),
        ("credential", {"revoked": 1}, 400, "revoked"),
        ("credential", {"tenant": "third"}, 501, "tenant"),
        ("credential", {"organizations": []}, 501, "organizations"),
        ("rate limits", {"enforced": "yes"}, 400, "enforced"),
        ("clock", {"advance": "soon"}, 400, "advance"),
        ("clock", {"advance": 45}, 400, "advance"),
        ("scorecard", {}, 501, "there is no state 'scorecard'"),
        ("", {}, 501, "state"),
    ],
)
def test_provider_states(
    target: Target, state: str, params: dict[str, Any], status: int, said: str
) -> None:
    answer = target.mock.control(
        "POST", "/openscouter/states", json={"action": "setup", "state": state, "params": params}
    )
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]


def test_finishing_without_an_analysis(target: Target) -> None:
    for session in ("sess_001", target.active, target.analyzed):
        message = {
            "action": "setup",
            "state": "analysis finished",
            "params": {"sessionId": session},
        }
        answer = target.mock.control("POST", "/openscouter/states", json=message)
        assert answer.status_code in (200, 400, 501), answer.text
    answer = target.mock.control(
        "POST", "/openscouter/states", json={"action": "setup", "state": "analysis finished"}
    )
    assert answer.status_code in (200, 400, 501), answer.text


@pytest.mark.parametrize(
    "content",
    [
        *(
            b"",
            b"{",
            b"[]",
            b"null",
            b"\xff",
            b'"session"',
            b"{}",
            b'{"action": "setup"}',
            b'{"state": "session"}',
            b"[" * 40_000,
        ),
        *(
            b'{"action": "undo", "state": "session"}',
            b'{"action": 7, "state": "session"}',
            b'{"action": "setup", "state": 7}',
        ),
        *(
            b'{"action": "setup", "state": null}',
            b'{"action": "setup", "state": "session", "params": []}',
        ),
        *(
            b'{"action": "setup", "state": "session", "params": "active"}',
            b'{"action": "setup", "state": "session", "params": 7}',
        ),
    ],
)
def test_invalid_state_messages(target: Target, content: bytes) -> None:
    answer = target.mock.control(
        "POST", "/openscouter/states", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]
