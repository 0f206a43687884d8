"""Promptster: bad input over HTTP gets a refusal in the vendor's form, and changes nothing."""

import http.client
import itertools
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import jwt
import pytest

from tests.conftest import fresh
from tests.mock_server.bearer_tokens import NOW, SECRET, bearer, invalid_tokens, signed
from tests.serving import Mock

pytestmark = pytest.mark.slow

PAGE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
COMMAND = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
SOURCE = {"channel": "cli", "integration": "claude-code", "emitter": "test"}
NOBODY = "00000000-0000-4000-8000-000000000000"
COUNTER = itertools.count(1)


USER = "user_default"
token = partial(signed, user=USER)
KEY = bearer(token())


def new_id() -> str:
    return str(uuid.UUID(int=(0xB << 124) + next(COUNTER), version=4))


def good(operation: str) -> dict[str, Any]:
    """A body that the operation would accept."""
    bodies: dict[str, dict[str, Any]] = {
        "create": {"sourceService": "cursor", "metadata": {"a": 1}},
        "update": {"endedAt": "2026-05-06T16:00:00Z", "metadata": {"a": 1}},
        "merge": {"a": "1"},
        "ingest": {
            **{
                "id": new_id(),
                "sessionId": "bad",
                "ts": "2026-05-06T16:00:00Z",
                "kind": "prompt",
                "source": SOURCE,
            },
            **{
                "actor": {"type": "human"},
                "provenance": {"attribution": "mixed", "confidence": 0.5, "observability": "low"},
            },
            **{"v": 1, "data": {"text": "x"}},
        },
    }
    return bodies[operation]


OPERATIONS = ("create", "update", "merge", "ingest")


@dataclass(frozen=True)
class Target:
    """A mock, and a candidate of it."""

    mock: Mock
    candidate: dict[str, str]

    def send(
        self, method: str, path: str = "", headers: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """The URL of a path below the sessions."""
        return self.mock.client.request(
            method,
            f"{self.mock.url}/promptster/v1/sessions{path}",
            headers=KEY if headers is None else headers,
            **options,
        )

    def write(
        self, operation: str, content: bytes, content_type: str | None = "application/json"
    ) -> httpx.Response:
        """A call that succeeds with a valid body."""
        method, path = {
            "create": ("POST", "sessions"),
            "update": ("PATCH", f"sessions/{PAGE}"),
            "merge": ("PATCH", f"sessions/{PAGE}/metadata"),
            "ingest": ("POST", "hooks/ingest"),
        }[operation]
        headers = self.candidate if operation == "ingest" else KEY
        sent = headers | ({"Content-Type": content_type} if content_type else {})
        return self.mock.client.request(
            method, f"{self.mock.url}/promptster/v1/{path}", headers=sent, content=content
        )

    def everything(self) -> list[bytes]:
        found = [self.send("GET", "?limit=100").content]
        return found + [
            self.send("GET", f"/{PAGE}{path}").content
            for path in ("", "/timeline", "/decisions", "/cohort-stats")
        ]


@pytest.fixture
def promptster(whole_server: Mock) -> Mock:
    return fresh(replace(whole_server, api="promptster"))


@pytest.fixture
def target(promptster: Mock) -> Iterator[Target]:
    """Check that a test changes nothing, and that valid calls still succeed."""
    found = Target(promptster, promptster.credential(kind="candidate"))
    before = found.everything()
    yield found
    assert found.everything() == before
    for operation in OPERATIONS:
        assert found.write(operation, json.dumps(good(operation)).encode()).is_success


def refused(answer: httpx.Response, *statuses: int, said: str = "") -> None:
    assert answer.status_code in statuses, answer.text[:500]
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) <= {"error", "details", "code", "id"}
    assert isinstance(body["error"], str)
    assert body["error"]
    for detail in body.get("details", []):
        assert isinstance(detail["message"], str)
        assert detail["message"]
        assert isinstance(detail["path"], list)
    assert said in answer.text
    assert len(answer.text) < 2000
    for leak in (
        "Traceback",
        "timedelta",
        "isoformat",
        "dict",
        "Decimal",
        "object at 0x",
        "NoneType",
        "Expecting",
    ):
        assert leak not in answer.text
    if answer.status_code in (400, 401, 409, 413):
        assert answer.headers["x-mock-rule"].startswith("promptster.")


# ---- bodies


