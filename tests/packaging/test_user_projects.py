"""Installed, the package works in projects that have modules of its folders' names."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.packaging.environments import Environment

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

#: The folders of the checkout, which an installed package must not depend on.
NAMES = ("openapi", "mock_server", "conformance", "fixtures")
#: Where a project may have its modules; `tests` is put on the path by pytest.
PLACES = (".", "src", "tests")
TEST = """
import sys

import pytest

def test_mock(rentalot):
    assert rentalot.given("session")["id"]
    assert rentalot.journal == []

def test_mock_process():
    from session_contracts import MockServer
    with MockServer("rentalot", process=True) as mock:
        assert mock.api("rentalot").journal == []

def test_nothing_of_the_user_is_imported():
    assert not {"openapi", "mock_server", "conformance", "fixtures"} & set(sys.modules)
"""
#: Runs commands one after the other in one process, with the import path of that process.
COMMANDS = """
import sys
from click.testing import CliRunner
from session_contracts.cli import main

def run(*arguments, exit_code=0):
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == exit_code, (arguments, done.output, done.exception)

if __name__ == "__main__":
    for name in main.commands:
        run(name, "--help")
    run("lint")
    run("export", "rentalot", "--format", "arazzo", "--out", "rentalot.arazzo.yaml")
    run("export", "rentalot", "--format", "json", "--out", "rentalot.json")
    run("diff", "rentalot.json", "rentalot.json")
    run("new", "acme", "--resource", "Order")
    run("docs", "build", "rentalot", "acme", "--out", "site")
    # 3: no rule was exercised.
    run("verify", "rentalot", "--base-url", "http://127.0.0.1:9", "--dry-run", exit_code=3)
    for arguments in sys.argv[1:]:
        run(*arguments.split())
    assert not {"openapi", "mock_server", "conformance", "fixtures"} & set(sys.modules)
"""
PROVE = "prove rentalot --rule rentalot.review.final --max-examples 1"


def make_project(folder: Path, kind: str, places: Sequence[str]) -> Path:
    """A project with four modules, packages or plain folders in each place.

    Importing a module or a package of them fails.
    """
    for place in places:
        for name in NAMES:
            target = folder / place / name
            target.parent.mkdir(exist_ok=True, parents=True)
            if kind == "module":
                target.with_suffix(".py").write_text(f"raise ImportError('{place}/{name}')\n")
                continue
            target.mkdir()
            if kind == "package":
                (target / "__init__.py").write_text(f"raise ImportError('{place}/{name}')\n")
                (target / "model.py").touch()
            else:
                (target / "notes.txt").touch()
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "test_user.py").write_text(TEST)
    return folder


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["module", "package", "folder"])
def test_pytest_in_project(installed: Environment, tmp_path: Path, kind: str, place: str) -> None:
    """With the longest import path that a project may have; shorter ones are tried below."""
    project = make_project(tmp_path, kind, [place])
    command = (installed.python, "-m", "pytest", "-q", "-W", "error", "tests")
    printed = installed.succeed(*command, folder=project, paths=[".", "src"])
    assert "3 passed" in printed


@pytest.mark.parametrize(
    ("program", "paths"),
    [
        (["pytest"], []),
        (["python", "-m", "pytest"], []),
        (["pytest"], ["."]),
        (["pytest", "--override-ini=pythonpath=src"], []),
        (["pytest", "--import-mode=importlib"], []),
    ],
    ids=lambda value: " ".join(value) or "no PYTHONPATH",
)
def test_every_pytest_invocation(
    installed: Environment, tmp_path: Path, program: list[str], paths: list[str]
) -> None:
    project = make_project(tmp_path, "module", PLACES)
    command: list[str | Path] = [installed.path / "bin" / program[0], *program[1:], "-q", "tests"]
    assert "3 passed" in installed.succeed(*command, folder=project, paths=paths)


@pytest.mark.parametrize("kind", ["module", "package", "folder"])
def test_every_command(installed: Environment, tmp_path: Path, kind: str) -> None:
    """The working directory is first on the import path, as with `python -m session_contracts`."""
    project = make_project(tmp_path / "project", kind, PLACES)
    (tmp_path / "commands").mkdir()
    (tmp_path / "commands" / "user_commands.py").write_text(COMMANDS)
    paths: list[str | Path] = [".", "src", "tests", tmp_path / "commands"]
    command: list[str | Path] = [installed.python, "-W", "ignore", "-m", "user_commands"]
    proofs = [PROVE] if kind == "module" else []
    installed.succeed(*command, *proofs, folder=project, paths=paths)


@pytest.mark.parametrize(
    "program", [["session-contracts"], ["python", "-m", "session_contracts"]], ids=" ".join
)
@pytest.mark.parametrize("paths", [[], ["."]], ids=["no PYTHONPATH", "PYTHONPATH=."])
def test_both_command_lines(
    installed: Environment, tmp_path: Path, program: list[str], paths: list[str]
) -> None:
    project = make_project(tmp_path, "module", PLACES)
    command: list[str | Path] = [installed.path / "bin" / program[0], *program[1:]]
    assert "clean" in installed.succeed(*command, "lint", "rentalot", folder=project, paths=paths)


def test_modules_named_like_libraries(installed: Environment, tmp_path: Path) -> None:
    """A module in the working directory hides a library from none of the processes we start."""
    for name in ("json", "queue", "requests", "yaml", "pytest"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('a module of the user')\n")
    installed.succeed(installed.command, *PROVE.split(), folder=tmp_path)
    installed.succeed(installed.command, "docs", "build", "rentalot", folder=tmp_path)
    code = "from session_contracts import MockServer as M\nwith M(process=True) as m: print(m.url)"
    printed = installed.succeed(installed.python, "-P", "-c", code, folder=tmp_path)
    assert printed.startswith("http://")
