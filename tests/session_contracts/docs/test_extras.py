"""What other commands make has its place in the site; and none of it slows the mock down."""

import json
import subprocess
import sys

import pytest

from session_contracts.diff import CHANGE_TYPES
from session_contracts.docs.model import mocked
from session_contracts.docs.site import site
from session_contracts.export import exports
from session_contracts.lint import CHECKS
from session_contracts.openapi import load

pytestmark = pytest.mark.slow

PAGES = site(mocked(("mobilenext",)))


def test_exports_are_linked_and_served() -> None:
    overview = PAGES["mobilenext/index.html"]()
    for name, content in exports(load("mobilenext")).items():
        assert PAGES[f"mobilenext/downloads/{name}"]() == content.encode()
        assert f'<a href="downloads/{name}" download>'.encode() in overview
    assert json.loads(PAGES["mobilenext/downloads/openapi-3.1.json"]())["openapi"].startswith(
        "3.1."
    )


def test_checks_of_lint_have_pages() -> None:
    index = PAGES["lint/index.html"]().decode()
    for check in CHECKS:
        assert f'href="{check.id}.html"' in index
        assert check.id in PAGES[f"lint/{check.id}.html"]().decode()
    assert b'href="../lint/index.html"' in PAGES["mobilenext/index.html"]()


def test_types_of_change_have_a_page() -> None:
    page = PAGES["diff/index.html"]().decode()
    assert [each.id for each in CHANGE_TYPES if f'id="{each.id}"' not in page] == []


def test_mock_starts_without_importing_the_site() -> None:
    heavy = (
        "session_contracts.docs.site",
        "session_contracts.docs.api_data",
        "session_contracts.docs.watch",
    )
    code = f"""
import sys
import session_contracts.cli
from session_contracts.application import application
application(["mobilenext"])
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "[]\n", done.stdout + done.stderr