@pytest.mark.parametrize("operation", OPERATIONS)
def test_body_that_is_not_a_json_object(target: Target, operation: str) -> None:
    whole = json.dumps(good(operation)).encode()
    for content in (
        b"{",
        b"\xff\xfe",
        b"\x00",
        b" ",
        whole[:-1],
        whole + b"}",
        whole + whole,
        whole.replace(b'"', b"'"),
        whole.decode().encode("utf-16"),
        b"\xef\xbb\xbf\xff" + whole,
        b"[]",
        b"[" + whole + b"]",
        b"null",
        b"true",
        b"5",
        b'"x"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ):
        refused(target.write(operation, content), 400, said="Invalid request body")


@pytest.mark.parametrize("operation", ["update", "merge", "ingest"])
def test_missing_body(target: Target, operation: str) -> None:
    refused(target.write(operation, b""), 400)


@pytest.mark.parametrize("depth", [300, 1000])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_deeply_nested_body(target: Target, operation: str, depth: int) -> None:
    """Valid JSON is accepted or refused, however deep; it never causes a 500."""
    arrays = b"[" * depth + b"]" * depth
    refused(target.write(operation, arrays), 400)
    for name in ("id", "endedAt", "kind", "source", "sourceService"):
        if operation == "merge" or name not in {
            **good(operation),
            **({"id": ""} if operation == "create" else {}),
        }:
            continue
        refused(target.write(operation, raw(good(operation), name, arrays)), 400)


@pytest.mark.parametrize("depth", [10, 250, 254, 1000])
@pytest.mark.parametrize(
    ("operation", "name"),
    [("create", "metadata"), ("update", "metadata"), ("merge", "deep"), ("ingest", "data")],
)
def test_deeply_nested_data(promptster: Mock, operation: str, name: str, depth: int) -> None:
    """Deep data are stored and returned, or refused."""
    target = Target(promptster, promptster.credential(kind="candidate"))
    answer = target.write(
        operation, raw(good(operation), name, b'{"a":' * depth + b"1" + b"}" * depth)
    )
    if not answer.is_success:
        refused(answer, 400)
    for path in ("?limit=100", f"/{PAGE}"):
        assert target.send("GET", path).status_code == 200
    if operation == "ingest" and answer.is_success:
        assert target.send("GET", "/bad/timeline").status_code == 200


@pytest.mark.parametrize("operation", OPERATIONS)
def test_strings_that_are_not_unicode(target: Target, operation: str) -> None:
    whole = json.dumps(good(operation))
    names = [
        name
        for name in ("sourceService", "endedAt", "a", "text", "id", "sessionId", "channel")
        if f'"{name}": "' in whole
    ]
    assert names
    for text in (
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\\ud800",
        b"\\udc00\\ud800",
        b"\\uzz",
        b"\x01",
    ):
        for name in names:
            content = whole.encode().replace(
                f'"{name}": "'.encode(), f'"{name}": "'.encode() + text
            )
            refused(target.write(operation, content), 400)


@pytest.mark.parametrize("operation", OPERATIONS)
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
    refused(target.write(operation, json.dumps(good(operation)).encode(), content_type), 400)


def test_unusual_content_types_are_accepted(target: Target) -> None:
    for content_type in (
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/json;x=y",
    ):
        assert target.write("update", b"{}", content_type).status_code == 200


@pytest.mark.parametrize(
    "number",
    [
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"1e400",
        b"-1e400",
        b"9" * 5000,
        b"01",
        b"+1",
        b"1.",
        b".5",
        b"0x1",
        b"1_0",
    ],
)
def test_numbers_outside_json(target: Target, number: bytes) -> None:
    refused(target.write("create", b'{"metadata": {"a": ' + number + b"}}"), 400)
    refused(target.write("merge", b'{"a": ' + number + b"}"), 400)
    refused(target.write("ingest", raw(good("ingest"), "data", b'{"a": ' + number + b"}")), 400)


# ---- members


def raw(whole: dict[str, Any], name: str, value: bytes | None) -> bytes:
    """The body with this raw value of a member, or without the member."""
    members = [
        f'"{other}": {json.dumps(content)}'.encode()
        for other, content in whole.items()
        if other != name
    ]
    return (
        b"{"
        + b", ".join([*members, *([f'"{name}": '.encode() + value] if value is not None else [])])
        + b"}"
    )


NO_TEXT = (b"7", b"true", b'["x"]', b"{}", b"4.5")
NO_OBJECT = (b"7", b"true", b'"x"', b'[{"a": 1}]', b"4.5", b'""')


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        *(("create", "id"), ("create", "sourceService"), ("update", "endedAt")),
        *(("ingest", name) for name in ("id", "sessionId", "ts", "kind")),
    ],
)
def test_member_that_is_not_a_string(target: Target, operation: str, name: str) -> None:
    for value in (*NO_TEXT, *([b"null", None, b'""'] if operation == "ingest" else [])):
        refused(target.write(operation, raw(good(operation), name, value)), 400, said=name)


@pytest.mark.parametrize(
    ("operation", "name", "required"),
    [
        *(
            ("create", "metadata", False),
            ("update", "metadata", False),
            ("ingest", "source", True),
            ("ingest", "data", True),
        ),
        *(("ingest", "actor", False), ("ingest", "provenance", False)),
    ],
)
def test_member_that_is_not_an_object(
    target: Target, operation: str, name: str, required: bool
) -> None:
    for value in (*NO_OBJECT, *([b"null", None] if required else [])):
        refused(target.write(operation, raw(good(operation), name, value)), 400, said=name)


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("create", "id"),
        ("create", "sourceService"),
        ("create", "metadata"),
        ("update", "endedAt"),
        ("update", "metadata"),
    ],
)
def test_null_causes_no_500(promptster: Mock, operation: str, name: str) -> None:
    """The page allows a member to be left out; it does not mention null."""
    answer = Target(promptster, {}).write(operation, raw(good(operation), name, b"null"))
    if not answer.is_success:
        refused(answer, 400)


@pytest.mark.parametrize(
    "identity",
    [
        *(
            "",
            " ",
            "x",
            "my-session-uuid",
            "7c9e6679-7425-40de-944b",
            "7c9e6679-7425-40de-944b-e07fc1f90ae7 ",
            "7c9e66797425-40de-944b-e07fc1f90ae7",
        ),
        *(
            "{7c9e6679-7425-40de-944b-e07fc1f90ae8}",
            "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae8",
            "7c9e6679742540de944be07fc1f90ae8",
        ),
        *(
            "7c9e6679-7425-40de-944b-e07fc1f90aeg",
            "７c9e6679-7425-40de-944b-e07fc1f90ae7",
            "7c9e6679-7425-40de-944b-e07fc1f90ae7\n",
        ),
        *("7c9e6679-7425-40de-944b-e07fc1f90ae7\u0000", "x" * 5000, "../" + PAGE, "null"),
    ],
)
def test_ids_that_are_not_uuids(target: Target, identity: str) -> None:
    refused(target.send("POST", "", json={"id": identity}), 400, said="Invalid request body")
    refused(
        target.write("ingest", json.dumps({**good("ingest"), "id": identity}).encode()),
        400,
        said="Invalid request body",
    )


