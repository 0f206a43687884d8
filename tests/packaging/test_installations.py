"""However it is installed, the package has the same modules, also for mypy and pyright."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.packaging.environments import ROOT, Environment, bare_environment, create_beside, pip

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

HERE = Path(__file__).parent
#: Each line that ends with a comment has one error of types, which shows that the types are found.
PROGRAM = """\
# pyright: strict
from session_contracts import MockApi, MockServer
from session_contracts.conformance.runner import Options
from session_contracts.mock_server.settings import Settings
from session_contracts.openapi import load


def served(api: MockApi) -> str:
    return api.base_url


server: int = MockServer("rentalot")  # error
options: int = Options("rentalot", "http://127.0.0.1:8080")  # error
settings: int = Settings(("rentalot",))  # error
contract: int = load("rentalot")  # error
"""
ERROR_LINES = [
    number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# error")
]
LIST_MODULES = """
import os
from os.path import join, relpath
import session_contracts
root = os.path.dirname(session_contracts.__file__)
for folder, _, files in os.walk(root, followlinks=True):
    print(*(relpath(join(folder, name), root) for name in files if name.endswith(".py")), sep="\\n")
"""
IMPORT_ALL = """
import session_contracts.cli, session_contracts.conformance.runner, session_contracts.pytest_plugin
from session_contracts.openapi.locations import Part, bundled_names, find, load_part
for name in bundled_names():
    api = find(name)
    assert api.contract.is_file() and api.fixture.is_file() and api.check_files()
    for part in Part:
        load_part(api, part)
"""


@dataclass(frozen=True)
class Installation:
    """An environment, and the PYTHONPATH that its programs need to find the package."""

    environment: Environment
    paths: Sequence[Path] = ()

    def python(self, code: str) -> str:
        """Run code without warnings; what it prints."""
        python = self.environment.python
        return self.environment.succeed(python, "-W", "ignore", "-c", code, paths=self.paths)


@pytest.fixture(scope="module", params=["wheel", "editable", "checkout"])
def installation(
    request: pytest.FixtureRequest,
    installed: Environment,
    tmp_path_factory: pytest.TempPathFactory,
) -> Installation:
    """The package from a wheel, from an editable install, and from a checkout in PYTHONPATH."""
    if request.param == "wheel":
        return Installation(installed)
    environment = create_beside(installed, tmp_path_factory.mktemp(request.param) / "environment")
    if request.param == "checkout":
        return Installation(environment, [ROOT])
    pip(environment, installed, "install", "--no-deps", "--editable", ROOT)
    return Installation(environment)


def test_wheel_from_sdist(wheel: Path, tmp_path: Path) -> None:
    """The links in the checkout become neither links nor second copies."""
    subprocess.run([sys.executable, "-m", "build", "--outdir", tmp_path, ROOT], check=True)
    (from_sdist,) = tmp_path.glob("*.whl")
    assert checksums(from_sdist) == checksums(wheel)


def checksums(wheel: Path) -> dict[str, int]:
    """By file of a wheel, its CRC-32."""
    with zipfile.ZipFile(wheel) as archive:
        return {info.filename: info.CRC for info in archive.infolist()}


def test_modules(installation: Installation, wheel: Path) -> None:
    in_wheel = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")}
    found = installation.python(LIST_MODULES).split()
    assert {f"session_contracts/{name}" for name in found} == in_wheel
    installation.python(IMPORT_ALL)


def test_mypy(installation: Installation, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "--no-color"]
    command += ["--config-file=", f"--cache-dir={tmp_path / 'cache'}"]
    command += [f"--python-executable={installation.environment.python}", "program.py"]
    variables = bare_environment() | {"MYPYPATH": os.pathsep.join(map(str, installation.paths))}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    errors = [line.split(":") for line in done.stdout.splitlines() if ": error:" in line]
    assert [int(line) for _, line, *_ in errors] == ERROR_LINES, done.stdout + done.stderr


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pyright from npm; the package of PyPI downloads it at run time."""
    if shutil.which("npm") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("npm is not installed")
    folder = tmp_path_factory.mktemp("pyright")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "node_modules" / ".bin" / "pyright"


def test_pyright(installation: Installation, pyright: Path, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = installation.environment
    done = environment.run(
        *(pyright, "--outputjson", "--pythonpath", environment.python, "program.py"),
        folder=tmp_path,
        paths=installation.paths,
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    lines = [problem["range"]["start"]["line"] + 1 for problem in found]
    assert lines == ERROR_LINES, done.stdout
