"""The README's commands print what it shows, and it stays short."""

from pathlib import Path

import pytest

from tests.session_contracts.docs.guide import ROOT, Block, Reader, sections

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = sections(README)
#: The command that CI runs, from `.ci/run`.
RUNS_TESTS = "/tox"


def _is_run_here(block: Block) -> bool:
    return not block.text.strip().endswith(RUNS_TESTS)


@pytest.mark.slow
def test_commands(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    assignments: list[str] = []
    commands = 0
    try:
        for blocks in SECTIONS.values():
            for result in reader.follow(list(filter(_is_run_here, blocks)), assignments):
                result.check()
                commands += 1
    finally:
        reader.close()
    assert commands >= 8


def test_every_block_is_run() -> None:
    blocks = [block for blocks in SECTIONS.values() for block in blocks]
    assert [block.text for block in blocks if not block.is_run] == []
    assert README.count("```") == 2 * len(blocks)


def test_set_up_commands() -> None:
    """`.ci/run` finds the second by how it begins and ends."""
    commands = [line for line in README.splitlines() if line.startswith("python3 ")]
    assert len(commands) == 2
    assert " && .venv/bin/session-contracts serve " in commands[0]
    assert commands[1].endswith(RUNS_TESTS)


def test_length() -> None:
    assert len(README.splitlines()) <= 130
    assert len(README.split()) <= 700
