"""Spectral finds nothing wrong with any contract."""

from pathlib import Path

import pytest

from tests.foreign.tools import HERE, JUDGED, contract, run, spoilt, succeed

pytestmark = pytest.mark.slow

LINT = ("lint", "--ruleset", str(HERE / "spectral.yaml"), "--fail-severity=warn")


def test_every_contract_passes(npm: Path) -> None:
    succeed(npm / ".bin" / "spectral", *LINT, *map(contract, JUDGED))


def test_broken_contract_fails(npm: Path, tmp_path: Path) -> None:
    done = run(npm / ".bin" / "spectral", *LINT, spoilt(tmp_path))
    assert done.returncode == 1
    assert "operation-operationId" in done.stdout
