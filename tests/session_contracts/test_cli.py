"""The commands in processes of their own: user errors, exit codes, reports."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from starlette.responses import HTMLResponse

from session_contracts.mock_server.server import running
from tests.serving import start

pytestmark = pytest.mark.slow


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "session_contracts", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert done.stdout == ""
    return done.stderr


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    process, url = start()
    yield url
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def html() -> Iterator[str]:
    """A server that answers every request with an HTML page."""
    with running(HTMLResponse("<html>hello</html>")) as url:
        yield url


@pytest.mark.parametrize(
    "command",
    [
        ("serve", "rentlot"),
        ("verify", "rentlot", "--base-url", "http://127.0.0.1:1"),
        ("prove", "rentlot"),
    ],
)
def test_unknown_api(command: tuple[str, ...]) -> None:
    assert "choose one of: mobilenext, openscouter" in one_line(run(*command))


def test_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"port {port}" in one_line(run("serve", "rentalot", "--port", port))


def record(members: str, section: str = "records") -> str:
    """A fixture of Rentalot with one session."""
    return f"api: rentalot\n{section}:\n  - {{resource: Session, {members}}}\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "No such file or directory"),
        ("api: [", "this is not YAML"),
        ("just text", "begin it with 'api: rentalot'"),
        (
            record("tenant: default, fields: {id: 1}"),
            ":3: this makes no record",
        ),
        (
            record("tenant: other, fields: {id: {fake: date}}"),
            ":3: this makes no record: fake",
        ),
        (
            record("state: lost, count: 1, tenant: default, fields: {}", "recipes"),
            ":3: this recipe is incomplete",
        ),
        ("api: rentalot\ncredentials:\n  - {key: x}\n", ":3: this is not a credential"),
    ],
)
def test_invalid_fixture(tmp_path: Path, content: str | None, expected: str) -> None:
    file = tmp_path / "world.yaml"
    if content is not None:
        file.write_text(content)
    assert expected in one_line(run("serve", "rentalot", "--port", "0", "--world", str(file)))


def test_unreachable_target() -> None:
    assert "http://127.0.0.1:1" in one_line(
        run("verify", "rentalot", "--base-url", "http://127.0.0.1:1")
    )


def test_states_url_that_answers_html(url: str, html: str) -> None:
    assert html in one_line(
        run("verify", "rentalot", "--base-url", f"{url}/rentalot", "--states-url", html)
    )


def test_unknown_rule(url: str) -> None:
    assert "rentalot.no.rule" in one_line(
        run("verify", "rentalot", "--base-url", f"{url}/rentalot", "--rule", "rentalot.no.rule")
    )
    assert "rentalot.no.rule" in one_line(run("prove", "rentalot", "--rule", "rentalot.no.rule"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("serve", "--clock", "noon"), "noon"),
        (("serve", "--port", "70000"), "70000"),
        (("serve", "--auth", "maybe"), "maybe"),
        (("verify", "rentalot", "--base-url", "http://x", "-H", "nonsense"), "Name: value"),
        (("verify", "rentalot"), "--base-url"),
    ],
)
def test_invalid_options(arguments: tuple[str, ...], expected: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert expected in done.stderr


def test_verify_passes_the_mock_and_writes_reports(url: str, tmp_path: Path) -> None:
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    options = (
        "--states-url",
        f"{url}/_mock/rentalot/states",
        "--max-examples",
        "5",
        "--json",
        str(report),
        "--junit",
        str(junit),
    )
    done = run("verify", "rentalot", "--base-url", f"{url}/rentalot", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    written = json.loads(report.read_text())
    assert written["api"] == "rentalot"
    assert written["requests"] > 100
    assert {rule["outcome"] for rule in written["rules"] if rule["level"] != "decision"} == {
        "passed"
    }
    assert "<testcase" in junit.read_text()
    assert "rentalot.review.final" in done.stdout


def test_verify_without_a_states_url_is_incomplete(url: str) -> None:
    done = run(
        "verify",
        "rentalot",
        "--base-url",
        f"{url}/rentalot",
        "--max-examples",
        "2",
        "-H",
        "Authorization: Bearer ra_mockDefaultTenantKey0000000000000000000000000",
    )
    assert done.returncode == 3, done.stdout
    assert "--states-url" in done.stdout


def test_failure_has_curl_lines_source_and_page(url: str) -> None:
    requests.put(f"{url}/_mock/broken-rules", json={"rules": ["rentalot.review.final"]}, timeout=5)
    try:
        options = (
            "--states-url",
            f"{url}/_mock/rentalot/states",
            "--rule",
            "rentalot.review.final",
            "--allow-incomplete",
        )
        done = run(
            "verify",
            "rentalot",
            "--base-url",
            f"{url}/rentalot",
            "--docs-url",
            f"{url}/docs",
            *options,
        )
    finally:
        requests.delete(f"{url}/_mock/broken-rules", timeout=5)
    assert done.returncode == 1
    assert "curl" in done.stdout
    assert "https://rentalot.ai/docs/api-reference/sessions#review-session" in done.stdout
    page = f"{url}/docs/rentalot/rules/rentalot.review.final.html"
    assert f"  {page}\n" in done.stdout
    assert requests.get(page, timeout=60).status_code == 200


def test_prove_one_rule() -> None:
    done = run("prove", "rentalot", "--rule", "rentalot.review.final", "--max-examples", "5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed   rentalot.review.final" in done.stdout


def test_coverage_of_a_world(url: str, tmp_path: Path) -> None:
    file = tmp_path / "coverage.json"
    world = requests.post(f"{url}/_mock/worlds", json={}, timeout=10).json()["path"]
    assert run("coverage", "--url", url + world).stdout == "no API was called\n"
    requests.get(f"{url}{world}/rentalot/api/v1/sessions", timeout=10)
    done = run("coverage", "--url", url + world, "--json", str(file), "--fail-under", "0")
    assert done.returncode == 0, done
    assert done.stdout.startswith("rentalot: 1 %")
    approval = "Session.reviewSession: awaiting_review -> approved (rentalot.review.decides)"
    assert f"not reached: transition {approval}" in done.stdout
    assert "rule rentalot.auth.required" not in done.stdout
    assert json.loads(file.read_text())["apis"]["rentalot"]["summary"]["rule"]["reached"] == 1
    less = run("coverage", "--url", url + world, "--fail-under", "50")
    assert (less.returncode, less.stderr) == (1, "coverage is below 50 %\n")
    assert "saleslab: 0 %" in run("coverage", "--url", url + world, "--api", "saleslab").stdout


def test_coverage_without_a_mock(html: str, url: str) -> None:
    assert "no mock answers at http://127.0.0.1:1" in one_line(
        run("coverage", "--url", "http://127.0.0.1:1")
    )
    assert "is not JSON (status 200)" in one_line(run("coverage", "--url", html))
    assert "no world 'nowhere'" in one_line(run("coverage", "--url", f"{url}/w/nowhere"))
    assert "there is no API named 'rentlot'" in one_line(
        run("coverage", "--url", url, "--api", "rentlot")
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_log_of_requests(form: str, tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+") as file:
        process, url = start("--log-format", form, "--clock", "2026-02-13T09:00:00Z", errors=file)
        requests.get(f"{url}/rentalot/api/v1/sessions", timeout=10)
        process.terminate()
        process.communicate(timeout=10)
        logged = (tmp_path / "log").read_text()
    if form == "text":
        request = "GET /rentalot/api/v1/sessions 401 refused rentalot.auth.required"
        assert logged == f"2026-02-13T09:00:00Z default {request}\n"
    else:
        entry = json.loads(logged)
        logged_values = [entry[name] for name in ("world", "operation", "status")]
        assert logged_values == ["default", "listSessions", 401]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"format": "session-contracts/world", "version": 7}', None]
)
def test_invalid_exported_world(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    if content is not None:
        file.write_text(content)
    assert one_line(run("serve", "rentalot", "--port", "0", "--world", str(file)))


@pytest.mark.parametrize("arguments", [(), ("docs",)], ids=["all", "docs"])
def test_command_list_shows_whole_sentences(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = run(*arguments, "--help").stdout.partition("Commands:\n")[2].splitlines()
    assert commands
    for line in commands:
        assert line.endswith(".")
        assert not line.endswith("...")
        assert len(line) < 80


def test_help_ends_with_exit_codes() -> None:
    text = run("verify", "--help").stdout
    assert "\n  Exit codes:\n    0    the server conforms\n    1    a rule failed\n" in text
