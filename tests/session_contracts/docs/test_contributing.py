"""The example of CONTRIBUTING.md, followed in a copy of the checkout."""

import shutil
from pathlib import Path

import pytest

from tests.session_contracts.docs.guide import ROOT, follow_page, require_readable

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COPIED = ("conformance", "fixtures", "mock_server", "openapi", "session_contracts")


@pytest.mark.slow
def test_example(tmp_path: Path) -> None:
    """The copy comes first on the path, so the commands run the edited code."""
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=ignored)
    follow_page(PAGE, tmp_path, {"PYTHONPATH": str(tmp_path)})


def test_page_is_readable() -> None:
    require_readable(PAGE)
