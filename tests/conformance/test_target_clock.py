"""The target's clock."""

from datetime import UTC, datetime
from typing import Any

import pytest

from session_contracts.conformance.calling import call
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.target_clock import advance_clock, clock_time, target_time
from tests.conformance.fake_target import refusing, setting_up, subject

_NOW = datetime(2026, 2, 13, 9, tzinfo=UTC)


def test_clock_time() -> None:
    one = subject(setting_up(clock={"now": "2031-01-01T00:00:00Z"}))
    assert clock_time(one) == target_time(one) == datetime(2031, 1, 1, tzinfo=UTC)


def test_clock_without_time() -> None:
    with pytest.raises(Unexercised, match="'clock' returned no time"):
        clock_time(subject(setting_up(clock={})))


def test_target_time_without_clock_is_the_last_date() -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        return 200, {}

    one = subject(answer, states=False)
    call(one, "getSession", "a")
    assert target_time(one) == _NOW


def test_target_time_without_any_response() -> None:
    with pytest.raises(Unexercised, match="give --states-url"):
        target_time(subject(refusing, states=False))


def test_advance_renews_credential() -> None:
    one = subject(setting_up(clock={"now": "2031-01-01T00:00:00Z"}))
    renewed: list[None] = []
    one.target.renew = lambda: renewed.append(None)
    advance_clock(one, "P1D")
    assert len(renewed) == 1