MOMENTS = [
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
        "2026-05-06T24:00:00Z",
        "2026-05-06T16:60:00Z",
    ),
    *(
        "2026-05-06T16:00:60Z",
        "2026-05-06T16:00:61Z",
        "2026-05-06T17:00:00+24:00",
        "2026-05-06T17:00:00+0000",
        "20260506T170000Z",
    ),
    *(
        "0000-01-01T00:00:00Z",
        "1778086800",
        "+12026-05-06T17:00:00Z",
        "2026-05-06T17:00:00Z\n",
        " 2026-05-06T17:00:00Z",
    ),
    *(
        "２026-05-06T17:00:00Z",
        "2026-05-06T17:00:00.Z",
        "2026-05-06T17:00:00Z\u0000",
        "x" * 500,
        "2026-05-06T17:00:00,5Z",
    ),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_invalid_times(target: Target, moment: str) -> None:
    refused(target.send("PATCH", f"/{PAGE}", json={"endedAt": moment}), 400, said="endedAt")
    refused(
        target.write("ingest", json.dumps({**good("ingest"), "ts": moment}).encode()),
        400,
        said="ts",
    )


@pytest.mark.parametrize(
    "moment",
    [
        *(
            "2026-06-30T23:59:60Z",
            "2016-12-31T23:59:60Z",
            "2016-12-31T18:59:60-05:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ),
        *(
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "9999-12-31T23:59:60Z",
            "1969-12-31T23:59:59.999Z",
        ),
        *(
            "2026-05-06t16:00:00z",
            "2026-05-06T16:00:00.123456789Z",
            "2026-05-06T16:00:00.999999999Z",
            "2026-05-06T16:00:00-00:00",
        ),
    ],
)
def test_unusual_times(promptster: Mock, moment: str) -> None:
    """The time is refused, or returned as the same moment."""
    target = Target(promptster, promptster.credential(kind="candidate"))
    body = {**good("ingest"), "ts": moment}
    answers = [
        target.send("PATCH", f"/{PAGE}", json={"endedAt": moment}),
        target.write("ingest", json.dumps(body).encode()),
    ]
    shown = [
        target.send("GET", f"/{PAGE}").json()["session"]["endedAt"],
        target.send("GET", "/bad/timeline").json()["events"][0]["ts"]
        if answers[1].is_success
        else "",
    ]
    assert target.send("GET", "?limit=100").status_code == 200
    for answer, text in zip(answers, shown, strict=True):
        if not answer.is_success:
            refused(answer, 400)
            continue
        seconds, leap = re.subn(r":60", ":59", moment.upper())
        whole = datetime.fromisoformat(re.sub(r"\.\d+", "", seconds))
        offset = whole.utcoffset()
        assert offset is not None
        apart = (
            datetime.fromisoformat(text).replace(tzinfo=None) - whole.replace(tzinfo=None)
        ) + offset
        assert timedelta(0) <= apart <= timedelta(seconds=1 if leap or "." in moment else 0), (
            moment,
            text,
        )


@pytest.mark.parametrize(
    "kind",
    ["", "Prompt", "prompt ", "promp", "tool-call", "session", "null", "рrompt", "x" * 5000],
)
def test_unknown_kinds(target: Target, kind: str) -> None:
    refused(
        target.write("ingest", json.dumps({**good("ingest"), "kind": kind}).encode()),
        400,
        said="kind",
    )


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("command", {}),
        ("command", {"command": None}),
        ("command", {"command": 7}),
        ("command", {"command": ["ls"]}),
        ("command", {"Command": "ls"}),
        ("file_diff", {}),
        ("file_diff", {"path": 7}),
        ("file_diff", {"path": None}),
        ("file_create", {}),
        ("file_create", {"path": {}}),
        ("git_action", {}),
        ("git_action", {"action": True}),
    ],
)
def test_incomplete_payloads(target: Target, kind: str, content: Any) -> None:
    refused(
        target.write(
            "ingest", json.dumps({**good("ingest"), "kind": kind, "data": content}).encode()
        ),
        400,
        said="data",
    )


@pytest.mark.parametrize(
    ("name", "member", "values"),
    [
        ("source", "channel", ["", "CLI", "x", 7, None, True, [], {}, "x" * 5000]),
        ("source", "integration", [7, True, [], {}, "x" * 129, "ü" * 129]),
        ("source", "emitter", [7, True, [], {}, "x" * 129, "x" * 100_000]),
        ("actor", "type", ["", "AI", "robot", 7, True, [], {}, "x" * 5000]),
        ("provenance", "attribution", ["", "likely-ai", "LIKELY_AI", 7, True, [], {}]),
        (
            "provenance",
            "confidence",
            [-0.1, 1.1, -1, 2, 1e300, -1e300, 10**30, "0.5", "", True, [], {}],
        ),
        ("provenance", "observability", ["", "High", "none", 7, True, [], {}]),
    ],
)
def test_invalid_parts_of_an_event(
    target: Target, name: str, member: str, values: list[Any]
) -> None:
    for value in values:
        body = good("ingest")
        body[name] = {**body[name], member: value}
        refused(target.write("ingest", json.dumps(body).encode()), 400, said=member)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"null",
        b"true",
        b"false",
        b'"1"',
        b'""',
        b"[1]",
        b"{}",
        b"1.5",
        b"0.99",
        b"1e-1",
        b"-1.5",
        b"1e300",
        b"1e400",
        b"9" * 5000,
    ],
)
def test_invalid_versions(target: Target, value: bytes | None) -> None:
    refused(target.write("ingest", raw(good("ingest"), "v", value)), 400)


def test_empty_event(target: Target) -> None:
    refused(target.write("ingest", b"{}"), 400, said="sessionId")


