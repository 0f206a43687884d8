"""openapi-typescript makes the types of every contract; with them, openapi-fetch talks to the mock.

The programs in `clients/` are written by hand against the generated types. Each checks the
responses, and has calls that must not compile.
"""

import json
import shutil
from pathlib import Path

import pytest

from session_contracts import MockWorld
from tests.foreign.tools import HERE, JUDGED, called, contract, once, operations, succeed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def programs(shared: Path, npm: Path) -> Path:
    """Where the compiled programs are."""

    def make(folder: Path) -> None:
        (folder / "node_modules").symlink_to(npm)
        for name in ("package.json", "tsconfig.json"):
            shutil.copy(HERE / name, folder)
        shutil.copytree(HERE / "clients", folder / "clients")
        # One call for all contracts: it reads JSON too, which is YAML.
        apis = {
            name: {"root": str(contract(name)), "x-openapi-ts": {"output": f"generated/{name}.ts"}}
            for name in JUDGED
        }
        (folder / "redocly.yaml").write_text(json.dumps({"apis": apis}), encoding="utf-8")
        succeed(
            npm / ".bin" / "openapi-typescript", "--redocly", folder / "redocly.yaml", cwd=folder
        )
        succeed(npm / ".bin" / "tsc", cwd=folder)

    return once(shared / "typescript", make) / "build" / "clients"


@pytest.mark.parametrize("api", JUDGED)
def test_generated_client_calls_the_mock(
    api: str, programs: Path, world: MockWorld, arguments: list[str]
) -> None:
    succeed("node", programs / f"{api}.js", *arguments)
    assert called(world) == operations(api), "the client calls every operation"
