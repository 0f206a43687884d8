"""The reference pages that are checked in are what the code generates."""

import pytest

from session_contracts.docs.reference.__main__ import pages
from tests.session_contracts.docs.guide import DOCS

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_up_to_date(name: str) -> None:
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == PAGES[name], "run: python -m session_contracts.docs.reference docs"
