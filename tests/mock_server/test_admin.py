"""Who may use the control API, what is bounded, and what a hostile request reaches: nothing."""

import base64
import http.client
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from session_contracts.openapi import bundled_names, load, load_control
from tests.mock_server.worlds import get, path_of, raw
from tests.serving import DOCUMENTED, KEY, KEYS, Mock, running

pytestmark = pytest.mark.slow

TOKEN = "pässwort:mit Doppelpunkt"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Mock]:
    """A server with a token that is not ASCII, and a world `secret-project`."""
    with running(
        "--admin-token", TOKEN, "--clock", "2026-02-13T09:00:00Z", apis=["rentalot"]
    ) as server:
        answer = server.control(
            "POST",
            "/worlds",
            json={"name": "secret-project"},
            headers={"Authorization": basic(TOKEN)},
        )
        assert answer.status_code == 201, answer.text
        yield server


def basic(token: str, user: str = "admin") -> str:
    return f"Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}"


def status_of(answer: bytes) -> int:
    return int(answer.split()[1])


OPERATIONS = [
    (operation.method, operation.path, operation.id)
    for operation in load_control().operations.values()
]


# ---- the token


@pytest.mark.parametrize(
    ("method", "path", "name"), OPERATIONS, ids=[name for _, _, name in OPERATIONS]
)
@pytest.mark.parametrize("world", ["", "/w/default", "/w/secret-project"])
def test_every_operation_but_health_needs_the_admin_token(
    guarded: Mock, world: str, method: str, path: str, name: str
) -> None:
    filled = path.replace("{name}", "secret-project").replace("{api}", "rentalot")
    url = f"{guarded.url}{world}/_mock{filled}"
    before = guarded.control("GET", "/worlds", headers={"Authorization": basic(TOKEN)}).json()
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": basic("wrong")}, KEY):
        answer = guarded.client.request(method, url, headers=headers, json={"name": "intruder"})
        if name == "getHealth":
            assert answer.status_code == 400 if method != "GET" else 200
        else:
            assert answer.status_code == 401, answer.text
            assert answer.headers["www-authenticate"]
            assert "--admin-token" in answer.json()["error"]
            assert TOKEN not in answer.text
    assert (
        guarded.control("GET", "/worlds", headers={"Authorization": basic(TOKEN)}).json() == before
    )


@pytest.mark.parametrize(
    "sent",
    [
        f"Bearer {TOKEN}".encode(),
        f"bearer {TOKEN}".encode(),
        f"BEARER   {TOKEN} ".encode(),
        f"Bearer {TOKEN}".encode("latin-1"),
        basic(TOKEN).encode(),
        basic(TOKEN, user="").encode(),
        basic(TOKEN, user="ädmin").encode(),
        basic(TOKEN).replace("Basic", "bAsIc").encode(),
    ],
)
def test_admin_token_gives_access(guarded: Mock, sent: bytes) -> None:
    for path in ("/_mock/clock", "/w/secret-project/_mock/clock"):
        answer = raw(guarded, get(path, f"Authorization: {sent.decode('latin-1')}"))
        assert status_of(answer) == 200, answer


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"Bearer",
        b"Bearer ",
        b"Basic ",
        b"Basic",
        b"Basic !!!",
        b"Basic " + base64.b64encode(b"\xff\xfe:\xff"),
        b"Basic " + base64.b64encode(TOKEN.encode()),
        b"Basic " + base64.b64encode(f"{TOKEN}:".encode()),
        b"Basic " + base64.b64encode(f":{TOKEN}x".encode()),
        b"Basic " + base64.b64encode(b":"),
        b"Basic \xff\xff",
        b"Bearer \xff\xfe",
        b"Bearer \xed\xa0\x80",
        TOKEN.encode(),
        f"Token {TOKEN}".encode(),
        f"Bearer:{TOKEN}".encode(),
        f"Bearer {TOKEN[:-1]}".encode(),
        f"Bearer {TOKEN}x".encode(),
        f"Bearer {TOKEN.upper()}".encode(),
        f"Bearer Bearer {TOKEN}".encode(),
        f'Bearer "{TOKEN}"'.encode(),
        b"Bearer " + b"x" * 50_000,
        b"Bearer None",
        b"Bearer null",
        b"Digest username=admin",
    ],
)
def test_other_tokens_give_no_access(guarded: Mock, sent: bytes) -> None:
    answer = raw(guarded, get("/_mock/clock", f"Authorization: {sent.decode('latin-1')}"))
    assert status_of(answer) == 401, answer
    assert b"www-authenticate" in answer.lower()