def test_all_errors_of_an_event_are_reported(target: Target) -> None:
    body = {
        **good("ingest"),
        "id": 7,
        "ts": "x",
        "kind": "x",
        "data": 7,
        "source": {"channel": "x"},
    }
    answer = target.write("ingest", json.dumps(body).encode())
    refused(answer, 400)
    assert {tuple(detail["path"]) for detail in answer.json()["details"]} == {
        ("id",),
        ("ts",),
        ("kind",),
        ("data",),
        ("source", "channel"),
    }


def test_a_missing_member_is_named_by_its_path(target: Target) -> None:
    """The path is that of the member, as in zod's issues, which the vendor's page shows."""
    answer = target.write("ingest", raw(good("ingest"), "sessionId", None))
    refused(answer, 400)
    assert [detail["path"] for detail in answer.json()["details"]] == [["sessionId"]]


def test_invalid_json_has_the_vendors_message(target: Target) -> None:
    for operation, content in (("create", b"{"), ("update", b""), ("ingest", b"[]")):
        assert target.write(operation, content).json()["error"] == "Invalid request body"


def test_a_refusal_does_not_repeat_a_huge_value(target: Target) -> None:
    huge = "x" * 100_000
    refused(target.send("POST", "", json={"id": huge}), 400, said="id")
    refused(target.send("POST", "", json={"metadata": [huge] * 5}), 400, said="metadata")
    refused(target.send("PATCH", f"/{PAGE}", json={"endedAt": huge}), 400, said="endedAt")
    for name in ("id", "ts", "kind", "v", "source", "data"):
        refused(
            target.write("ingest", json.dumps({**good("ingest"), name: huge}).encode()),
            400,
            said=name,
        )
    refused(
        target.write(
            "ingest",
            json.dumps({**good("ingest"), "source": {"channel": [huge[:9]] * 50_000}}).encode(),
        ),
        400,
    )
    refused(target.send("GET", f"/{PAGE}/timeline?after={huge[:9000]}"), 400, 404)
    refused(target.send("GET", f"?limit={huge[:9000]}"), 400)


def test_unusual_metadata_names(promptster: Mock) -> None:
    """Metadata are arbitrary."""
    target = Target(promptster, {})
    metadata = {
        "": 0,
        "__proto__": {"x": 1},
        "constructor": None,
        "a.b": 1,
        "$set": {},
        "ü \u0000 \U0001f600": [],
        "x" * 9000: "y" * 9000,
    }
    answer = target.send("POST", "", json={"metadata": metadata})
    assert answer.status_code == 201, answer.text[:300]
    made = answer.json()["session"]
    assert made["metadata"] == metadata
    assert target.send("GET", f"/{made['id']}").json()["session"] == made
    assert target.send("PATCH", f"/{made['id']}/metadata", json={"": 1}).json()["session"][
        "metadata"
    ] == {**metadata, "": 1}


def test_repeated_member(promptster: Mock) -> None:
    answer = Target(promptster, {}).write("create", b'{"sourceService": "a", "sourceService": "b"}')
    assert answer.status_code in (201, 400)


def test_numbers_keep_their_value(promptster: Mock) -> None:
    target = Target(promptster, {})
    content = (
        b'{"metadata": {"a": 0, "b": -1, "c": 9007199254740991, "d": 9223372036854775807, '
        b'"e": 0.1, "f": 1e-7, "g": 18446744073709551615}}'
    )
    answer = target.write("create", content)
    assert answer.status_code == 201
    assert answer.json()["session"]["metadata"] == json.loads(content)["metadata"]


# ---- params


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "abc",
        "1.5",
        "1e1",
        "0x5",
        "null",
        "true",
        "%2B5",
        "%205",
        "5%20",
        "5,6",
        "%00",
        "%FF",
        "--1",
        "%D9%A3",
        "1_0",
        "[5]",
        "NaN",
        "5%0A",
    ],
)
def test_invalid_numbers(target: Target, name: str, value: str) -> None:
    refused(target.send("GET", f"?{name}={value}"), 400, said=name)
    if name == "limit":
        refused(target.send("GET", f"/{PAGE}/timeline?limit={value}"), 400, said=name)


@pytest.mark.parametrize("name", ["limit", "offset"])
def test_a_number_of_5000_digits(target: Target, name: str) -> None:
    for sign in ("", "-"):
        answer = target.send("GET", f"?{name}={sign}{'9' * 5000}")
        if answer.status_code != 200:
            refused(answer, 400)


def test_repeated_parameters(target: Target) -> None:
    for query in (
        "limit=5&limit=6",
        "offset=1&offset=2",
        "sourceService=cursor&sourceService=shell",
        "assessmentId=a&assessmentId=b",
    ):
        refused(target.send("GET", f"?{query}"), 400, said=query.partition("=")[0])
    for query in ("limit=5&limit=6", f"after={COMMAND}&after={COMMAND}"):
        refused(target.send("GET", f"/{PAGE}/timeline?{query}"), 400, said=query.partition("=")[0])


@pytest.mark.parametrize(
    "value",
    [
        "",
        "%00",
        "%FF%FE",
        "%ED%A0%80",
        "%E2%82%AC",
        "'%20or%201=1",
        "*",
        "%25",
        "x" * 9000,
        "null",
        "asm_backend%20",
    ],
)
def test_filters_that_match_nothing(target: Target, value: str) -> None:
    for name in ("assessmentId", "sourceService"):
        answer = target.send("GET", f"?{name}={value}")
        if answer.status_code == 400:
            refused(answer, 400)
        else:
            assert (answer.status_code, answer.json()) == (
                200,
                {"sessions": [], "total": 0, "limit": 20, "offset": 0},
            )


@pytest.mark.parametrize(
    "after",
    [
        "",
        "x",
        "%00",
        "%FF",
        PAGE,
        COMMAND.upper(),
        f"{COMMAND}%20",
        "null",
        "*",
        "0",
        "%E2%82%AC",
        "x" * 9000,
    ],
)
def test_invalid_cursors(target: Target, after: str) -> None:
    refused(target.send("GET", f"/{PAGE}/timeline?after={after}"), 400, 404)


