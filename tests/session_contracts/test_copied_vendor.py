"""A vendor's parts in a folder under another name work as any user's API does.

Nothing in them is changed but the prefix of the rule ids, replaced as text.
"""

import shutil
from pathlib import Path

import pytest

from session_contracts import MockWorld
from session_contracts.openapi.locations import Part, find
from tests.serving import running
from tests.session_contracts.test_new import run

pytestmark = pytest.mark.slow

VENDOR, NAME = "rentalot", "lettings"
#: A sample: a generic check, two of the vendor's own checks, and a stateful one.
PROVEN = ("session.draft", "session.expires-at", "review.final", "review.once")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that contains the copy."""
    root = tmp_path_factory.mktemp("copied")
    api, folder = find(VENDOR), root / NAME
    shutil.copytree(api.checks, folder / "checks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(api.contract, folder / f"{NAME}.yaml")
    shutil.copy(api.fixture, folder / "fixture.yaml")
    for part in Part:
        shutil.copy(api.file(part), folder)
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_text(file.read_text().replace(f"{VENDOR}.", f"{NAME}."))
    return root


def test_lints_clean(root: Path) -> None:
    done = run(root, "-m", "session_contracts", "lint", NAME)
    assert (done.returncode, done.stdout) == (0, "1 contract clean\n"), done.stdout + done.stderr


def test_serves_and_conforms(root: Path) -> None:
    with running("--clock", "2026-05-04T09:00:00Z", apis=[NAME], folder=root) as mock:
        made = MockWorld(mock.url).api(NAME).given("session", status="completed")
        assert set(made) == {"id"}
        target = f"{mock.url}/{NAME}"
        states = f"{mock.url}/_mock/{NAME}/states"
        options = ("--base-url", target, "--states-url", states, "--max-examples", "2")
        done = run(root, "-m", "session_contracts", "verify", NAME, *options)
    assert done.returncode == 0, done.stdout + done.stderr


def test_sample_of_rules_is_proven(root: Path) -> None:
    rules = [f"{NAME}.{rule}" for rule in PROVEN]
    options = [word for rule in rules for word in ("--rule", rule)]
    done = run(root, "-m", "session_contracts", "prove", NAME, *options, "--max-examples", "1")
    assert done.stdout.splitlines() == [
        "unbroken: conforms",
        *(f"killed   {rule}" for rule in rules),
        "proven",
    ]