def test_token_in_other_headers_or_parameters_is_ignored(guarded: Mock) -> None:
    for headers in (
        {"X-API-Key": "x"},
        {"X-Admin-Token": "x"},
        {"Cookie": "token=x"},
        {"Proxy-Authorization": basic(TOKEN)},
        {"X-HTTP-Method-Override": "GET"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Original-URL": "/_mock/health"},
        {"Prefer": "code=200"},
        {"Prefer": "example=Clock"},
    ):
        assert guarded.control("GET", "/clock", headers=headers).status_code == 401
    assert guarded.control("GET", "/clock?token=x&access_token=x").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/_mock/%63lock",
        "/%5fmock/clock",
        "/w/default/%5Fmock/clock",
        "/w/%64efault/_mock/clock",
        "/_mock/health/../clock",
    ],
)
def test_spelling_of_the_path_does_not_bypass_the_token(guarded: Mock, path: str) -> None:
    assert status_of(raw(guarded, get(path))) in (401, 404)


def test_names_of_worlds_are_hidden_without_the_token(guarded: Mock) -> None:
    for path in (
        "/w/nobody/_mock/clock",
        "/w/nobody/_mock/health",
        "/w/nobody/rentalot/api/v1/sessions",
    ):
        answer = guarded.client.get(guarded.url + path)
        assert answer.status_code in (401, 404)
        assert "secret-project" not in answer.text


def test_vendors_apis_need_no_admin_token(guarded: Mock) -> None:
    assert guarded.call("GET").status_code == 200
    assert guarded.call("GET", headers={"Authorization": basic(TOKEN)}).status_code == 401
    archive = guarded.control("GET", "/journal/har", headers={"Authorization": basic(TOKEN)}).text
    assert base64.b64encode(f"admin:{TOKEN}".encode()).decode() not in archive


def test_body_of_an_unauthorized_call_is_not_read(guarded: Mock) -> None:
    host = urlsplit(guarded.url)
    head = (
        b"PUT /_mock/state HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 60000000\r\n\r\n"
    )
    with socket.create_connection((host.hostname, host.port), timeout=1) as connection:
        connection.sendall(head + b"{")
        assert connection.recv(100).startswith(b"HTTP/1.1 401 ")


def test_empty_admin_token_protects() -> None:
    try:
        with running("--admin-token", "", apis=["rentalot"]) as server:
            status = server.control("GET", "/state").status_code
    except AssertionError:
        return  # it does not start, which is just as well
    assert status == 401


def test_control_api_is_open_without_an_admin_token(world: Mock) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic !!!"},
        {"Authorization": ""},
    ):
        assert world.control("GET", "/clock", headers=headers).status_code == 200


# ---- refusals explain themselves


def test_every_401_has_a_challenge(world: Mock) -> None:
    asked = 0
    for api in bundled_names():
        expired = {}
        if api in ("openscouter", "promptster", "mobilenext"):
            expired = replace(world, api=api).credential(expired=True)
        for operation in load(api).operations.values():
            url = f"{world.url}/{api}{operation.path.replace('{', '').replace('}', '')}"
            for headers in (
                {},
                {"Authorization": "Bearer nobody"},
                {"Authorization": "Basic eDp5"},
                {"X-API-Key": "nobody"},
                expired,
            ):
                answer = world.client.request(operation.method, url, headers=headers)
                if answer.status_code == 401:
                    asked += 1
                    assert answer.headers["www-authenticate"]
                    assert answer.headers["x-mock-rule"].startswith(f"{api}.")
                    assert answer.headers["link"].startswith(
                        f'</docs/{api}/rules/{answer.headers["x-mock-rule"]}.html>; rel="help"'
                    )
    assert asked > 100