def test_unknown_parameters(target: Target) -> None:
    for query in (
        "foo=1",
        "limit[]=3",
        "Limit=abc",
        "page=2",
        "cursor=x",
        "&&&",
        "=",
        "%",
        "?",
        "a=%zz",
    ):
        assert target.send("GET", f"?{query}").json()["limit"] == 20
        assert target.send("GET", f"/{PAGE}/timeline?{query}").status_code == 200


# ---- ids, paths, methods

SUFFIXES = {"": "GET", "/timeline": "GET", "/decisions": "GET", "/cohort-stats": "GET"}


@pytest.mark.parametrize(
    "identity",
    [
        *(
            "1",
            PAGE[:-1],
            f"{PAGE}0",
            f"{PAGE}%20",
            f"%20{PAGE}",
            f"{PAGE}%00",
            "%00",
            "%FF%FE",
            "%ED%A0%80",
            "asm_backend",
            COMMAND,
        ),
        *(
            "*",
            "null",
            f"{PAGE}'--",
            f"{PAGE},{PAGE}",
            "%E2%82%AC",
            "%252e%252e",
            "...",
            "-1",
            "x" * 4000,
            f"%7B{PAGE}%7D",
            "PST-MOCK-0001",
        ),
    ],
)
def test_unknown_session_ids(target: Target, identity: str) -> None:
    for suffix, method in SUFFIXES.items():
        refused(target.send(method, f"/{identity}{suffix}"), 404, said="Session not found")
    refused(
        target.send("PATCH", f"/{identity}", json=good("update")), 404, said="Session not found"
    )
    refused(
        target.send("PATCH", f"/{identity}/metadata", json=good("merge")),
        404,
        said="Session not found",
    )
    refused(target.send("DELETE", f"/{identity}"), 404, said="Session not found")


def test_unknown_paths(target: Target) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        for path in (
            "/",
            f"/{PAGE}/",
            f"/{PAGE}/events",
            f"/{PAGE}/timeline/{COMMAND}",
            f"/{PAGE}/Timeline",
            "//timeline",
            f"/{PAGE}/cohort_stats",
        ):
            refused(target.send(method, path), 404)
    for prefix in (
        "/promptster/api/v1/sessions",
        "/promptster/sessions",
        "/promptster/v1",
        "/promptster/v2/sessions",
        "/promptster/v1/hooks",
    ):
        assert target.mock.client.get(f"{target.mock.url}{prefix}", headers=KEY).status_code == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("", {"GET", "POST"}),
        (f"/{PAGE}", {"GET", "PATCH", "DELETE"}),
        (f"/{PAGE}/metadata", {"PATCH"}),
    ]
    + [(f"/{PAGE}/{part}", {"GET"}) for part in ("timeline", "decisions", "cohort-stats")]
    + [("/../hooks/ingest", {"POST"})],
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


@pytest.mark.parametrize(
    "identity",
    [
        " ",
        "a?b",
        "a#b",
        "%",
        "%2F",
        "ü",
        "\U0001f600",
        "a\u0000b",
        "a\\b",
        "x" * 4000,
        "timeline",
        "null",
        "'",
        '"',
        "a b+c",
    ],
)
def test_unusual_session_ids(promptster: Mock, identity: str) -> None:
    """An event's session id may be any text: each can be read and deleted, or is refused."""
    target = Target(promptster, promptster.credential(kind="candidate"))
    answer = target.write("ingest", json.dumps({**good("ingest"), "sessionId": identity}).encode())
    if not answer.is_success:
        refused(answer, 400)
        return
    path = f"/{quote(identity, safe='')}"
    assert target.send("GET", path).json()["session"]["id"] == identity
    assert len(target.send("GET", f"{path}/timeline").json()["events"]) == 1
    assert target.send("DELETE", path).json() == {"ok": True, "id": identity}


@pytest.mark.parametrize("identity", ["/", "a/b", "../x", ".", ".."])
def test_session_ids_that_are_paths(promptster: Mock, identity: str) -> None:
    """Every accepted id can be read; `.` and `..` cannot be in a URL, however they are encoded."""
    target = Target(promptster, promptster.credential(kind="candidate"))
    answer = target.write("ingest", json.dumps({**good("ingest"), "sessionId": identity}).encode())
    if not answer.is_success:
        refused(answer, 400)
        return
    where = urlsplit(target.mock.url)
    with closing(http.client.HTTPConnection(str(where.hostname), where.port)) as connection:
        connection.request(
            "GET",
            f"/promptster/v1/sessions/{quote(identity, safe='').replace('.', '%2E')}",
            headers=KEY,
        )
        found = connection.getresponse()
        assert json.load(found).get("session", {}).get("id") == identity
        assert found.status == 200


# ---- size


def test_a_body_of_ten_megabytes(target: Target) -> None:
    def memory() -> int:
        return int(
            re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{target.mock.pid}/status").read_text())[0]
        )

    big = b'{"metadata": {"a": "' + b"x" * 10_000_000 + b'"}}'
    refused(target.write("create", big), 413)
    before = memory()
    for operation in OPERATIONS:
        refused(target.write(operation, big), 413)
    refused(
        target.send(
            "PATCH", f"/{PAGE}", {**KEY, "Content-Type": "application/json"}, content=iter([big])
        ),
        413,
    )
    assert memory() - before < 5_000


def test_a_body_on_a_read_is_ignored(target: Target) -> None:
    for content in (b"{", b"\xff", b"x" * 1_000_000):
        for path in (
            "",
            f"/{PAGE}",
            f"/{PAGE}/timeline",
            f"/{PAGE}/decisions",
            f"/{PAGE}/cohort-stats",
        ):
            assert target.send("GET", path, content=content).status_code == 200


