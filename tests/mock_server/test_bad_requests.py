"""Sales Lab and Mobile Next: bad input over HTTP gets a refusal in the vendor's form."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.serving import KEYS, Mock

SESSION = "30000000-0000-0000-0000-000000000001"


def everything(mock: Mock) -> list[bytes]:
    return [
        mock.get(path).content for path in ("sessions", "users", "scenarios", "analytics/summary")
    ]


@pytest.fixture
def lab(saleslab: Mock) -> Iterator[Mock]:
    """Check that a test changes nothing."""
    before = everything(saleslab)
    yield saleslab
    assert everything(saleslab) == before


def refused(answer: httpx.Response, status: int, rule: str | None, said: str) -> None:
    assert (answer.status_code, answer.headers.get("x-mock-rule")) == (status, rule), answer.text
    assert answer.headers["content-type"] == "application/json"
    message = answer.json()["error"]["message"]
    assert said in message
    for leak in ("Traceback", "timedelta", "isoformat", "dict"):
        assert leak not in message


@pytest.mark.parametrize(
    ("query", "rule", "said"),
    [
        ("limit=0", "request.bad-parameter", "limit: 0 is less than the minimum of 1"),
        ("limit=101", "list.over-limit", "limit: 101 is greater than the maximum of 100"),
        ("limit=-5", "request.bad-parameter", "limit"),
        ("limit=many", "request.bad-parameter", "'many' is not an integer"),
        ("limit=1.0", "request.bad-parameter", "is not an integer"),
        ("limit=", "request.bad-parameter", "limit"),
        ("limit=5&limit=5", "request.repeated-parameter", "is given 2 times; give it once"),
        ("cursor=a&cursor=b", "request.repeated-parameter", "give it once"),
        ("from=yesterday", "request.bad-parameter", "'yesterday' is not an RFC 3339 time, as in"),
        ("from=2026-05-06", "request.bad-parameter", "not an RFC 3339 time"),
        ("from=2026-05-06T17:00:00", "request.bad-parameter", "not an RFC 3339 time"),
        ("from=2026-05-06T17:00:00+02:00", "request.bad-parameter", "in a URL, write + as %2B"),
        ("to=2026-02-30T00:00:00Z", "request.bad-parameter", "not an RFC 3339 time"),
        ("to=2026-05-06T17:00:00%2B24:00", "request.bad-parameter", "not an RFC 3339 time"),
        ("to=2026-05-06T25:00:00Z", "request.bad-parameter", "not an RFC 3339 time"),
        ("to=0000-01-01T00:00:00Z", "request.bad-parameter", "not an RFC 3339 time"),
        ("cursor=abc", "request.bad-parameter", "not an RFC 3339 time"),
        ("cursor=%00", "request.bad-parameter", "not an RFC 3339 time"),
        ("cursor=", "request.bad-parameter", "cursor"),
        ("user_id=1", "request.bad-parameter", "user_id"),
        ("user_id=%FF%FE", "request.bad-parameter", "user_id"),
    ],
)
def test_queries(lab: Mock, query: str, rule: str, said: str) -> None:
    refused(lab.call("GET", f"?{query}"), 400, f"saleslab.{rule}", said)


@pytest.mark.parametrize(
    "query",
    [
        "from=0001-01-01T00:00:00%2B14:00",
        "to=9999-12-31T23:59:59-14:00",
        "from=2016-12-31T23:59:60Z",
        "to=2026-05-06t17:00:00z",
        "cursor=1969-12-31T23:59:59.999999999999999999999999Z",
        "cursor=9999-12-31T23:59:60Z",
        "unknown=1",
        "Limit=0",
    ],
)
def test_unusual_queries_are_accepted(lab: Mock, query: str) -> None:
    assert lab.call("GET", f"?{query}").status_code == 200
    assert lab.get(f"analytics/summary?{query}").status_code == 200


@pytest.mark.parametrize(
    "identity",
    ["1", "not-a-uuid", "%00", "%ED%A0%80", SESSION[:-1], f"{SESSION}0", "x" * 4000, ".."],
)
def test_ids_that_are_not_uuids(lab: Mock, identity: str) -> None:
    for resource in ("sessions", "scorecards"):
        answer = lab.get(f"{resource}/{identity}")
        if identity != "..":
            refused(answer, 404, "saleslab.request.malformed-id", "id")
        assert answer.status_code in (404, 200)


def test_a_body_on_a_read_is_ignored(lab: Mock) -> None:
    for content in (b"{", b"\xff", b"x" * 3_000_000):
        assert lab.call("GET", "", content=content).status_code == 200


def test_unknown_paths_and_methods(lab: Mock) -> None:
    for path in ("/", f"/{SESSION}/", f"/{SESSION}/transcript"):
        refused(lab.call("GET", path), 404, None, "no operation has the path")
    refused(lab.call("GET", "/a%2Fb"), 404, "saleslab.request.malformed-id", "is not a")
    for method in ("POST", "DELETE", "OPTIONS", "PATCH"):
        answer = lab.call(method)
        refused(answer, 405, None, f"method {method} not allowed; allowed: GET")
        assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("state", "params", "status", "said"),
    [
        (
            "session",
            {"user_id": "a0000000-0000-0000-0000-0000000000f1"},
            400,
            "belongs to another tenant",
        ),
        (
            "session",
            {"user_id": "b0000000-0000-0000-0000-000000000000"},
            400,
            "there is no user b0000000",
        ),
        ("session", {"user_id": 7}, 400, "user_id"),
        ("session", {"user_id": "x"}, 400, "user_id"),
        ("session", {"scenario_id": SESSION}, 400, "there is no scenario"),
        ("session", {"status": "queued"}, 501, "status"),
        ("session", {"started_at": "2026-05-06T17:00:01Z"}, 501, "lies in the future"),
        ("session", {"started_at": "0001-01-01T00:00:00Z"}, 501, "out of range"),
        ("session", {"started_at": "today"}, 400, "started_at"),
        ("session", {"duration_seconds": -1}, 501, "duration_seconds"),
        ("session", {"duration_seconds": "long"}, 400, "duration_seconds"),
        (
            "session",
            {"started_at": "2026-05-06T16:59:59Z", "duration_seconds": 2},
            501,
            "would not have",
        ),
        ("session", {"status": "in_progress", "duration_seconds": 5}, 501, "has none yet"),
        ("session", {"transcript": "Hello?"}, 400, "transcript"),
        ("session", {"transcript": [{"role": "agent"}]}, 400, "transcript"),
        ("session", {"colour": "red"}, 501, "params: Additional properties"),
        (
            "scorecard",
            {"session_id": "b0000000-0000-0000-0000-000000000000"},
            400,
            "there is no session",
        ),
        ("scorecard", {"session_id": SESSION, "tenant": "other"}, 400, "belongs to another tenant"),
        ("scorecard", {"overall_score": "high"}, 400, "overall_score"),
        ("user", {"role": "admin"}, 501, "role"),
        ("user", {"full_name": None}, 400, "full_name"),
        ("scenario", {"archived": "yes"}, 400, "archived"),
        ("credential", {"scopes": ["sessions:write"]}, 501, "scopes"),
        ("credential", {"scopes": "sessions:read"}, 400, "scopes"),
        ("credential", {"expired": True}, 501, "expired"),
        ("study", {}, 501, "there is no state 'study'"),
    ],
)
def test_provider_states_of_sales_lab(
    lab: Mock, state: str, params: dict[str, Any], status: int, said: str
) -> None:
    answer = lab.control(
        "POST", "/saleslab/states", json={"action": "setup", "state": state, "params": params}
    )
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]


# ---- Mobile Next


@pytest.mark.parametrize(
    ("query", "rule", "said"),
    [
        ("limit=0", "bad-parameter", "limit"),
        ("limit=501", "over-limit", "limit: 501 is greater than the maximum of 500"),
        ("limit=many", "bad-parameter", "'many' is not an integer"),
        ("limit=5&limit=5", "repeated-parameter", "give it once"),
        ("before=now", "bad-parameter", "not an RFC 3339 time"),
        ("before=2026-05-06T17:00:00+02:00", "bad-parameter", "in a URL, write + as %2B"),
        ("before=%EF%BC%92026-05-06T17:00:00Z", "bad-parameter", "not an RFC 3339 time"),
    ],
)
def test_queries_of_mobile_next(mobilenext: Mock, query: str, rule: str, said: str) -> None:
    refused(mobilenext.call("GET", f"?{query}"), 400, f"mobilenext.list.{rule}", said)


@pytest.mark.parametrize(
    "organization",
    ["org_nowhere", "ORG_HARBOR", "org_harbor,org_lighthouse", "x" * 3000, "é", "'; --"],
)
def test_invalid_organizations_are_refused(mobilenext: Mock, organization: str) -> None:
    headers = [
        (b"Authorization", KEYS["mobilenext"]["Authorization"].encode()),
        (b"X-Organization-Id", organization.encode()),
    ]
    answer = mobilenext.client.get(mobilenext.sessions, headers=headers)
    refused(answer, 403, "mobilenext.organization.unknown", "is not one of your organizations")


@pytest.mark.parametrize("organization", ["", "  ", " org_harbor ", "\torg_harbor"])
def test_space_around_an_organization_is_ignored(mobilenext: Mock, organization: str) -> None:
    where = urlsplit(mobilenext.sessions)
    with closing(http.client.HTTPConnection(str(where.hostname), where.port)) as connection:
        connection.request(
            "GET", where.path, headers={**KEYS["mobilenext"], "X-Organization-Id": organization}
        )
        assert json.load(connection.getresponse())["data"][0]["organization"] == "org_harbor"


def test_ids_that_are_not_uuids_of_mobile_next(mobilenext: Mock) -> None:
    for identity in ("1", "%00", "%ED%A0%80", "x" * 4000):
        refused(
            mobilenext.call("GET", f"/{identity}"),
            404,
            "mobilenext.session.malformed-id",
            "sessionId",
        )


@pytest.mark.parametrize(
    ("state", "params", "status", "said"),
    [
        ("session", {"organization": "org_nowhere"}, 400, "there is no organization org_nowhere"),
        ("session", {"organization": "org_harbor", "tenant": "other"}, 501, "not both"),
        ("session", {"user": "0e1d2c3b-4a59-4687-8f9e-0d1c2b3a4959"}, 400, "there is no user"),
        ("session", {"createdAt": "2027-01-01T00:00:00Z"}, 501, "lies in the future"),
        ("session", {"createdAt": "soon"}, 400, "createdAt"),
        ("session", {"platform": "windows"}, 501, "platform"),
        ("session", {"released": "yes"}, 400, "released"),
        ("credential", {"kind": "cookie"}, 501, "kind"),
        (
            "credential",
            {"organizations": ["org_nowhere"]},
            400,
            "there is no organization org_nowhere",
        ),
        ("credential", {"organizations": "org_harbor"}, 400, "organizations"),
        (
            "credential",
            {"kind": "api_key", "organization": "org_island"},
            501,
            "does not belong to org_island",
        ),
        ("credential", {"kind": "api_key", "expired": True}, 501, "do not expire"),
        ("credential", {"kind": "api_key", "organizations": []}, 501, "belongs to none"),
        ("credential", {"organization": "org_harbor"}, 501, "only an API key"),
        ("credential", {"user": "nobody"}, 400, "there is no user nobody"),
        ("credential", {"scopes": []}, 501, "params"),
        ("organization", {"member": "no"}, 400, "member"),
    ],
)
def test_provider_states_of_mobile_next(
    mobilenext: Mock, state: str, params: dict[str, Any], status: int, said: str
) -> None:
    before = mobilenext.get("sessions").content
    answer = mobilenext.control(
        "POST", "/mobilenext/states", json={"action": "setup", "state": state, "params": params}
    )
    assert answer.status_code == status, answer.text
    assert said in answer.json()["error"]
    assert mobilenext.get("sessions").content == before
