"""Records, and collections of them with an index for whatever a list filters and sorts by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

import orjson
from sortedcontainers import SortedKeyList

from session_contracts.openapi.model import Timer

Fields = Mapping[str, Any]
#: The sort key of a record, of its fields and its serial number.
Ordering = Callable[[Fields, int], tuple[Any, ...]]
#: Records in order.
Rows = Any


@dataclass(frozen=True, slots=True)
class Record:
    """One resource as it stands: never changed, only replaced.

    `private` is what no answer shows. `encoded` is the record as JSON, checked against its schema when it was made.
    `timer` is the move that time will make of it, at `due` (None: none). `serial` counts, from 1, the records of a collection
    in the order of their arrival; `order` is the sort key that it has there.
    """

    key: str
    tenant: str
    state: str | None
    fields: Fields
    private: Fields
    encoded: orjson.Fragment
    timer: Timer | None = None
    due: datetime | None = None
    serial: int = 0
    order: tuple[Any, ...] = ()


#: The sort key of a record in an index: worked out once, when it is put there.
_ORDER = attrgetter("order")


@dataclass(slots=True)
class _Tables:
    records: dict[str, Record] = field(default_factory=dict)
    arrived: int = 0
    indexes: dict[tuple[str, ...], dict[tuple[Any, ...], Any]] = field(default_factory=dict)
    due: Any = field(
        default_factory=lambda: SortedKeyList(key=lambda record: (record.due, record.key))
    )

    def copy(self) -> "_Tables":
        indexes = {
            names: {values: rows.copy() for values, rows in index.items()}
            for names, index in self.indexes.items()
        }
        return _Tables(dict(self.records), self.arrived, indexes, self.due.copy())


class Collection:
    """The records of one resource. A fork costs nothing until one of the two is written to.

    An index is made for each set of filters (fields, shown or private) the first time that a list uses it, and kept up to date from
    then on: a page costs the page, however many records there are.
    """

    def __init__(self, ordering: Ordering, tables: _Tables | None = None) -> None:
        self._ordering = ordering
        self._tables = tables or _Tables()
        self._shared = tables is not None

    def fork(self) -> "Collection":
        self._shared = True
        return Collection(self._ordering, self._tables)

    def __len__(self) -> int:
        return len(self._tables.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._tables.records.values())

    def get(self, key: str) -> Record | None:
        return self._tables.records.get(key)

    def put(self, record: Record) -> None:
        """Add a record, or replace the one of the same key."""
        tables = self._own()
        before = tables.records.get(record.key)
        if before is None:
            tables.arrived += 1
        serial = tables.arrived if before is None else before.serial
        record = replace(record, serial=serial, order=self._ordering(record.fields, serial))
        tables.records[record.key] = record
        if before is not None and before.due is not None:
            tables.due.remove(before)
        if record.due is not None:
            tables.due.add(record)
        for names, index in tables.indexes.items():
            if before is not None:
                index[_values(names, before)].remove(before)
            self._rows(index, _values(names, record)).add(record)

    def remove(self, key: str) -> None:
        """Forget a record."""
        tables = self._own()
        record = tables.records.pop(key)
        if record.due is not None:
            tables.due.remove(record)
        for names, index in tables.indexes.items():
            index[_values(names, record)].remove(record)

    def position(self, record: Record, rows: Rows) -> int:
        """Where some rows of this collection go on behind one of its records."""
        return int(rows.bisect_key_right(record.order))

    def rows(self, tenant: str | None, filters: Fields) -> Rows:
        """The records that match, in order; to be sliced, counted and searched by sort key, not changed. Tenant None: of all."""
        wanted = dict(filters) | ({} if tenant is None else {_TENANT: tenant})
        names = tuple(sorted(wanted))
        if names not in self._tables.indexes:
            self._index(names)
        return self._tables.indexes[names].get(
            tuple(wanted[name] for name in names)
        ) or SortedKeyList(key=_ORDER)

    def due(self, now: datetime) -> Iterator[Record]:
        """The records whose time has come, in the order in which it came."""
        while self._tables.due and self._tables.due[0].due <= now:
            yield self._tables.due[0]

    def _index(self, names: tuple[str, ...]) -> None:
        index: dict[tuple[Any, ...], Any] = {}
        for record in self._tables.records.values():
            index.setdefault(_values(names, record), []).append(record)
        self._tables.indexes[names] = {
            values: SortedKeyList(rows, key=_ORDER) for values, rows in index.items()
        }

    def _rows(self, index: dict[tuple[Any, ...], Any], values: tuple[Any, ...]) -> Any:
        rows = index.get(values)
        if rows is None:
            rows = index[values] = SortedKeyList(key=_ORDER)
        return rows

    def _own(self) -> _Tables:
        if self._shared:
            self._tables = self._tables.copy()
            self._shared = False
        return self._tables


#: Sorts before every field name, and is none.
_TENANT = "\0tenant"


def _values(names: tuple[str, ...], record: Record) -> tuple[Any, ...]:
    return tuple(
        record.tenant if name is _TENANT else record.fields.get(name, record.private.get(name))
        for name in names
    )
