"""The wheel is self-contained: in an empty environment, away from the checkout, commands work."""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.packaging.environments import ROOT, Environment, bare_environment

pytestmark = [pytest.mark.wheel, pytest.mark.slow]


@dataclass(frozen=True)
class Served:
    """A running mock: its URL, and the default credential that it printed."""

    url: str
    authorization: str


@pytest.fixture(scope="module")
def served(installed: Environment) -> Iterator[Served]:
    with served_by(installed, "rentalot") as served:
        yield served


@contextmanager
def served_by(installed: Environment, api: str) -> Iterator[Served]:
    command = [
        str(installed.command),
        "serve",
        api,
        "--port",
        "0",
        "--clock",
        "2026-02-13T09:00:00Z",
    ]
    with subprocess.Popen(
        command,
        cwd=installed.folder,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as server:
        try:
            yield read_welcome(server)
        finally:
            server.terminate()


def read_welcome(server: subprocess.Popen[str]) -> Served:
    """Read the URL and the default credential from the curl line that `serve` prints."""
    assert server.stdout is not None
    printed = ""
    for line in server.stdout:
        printed += line
        if found := re.search(
            r"curl -H 'Authorization: (?P<authorization>[^']+)' (?P<url>http://[^/]+)/", line
        ):
            return Served(found["url"], found["authorization"])
    pytest.fail(f"the mock did not start:\n{printed}")


def test_wheel_has_the_package_and_its_data(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    folders = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert folders == {"session_contracts"}
    data = {
        f"session_contracts/openapi/{path.name}"
        for path in (ROOT / "openapi").iterdir()
        if path.suffix in (".yaml", ".json")
    }
    data |= {
        f"session_contracts/mock_server/fixtures/{path.name}"
        for path in (ROOT / "fixtures").iterdir()
    }
    data |= {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "session_contracts" / "new" / "template").iterdir()
    }
    data |= {
        f"session_contracts/docs/guides/{path.relative_to(ROOT).as_posix()}"
        for path in (*(ROOT / "docs").glob("**/*.md"), *ROOT.glob("[A-Z]*.md"))
    }
    data |= {
        f"session_contracts/docs/static/{path.name}"
        for path in (ROOT / "session_contracts/docs/static").iterdir()
    }
    data |= {"session_contracts/docs/guides/LICENSE"}
    assert data | {f"{folder}/py.typed" for folder in folders} <= set(names)


def test_version(installed: Environment) -> None:
    answer = installed.run(installed.command, "--version")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "0.2.0" in answer.stdout


@pytest.mark.parametrize("name", ["openapi", "mock_server", "conformance", "fixtures"])
def test_nothing_else_is_importable(installed: Environment, name: str) -> None:
    answer = installed.run(installed.python, "-c", f"import {name}")
    assert f"No module named '{name}'" in answer.stderr


def test_serve(served: Served) -> None:
    answer = requests.get(
        f"{served.url}/rentalot/api/v1/sessions",
        headers={"Authorization": served.authorization},
        timeout=10,
    )
    assert answer.status_code == 200
    assert answer.json()["pagination"]["total"] > 40


def test_docs(installed: Environment, served: Served) -> None:
    answer = installed.run(installed.command, "docs", "build", "rentalot", "--out", "reference")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    built = installed.folder / "reference"
    assert "Start the mock" in (built / "guides/integrators.html").read_text(encoding="utf-8")
    page = requests.get(f"{served.url}/docs/rentalot/rules/rentalot.review.final.html", timeout=60)
    assert "test_lifecycle.py" in page.text.replace("<wbr>", "")
    assert (
        requests.get(f"{served.url}/docs/try/swagger-ui-bundle.js", timeout=10).status_code == 200
    )


def test_verify(installed: Environment, served: Served) -> None:
    answer = installed.run(
        *(installed.command, "verify"),
        "rentalot",
        *("--base-url", f"{served.url}/rentalot"),
        *("--states-url", f"{served.url}/_mock/rentalot/states"),
        *("--max-examples", "2"),
        "--allow-incomplete",
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_new_and_serve_it(installed: Environment) -> None:
    made = installed.run(installed.command, "new", "acme", "--resource", "Order")
    assert made.returncode == 0, made.stdout + made.stderr
    with served_by(installed, "acme") as served:
        answer = requests.get(
            f"{served.url}/acme/v1/orders",
            headers={"Authorization": served.authorization},
            timeout=10,
        )
        assert answer.json()["pagination"]["total"] == 31


def test_pytest_has_the_fixtures(installed: Environment) -> None:
    test = "def test_it(rentalot):\n    assert rentalot.given('session')['id']\n"
    (installed.folder / "test_it.py").write_text(test)
    command = (installed.python, "-m", "pytest", "-q", "-W", "error", "test_it.py")
    assert "1 passed" in installed.succeed(*command)


def test_lint(installed: Environment) -> None:
    answer = installed.run(installed.command, "lint")
    assert (answer.returncode, answer.stdout) == (0, "6 contracts clean\n"), answer.stderr
