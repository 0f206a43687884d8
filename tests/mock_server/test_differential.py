"""The compiled path and Connexion's own stack accept and refuse the same requests."""

import asyncio
from typing import Any

import httpx
import pytest
from connexion import AsyncApp
from connexion.resolver import Resolver
from hypothesis import given, settings
from hypothesis import strategies as st

from session_contracts.mock_server.app import create_app
from session_contracts.mock_server.settings import Auth, Settings
from session_contracts.openapi import load
from tests.serving import ACTIVE, DOCUMENTED, KEY, KEYS

pytestmark = pytest.mark.slow

APIS = ("rentalot", "saleslab", "mobilenext")


def _connexion() -> Any:
    """Connexion as it comes, with handlers that accept whatever its validation lets through."""

    def answer(**_: Any) -> tuple[dict[str, Any], int, dict[str, str]]:
        return {}, 200, {"Content-Type": "application/json"}

    def bearer(token: str) -> dict[str, str] | None:
        return {"sub": "default"} if {"Authorization": f"Bearer {token}"} in KEYS.values() else None

    globals()["BEARER"] = bearer
    app = AsyncApp(__name__)
    for name in APIS:
        document: dict[str, Any] = {**load(name).document}
        schemes = document["components"]["securitySchemes"].items()
        known = {
            key: {**scheme, "x-bearerInfoFunc": "tests.mock_server.test_differential.BEARER"}
            for key, scheme in schemes
        }
        document["components"] = {**document["components"], "securitySchemes": known}
        app.add_api(document, base_path=f"/{name}", resolver=Resolver(lambda _: answer))
    return app


PEERS = {"ours": create_app(Settings(APIS, auth=Auth.STRICT)), "connexion": _connexion()}
#: The rules of what was let through, and then refused for what there is.
_LATER = ("rentalot.review.completed-only", "saleslab.get.not-found", "mobilenext.get.not-found")


def accepted(method: str, path: str, api: str = "rentalot", **options: Any) -> dict[str, bool]:
    """Whether each of the two lets a request through to the lifecycle; what the table then refuses was let through."""

    async def send(app: Any) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url=f"http://test/{api}"
        ) as client:
            return await client.request(method, path, **options)

    def through(answer: httpx.Response) -> bool:
        return answer.status_code in (200, 409) or answer.headers.get("x-mock-rule") in _LATER

    return {name: through(asyncio.run(send(app))) for name, app in PEERS.items()}


def same(method: str, path: str, **options: Any) -> bool:
    answers = accepted(method, path, **options)
    assert len(set(answers.values())) == 1, (method, path, options, answers)
    return answers["ours"]


TEXT = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=6)
QUERY = st.fixed_dictionaries(
    {},
    optional={
        "page": st.one_of(st.integers(-2, 300).map(str), TEXT),
        "limit": st.one_of(st.integers(-2, 120).map(str), TEXT),
        "status": st.one_of(st.sampled_from(["active", "completed", "expired", "draft"]), TEXT),
        "reviewStatus": st.one_of(st.sampled_from(["pending_review", "approved"]), TEXT),
        "unknown": TEXT,
    },
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(QUERY)
def test_lists(query: dict[str, str]) -> None:
    same("GET", "/api/v1/sessions", params=query, headers=KEY)


BODY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.lists(st.integers(), max_size=2),
    st.fixed_dictionaries(
        {},
        optional={
            "reviewStatus": st.one_of(
                st.sampled_from(["approved", "denied", "pending_review"]),
                st.none(),
                st.integers(),
                TEXT,
            ),
            "reviewNotes": st.one_of(
                st.none(), st.integers(), TEXT, st.sampled_from(["x" * 2000, "x" * 2001, "a\0b"])
            ),
            "other": st.integers(),
        },
    ),
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(BODY, st.sampled_from([DOCUMENTED, ACTIVE]))
def test_reviews(body: Any, session: str) -> None:
    same("PATCH", f"/api/v1/sessions/{session}/review", json=body, headers=KEY)


@pytest.mark.parametrize("content", [b"", b"{", b'{"reviewStatus": "approved"}', b"approved"])
@pytest.mark.parametrize(
    "media",
    ["application/json", "application/json; charset=utf-8", "text/plain", "application/xml"],
)
def test_raw_bodies(content: bytes, media: str) -> None:
    same(
        "PATCH",
        f"/api/v1/sessions/{DOCUMENTED}/review",
        content=content,
        headers={**KEY, "Content-Type": media},
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (KEY, True),
        ({}, False),
        ({"Authorization": "Bearer nobody"}, False),
        ({"Authorization": "Basic eDp5"}, False),
    ],
)
def test_credentials(headers: dict[str, str], expected: bool) -> None:
    assert same("GET", f"/api/v1/sessions/{DOCUMENTED}", headers=headers) is expected


def test_unknown_paths_and_methods() -> None:
    assert not same("GET", "/api/v1/nothing", headers=KEY)
    assert not same("POST", "/api/v1/sessions", headers=KEY)


MOMENT = st.one_of(
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.sampled_from(["2026-05-06T17:00:00+02:00", "today", ""]),
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "limit": st.one_of(st.integers(-2, 600).map(str), TEXT),
            "from": MOMENT,
            "to": MOMENT,
            "cursor": MOMENT,
            "user_id": st.uuids().map(str),  # Connexion lets anything else pass as well
            "unknown": TEXT,
        },
    )
)
def test_lists_of_sales_lab(query: dict[str, str]) -> None:
    same("GET", "/api/v1/sessions", api="saleslab", params=query, headers=KEYS["saleslab"])
    same("GET", "/api/v1/analytics/summary", api="saleslab", params=query, headers=KEYS["saleslab"])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        {}, optional={"limit": st.one_of(st.integers(-2, 600).map(str), TEXT), "before": MOMENT}
    )
)
def test_lists_of_mobile_next(query: dict[str, str]) -> None:
    same("GET", "/api/v1/sessions", api="mobilenext", params=query, headers=KEYS["mobilenext"])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.uuids().map(str))
def test_single_records(identity: str) -> None:
    for api, resource in (("saleslab", "sessions"), ("mobilenext", "sessions")):
        assert same("GET", f"/api/v1/{resource}/{identity}", api=api, headers=KEYS[api])
        assert not same(
            "GET",
            f"/api/v1/{resource}/{identity}",
            api=api,
            headers={"Authorization": "Bearer nobody"},
        )