def test_refusal_links_to_its_rule_and_source(world: Mock) -> None:
    key = world.given(status="completed", reviewStatus="denied")
    for answer in (
        world.call("PATCH", f"/{key}/review", json={"reviewStatus": "approved"}),
        world.call("GET", "?page=0"),
        world.call("GET", "/nobody"),
    ):
        rule = load("rentalot").rules[answer.headers["x-mock-rule"]]
        about = f"/docs/rentalot/rules/{rule.id}.html"
        links = f'<{about}>; rel="help", <{rule.source}>; rel="describedby"'
        assert answer.headers["link"] == links
        # The first page builds the site, which takes seconds.
        page = world.client.get(answer.url.join(answer.links["help"]["url"]), timeout=60)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("api", bundled_names())
def test_405_lists_the_allowed_methods(world: Mock, api: str) -> None:
    by_path: dict[str, set[str]] = {}
    for operation in load(api).operations.values():
        by_path.setdefault(operation.path, set()).add(operation.method)
    for path, methods in by_path.items():
        for method in {
            "GET",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "HEAD",
            "TRACE",
        } - methods:
            answer = world.client.request(
                method, f"{world.url}/{api}{path.replace('{', '').replace('}', '')}"
            )
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].split(", ")) == methods


def test_405_of_the_control_api_lists_the_allowed_methods(world: Mock) -> None:
    answer = world.control("PATCH", "/clock")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, PUT")
    answer = world.control("GET", "/wolrds")
    assert (answer.status_code, "/_mock/worlds" in answer.json()["error"]) == (404, True)
    answer = world.client.get(f"{world.url}/_moc/clock")
    assert (answer.status_code, "/_mock/clock" in answer.json()["error"]) == (404, True)


# ---- bounds


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: mock", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@pytest.mark.parametrize("size", [60_000, 63_000])
def test_a_head_of_nearly_64_kib_is_read(whole_server: Mock, size: int) -> None:
    assert status_of(raw(whole_server, get("/_mock/health", f"X-Long: {'x' * size}"))) == 200
    assert status_of(raw(whole_server, get(f"/_mock/health?{'x' * size}"))) == 200


@pytest.mark.parametrize("size", [400_000, 3_000_000])
@pytest.mark.parametrize("where", ["path", "header", "headers", "name", "endless"])
def test_a_longer_head_is_refused(whole_server: Mock, where: str, size: int) -> None:
    head = {
        "path": get("/" + "x" * size),
        "header": get("/_mock/health", f"X-Long: {'x' * size}"),
        "headers": get("/_mock/health", *(f"X-{number}: x" for number in range(size // 8))),
        "name": get("/_mock/health", f"{'x' * size}: x"),
        "endless": b"GET /_mock/health HTTP/1.1\r\nX: " + b"x" * size,
    }[where]
    answer = raw(whole_server, head)
    assert answer == b"" or status_of(answer) in (431, 400), answer[:200]
    assert whole_server.control("GET", "/health").status_code == 200


@pytest.mark.parametrize("size", [70_000, 150_000])
def test_longer_head_in_one_segment_is_refused(whole_server: Mock, size: int) -> None:
    assert status_of(raw(whole_server, get("/_mock/health", f"X-Long: {'x' * size}"))) == 431


def test_trailers_have_the_limit_of_heads(whole_server: Mock) -> None:
    head = request(
        "POST",
        "/_mock/worlds",
        "Transfer-Encoding: chunked",
        "Content-Type: application/json",
        body=b"2\r\n[]\r\n0\r\n",
    )
    pieces = [f"X-{number}: {'x' * 8_000}\r\n".encode() for number in range(300)]
    host = urlsplit(whole_server.url)
    sent = 0
    with socket.create_connection((host.hostname, host.port), timeout=5) as connection:
        try:
            for piece in (head, *pieces):
                connection.sendall(piece)
                sent += len(piece)
                time.sleep(0.0005)
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert sent < 1_500_000  # it closed the connection long before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/faults"),
        ("PUT", "/broken-rules"),
        ("PUT", "/clock"),
        ("POST", "/clock/advance"),
        ("POST", "/rentalot/states"),
        ("POST", "/reset"),
        ("GET", "/clock"),
    ],
)
def test_a_body_of_more_than_a_mebibyte(world: Mock, method: str, path: str) -> None:
    before = world.control("GET", "/state").content
    big = b'{"by": "' + b"x" * 1024 * 1024 + b'"}'
    for content in (big, iter([big])):
        answer = world.control(
            method, path, content=content, headers={"Content-Type": "application/json"}
        )
        if path in ("/reset", "/clock") and method != "PUT":
            assert answer.status_code in (200, 413)  # which looks at no body
        else:
            assert (answer.status_code, "1048576 bytes" in answer.json()["error"]) == (413, True)
    if path != "/reset":
        assert world.control("GET", "/state").content == before


def test_an_import_of_more_than_64_mebibytes(world: Mock) -> None:
    before = world.control("GET", "/state").content
    piece = b" " * 1024 * 1024
    answer = world.control(
        "PUT",
        "/state",
        content=(piece for _ in range(65)),
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, "67108864 bytes" in answer.json()["error"]) == (413, True)
    fits = b"[" + b" " * 20_000_000 + b"]"
    assert (
        world.control(
            "PUT", "/state", content=fits, headers={"Content-Type": "application/json"}
        ).status_code
        == 400
    )
    assert world.control("GET", "/state").content == before


# ---- hostile requests


def with_trailer(
    world: Mock, method: str, path: str, credential: str, body: bytes, trailer: bytes
) -> bytes:
    head = request(method, path_of(world) + path, credential, "Transfer-Encoding: chunked")
    return raw(world, head, body, b"0\r\n", trailer, b"\r\n\r\n").partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    "trailer", [b"Content-Type: text/plain", b"Content-Type: application/json; x=y"]
)
def test_content_type_in_a_trailer_is_ignored(world: Mock, trailer: bytes) -> None:
    credential = (
        f"X-API-Key: {replace(world, api='promptster').credential(kind='candidate')['X-API-Key']}"
    )
    bodies = [
        with_trailer(world, "POST", "/promptster/v1/hooks/ingest", credential, b"2\r\n{}\r\n", sent)
        for sent in (b"X-Nothing: x", trailer)
    ]
    assert bodies[0] == bodies[1]


