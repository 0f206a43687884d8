"""What docs/tutorial.md shows is done, from its beginning to its end in one folder, and prints what it shows."""

from pathlib import Path

from tests.session_contracts.docs.guide import DOCS, Reader, require_readable, sections

GUIDE = (DOCS / "tutorial.md").read_text(encoding="utf-8")


def test_from_start_to_end(tmp_path: Path) -> None:
    """One section builds on the other."""
    reader = Reader(tmp_path)
    known: list[str] = []
    try:
        for blocks in sections(GUIDE).values():
            for done in reader.follow(blocks, known):
                done.check()
    finally:
        reader.close()


def test_the_tutorial_can_be_read_as_a_page_and_every_block_is_run() -> None:
    require_readable(GUIDE)
