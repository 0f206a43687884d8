"""The reference site over HTTP: at /docs of the mock, and by `docs serve`."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from posixpath import dirname, join, normpath

import httpx
import pytest

from session_contracts import MockServer
from tests.serving import Mock
from tests.session_contracts.docs.test_site import CONTRACT

pytestmark = pytest.mark.slow


def test_site_is_at_docs(mock: Mock) -> None:
    """Also where one API answers without its name before its paths."""
    answer = mock.client.get(f"{mock.url}/docs")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs/")
    home = mock.client.get(f"{mock.url}/docs/")
    assert home.headers["content-type"] == "text/html; charset=utf-8"
    assert "Rentalot Sessions" in home.text
    assert "mobilenext/index.html" not in home.text, "the APIs that are served, and no others"
    again = mock.client.get(
        f"{mock.url}/docs/index.html", headers={"If-None-Match": home.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert (
        mock.client.get(f"{mock.url}/docs/site.css").headers["content-type"]
        == "text/css; charset=utf-8"
    )


def test_missing_pages_and_methods(mock: Mock) -> None:
    missing = mock.client.get(f"{mock.url}/docs/rentalot/rules/unknown.html")
    assert missing.status_code == 404
    assert 'href="../../all.html"' in missing.text
    assert mock.client.get(f"{mock.url}/docs/../../pyproject.toml").status_code == 404
    assert mock.client.get(f"{mock.url}/docs/%2e%2e/%2e%2e/pyproject.toml").status_code == 404
    assert mock.client.post(f"{mock.url}/docs/index.html").status_code == 405
    assert (
        mock.client.get(f"{mock.url}/docsandmore").headers["content-type"]
        != "text/html; charset=utf-8"
    )


def test_site_belongs_to_no_world(mock: Mock) -> None:
    world = mock.control("POST", "/worlds").json()["path"]
    assert mock.client.get(f"{mock.url}{world}/docs/").headers["location"] == "/docs/"
    before = mock.control("GET", "/state").content, mock.control("GET", "/worlds").content
    page = mock.client.get(f"{mock.url}/docs/rentalot/operations/reviewSession.html", timeout=60)
    assert "200 OK" in page.text, "the example was carried out somewhere else"
    assert mock.control("GET", "/journal").json()["entries"] == []
    assert (mock.control("GET", "/state").content, mock.control("GET", "/worlds").content) == before


def test_swagger_ui_calls_this_mock(mock: Mock) -> None:
    page = mock.client.get(f"{mock.url}/docs/try/rentalot.html")
    assert "style-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]
    assert "ra_mockDefaultTenantKey0000000000000000000000000" in page.text
    document = mock.client.get(f"{mock.url}/docs/try/rentalot.json").json()
    assert [server["url"] for server in document["servers"]] == ["/rentalot"]
    assert (
        mock.client.get(f"{mock.url}/docs/try/control.json").json()["servers"][0]["url"] == "/_mock"
    )


def test_mock_server_has_the_site() -> None:
    """In the process of whoever started it, which may be that of pytest."""
    with MockServer("mobilenext") as mock:
        refusal = httpx.get(f"{mock.url}/mobilenext/api/v1/sessions")
        page = httpx.get(refusal.url.join(refusal.links["help"]["url"]), timeout=60)
        assert refusal.links["describedby"]["url"].startswith("https://mobilenext.ai/")
        assert "without one it is refused" in page.text


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "session_contracts",
        "docs",
        "serve",
        "--port",
        "0",
        *arguments,
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://[\d.]+:\d+", line)
        assert found, line
        try:
            yield found.group()
        finally:
            process.terminate()


def until(holds: Callable[[], bool]) -> None:
    """Waits for what a process does that is started anew."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if holds():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("it did not happen")


