"""The virtual clock, and how times are read and written."""

from datetime import UTC, datetime, timedelta

import pytest

from session_contracts.mock_server.clock import (
    Clock,
    parse_duration,
    parse_moment,
    parse_time,
    rfc3339,
    rfc3339_ms,
)
from session_contracts.mock_server.errors import ClockError

NOON = datetime(2026, 2, 13, 12, tzinfo=UTC)


def test_clock_only_moves_forward() -> None:
    clock = Clock(NOON)
    clock.advance(timedelta(days=1))
    assert clock.now() == NOON + timedelta(days=1)
    for by in (timedelta(seconds=-1), timedelta(days=9e6)):
        with pytest.raises(ClockError):
            clock.advance(by)
    with pytest.raises(ClockError):
        clock.set(NOON)


def test_forked_clock_is_independent() -> None:
    clock = Clock(NOON)
    other = clock.fork()
    other.advance(timedelta(days=1))
    assert (clock.now(), other.now()) == (NOON, NOON + timedelta(days=1))


def test_running_clock_freezes_and_runs_on() -> None:
    clock = Clock()
    clock.advance(timedelta(days=365))
    clock.freeze()
    stood = clock.now()
    assert abs(stood - datetime.now(UTC) - timedelta(days=365)) < timedelta(seconds=5)
    clock.run()
    assert timedelta() <= clock.now() - stood < timedelta(seconds=5)


@pytest.mark.parametrize(
    "text", ["2026-02-12", "2026-02-12T10:30:00", "soon", "", "2026-13-01T00:00:00Z"]
)
def test_invalid_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an RFC 3339 time|month"):
        parse_time(text)


@pytest.mark.parametrize("text", ["P1M", "P1Y", "1 day", "", "P"])
def test_invalid_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO 8601 duration"):
        parse_duration(text)


def test_times_are_utc_in_whole_seconds() -> None:
    assert rfc3339(parse_time("2026-02-12T11:30:00.75+01:00")) == "2026-02-12T10:30:00Z"


def test_milliseconds_are_written_on_request() -> None:
    assert rfc3339_ms(parse_moment("2026-02-12T11:30:00.75+01:00")) == "2026-02-12T10:30:00.750Z"


def test_leap_second_is_the_next_second() -> None:
    assert rfc3339(parse_time("2016-12-31T23:59:60Z")) == "2017-01-01T00:00:00Z"