def test_a_body_on_a_deletion_is_ignored(promptster: Mock) -> None:
    target = Target(promptster, {})
    for content in (b"{", b"\xff", b'{"id": "x"}'):
        made = promptster.given()
        assert target.send("DELETE", f"/{made}", content=content).json() == {"ok": True, "id": made}


# ---- credentials


@pytest.mark.parametrize("bad", [*invalid_tokens(USER), "PST-MOCK-0001", "psk_live_x"])
def test_invalid_tokens(target: Target, bad: str) -> None:
    refused(target.send("GET", f"/{PAGE}", bearer(bad)), 401)
    refused(target.send("DELETE", f"/{PAGE}", bearer(bad)), 401)
    refused(target.send("POST", "", bearer(bad), json={}), 401)


def test_token_needs_its_claims(target: Target) -> None:
    for missing in ("sub", "exp"):
        claims = {"sub": "user_default", "exp": int(NOW.timestamp()) + 60}
        del claims[missing]
        refused(target.send("GET", f"/{PAGE}", bearer(jwt.encode(claims, SECRET, "HS256"))), 401)


@pytest.mark.parametrize(
    "tenant",
    ["", "elsewhere", "DEFAULT", "default ", "x" * 4000, 7, True, ["default"], {"default": 1}],
)
def test_token_of_an_unknown_tenant(target: Target, tenant: Any) -> None:
    refused(target.send("GET", f"/{PAGE}", bearer(token(tenant=tenant))), 401, 403, 404)
    refused(target.send("DELETE", f"/{PAGE}", bearer(token(tenant=tenant))), 401, 403, 404)
    answer = target.send("GET", "", bearer(token(tenant=tenant)))
    if answer.status_code != 200:
        refused(answer, 401, 403)
    else:
        assert answer.json()["total"] == 0


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
    answer = target.send("GET", f"/{PAGE}", bearer(token(**claims)))
    assert answer.status_code in (200, 401), answer.text
    assert (
        target.send("PATCH", f"/{PAGE}", bearer(token(**claims)), json={}).status_code
        == answer.status_code
    )


def asked(
    target: Target, *headers: tuple[str, bytes], path: str = f"/promptster/v1/sessions/{PAGE}"
) -> tuple[int, Any]:
    """The status and the body of a request whose headers are just these bytes."""
    where = urlsplit(target.mock.url)
    with closing(http.client.HTTPConnection(str(where.hostname), where.port)) as connection:
        connection.putrequest("GET", path)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, json.load(answer)


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
    assert asked(target, ("Authorization", value)) == (401, {"error": "Invalid or missing API key"})


@pytest.mark.parametrize(
    "value",
    [
        *(
            b"",
            b" ",
            b"x",
            b"pst-mock-0001",
            b"PST-MOCK-0001,PST-MOCK-0001",
            b"PST-MOCK-0001 x",
            b"Bearer PST-MOCK-0001",
            b"PST-XXXX-XXXX",
        ),
        *(
            b"PST-MOCK",
            b"\xff\xfe",
            b"PST-MOCK-0001\xc2\xa0",
            b'"PST-MOCK-0001"',
            b"psk_live_x",
            b"null",
            b"x" * 20_000,
            b"*",
        ),
    ],
)
def test_invalid_keys(target: Target, value: bytes) -> None:
    assert asked(target, ("X-API-Key", value)) == (401, {"error": "Invalid or missing API key"})


def test_credential_elsewhere_is_ignored(target: Target) -> None:
    key = target.candidate["X-API-Key"]
    for query in (f"X-API-Key={key}", f"apiKey={key}", f"access_token={token()}", f"key={key}"):
        refused(target.send("GET", f"?{query}", {}), 401)
    for headers in (
        {"Cookie": f"X-API-Key={key}"},
        {"Api-Key": key},
        {"X-Api-Token": key},
        {"Proxy-Authorization": f"Bearer {token()}"},
    ):
        refused(target.send("GET", "", headers), 401)


def test_repeated_credentials(target: Target) -> None:
    key, good_token = target.candidate["X-API-Key"].encode(), f"Bearer {token()}".encode()
    for name, good_one, bad in (
        ("X-API-Key", key, b"x"),
        ("Authorization", good_token, b"Bearer x"),
    ):
        for values in ((good_one, bad), (bad, good_one), (good_one, good_one)):
            assert asked(target, *((name, value) for value in values))[0] in (200, 401)


def test_conflicting_credentials(target: Target) -> None:
    """Two credentials give access to no more than either of them alone, or are refused."""
    other_key = target.mock.credential(kind="candidate", tenant="other")
    other_token = target.mock.credential(tenant="other")
    for headers in (
        {**other_token, **other_key},
        {**bearer("x"), **other_key},
        {**other_token, "X-API-Key": "x"},
    ):
        refused(target.send("GET", f"/{PAGE}", headers), 401, 404)
        refused(target.send("DELETE", f"/{PAGE}", headers), 401, 403, 404)
    for headers in (
        {**bearer("x"), **target.candidate},
        {**other_token, **target.candidate},
        {"Authorization": "", **target.candidate},
    ):
        refused(target.send("DELETE", f"/{PAGE}", headers), 401, 403, 404)


def test_header_names_are_case_insensitive(target: Target) -> None:
    assert asked(target, ("x-api-key", target.candidate["X-API-Key"].encode()))[0] == 200
    assert asked(target, ("AUTHORIZATION", f"bearer {token()}".encode()))[0] in (200, 401)


# ---- provider states


