"""What a world stores under one name, and how its records are made.

A record is checked against its schema and encoded when it is made, so that reading never has to.
"""

from dataclasses import dataclass
from datetime import datetime

import orjson

from session_contracts.mock_server.checker import Checker, checked
from session_contracts.mock_server.clock import parse_time
from session_contracts.mock_server.store import Fields, Ordering, Record
from session_contracts.openapi.model import Lifecycle, Timer


@dataclass(frozen=True)
class Resource:
    """One resource of the API `api`.

    `key` is the field that identifies a record, `ordering` the sort key of lists, `timers` those
    that the mock fires. `private` checks the hidden fields of records that come from outside.
    """

    api: str
    name: str
    key: str
    checker: Checker
    ordering: Ordering
    lifecycle: Lifecycle | None
    timers: tuple[Timer, ...]
    private: Checker


def build(
    resource: Resource,
    fields: Fields,
    tenant: str,
    private: Fields,
    now: datetime,
    entered: datetime | None = None,
) -> Record:
    """A record, checked and encoded. Raises ResponseContractViolation.

    `entered` is when the record entered its state; None where that is unknown.
    """
    checked(resource.checker, fields, f"{resource.name} {fields.get(resource.key)}")
    state = resource.lifecycle.state_of(fields) if resource.lifecycle else None
    timer, due = _next_timer(resource, state, fields, now, entered)
    encoded = orjson.Fragment(orjson.dumps(fields))
    return Record(fields[resource.key], tenant, state, fields, private, encoded, timer, due)


def _next_timer(
    resource: Resource, state: str | None, fields: Fields, now: datetime, entered: datetime | None
) -> tuple[Timer | None, datetime | None]:
    """The timer that moves the record, and when; a moment that has passed counts for nothing."""
    for timer in resource.timers:
        due = parse_time(fields[timer.due]) if timer.due else entered and entered + timer.after
        if state in timer.sources and due and due > now:
            return timer, due
    return None, None
