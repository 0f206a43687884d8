"""Mobile Next's mock over HTTP: scenarios from the vendor's page alone, without the contract."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from tests.serving import Mock

USER, COLLEAGUE = "8d1f6a0e-3b7c-4a59-b1c2-6e5d4f3a2b1c", "6b5a4c3d-2e1f-4a0b-9c8d-7e6f5a4b3c2d"
LONER = "0e1d2c3b-4a59-4687-8f9e-0d1c2b3a4958"
NOW = datetime(2026, 5, 6, 17, tzinfo=UTC)
SECRET = "session-contracts-mock-signs-with-this"


def bearer(token: str, organization: str | None = None) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        **({"X-Organization-Id": organization} if organization else {}),
    }


def token(
    user: str,
    *,
    secret: str = SECRET,
    algorithm: str = "HS256",
    lasts: timedelta = timedelta(hours=1),
    **claims: Any,
) -> str:
    """A token as the test of a client would sign it."""
    return jwt.encode(
        {"sub": user, "exp": int((NOW + lasts).timestamp()), **claims},
        secret if algorithm != "none" else None,
        algorithm,
    )


def rows(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.json()["object"] == "list"
    return list(answer.json()["data"])


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message"}
    assert answer.json()["error"]["code"] == code


def walk(mock: Mock, headers: dict[str, str], **params: Any) -> list[str]:
    """The ids of every page."""
    ids: list[str] = []
    while True:
        answer = mock.get("sessions", headers=headers, **params)
        ids += [row["id"] for row in rows(answer)]
        if "nextCursor" not in answer.json():
            return ids
        params["before"] = answer.json()["nextCursor"]


# ---- sessions


def test_session_has_exactly_the_documented_members(mobilenext: Mock) -> None:
    for row in rows(mobilenext.get("sessions", limit=500)):
        assert set(row) == {"id", "organization", "user", "device", "createdAt", "releasedAt"}
        assert set(row["device"]) == {"id", "platform", "type", "name", "osVersion"}
        assert all(isinstance(value, str) for value in row["device"].values())
        assert row["device"]["platform"] in ("ios", "android")
        assert mobilenext.get(f"sessions/{row['id']}").json() == row
    assert {name.lower() for name in mobilenext.get("sessions").headers} == {
        "content-type",
        "content-length",
    }


def test_released_at_is_null_while_the_device_is_held(mobilenext: Mock) -> None:
    held, released = (
        mobilenext.given(released=False),
        mobilenext.given(released=True, platform="android"),
    )
    assert mobilenext.get(f"sessions/{held}").json()["releasedAt"] is None
    session = mobilenext.get(f"sessions/{released}").json()
    assert (session["releasedAt"], session["device"]["platform"]) == (
        "2026-05-06T17:00:00Z",
        "android",
    )


def test_list_has_the_newest_hundred_sessions(mobilenext: Mock) -> None:
    answer = mobilenext.get("sessions")
    times = [row["createdAt"] for row in rows(answer)]
    assert len(times) == 100
    assert times == sorted(times, reverse=True)
    assert answer.json()["nextCursor"] == times[-1]
    whole = mobilenext.get("sessions", limit=500)
    assert len(rows(whole)) == 136
    assert "nextCursor" not in whole.json()


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 9, 500])
def test_pages_are_complete_with_equal_times(mobilenext: Mock, limit: int) -> None:
    organization = mobilenext.given("organization")
    moments = ["2026-05-01T10:00:00Z"] * 5 + ["2026-05-01T10:00:01Z"] * 3 + ["2026-05-02T00:00:00Z"]
    made = [mobilenext.given(organization=organization, createdAt=moment) for moment in moments]
    headers = bearer(token(USER), organization)
    assert Counter(walk(mobilenext, headers, limit=limit)) == Counter(made)


def test_new_sessions_between_two_pages(mobilenext: Mock) -> None:
    organization = mobilenext.given("organization")
    moment = "2026-05-01T10:00:00Z"
    made = [mobilenext.given(organization=organization, createdAt=moment) for _ in range(5)]
    headers = bearer(token(USER), organization)
    first = mobilenext.get("sessions", headers=headers, limit=2)
    for late in (moment, "2026-05-03T10:00:00Z"):
        mobilenext.given(organization=organization, createdAt=late)
    rest = walk(mobilenext, headers, limit=2, before=first.json()["nextCursor"])
    assert Counter([*(row["id"] for row in rows(first)), *rest]) == Counter(made)


def test_before_is_strict_in_any_time_zone(mobilenext: Mock) -> None:
    organization = mobilenext.given("organization")
    made = [
        mobilenext.given(organization=organization, createdAt=f"2026-05-01T10:00:0{second}Z")
        for second in (0, 1, 1, 2)
    ]
    headers = bearer(token(USER), organization)
    for before, expected in (
        ("2026-05-01T10:00:01Z", made[:1]),
        ("2026-05-01T12:00:01+02:00", made[:1]),
        ("2026-05-01T10:00:01.000Z", made[:1]),
        ("2026-05-01T10:00:01.000000Z", made[:1]),
        ("2026-05-01t10:00:01.5z", made[:3]),
        ("2026-05-01T10:00:00Z", []),
        ("2027-01-01T00:00:00Z", made),
        ("0001-01-01T00:00:00Z", []),
    ):
        assert {
            row["id"] for row in rows(mobilenext.get("sessions", headers=headers, before=before))
        } == set(expected), before


# ---- organizations


def organization_of(mock: Mock, headers: dict[str, str]) -> str:
    """The organization whose sessions a call lists."""
    (found,) = {
        row["organization"] for row in rows(mock.get("sessions", headers=headers, limit=500))
    }
    return str(found)


def test_which_organization_a_call_acts_on(mobilenext: Mock) -> None:
    first = "mob_mockDefaultUserKey00000000000000000000000000"
    second = "mob_mockSecondOrganizationKey000000000000000000"
    for headers, expected in (
        (bearer(first), "org_harbor"),
        (bearer(second), "org_lighthouse"),
        (bearer(second, "org_harbor"), "org_harbor"),
        (bearer(first, "org_lighthouse"), "org_lighthouse"),
        (bearer(token(USER)), "org_harbor"),
        (bearer(token(USER), "org_lighthouse"), "org_lighthouse"),
        (bearer(token(COLLEAGUE)), "org_lighthouse"),
    ):
        assert organization_of(mobilenext, headers) == expected


def test_organization_without_membership(mobilenext: Mock) -> None:
    session = mobilenext.given(tenant="other")
    for headers in (
        bearer(token(USER), "org_island"),
        bearer(token(USER), "org_nowhere"),
        bearer(token(COLLEAGUE), "org_harbor"),
    ):
        refused(mobilenext.get("sessions", headers=headers), 403, "forbidden")
        refused(mobilenext.get(f"sessions/{session}", headers=headers), 403, "forbidden")
    refused(mobilenext.get(f"sessions/{session}"), 404, "not_found")
    assert session not in walk(mobilenext, bearer(token(USER)), limit=100)


def test_user_without_organization(mobilenext: Mock) -> None:
    for headers in (bearer(token(LONER)), bearer(token("somebody new", organizations=[]))):
        refused(mobilenext.get("sessions", headers=headers), 403, "forbidden")
    refused(mobilenext.get("sessions", headers=bearer(token("nobody"))), 401, "unauthorized")


def test_a_credential_outlives_a_reset(mobilenext: Mock) -> None:
    revoked = mobilenext.credential(revoked=True)
    good = mobilenext.credential(organizations=["org_lighthouse"])
    key = mobilenext.credential(kind="api_key", organization="org_lighthouse")
    mobilenext.control("POST", "/reset")
    assert mobilenext.credential() not in (revoked, good)
    assert organization_of(mobilenext, good) == organization_of(mobilenext, key) == "org_lighthouse"
    refused(mobilenext.get("sessions", headers=revoked), 401, "unauthorized")


def test_session_of_unselected_organization(mobilenext: Mock) -> None:
    session = mobilenext.given(organization="org_lighthouse", user=COLLEAGUE)
    refused(mobilenext.get(f"sessions/{session}"), 404, "not_found")
    found = mobilenext.get(f"sessions/{session}", headers=bearer(token(USER), "org_lighthouse"))
    assert found.json()["user"] == COLLEAGUE


def test_cursor_of_another_organization(mobilenext: Mock) -> None:
    theirs = mobilenext.credential(tenant="other")
    cursor = mobilenext.get("sessions", headers=theirs, limit=1).json()["nextCursor"]
    found = {row["organization"] for row in rows(mobilenext.get("sessions", before=cursor))}
    assert found == {"org_harbor"}


# ---- tokens


@pytest.mark.parametrize(
    "bad",
    [
        token(USER, secret="somebody-else-signed-this-one-here"),
        token(USER, algorithm="none"),
        token(USER, secret=SECRET * 2, algorithm="HS384"),
        token(USER, lasts=timedelta()),
        token(USER, lasts=timedelta(days=-9)),
        token(USER, exp="tomorrow"),
        token(USER)[:-2] + "xx",
        "mob_mockDefaultUserKey00000000000000000000000001",
        "garbage",
        "a.b.c",
        f"{token(USER)} {token(USER)}",
    ],
)
def test_tokens_that_do_not_count(mobilenext: Mock, bad: str) -> None:
    refused(mobilenext.get("sessions", headers=bearer(bad)), 401, "unauthorized")


def test_a_token_ends_by_the_clock(mobilenext: Mock) -> None:
    headers = mobilenext.credential()
    assert mobilenext.get("sessions", headers=headers).status_code == 200
    mobilenext.control("POST", "/clock/advance", json={"by": "PT23H59M59S"})
    assert mobilenext.get("sessions", headers=headers).status_code == 200
    mobilenext.control("POST", "/clock/advance", json={"by": "PT1S"})
    refused(mobilenext.get("sessions", headers=headers), 401, "unauthorized")


@pytest.mark.parametrize(
    "spoilt", [{"expired": True}, {"revoked": True}, {"revoked": True, "kind": "api_key"}]
)
def test_spoilt_credentials(mobilenext: Mock, spoilt: dict[str, Any]) -> None:
    refused(
        mobilenext.get("sessions", headers=mobilenext.credential(**spoilt)), 401, "unauthorized"
    )
    assert mobilenext.get("sessions", headers=mobilenext.credential()).status_code == 200


def test_token_with_odd_claims(mobilenext: Mock) -> None:
    for claims in (
        {"exp": 10**18},
        {"exp": 2e9 + 0.5},
        {"nbf": 10**12},
        {"iat": 10**12},
        {"aud": "x"},
        {"jti": 7},
        {"kid": "../x"},
    ):
        assert mobilenext.get("sessions", headers=bearer(token(USER, **claims))).status_code == 200