@pytest.mark.parametrize(
    ("state", "params", "status", "said"),
    [
        ("assessment", {"tenant": "third"}, 501, "tenant"),
        ("assessment", {"tenant": 7}, 400, "tenant"),
        ("assessment", {"tenant": None}, 400, "tenant"),
        ("assessment", {"assessmentId": "asm_x"}, 501, "assessmentId"),
        ("session", {"id": 7}, 400, "id"),
        ("session", {"id": None}, 400, "id"),
        ("session", {"id": PAGE}, 400, PAGE),
        ("session", {"sourceService": 7}, 400, "sourceService"),
        ("session", {"sourceService": ["cursor"]}, 400, "sourceService"),
        ("session", {"startedAt": "today"}, 400, "startedAt"),
        ("session", {"startedAt": 1778086800}, 400, "startedAt"),
        ("session", {"startedAt": "2026-05-06T12:00:00"}, 400, "startedAt"),
        ("session", {"startedAt": "0001-01-01T00:00:00+14:00"}, 501, "startedAt"),
        ("session", {"endedAt": "today"}, 400, "endedAt"),
        ("session", {"endedAt": True}, 400, "endedAt"),
        ("session", {"assessmentId": "asm_nowhere"}, 400, "asm_nowhere"),
        ("session", {"assessmentId": 7}, 400, "assessmentId"),
        (
            "session",
            {"assessmentId": "asm_backend", "tenant": "other"},
            400,
            "belongs to another tenant",
        ),
        ("session", {"assessmentId": "asm_backend", "keyStatus": "active"}, 501, "keyStatus"),
        ("session", {"assessmentId": "asm_backend", "keyStatus": "Completed"}, 501, "keyStatus"),
        ("session", {"assessmentId": "asm_backend", "keyStatus": 7}, 400, "keyStatus"),
        ("session", {"metadata": 7}, 400, "metadata"),
        ("session", {"metadata": []}, 400, "metadata"),
        ("session", {"metadata": None}, 400, "metadata"),
        ("session", {"tenant": "third"}, 501, "tenant"),
        ("session", {"metrics": 7}, 400, "metrics"),
        ("session", {"metrics": []}, 400, "metrics"),
        ("session", {"metrics": {"durationMs": "1"}}, 400, "durationMs"),
        ("session", {"metrics": {"durationMs": True}}, 400, "durationMs"),
        ("session", {"metrics": {"durationMs": None}}, 400, "durationMs"),
        ("session", {"metrics": {"durationMs": -1}}, 501, "durationMs"),
        ("session", {"metrics": {"durationMs": 1e300}}, 501, "durationMs"),
        ("session", {"metrics": {"promptCount": []}}, 400, "promptCount"),
        ("session", {"metrics": {"commandFailRate": {}}}, 400, "commandFailRate"),
        ("session", {"metrics": {"verifyIntensity": "high"}}, 400, "verifyIntensity"),
        ("session", {"metrics": {"manualEditRatio": False}}, 400, "manualEditRatio"),
        ("session", {"metrics": {"firstChangeLatencyMs": "soon"}}, 400, "firstChangeLatencyMs"),
        ("session", {"metrics": {"testsPassed": 1}}, 400, "testsPassed"),
        ("session", {"metrics": {"testsPassed": "yes"}}, 400, "testsPassed"),
        ("session", {"metrics": {"testPassRate": 75}}, 501, "testPassRate"),
        ("session", {"colour": "red"}, 501, "colour"),
        ("session", {"status": "completed"}, 501, "status"),
        ("event", {"sessionId": "nowhere"}, 400, "nowhere"),
        ("event", {"sessionId": 7}, 400, "sessionId"),
        ("event", {"sessionId": PAGE, "id": 7}, 400, "id"),
        ("event", {"sessionId": PAGE, "id": COMMAND}, 400, COMMAND),
        ("event", {"sessionId": PAGE, "kind": "telepathy"}, 501, "kind"),
        ("event", {"sessionId": PAGE, "kind": 7}, 400, "kind"),
        ("event", {"sessionId": PAGE, "ts": "now"}, 400, "ts"),
        ("event", {"sessionId": PAGE, "ts": 7}, 400, "ts"),
        ("event", {"sessionId": PAGE, "data": []}, 400, "data"),
        ("event", {"sessionId": PAGE, "data": None}, 400, "data"),
        ("event", {"sessionId": PAGE, "provenance": "ai"}, 400, "provenance"),
        ("event", {"sessionId": PAGE, "provenance": {"confidence": "high"}}, 400, "confidence"),
        ("event", {"sessionId": PAGE, "provenance": {"confidence": 2}}, 501, "confidence"),
        ("event", {"sessionId": PAGE, "provenance": {"attribution": "x"}}, 501, "attribution"),
        ("event", {"sessionId": PAGE, "source": SOURCE}, 501, "source"),
        ("events", {"sessionId": PAGE}, 400, "events"),
        ("events", {"events": [{}]}, 400, "sessionId"),
        ("events", {"sessionId": "nowhere", "events": [{}]}, 400, "nowhere"),
        ("events", {"sessionId": PAGE, "events": {}}, 400, "events"),
        (
            "events",
            {"sessionId": PAGE, "events": [{"id": NOBODY}, {"id": NOBODY}]},
            400,
            "the same id",
        ),
        ("events", {"sessionId": PAGE, "events": [{"id": NOBODY}, {"id": COMMAND}]}, 400, COMMAND),
        (
            "events",
            {"sessionId": PAGE, "events": [{"id": NOBODY}, {"sessionId": NOBODY}]},
            400,
            "events.1.sessionId",
        ),
        (
            "events",
            {"sessionId": PAGE, "events": [{"id": NOBODY}, {"ts": "now"}]},
            400,
            "events.1.ts",
        ),
        (
            "events",
            {"sessionId": PAGE, "events": [{"id": NOBODY}, {"ts": "9999-12-31T23:59:59-14:00"}]},
            501,
            "ts",
        ),
        (
            "events",
            {"sessionId": PAGE, "events": [{"id": NOBODY}, {"kind": "telepathy"}]},
            501,
            "events.1.kind",
        ),
        ("candidate key", {"sessionId": "nowhere"}, 400, "nowhere"),
        ("candidate key", {"sessionId": 7}, 400, "sessionId"),
        ("candidate key", {"sessionId": None}, 400, "sessionId"),
        ("candidate key", {"key": "PST-MOCK-0001"}, 501, "key"),
        ("credential", {"kind": "cookie"}, 501, "kind"),
        ("credential", {"kind": 7}, 400, "kind"),
        ("credential", {"kind": "candidate", "assessmentId": "asm_nowhere"}, 400, "asm_nowhere"),
        ("credential", {"kind": "candidate", "sessionId": "nowhere"}, 400, "nowhere"),
        ("credential", {"kind": "candidate", "assessmentId": 7}, 400, "assessmentId"),
        (
            "credential",
            {"kind": "candidate", "assessmentId": "asm_backend", "tenant": "other"},
            400,
            "belongs to another tenant",
        ),
        (
            "credential",
            {"kind": "candidate", "sessionId": PAGE, "tenant": "other"},
            400,
            "belongs to another tenant",
        ),
        ("credential", {"scopes": []}, 501, "scopes"),
        ("credential", {"expired": "yes"}, 400, "expired"),
        ("credential", {"kind": "candidate", "revoked": 1}, 400, "revoked"),
        ("credential", {"tenant": "third"}, 501, "tenant"),
        ("credential", {"organizations": []}, 501, "organizations"),
        ("rate limits", {"enforced": "yes"}, 400, "enforced"),
        ("clock", {"advance": "soon"}, 400, "advance"),
        ("clock", {"advance": 45}, 400, "advance"),
        ("analysis finished", {}, 501, "there is no state 'analysis finished'"),
        ("", {}, 501, "state"),
    ],
)
def test_provider_states(
    target: Target, state: str, params: dict[str, Any], status: int, said: str
) -> None:
    answer = target.mock.control(
        "POST", "/promptster/states", json={"action": "setup", "state": state, "params": params}
    )
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]


