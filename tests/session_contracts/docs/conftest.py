"""The reference site, built once for all tests and all workers of a run."""

import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of `session-contracts docs build`, built by the first worker that needs it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    site, done = shared / "site", shared / "site-is-done"
    try:
        (shared / "site-is-begun").mkdir()
    except FileExistsError:
        until = time.monotonic() + 300
        while not done.exists() and time.monotonic() < until:
            time.sleep(0.1)
    else:
        build(site)
        done.touch()
    assert done.exists(), "the other worker has built it"
    return site


def build(out: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "session_contracts",
        "docs",
        "build",
        "--out",
        str(out),
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)
