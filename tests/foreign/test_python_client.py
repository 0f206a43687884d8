"""openapi-python-client makes a typed client of every contract, and it talks to the mock.

The programs in `clients/` are written by hand against the generated packages. Each checks the
responses, and has code that must not type-check.
"""

import sys
from pathlib import Path

import pytest

from session_contracts import MockWorld
from tests.foreign.tools import HERE, JUDGED, called, contract, once, operations, succeed

pytestmark = pytest.mark.slow

CLIENTS = HERE / "clients"


@pytest.fixture(scope="session")
def packages(shared: Path) -> Path:
    """Where the generated packages are; they and the programs that use them type-check."""
    return once(shared / "python", generate)


def generate(folder: Path) -> None:
    config = HERE / "openapi-python-client.yaml"
    for name in JUDGED:
        target = folder / "generated" / name
        options = (
            "--path",
            contract(name),
            "--output-path",
            target,
            "--meta",
            "none",
            "--config",
            config,
            "--fail-on-warning",
        )
        succeed(sys.executable, "-m", "openapi_python_client", "generate", *options)
    programs = [CLIENTS / f"{name}.py" for name in JUDGED]
    # Not by this project's configuration.
    strictly = (
        "--config-file=",
        "--strict",
        "--explicit-package-bases",
        f"--cache-dir={folder / 'mypy'}",
    )
    succeed(sys.executable, "-m", "mypy", *strictly, "generated", *programs, cwd=folder)


@pytest.mark.parametrize("api", JUDGED)
def test_generated_client_calls_the_mock(
    api: str, packages: Path, world: MockWorld, arguments: list[str]
) -> None:
    succeed(sys.executable, CLIENTS / f"{api}.py", *arguments, env={"PYTHONPATH": str(packages)})
    assert called(world) == operations(api), "the client calls every operation"
