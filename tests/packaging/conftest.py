"""One wheel and one environment for all tests of this folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.environments import CONSTRAINTS, ROOT, Environment, create, pip


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment that holds the wheel and what it depends on."""
    environment = create(tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("empty"))
    # Python compiles what the tests import; compiling all fifty packages takes longer.
    options = ("--no-compile", "--constraint", CONSTRAINTS)
    pip(environment, environment, "install", *options, wheel)
    return environment
