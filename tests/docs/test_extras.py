"""What other parts of the project add to the site has its place there; and none of it slows the mock down."""

import subprocess
import sys

import pytest

from session_contracts.docs import extras
from session_contracts.docs.model import mocked
from session_contracts.docs.site import site


def test_files_are_linked_and_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "downloads", lambda api: {f"{api.name}.postman.json": b"{}"})
    pages = site(mocked(("mobilenext",)))
    assert pages["mobilenext/downloads/mobilenext.postman.json"]() == b"{}"
    assert b'<a href="downloads/mobilenext.postman.json" download>' in pages["mobilenext/index.html"]()


def test_checks_of_lint_have_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"why": "A <rule> has an id.", "bad": "x-rules: [{}]", "good": "x-rules: [{id: a.b}]"}
    monkeypatch.setattr(extras, "lint_checks", lambda: {"rule-id": told})
    pages = site(mocked(("mobilenext",)))
    assert b"A &lt;rule&gt; has an id." in pages["lint/rule-id.html"]()
    assert b'href="rule-id.html"' in pages["lint/index.html"]()
    assert b'href="../lint/index.html"' in pages["mobilenext/index.html"]()


def test_a_mock_starts_without_what_makes_pages() -> None:
    heavy = ("session_contracts.docs.site", "session_contracts.docs.study", "session_contracts.docs.watch")
    code = f"""
import sys
import session_contracts.cli
from session_contracts.application import application
application(["mobilenext"])
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n", done.stdout + done.stderr
