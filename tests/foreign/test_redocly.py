"""Redocly CLI finds nothing wrong with any contract."""

from pathlib import Path

import pytest
import yaml

from tests.foreign.tools import HERE, JUDGED, contract, run, spoilt, succeed

pytestmark = pytest.mark.slow

CONFIG = HERE / "redocly.yaml"


def test_every_contract_passes(npm: Path) -> None:
    """Those of the configuration, which are all."""
    apis = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["apis"]
    assert {name: (HERE / api["root"]).resolve() for name, api in apis.items()} == {
        name: contract(name) for name in JUDGED
    }
    succeed(npm / ".bin" / "redocly", "lint", "--config", CONFIG)


def test_broken_contract_fails(npm: Path, tmp_path: Path) -> None:
    done = run(npm / ".bin" / "redocly", "lint", "--config", CONFIG, spoilt(tmp_path))
    assert done.returncode == 1
    assert "operation-operationId" in done.stdout
