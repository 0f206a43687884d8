"""`Prefer` over real HTTP: documented examples on request, without any effect."""

from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import httpx
import jsonschema_rs
import pytest

from session_contracts.openapi import bundled_names, load
from session_contracts.openapi.json_schema import translate
from session_contracts.openapi.model import Operation
from tests.mock_server.worlds import drop, get, made, path_of, raw
from tests.serving import DOCUMENTED, KEY, Mock

SESSIONS = "/rentalot/api/v1/sessions"


@pytest.fixture
def world(whole_server: Mock) -> Iterator[Mock]:
    """Check that a test changes nothing but the journal."""
    found = made(whole_server)
    before = found.control("GET", "/state").content
    yield found
    assert found.control("GET", "/state").content == before
    drop(whole_server, found)


OPERATIONS = [
    (api, operation) for api in bundled_names() for operation in load(api).operations.values()
]


def ask(world: Mock, api: str, operation: Operation, prefer: str, **headers: str) -> httpx.Response:
    """A call without a credential, parameters that are valid, or a body."""
    path = operation.path.replace("{", "").replace("}", "")
    return world.client.request(
        operation.method, f"{world.url}/{api}{path}", headers={"Prefer": prefer, **headers}
    )


@pytest.mark.parametrize(
    ("api", "operation"), OPERATIONS, ids=[f"{api}.{operation.id}" for api, operation in OPERATIONS]
)
def test_every_documented_answer_by_its_status_and_by_its_name(
    world: Mock, api: str, operation: Operation
) -> None:
    for status, content in operation.responses.items():
        answer = ask(world, api, operation, f"code={status}")
        assert answer.status_code == status, answer.text
        assert answer.headers["preference-applied"] == f"code={status}"
        schema = content[answer.headers["content-type"]]
        assert jsonschema_rs.Draft202012Validator(
            translate(schema), validate_formats=True
        ).is_valid(answer.json()), answer.text
    unknown = ask(world, api, operation, "example=no-such-example")
    assert unknown.status_code == 400
    assert "no-such-example" in unknown.text
    names = unknown.text.rpartition(" it has ")[2].partition('"')[0].split(", ")
    assert len(names) >= 3
    assert not any(
        report["summary"]["rule"]["reached"]
        for report in world.control("GET", "/coverage").json()["apis"].values()
    )
    for name in names:
        answer = ask(world, api, operation, f"example={name}")
        assert answer.status_code in operation.responses, (name, answer.text)
        assert answer.headers["preference-applied"] == f"example={name}"


@pytest.mark.parametrize("api", bundled_names())
def test_any_status_of_an_error_in_the_form_of_every_vendor(world: Mock, api: str) -> None:
    operation = next(iter(load(api).operations.values()))
    for status in (status for status in HTTPStatus if status >= 400):
        answer = ask(world, api, operation, f"code={int(status)}")
        assert answer.status_code == status
        assert "json" in answer.headers["content-type"]
        assert answer.json()


@pytest.mark.parametrize("api", bundled_names())
@pytest.mark.parametrize(
    ("prefer", "header"),
    [
        ("code=401", "www-authenticate"),
        ("example=Unauthorized", "www-authenticate"),
        ("code=405", "allow"),
    ],
)
def test_example_has_the_required_headers(world: Mock, api: str, prefer: str, header: str) -> None:
    assert header in ask(world, api, next(iter(load(api).operations.values())), prefer).headers


def test_preference_comes_before_everything_else(world: Mock) -> None:
    world.control("PUT", "/broken-rules", json={"rules": ["rentalot.review.final"]})
    answer = world.call(
        "PATCH",
        f"/{DOCUMENTED}/review",
        {"Prefer": "code=409", "Content-Type": "text/plain"},
        content=b"\xff",
    )
    assert answer.status_code == 409
    assert world.call("GET", "?page=0", {"Prefer": "code=200"}).status_code == 200
    assert world.call("GET", "/nobody", {**KEY, "Prefer": "code=200"}).status_code == 200
    assert world.call("DELETE", "", {"Prefer": "code=200"}).status_code == 405
    assert (
        world.client.get(f"{world.url}/nowhere", headers={"Prefer": "code=200"}).status_code == 404
    )
    world.control("DELETE", "/broken-rules")


def test_no_fault_strikes_an_example(world: Mock) -> None:
    world.control("PUT", "/faults", json={"faults": [{"status": 500}]})
    assert world.call("GET", headers={"Prefer": "code=503"}).status_code == 503
    assert world.control("GET", "/faults").json()["faults"][0]["struck"] == 0
    world.control("DELETE", "/faults")


