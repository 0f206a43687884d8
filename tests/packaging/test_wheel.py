"""The wheel is self-contained: in an empty environment, away from the checkout, every command works."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parent.parent.parent
CONSTRAINTS = ROOT / "constraints.txt"

pytestmark = pytest.mark.wheel


@dataclass(frozen=True)
class Installed:
    """The command line of an environment that holds the wheel and nothing else of ours; `folder` is where it runs."""

    command: Path
    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.command, *arguments],
            cwd=self.folder,
            env=bare_environment(),
            capture_output=True,
            text=True,
            timeout=300,
        )


@dataclass(frozen=True)
class Served:
    url: str
    authorization: str


def bare_environment() -> dict[str, str]:
    """This environment without what would lead Python or a virtual environment back to the checkout."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    } | {"PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    environment = tmp_path_factory.mktemp("empty")
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run(
        [scripts / "python", "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS, wheel],
        check=True,
    )
    return Installed(scripts / "session-contracts", tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="module")
def served(installed: Installed) -> Iterator[Served]:
    with served_by(installed, "rentalot") as served:
        yield served


@contextmanager
def served_by(installed: Installed, api: str) -> Iterator[Served]:
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
            yield welcomed(server)
        finally:
            server.terminate()


def welcomed(server: subprocess.Popen[str]) -> Served:
    """Where it serves, and the default credential: both are in the curl line that it prints when it starts."""
    assert server.stdout is not None
    printed = ""
    for line in server.stdout:
        printed += line
        if found := re.search(
            r"curl -H 'Authorization: (?P<authorization>[^']+)' (?P<url>http://[^/]+)/", line
        ):
            return Served(found["url"], found["authorization"])
    pytest.fail(f"the mock did not start:\n{printed}")


def test_the_wheel_holds_the_packages_and_their_data(wheel: Path) -> None:
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


def test_it_says_its_version(installed: Installed) -> None:
    answer = installed.run("--version")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "0.2.0" in answer.stdout


def test_fixtures_cannot_be_imported(installed: Installed) -> None:
    python = installed.command.with_name("python")
    answer = subprocess.run(
        [python, "-c", "import fixtures"],
        cwd=installed.folder,
        env=bare_environment(),
        capture_output=True,
        text=True,
    )
    assert "No module named 'fixtures'" in answer.stderr


def test_it_serves(served: Served) -> None:
    answer = requests.get(
        f"{served.url}/rentalot/api/v1/sessions",
        headers={"Authorization": served.authorization},
        timeout=10,
    )
    assert answer.status_code == 200
    assert answer.json()["pagination"]["total"] > 40


def test_it_shows_its_reference(installed: Installed, served: Served) -> None:
    answer = installed.run("docs", "build", "rentalot", "--out", "reference")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    built = installed.folder / "reference"
    assert "Start the mock" in (built / "guides/integrators.html").read_text(encoding="utf-8")
    page = requests.get(f"{served.url}/docs/rentalot/rules/rentalot.review.final.html", timeout=60)
    assert "test_lifecycle.py" in page.text.replace("<wbr>", "")
    assert (
        requests.get(f"{served.url}/docs/try/swagger-ui-bundle.js", timeout=10).status_code == 200
    )


def test_it_verifies(installed: Installed, served: Served) -> None:
    answer = installed.run(
        "verify",
        "rentalot",
        *("--base-url", f"{served.url}/rentalot"),
        *("--states-url", f"{served.url}/_mock/rentalot/states"),
        *("--max-examples", "2"),
        "--allow-incomplete",
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_it_makes_and_serves_an_api_of_ones_own(installed: Installed) -> None:
    made = installed.run("new", "acme", "--resource", "Order")
    assert made.returncode == 0, made.stdout + made.stderr
    with served_by(installed, "acme") as served:
        answer = requests.get(
            f"{served.url}/acme/v1/orders",
            headers={"Authorization": served.authorization},
            timeout=10,
        )
        assert answer.json()["pagination"]["total"] == 31


def test_its_fixtures_are_there_for_pytest(installed: Installed) -> None:
    test = "def test_it(rentalot):\n    assert rentalot.given('session')['id']\n    assert rentalot.journal == []\n"
    (installed.folder / "test_it.py").write_text(test)
    command = [
        str(installed.command.with_name("python")),
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "test_it.py",
    ]
    answer = subprocess.run(
        command,
        cwd=installed.folder,
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_it_lints(installed: Installed) -> None:
    answer = installed.run("lint")
    assert (answer.returncode, answer.stdout) == (0, "6 contracts clean\n"), answer.stderr
