"""The pure parts of the mock: store, clock, rates."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import orjson
import pytest

from session_contracts.conformance.tokens import never_issued
from session_contracts.mock_server import tokens
from session_contracts.mock_server.clock import Clock, parse_duration, parse_time, rfc3339
from session_contracts.mock_server.errors import ClockError
from session_contracts.mock_server.rates import Rates
from session_contracts.mock_server.store import Collection, Record
from session_contracts.openapi import load

NOON = datetime(2026, 2, 13, 12, tzinfo=UTC)


def record(key: str, size: int = 0, colour: str = "red", tenant: str = "default") -> Record:
    fields = {"id": key, "size": size, "colour": colour}
    return Record(key, tenant, None, fields, {}, orjson.Fragment(orjson.dumps(fields)))


def collection(*records: Record) -> Collection:
    made = Collection(lambda fields, serial: (-fields["size"], fields["id"], serial))
    for entry in records:
        made.put(entry)
    return made


def keys(found: Any) -> list[str]:
    return [entry.key for entry in found]


def test_a_page_is_sorted_filtered_and_counted() -> None:
    store = collection(
        record("a", 1),
        record("b", 3),
        record("c", 2, "blue"),
        record("d", 3),
        record("e", 9, tenant="other"),
    )
    assert keys(store.rows("default", {})) == ["b", "d", "c", "a"]
    assert keys(store.rows("default", {"colour": "red"})[1:3]) == ["d", "a"]
    assert len(store.rows("default", {"colour": "red"})) == 3
    assert keys(store.rows("default", {"colour": "green"})) == []
    assert len(store.rows(None, {})) == 5


def test_a_page_costs_the_page_and_not_the_table() -> None:
    looked_at = 0

    def ordering(fields: Any, serial: int) -> tuple[Any, ...]:
        nonlocal looked_at
        looked_at += 1
        return (-fields["size"], -serial)

    store = Collection(ordering)
    for number in range(5000):
        store.put(record(f"{number:05}", number % 7, "red" if number % 2 else "blue"))
    store.rows("default", {"colour": "red"})
    looked_at = 0
    assert len(store.rows("default", {"colour": "red"})[2000:2020]) == 20
    store.put(record("new", 3))
    assert looked_at < 100


def test_an_index_follows_what_is_replaced() -> None:
    store = collection(record("a", 1), record("b", 2))
    store.rows("default", {"colour": "red"})
    store.put(record("a", 5, "blue"))
    assert keys(store.rows("default", {"colour": "red"})) == ["b"]
    assert keys(store.rows("default", {"colour": "blue"})) == ["a"]
    assert keys(store.rows("default", {})) == ["a", "b"]


def test_a_fork_and_its_origin_go_their_own_ways() -> None:
    origin = collection(record("a", 1))
    origin.rows("default", {})
    fork = origin.fork()
    fork.put(record("b", 2))
    origin.put(record("c", 3))
    assert keys(fork.rows("default", {})) == ["b", "a"]
    assert keys(origin.rows("default", {})) == ["c", "a"]


def test_of_equals_the_one_that_arrived_last_comes_first_and_stays_where_it_is() -> None:
    store = Collection(lambda fields, serial: (-fields["size"], -serial))
    for key in "abc":
        store.put(record(key, 1))
    assert keys(store.rows("default", {})) == ["c", "b", "a"]
    store.put(record("b", 1, "blue"))
    assert keys(store.rows("default", {})) == ["c", "b", "a"]
    assert [entry.serial for entry in store.rows("default", {})] == [3, 2, 1]
    fork = store.fork()
    fork.put(record("d", 1))
    assert keys(fork.rows("default", {})) == ["d", "c", "b", "a"]


def test_a_token_is_ours_whenever_it_ends() -> None:
    token = tokens.sign("somebody", NOON, timedelta(hours=1))
    assert tokens.read(token) == {"sub": "somebody", "iat": 1770984000, "exp": 1770987600}
    header, claims, signature = token.split(".")
    for forged in never_issued(token):
        assert tokens.read(forged) is None, forged
    for broken in ("", "a.b.c", f"{header}.{claims}", f"{claims}.{header}.{signature}"):
        assert tokens.read(broken) is None


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "x"},
        {"sub": 7, "exp": 1},
        *({"sub": "x", "exp": exp} for exp in ("1", math.inf, True)),
    ],
)
def test_a_token_whose_claims_are_odd_is_not_ours(claims: dict[str, Any]) -> None:
    assert tokens.read(jwt.encode(claims, tokens.SECRET, tokens.ALGORITHM)) is None


def test_a_clock_only_moves_forward() -> None:
    clock = Clock(NOON)
    clock.advance(timedelta(days=1))
    assert clock.now() == NOON + timedelta(days=1)
    for by in (timedelta(seconds=-1), timedelta(days=9e6)):
        with pytest.raises(ClockError):
            clock.advance(by)
    with pytest.raises(ClockError):
        clock.set(NOON)


def test_a_forked_clock_goes_its_own_way() -> None:
    clock = Clock(NOON)
    other = clock.fork()
    other.advance(timedelta(days=1))
    assert (clock.now(), other.now()) == (NOON, NOON + timedelta(days=1))


def test_a_running_clock_freezes_and_runs_on() -> None:
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
    assert [
        standings[0].remaining,
        standings[119].remaining,
        standings[119].exceeded,
        standings[120].exceeded,
    ] == [119, 0, False, True]
    assert standings[120].wait == 60
    assert not rates.count("rentalot", "other key", limits, NOON)[0].exceeded
    assert not rates.count("rentalot", "key", limits, NOON + timedelta(minutes=1))[0].exceeded