def test_organization_in_a_trailer_is_ignored(world: Mock) -> None:
    credential = f"Authorization: {KEYS['mobilenext']['Authorization']}"
    path = "/mobilenext/api/v1/sessions?limit=1"
    bodies = [
        with_trailer(world, "GET", path, credential, b"", sent)
        for sent in (b"X-Nothing: x", b"X-Organization-Id: org_lighthouse")
    ]
    assert bodies[0] == bodies[1]


def odd(*headers: bytes, body: bytes = b"") -> bytes:
    """A request with headers that do not fit together, and another one in what may be its body."""
    reset = b"POST /_mock/reset HTTP/1.1\r\nHost: x\r\n\r\n"
    return (
        b"\r\n".join([b"GET /_mock/health HTTP/1.1", b"Host: x", *headers, b"", b""]) + body + reset
    )


CHUNKED = b"0\r\n\r\n"


@pytest.mark.parametrize(
    "smuggled",
    [
        odd(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=CHUNKED),
        odd(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=CHUNKED),
        odd(b"Content-Length: 5", b"Content-Length: 0"),
        odd(b"Content-Length: 5, 0"),
        odd(b"Content-Length: -1"),
        odd(b"Content-Length: +0"),
        odd(b"Content-Length: 0x0"),
        odd(b"Transfer-Encoding: xchunked"),
        odd(b"Transfer-Encoding: chunked, identity", body=CHUNKED),
        odd(b"Transfer-Encoding : chunked", body=CHUNKED),
        odd(b"X: a\x00b"),
        odd(b" : x"),
        odd(b"X: a\rPOST /_mock/reset HTTP/1.1"),
        b"GET\t/_mock/health HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /_mock/\x01health HTTP/1.1\r\nHost: x\r\n\r\n",
        b"get /_mock/health HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /_mock/health HTTP/9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_smuggled_requests_have_no_effect(world: Mock, smuggled: bytes) -> None:
    path = path_of(world).encode()
    world.given()
    before = world.control("GET", "/state").content
    host = urlsplit(world.url)
    with socket.create_connection((host.hostname, host.port), timeout=0.3) as connection:
        connection.sendall(smuggled.replace(b"/_mock", path + b"/_mock"))
        try:
            answer = connection.recv(65536)
        except TimeoutError:
            answer = b""
    assert b" 500 " not in answer
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 4", b"HTTP/1.1 200 ")) or not answer
    assert answer.count(b"HTTP/1.1 200 ") <= 1
    assert world.control("GET", "/state").content == before


@pytest.mark.parametrize(
    "media",
    [
        "application/yaml",
        "application/x-python-pickle",
        "application/octet-stream",
        "text/plain",
        ";;;",
    ],
)
@pytest.mark.parametrize(
    "content",
    [
        b"!!python/object/apply:os.system ['touch /tmp/owned']",
        b"now: 2030-01-01T00:00:00Z",
        b"cos\nsystem\n(S'touch /tmp/owned'\ntR.",
        b"\x80\x04\x95",
        b"\xff" * 100,
    ],
)
def test_other_bodies_have_no_effect(world: Mock, media: str, content: bytes) -> None:
    for sent in (media, "application/json"):
        for method, path in (
            ("PUT", "/clock"),
            ("PUT", "/state"),
            ("POST", "/worlds"),
            ("PUT", "/faults"),
            ("POST", "/saleslab/states"),
        ):
            answer = world.control(method, path, content=content, headers={"Content-Type": sent})
            assert answer.status_code == 400, answer.text
            assert answer.json()["error"]
    assert world.control("GET", "/clock").json()["now"] == "2026-05-06T17:00:00Z"


VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    "\ud7ff\x00",
    [],
    [[]],
    {},
    {"a": {}},
    [None],
    {"": None},
)


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [one for one in OPERATIONS if one[0] in ("PUT", "POST")],
    ids=lambda value: str(value),
)
def test_no_json_body_gets_a_500(world: Mock, method: str, path: str, name: str) -> None:
    """Every value, as the body and as each of its members."""
    operation = load_control().operations[name]
    schema: dict[str, Any] = (
        dict(next(iter(operation.body.schemas.values()))) if operation.body else {}
    )
    bodies: list[Any] = [
        *VALUES,
        *({member: value} for member in schema.get("properties", {}) for value in VALUES),
    ]
    for body in bodies:
        answer = world.control(method, path.replace("{api}", "promptster"), json=body)
        assert answer.status_code < 500 or answer.status_code == 501, (body, answer.text)
        if answer.status_code == 201:
            world.control("DELETE", f"/worlds/{answer.json()['name']}")


