"""Rate limits in fixed windows."""

from datetime import UTC, datetime, timedelta

from session_contracts.mock_server.rates import Rates
from session_contracts.openapi import load

NOON = datetime(2026, 2, 13, 12, tzinfo=UTC)


def test_rates_count_in_windows() -> None:
    limits = load("rentalot").rate_limits
    assert limits is not None
    rates = Rates(enforced=True)
    standings = [rates.count("rentalot", "key", limits, NOON)[0] for _ in range(121)]
    assert [
        standings[0].remaining,
        standings[119].remaining,
        standings[119].exceeded,
        standings[120].exceeded,
    ] == [119, 0, False, True]
    assert standings[120].wait == 60
    assert not rates.count("rentalot", "other key", limits, NOON)[0].exceeded
    assert not rates.count("rentalot", "key", limits, NOON + timedelta(minutes=1))[0].exceeded


def test_limits_that_are_not_enforced_are_never_exceeded() -> None:
    limits = load("rentalot").rate_limits
    assert limits is not None
    rates = Rates()
    standings = [rates.count("rentalot", "key", limits, NOON)[0] for _ in range(130)]
    assert not any(standing.exceeded for standing in standings)
    assert standings[-1].remaining == 0


def test_fork_counts_by_itself() -> None:
    limits = load("rentalot").rate_limits
    assert limits is not None
    rates = Rates(enforced=True)
    rates.count("rentalot", "key", limits, NOON)
    fork = rates.fork()
    fork.count("rentalot", "key", limits, NOON)
    assert rates.count("rentalot", "key", limits, NOON)[0].remaining == 118
