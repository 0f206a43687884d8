"""Installed beside PyPI's `openapi` and `mock-server`, before or after them, ours stays whole.

As long as the wheel had packages of these names, it did not start beside them, and uninstalling
them deleted files of it.
"""

from pathlib import Path

import pytest

from tests.packaging.environments import Environment, create_beside, missing_files, pip

pytestmark = [pytest.mark.wheel, pytest.mark.slow]

MOCK_TEST = """
def test_mock(rentalot):
    assert rentalot.given("session")["id"]
"""
OTHERS_TEST = """
def test_others():
    import openapi.model
    import session_contracts.openapi.model as ours

    assert openapi.model is not ours
"""


@pytest.fixture(scope="module")
def others(installed: Environment, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Wheels of the other packages. Dependencies are left out: mock-server's are of Python 2."""
    folder = tmp_path_factory.mktemp("others")
    names = ("openapi==2.0.0", "mock-server==0.3.9")
    pip(installed, installed, "wheel", "--no-deps", "--wheel-dir", folder, *names)
    found = sorted(folder.iterdir())
    assert len(found) == len(names)
    return found


@pytest.mark.parametrize("others_first", [True, False], ids=["before", "after"])
def test_beside_other_packages(
    installed: Environment, wheel: Path, others: list[Path], tmp_path: Path, others_first: bool
) -> None:
    environment = create_beside(installed, tmp_path / "environment")
    for files in [others, [wheel]] if others_first else [[wheel], others]:
        pip(environment, installed, "install", "--no-index", "--no-deps", *files)
    (environment.folder / "test_mock.py").write_text(MOCK_TEST)
    (environment.folder / "test_others.py").write_text(OTHERS_TEST)
    run_tests = (environment.python, "-m", "pytest", "-q")

    for name in ("session_contracts", "openapi", "mock_server"):
        assert missing_files(environment, name) == []
    assert "clean" in environment.succeed(environment.command, "lint")
    assert "2 passed" in environment.succeed(*run_tests)

    pip(environment, installed, "uninstall", "--yes", "openapi", "mock-server")
    assert missing_files(environment, "session_contracts") == []
    assert "clean" in environment.succeed(environment.command, "lint")
    assert "1 failed, 1 passed" in environment.run(*run_tests).stdout