def test_a_host_header_of_any_kind(world: Mock) -> None:
    for host in ("", "x y", "http://evil/", "\xff", "x" * 5000, "[::1", "a,b"):
        line = f"GET {path_of(world)}/_mock/health HTTP/1.1"
        head = f"{line}\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode("latin-1")
        assert status_of(raw(world, head)) in (200, 400)
        vendor = head.replace(b"/_mock/health", b"/rentalot/api/v1/sessions")
        assert status_of(raw(world, vendor)) in (401, 400)
    assert world.control("GET", "/journal/har").status_code == 200


IDENTITIES = (
    "%2e%2e%2f%2e%2e",
    "..%5c..",
    "%00",
    "%ff",
    "%ED%A0%80",
    "a%0d%0aX-Evil:1",
    "%F0%9F%92%A9",
    "x" * 3000,
    "%25%32%66",
)


@pytest.mark.parametrize("api", bundled_names())
def test_ids_of_any_bytes(world: Mock, api: str) -> None:
    credential = ": ".join(next(iter(replace(world, api=api).credential().items())))
    for operation in load(api).operations.values():
        before, brace, after = operation.path.partition("{")
        for identity in IDENTITIES if brace else ():
            path = f"{path_of(world)}/{api}{before}{identity}{after.partition('}')[2]}"
            body = ("Content-Type: application/json", "Content-Length: 2")
            answer = raw(world, request(operation.method, path, credential, *body, body=b"{}"))
            assert 400 <= status_of(answer) < 500, (path, answer)
            assert b"\nX-Evil" not in answer


def test_server_still_answers(whole_server: Mock) -> None:
    host = urlsplit(whole_server.url)
    for _ in range(30):
        socket.create_connection((host.hostname, host.port)).close()
    connection = http.client.HTTPConnection(str(host.hostname), host.port)
    for _ in range(3):
        connection.request("GET", f"/rentalot/api/v1/sessions/{DOCUMENTED}", headers=KEY)
        answer = connection.getresponse()
        assert (answer.status, len(answer.read()) > 100) == (200, True)
    connection.close()
    assert isinstance(whole_server.control("GET", "/health"), httpx.Response)
