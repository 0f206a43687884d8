"""The pure parts of the mock: store, clock, rates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from mock_server.clock import Clock, parse_duration, parse_time, rfc3339
from mock_server.errors import ClockError
from mock_server.rates import Rates
from mock_server.store import Collection, Record
from openapi import load

NOON = datetime(2026, 2, 13, 12, tzinfo=UTC)


def record(key: str, size: int = 0, colour: str = "red", tenant: str = "default") -> Record:
    fields = {"id": key, "size": size, "colour": colour}
    return Record(key, tenant, None, fields, {}, orjson.Fragment(orjson.dumps(fields)))


def collection(*records: Record) -> Collection:
    made = Collection(lambda fields: (-fields["size"], fields["id"]))
    for entry in records:
        made.put(entry)
    return made


def keys(found: tuple[Any, int]) -> list[str]:
    return [entry.key for entry in found[0]]


def test_a_page_is_sorted_filtered_and_counted() -> None:
    store = collection(record("a", 1), record("b", 3), record("c", 2, "blue"), record("d", 3), record("e", 9, tenant="other"))
    assert keys(store.page("default", {}, 0, 10)) == ["b", "d", "c", "a"]
    assert keys(store.page("default", {"colour": "red"}, 1, 3)) == ["d", "a"]
    assert store.page("default", {"colour": "red"}, 0, 0)[1] == 3
    assert store.page("default", {"colour": "green"}, 0, 10) == ((), 0)
    assert store.page(None, {}, 0, 10)[1] == 5


def test_a_page_costs_the_page_and_not_the_table() -> None:
    looked_at = 0

    def ordering(fields: Any) -> tuple[Any, ...]:
        nonlocal looked_at
        looked_at += 1
        return (-fields["size"], fields["id"])

    store = Collection(ordering)
    for number in range(5000):
        store.put(record(f"{number:05}", number % 7, "red" if number % 2 else "blue"))
    store.page("default", {"colour": "red"}, 0, 20)
    looked_at = 0
    assert len(store.page("default", {"colour": "red"}, 2000, 2020)[0]) == 20
    store.put(record("new", 3))
    assert looked_at < 100


def test_an_index_follows_what_is_replaced() -> None:
    store = collection(record("a", 1), record("b", 2))
    store.page("default", {"colour": "red"}, 0, 10)
    store.put(record("a", 5, "blue"))
    assert keys(store.page("default", {"colour": "red"}, 0, 10)) == ["b"]
    assert keys(store.page("default", {"colour": "blue"}, 0, 10)) == ["a"]
    assert keys(store.page("default", {}, 0, 10)) == ["a", "b"]


def test_a_fork_and_its_origin_go_their_own_ways() -> None:
    origin = collection(record("a", 1))
    origin.page("default", {}, 0, 10)
    fork = origin.fork()
    fork.put(record("b", 2))
    origin.put(record("c", 3))
    assert keys(fork.page("default", {}, 0, 10)) == ["b", "a"]
    assert keys(origin.page("default", {}, 0, 10)) == ["c", "a"]


def test_a_clock_only_moves_forward() -> None:
    clock = Clock(NOON)
    clock.advance(timedelta(days=1))
    assert clock.now() == NOON + timedelta(days=1)
    for by in (timedelta(seconds=-1), timedelta(days=9e6)):
        with pytest.raises(ClockError):
            clock.advance(by)
    with pytest.raises(ClockError):
        clock.set(NOON)
    clock.reset()
    assert clock.now() == NOON


def test_a_running_clock_freezes_and_runs_on() -> None:
    clock = Clock()
    clock.advance(timedelta(days=365))
    clock.freeze()
    stood = clock.now()
    assert abs(stood - datetime.now(UTC) - timedelta(days=365)) < timedelta(seconds=5)
    clock.run()
    assert timedelta() <= clock.now() - stood < timedelta(seconds=5)


@pytest.mark.parametrize("text", ["2026-02-12", "2026-02-12T10:30:00", "soon", "", "2026-13-01T00:00:00Z"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no RFC 3339 time|month"):
        parse_time(text)


@pytest.mark.parametrize("text", ["P1M", "P1Y", "1 day", "", "P"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no ISO 8601 duration"):
        parse_duration(text)


def test_times_are_utc_in_whole_seconds() -> None:
    assert rfc3339(parse_time("2026-02-12T11:30:00.75+01:00")) == "2026-02-12T10:30:00Z"


def test_rates_count_in_windows() -> None:
    limits = load("rentalot").rate_limits
    assert limits is not None
    rates = Rates(enforced=True)
    standings = [rates.count("rentalot", "key", limits, NOON)[0] for _ in range(121)]
    assert [standings[0].remaining, standings[119].remaining, standings[119].exceeded, standings[120].exceeded] == [119, 0, False, True]
    assert standings[120].wait == 60
    assert not rates.count("rentalot", "other key", limits, NOON)[0].exceeded
    assert not rates.count("rentalot", "key", limits, NOON + timedelta(minutes=1))[0].exceeded
