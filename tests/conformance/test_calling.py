"""Calling operations: paths, credentials and bodies."""

from datetime import datetime
from typing import Any

from session_contracts.conformance.calling import (
    call,
    default_headers,
    fill_in,
    send,
    valid_body,
)
from tests.conformance.fake_target import refusing, setting_up, subject


def accepting(method: str, path: str, body: Any) -> tuple[int, Any]:
    return 200, {}


def test_id_in_path_is_quoted() -> None:
    exchange = call(subject(accepting), "reviewSession", "a/b?c", {"reviewStatus": "approved"})
    assert exchange.url.endswith("/api/v1/sessions/a%2Fb%3Fc/review")
    assert exchange.request_json == {"reviewStatus": "approved"}
    assert exchange.request_headers["Content-Type"] == "application/json"


def test_no_body_has_no_media_type() -> None:
    exchange = call(subject(accepting), "getSession", "a")
    assert exchange.request_body is None
    assert "Content-Type" not in exchange.request_headers


def test_headers_replace_default_credential() -> None:
    exchange = send(subject(accepting), "getSession", "a", headers={"X-Other": "1"})
    assert "Authorization" not in exchange.request_headers
    assert exchange.request_headers["X-Other"] == "1"


def test_record_headers_are_sent() -> None:
    one = subject(accepting)
    one.record_headers["a"] = {"X-Organization": "o"}
    assert send(one, "getSession", "a").request_headers["X-Organization"] == "o"
    assert "X-Organization" not in send(one, "getSession", "b").request_headers


def test_default_headers_hold_one_credential() -> None:
    one = subject(refusing, "promptster")
    held = {scheme.header: "secret" for scheme in one.contract.security}
    one.target.headers = {**held, "X-Trace": "1"}
    for operation in one.contract.operations.values():
        usable = [scheme.header for scheme in operation.security]
        assert default_headers(one, operation.id).keys() == {*usable[:1], "X-Trace"}


def test_valid_body_has_values_of_the_transition() -> None:
    body = valid_body(subject(refusing), "reviewSession", {"reviewStatus": "denied"})
    assert body is not None
    assert body["reviewStatus"] == "denied"


def test_operation_without_body() -> None:
    assert valid_body(subject(refusing), "getSession") is None


def test_fill_in_placeholders() -> None:
    one = subject(
        setting_up(clock={"now": "2026-02-13T09:00:00Z"}, study={"id": "j"}, tester={"id": "t"}),
        "openscouter",
    )
    filled = fill_in(one, b'["{jobId}", "{testerId}", "{now}"]')
    assert filled == b'["j", "t", "2026-02-13T09:00:01Z"]'
    first, second = fill_in(one, b'"{uuid}"'), fill_in(one, b'"{uuid}"')
    assert first != second
    assert fill_in(one, None) is None


def test_now_falls_back_to_date_header() -> None:
    one = subject(accepting, states=False)
    call(one, "getSession", "a")
    filled = (fill_in(one, b'"{now}"') or b"").decode().strip('"')
    assert datetime.fromisoformat(filled) == datetime.fromisoformat("2026-02-13T09:00:01Z")