def test_docs_serve(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(CONTRACT)
    with serving(str(tmp_path / "shop.yaml")) as url:
        until(lambda: httpx.get(f"{url}/shop/index.html").status_code == 200)
        assert "reload.js" not in httpx.get(url).text
        assert httpx.get(f"{url}/nothing.html").status_code == 404


def test_docs_serve_watch(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(CONTRACT)
    with serving(str(file), "--watch") as url:
        page = f"{url}/shop/operations/getShop.html"
        until(lambda: httpx.get(page, timeout=60).status_code == 200)
        assert "reload.js" in httpx.get(page).text
        before = httpx.get(f"{url}/reload").text
        file.write_text(CONTRACT.replace("Get a shop", "Look at a shop"))
        until(lambda: "Look at a shop" in httpx.get(page).text)
        assert httpx.get(f"{url}/reload").text != before, "open pages hear of it"
        file.write_text(CONTRACT.replace("rule: shop.get.returns", "rule: shop.get.nothing"))
        until(lambda: "Invalid contract" in httpx.get(page).text)
        assert "there is no rule &#39;shop.get.nothing&#39;" in httpx.get(page).text
        file.write_text(CONTRACT)
        until(lambda: "Get a shop" in httpx.get(page).text)


def test_missing_contract_is_not_served(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "session_contracts",
        "docs",
        "serve",
        str(tmp_path / "none.yaml"),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("mock.test:9999", "http://mock.test:9999"),
        ("mock", "http://mock"),
        ("[::1]:9999", "http://[::1]:9999"),
        ('"><script>:1', "http://127.0.0.1:8080"),
        ("a b:1", "http://127.0.0.1:8080"),
        ("mock.test:1;rm", "http://127.0.0.1:8080"),
    ],
)
def test_examples_use_the_address_of_the_request(host: str, shown: str, mock: Mock) -> None:
    page = mock.client.get(
        f"{mock.url}/docs/rentalot/operations/listSessions.html", headers={"Host": host}, timeout=60
    )
    assert f"{shown}/rentalot/api/v1/sessions" in page.text
    assert (host in page.text) == (shown == f"http://{host}")


def test_no_page_has_the_default_address(mock: Mock) -> None:
    """However it stands in the page: coloured, or with places where it may be broken."""
    seen, found = {"index.html"}, ["index.html"]
    for path in found:
        answer = mock.client.get(f"{mock.url}/docs/{path}", timeout=60)
        assert answer.status_code == 200, path
        assert ":8080" not in re.sub(r"<[^>]+>", "", answer.text), path
        links = {
            normpath(join(dirname(path), link))
            for link in re.findall(r'href="([^":#]+\.html)', answer.text)
        }
        found += sorted(links - seen)
        seen |= links
    assert "rentalot/operations/reviewSession.html" in found
    assert "guides/integrators.html" in found
    overview = mock.client.get(f"{mock.url}/docs/rentalot/index.html").text
    assert f"{mock.url}/rentalot" in re.sub(r"<[^>]+>", "", overview)


def test_conditional_requests(mock: Mock) -> None:
    url = f"{mock.url}/docs/rentalot/index.html"
    tag = mock.client.get(url).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', f'"other",W/{tag} , "more"', "*"):
        assert mock.client.get(url, headers={"If-None-Match": known}).status_code == 304, known
    for known in ('"other"', "W/", tag.strip('"'), ""):
        assert mock.client.get(url, headers={"If-None-Match": known}).status_code == 200, known
    assert (
        mock.client.get(url, headers={"If-None-Match": tag, "Host": "elsewhere"}).status_code == 200
    ), "another page"


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/docs/rentalot", "/docs/rentalot/"),
        ("/docs/rentalot/rules", "/docs/rentalot/rules/"),
        ("/w/any/docs", "/docs/"),
        ("/w/any/docs/rentalot/rules/", "/docs/rentalot/rules/"),
    ],
)
def test_redirects(path: str, leads: str, mock: Mock) -> None:
    answer = mock.client.get(mock.url + path, follow_redirects=True, timeout=60)
    assert answer.history[0].status_code == 307
    assert (answer.status_code, str(answer.url)) == (200, mock.url + leads)


@pytest.mark.parametrize(
    ("name", "type"),
    [
        ("lifecycles.mmd", "text/plain; charset=utf-8"),
        ("lifecycles.dot", "text/vnd.graphviz; charset=utf-8"),
        ("lifecycles.scxml", "application/scxml+xml"),
        ("openapi.json", "application/json"),
    ],
)
def test_media_type_of_downloads(name: str, type: str, mock: Mock) -> None:
    assert (
        mock.client.get(f"{mock.url}/docs/rentalot/downloads/{name}", timeout=60).headers[
            "content-type"
        ]
        == type
    )


def test_404_at_the_root_mentions_the_site() -> None:
    with MockServer("mobilenext", "rentalot") as mock:
        answer = httpx.get(f"{mock.url}/")
        assert answer.status_code == 404
        assert "/docs/" in answer.text


def test_swagger_ui_leaves_optional_parameters_empty(mock: Mock) -> None:
    document = mock.client.get(f"{mock.url}/docs/try/rentalot.json").json()
    parameters = {
        parameter["name"]: parameter
        for parameter in document["paths"]["/api/v1/sessions"]["get"]["parameters"]
    }
    assert "example" not in parameters["contactId"]
    assert "example" in mock.client.get(f"{mock.url}/docs/try/rentalot.json").text, (
        "bodies and paths have theirs"
    )