def test_control_api_ignores_preferences(world: Mock) -> None:
    for prefer in ("code=503", "example=Clock"):
        answer = world.control("GET", "/clock", headers={"Prefer": prefer})
        assert (answer.status_code, "preference-applied" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("code=204", "documents no 204"),
        ("code=302", "documents no 302"),
        ("code=100", "documents no 100"),
        ("code=599", "not an HTTP status"),
        ("code=0", "not an HTTP status"),
        ("code=-1", "not an HTTP status"),
        ("code=abc", "not an HTTP status"),
        ("code=5.03", "not an HTTP status"),
        ("code=5_03", "not an HTTP status"),
        ("code=" + "9" * 5000, "not an HTTP status"),
        ("example=Nothing", "SessionList"),
        ("example=__class__", "SessionList"),
        ("example=sessionlist", "SessionList"),
        ("example=" + "x" * 5000, "SessionList"),
    ],
)
def test_unknown_examples_are_refused(world: Mock, prefer: str, said: str) -> None:
    answer = world.call("GET", headers={**KEY, "Prefer": prefer})
    assert answer.status_code == 400, answer.text
    assert said in answer.json()["detail"]
    assert len(answer.text) < 1000


@pytest.mark.parametrize(
    "prefer", ["code=204", "code=abc", "example=Nothing", "example=" + "x" * 5000]
)
def test_refused_preference_is_not_applied(world: Mock, prefer: str) -> None:
    assert "preference-applied" not in world.call("GET", headers={**KEY, "Prefer": prefer}).headers


@pytest.mark.parametrize(
    "prefer",
    [
        "",
        " ",
        "wait=5",
        "respond-async",
        "handling=lenient; return=minimal",
        "code",
        "example",
        "=503",
        ";;;,,,===",
        "barcode=503",
        "x-code=503",
        "counterexample=Conflict",
        'note="code=503"',
        "note='x'; other=\"example=Conflict\"",
        "\xff\xfe\xe9",
        "wait=\xe9",
        "(((((",
        "%63ode=503",
        "x" * 30_000,
        "=," * 10_000,
    ],
)
def test_unknown_preferences_are_ignored(world: Mock, prefer: str) -> None:
    answer = raw(world, get(path_of(world) + SESSIONS, f"Prefer: {prefer}"))
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"preference-applied" not in answer.lower()


@pytest.mark.parametrize(
    "prefer",
    [
        "code=503",
        "Code=503",
        "CODE=503",
        'code="503"',
        "code = 503",
        "code=503; wait=5",
        "wait=5, code=503",
        "respond-async,code=503",
        'handling=lenient; note="a, b", code=503',
        "code=503, code=404",
        "code=503\r\nPrefer: code=404",
        "respond-async\r\nPrefer: code=503",
        "wait=5\r\nprefer: code=503",
    ],
)
def test_spellings_of_a_preference(world: Mock, prefer: str) -> None:
    answer = raw(world, get(path_of(world) + SESSIONS, f"Prefer: {prefer}"))
    assert answer.startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize(
    "prefer",
    [
        "co\x00de=503",
        "code=\x01503",
        "code=503\x7f",
        "code=503\n\tx",
        "code=503\rX-Evil: 1",
        "code=5\r\n 03",
    ],
)
def test_control_characters_are_refused(world: Mock, prefer: str) -> None:
    answer = raw(world, get(path_of(world) + SESSIONS, f"Prefer: {prefer}"))
    status = int(answer.split()[1])
    assert status in (400, 401, 503)
    assert b"evil" not in answer.lower()


def test_preference_injects_no_header(world: Mock) -> None:
    for prefer in (
        'code="503%0d%0aX-Evil: 1"',
        "example=a%0d%0aX-Evil:1",
        "example=a\\r\\nX-Evil:1",
    ):
        answer = raw(world, get(path_of(world) + SESSIONS, f"Prefer: {prefer}"))
        assert b"\nX-Evil" not in answer
        assert int(answer.split()[1]) < 500 or b"503" in answer


def test_an_example_is_not_paged_nor_about_the_record(whole_server: Mock, world: Mock) -> None:
    responses: list[Any] = [
        replace(found, api=api).call("GET", query, {"Prefer": "code=200"}).content
        for found in (world, whole_server)
        for api in ("rentalot", "saleslab", "mobilenext")
        for query in ("", "?limit=1", "?limit=x")
    ]
    assert len(set(responses)) == 3