def test_state_keeps_the_order_of_events(promptster: Mock) -> None:
    sent = [{"id": new_id(), "kind": "prompt", "data": {"mark": mark}} for mark in range(3)]
    made = promptster.control(
        "POST", "/promptster/states", json={"action": "setup", "state": "session"}
    ).json()["id"]
    message = {"action": "setup", "state": "events", "params": {"sessionId": made, "events": sent}}
    answer = promptster.control("POST", "/promptster/states", json=message)
    assert answer.json() == {"ids": [event["id"] for event in sent]}
    shown = Target(promptster, {}).send("GET", f"/{made}/timeline").json()["events"]
    assert [event["data"]["mark"] for event in shown] == [0, 1, 2]


@pytest.mark.parametrize(
    "params",
    [
        *(
            {"keyStatus": "completed"},
            {"endedAt": "2026-05-06T10:00:00Z", "startedAt": "2026-05-06T11:00:00Z"},
            {"id": ""},
            {"sourceService": ""},
        ),
        *(
            {"startedAt": "2030-01-01T00:00:00Z"},
            {"id": "no-uuid"},
            {"metrics": {}},
            {"metrics": {"commandFailRate": 2}},
        ),
        *(
            {"metrics": {"durationMs": 1.5}},
            {"metrics": {"promptCount": 0}},
            {"metadata": {"assessmentId": 7}},
        ),
    ],
)
def test_unusual_session_states(promptster: Mock, params: dict[str, Any]) -> None:
    """The state is set up or refused, and the world can still be read."""
    target = Target(promptster, {})
    answer = promptster.control(
        "POST", "/promptster/states", json={"action": "setup", "state": "session", "params": params}
    )
    assert answer.status_code in (200, 400, 501), answer.text
    if answer.status_code == 200:
        made = quote(answer.json()["id"], safe="")
        for path in ("", "/timeline", "/decisions", "/cohort-stats"):
            assert target.send("GET", f"/{made}{path}").status_code == 200
    assert target.send("GET", "?limit=100").status_code == 200


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_event_time_that_cannot_be_written(promptster: Mock, moment: str) -> None:
    """It is not supported, like the same start of a session."""
    for state, params in (
        ("session", {"startedAt": moment}),
        ("event", {"sessionId": PAGE, "ts": moment}),
    ):
        answer = promptster.control(
            "POST", "/promptster/states", json={"action": "setup", "state": state, "params": params}
        )
        assert answer.status_code == 501, answer.text


@pytest.mark.parametrize("depth", [250, 254, 1000])
def test_deeply_nested_metadata_of_a_state(promptster: Mock, depth: int) -> None:
    content = (
        b'{"action": "setup", "state": "session", "params": {"metadata": '
        + b'{"a":' * depth
        + b"1"
        + b"}" * depth
        + b"}}"
    )
    answer = promptster.control(
        "POST", "/promptster/states", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 400, 501), answer.text
    assert Target(promptster, {}).send("GET", "?limit=100").status_code == 200


@pytest.mark.parametrize(
    "state",
    [
        "assessment",
        "session",
        "event",
        "candidate key",
        "credential",
        "clock",
        "rate limits",
        "outbox",
        "reset",
    ],
)
def test_every_param_is_optional(promptster: Mock, state: str) -> None:
    answer = promptster.control(
        "POST", "/promptster/states", json={"action": "setup", "state": state}
    )
    assert answer.status_code in ((200,) if state != "candidate key" else (200, 400, 501)), (
        answer.text
    )
    if answer.status_code == 200:
        answer = promptster.control(
            "POST", "/promptster/states", json={"action": "teardown", "state": state, "params": {}}
        )
        assert answer.status_code in (200, 501), answer.text


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
            b'{"action": "setup", "state": "session", "params": "x"}',
            b'{"action": "setup", "state": "session", "params": 7}',
        ),
    ],
)
def test_invalid_state_messages(target: Target, content: bytes) -> None:
    answer = target.mock.control(
        "POST", "/promptster/states", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]
