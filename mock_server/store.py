"""Records, and collections of them, indexed by what lists filter and sort by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias

import orjson
from sortedcontainers import SortedKeyList

from session_contracts.openapi.model import Timer

Fields = Mapping[str, Any]
#: The sort key of a record, of its fields and its serial number.
Ordering = Callable[[Fields, int], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Record:
    """The state of one resource at one moment; a write replaces it.

    - `private` fields are in no answer. `encoded` is the record as JSON, checked when it was made.
    - `timer` will move the record at `due`; both are None if nothing will.
    - `serial` numbers the records of a collection from 1 in order of arrival; `order` is the sort
      key in lists.
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


#: Records in list order: a list that can be searched by sort key.
Rows: TypeAlias = "SortedKeyList[Record, tuple[Any, ...]]"

#: The sort key of a record in an index: worked out once, when it is put there.
_ORDER = attrgetter("order")


#: Rows by the values of the fields that are filtered by.
Index: TypeAlias = "dict[tuple[Any, ...], Rows]"


@dataclass(slots=True)
class _Tables:
    records: dict[str, Record] = field(default_factory=dict)
    arrived: int = 0
    indexes: dict[tuple[str, ...], Index] = field(default_factory=dict)
    due: Rows = field(
        default_factory=lambda: SortedKeyList(key=lambda record: (record.due, record.key))
    )

    def copy(self) -> "_Tables":
        indexes = {
            names: {values: rows.copy() for values, rows in index.items()}
            for names, index in self.indexes.items()
        }
        return _Tables(dict(self.records), self.arrived, indexes, self.due.copy())


class Collection:
    """The records of one resource.

    A fork shares the tables of its origin until one of the two is written to. The first list with a
    set of filters (public or private fields) makes an index for it, which writes keep up to date:
    the cost of a page depends on its size alone.
    """

    def __init__(self, ordering: Ordering, tables: _Tables | None = None) -> None:
        self._ordering = ordering
        self._tables = tables or _Tables()
        self._shared = tables is not None

    def fork(self) -> "Collection":
        """A copy that shares the tables until one of the two is written to."""
        self._shared = True
        return Collection(self._ordering, self._tables)

    def __len__(self) -> int:
        return len(self._tables.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._tables.records.values())

    def get(self, key: str) -> Record | None:
        """The record of that key."""
        return self._tables.records.get(key)

    def put(self, record: Record) -> None:
        """Add a record, or replace the one with the same key."""
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
        """Remove a record. Raises KeyError."""
        tables = self._own()
        record = tables.records.pop(key)
        if record.due is not None:
            tables.due.remove(record)
        for names, index in tables.indexes.items():
            index[_values(names, record)].remove(record)

    def position(self, record: Record, rows: Rows) -> int:
        """The position behind a record among some rows of this collection."""
        return rows.bisect_key_right(record.order)

    def rows(self, tenant: str | None, filters: Fields) -> Rows:
        """The records that match all filters, in list order; tenant None: those of all tenants.

        Callers may slice, count and search the rows, but not change them.
        """
        wanted = dict(filters) | ({} if tenant is None else {_TENANT: tenant})
        names = tuple(sorted(wanted))
        if names not in self._tables.indexes:
            self._index(names)
        return self._tables.indexes[names].get(
            tuple(wanted[name] for name in names)
        ) or SortedKeyList(key=_ORDER)

    def due(self, now: datetime) -> Iterator[Record]:
        """The records that are due, the earliest first; the caller moves each before the next."""
        while self._tables.due and (first := self._tables.due[0]).due and first.due <= now:
            yield first

    def _index(self, names: tuple[str, ...]) -> None:
        index: dict[tuple[Any, ...], list[Record]] = {}
        for record in self._tables.records.values():
            index.setdefault(_values(names, record), []).append(record)
        self._tables.indexes[names] = {
            values: SortedKeyList(rows, key=_ORDER) for values, rows in index.items()
        }

    def _rows(self, index: Index, values: tuple[Any, ...]) -> Rows:
        rows = index.get(values)
        if rows is None:
            rows = index[values] = SortedKeyList(key=_ORDER)
        return rows

    def _own(self) -> _Tables:
        if self._shared:
            self._tables = self._tables.copy()
            self._shared = False
        return self._tables


#: Stands for the tenant among the names of fields; sorts before all of them.
_TENANT = "\0tenant"


def _values(names: tuple[str, ...], record: Record) -> tuple[Any, ...]:
    return tuple(
        record.tenant if name is _TENANT else record.fields.get(name, record.private.get(name))
        for name in names
    )
