"""Running linters and generators of others: npm packages, and files shared by the workers."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from session_contracts import MockWorld
from session_contracts.openapi import bundled_names, load

HERE = Path(__file__).parent
CONTRACTS = HERE.parents[1] / "openapi"
#: All that is judged: the vendors' contracts, and that of the control API.
JUDGED = (*bundled_names(), "control")
#: The least that the packages of package.json run on.
NODE = (20, 19)

#: No telemetry and no update checks.
_QUIET = {
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "NO_PROXY": "127.0.0.1",
    "NO_COLOR": "1",
}


def contract(name: str) -> Path:
    return CONTRACTS / f"{name}.yaml"


def run(
    *command: str | Path, cwd: Path = HERE, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **_QUIET, **(env or {})},
        capture_output=True,
        text=True,
    )


def succeed(*command: str | Path, cwd: Path = HERE, env: Mapping[str, str] | None = None) -> str:
    """What a command says, which must not fail."""
    done = run(*command, cwd=cwd, env=env)
    assert done.returncode == 0, (
        f"{' '.join(map(str, command))}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
    )
    return done.stdout


def spoilt(folder: Path) -> Path:
    """A contract that no judge may let pass: one of its operations has no name."""
    text = contract("rentalot").read_text(encoding="utf-8")
    file = folder / "rentalot.yaml"
    file.write_text(text.replace("      operationId: reviewSession\n", ""), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    return file


def once(folder: Path, fill: Callable[[Path], None]) -> Path:
    """The folder, filled by the first worker that asks for it; the others wait."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    filled = folder / "filled"
    with FileLock(f"{folder}.lock"):
        if not filled.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            fill(folder)
            filled.touch()
    return folder


def install(folder: Path) -> None:
    """Install package.json in the versions of the lock file, without running install scripts."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    succeed(
        "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", cwd=folder
    )


def need_node() -> None:
    """Skips the test where node or npm is missing, or node is too old; in CI that is a failure."""
    if lacking := _lacking():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(lacking)


def _lacking() -> str | None:
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    version = succeed("node", "--version").strip()
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    assert numbers, f"node calls itself {version!r}"
    recent = tuple(map(int, numbers.groups())) >= NODE
    return None if recent else f"node {version} is too old; {'.'.join(map(str, NODE))} is needed"


def operations(api: str) -> set[str]:
    """Those of a contract whose calls the journal takes down, which the control API's are not."""
    return set(load(api).operations) if api in bundled_names() else set()


def called(world: MockWorld) -> set[str]:
    """The operations that were called."""
    return {entry["operation"] for entry in world.journal}
