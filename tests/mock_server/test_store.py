"""Records and their indexes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from session_contracts.mock_server.store import Collection, Record


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


def test_rows_are_sorted_filtered_and_counted() -> None:
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


def test_page_reads_no_more_than_the_page() -> None:
    sorted_count = 0

    def ordering(fields: Any, serial: int) -> tuple[Any, ...]:
        nonlocal sorted_count
        sorted_count += 1
        return (-fields["size"], -serial)

    store = Collection(ordering)
    for number in range(5000):
        store.put(record(f"{number:05}", number % 7, "red" if number % 2 else "blue"))
    store.rows("default", {"colour": "red"})
    sorted_count = 0
    assert len(store.rows("default", {"colour": "red"})[2000:2020]) == 20
    store.put(record("new", 3))
    assert sorted_count < 100


def test_index_follows_replaced_records() -> None:
    store = collection(record("a", 1), record("b", 2))
    store.rows("default", {"colour": "red"})
    store.put(record("a", 5, "blue"))
    assert keys(store.rows("default", {"colour": "red"})) == ["b"]
    assert keys(store.rows("default", {"colour": "blue"})) == ["a"]
    assert keys(store.rows("default", {})) == ["a", "b"]


def test_fork_and_origin_are_independent() -> None:
    origin = collection(record("a", 1))
    origin.rows("default", {})
    fork = origin.fork()
    fork.put(record("b", 2))
    origin.put(record("c", 3))
    assert keys(fork.rows("default", {})) == ["b", "a"]
    assert keys(origin.rows("default", {})) == ["c", "a"]


def test_latest_of_equal_records_comes_first_and_keeps_its_position() -> None:
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


def test_removed_record_leaves_the_indexes() -> None:
    store = collection(record("a", 1), record("b", 2))
    store.rows("default", {})
    store.remove("b")
    assert keys(store.rows("default", {})) == ["a"]
    assert store.get("b") is None
    with pytest.raises(KeyError):
        store.remove("b")


def test_due_records_come_earliest_first() -> None:
    noon = datetime(2026, 2, 13, 12, tzinfo=UTC)
    store = collection(
        *(
            replace(record(key), due=noon + timedelta(hours=hours))
            for key, hours in [("late", 2), ("soon", 0), ("next", 1)]
        )
    )
    found = []
    for each in store.due(noon + timedelta(hours=1)):
        found.append(each.key)
        store.put(replace(each, due=None))
    assert found == ["soon", "next"]


def test_position_is_behind_the_record() -> None:
    store = collection(record("a", 3), record("b", 2), record("c", 1))
    rows = store.rows("default", {})
    assert [store.position(each, rows) for each in rows] == [1, 2, 3]
