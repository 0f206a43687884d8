"""Waiting for a condition."""

import pytest

from session_contracts.conformance import waiting


def test_eventually_true() -> None:
    answers = iter([False, False, True])
    assert waiting.eventually(lambda: next(answers))


def test_never_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_PATIENCE", 0.1)
    assert not waiting.eventually(lambda: False)
