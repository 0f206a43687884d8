"""Every command in docs/integrators.md prints what the guide shows."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import running
from tests.session_contracts.docs.guide import (
    DOCS,
    Block,
    Reader,
    require_readable,
    sections,
    served,
)

pytestmark = pytest.mark.slow

GUIDE = (DOCS / "integrators.md").read_text(encoding="utf-8")
SECTIONS = sections(GUIDE)


def needs_node(blocks: list[Block]) -> bool:
    return any(
        re.match(r"(node|npm|npx) ", command)
        for block in blocks
        if block.language == "console"
        for command, _ in block.commands
    )


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The mock that the guide starts first; all sections share it."""
    options, _ = served(
        next(block for block in SECTIONS["Start the mock"] if block.language == "sh").text
    )
    with running(*options) as mock:
        yield mock.url


@pytest.fixture
def reader(mock: str, tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path, mock)
    yield reader
    reader.close()


@pytest.mark.parametrize("title", [title for title, blocks in SECTIONS.items() if blocks])
def test_section(title: str, reader: Reader) -> None:
    """Each section by itself, in a folder that has the files of all of them."""
    blocks = SECTIONS[title]
    if needs_node(blocks):
        for program in ("node", "npm"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed")
    reader.write([block for blocks in SECTIONS.values() for block in blocks if block.file])
    results = reader.follow(blocks)
    assert results, "a section with blocks has a command"
    for result in results:
        result.check()


def test_page_is_readable() -> None:
    require_readable(GUIDE)
