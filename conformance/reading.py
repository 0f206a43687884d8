"""Reads a record back, and its lifecycle state.

All functions raise Unexercised if the answer is unusable: another rule reports that.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.preparing import record_in
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import ABSENT


def fetch(subject: Subject, identity: str, headers: Mapping[str, str] | None = None) -> Exchange:
    """Call the operation that reads a record. `headers` replace the default credentials."""
    return send(subject, subject.profile.read, identity, headers=headers)


def read(subject: Subject, identity: str) -> Record:
    """The documented members of a record now. Raises Unexercised."""
    return record_of(subject, fetch(subject, identity), identity)


def record_of(subject: Subject, exchange: Exchange, identity: str) -> Record:
    """The documented members of the record in an answer, without volatile ones.

    Raises Unexercised.
    """
    record = unwrapped(subject, exchange)
    if not exchange.ok or not isinstance(record, dict) or not _has_id(subject, record, identity):
        resource = f"{subject.contract.name} {subject.profile.resource} {identity}"
        raise Unexercised(f"{exchange.method} {resource} could not be read back")
    volatile = subject.table.volatile.get(subject.table.state_of(record) or "", ())
    schema = shapes.record_schema(subject.operation(subject.profile.read))
    documented: Record = shapes.known(schema, record)
    return {name: value for name, value in documented.items() if name not in volatile}


def unwrapped(subject: Subject, exchange: Exchange) -> Any:
    """The record in an answer, in its envelope or without one."""
    return shapes.unwrap(exchange.json, shapes.envelope(subject.operation(subject.profile.read)))


def _has_id(subject: Subject, record: Record, identity: str) -> bool:
    """Whether a record has this id; a record that need not show its id is assumed to."""
    table = subject.table
    shown = table.field in subject.contract.schemas[table.schema].get("required", ())
    return not shown or str(record.get(table.field)).lower() == identity.lower()


def shows_state(subject: Subject, record: Record) -> bool:
    """Whether a record has the members that its state is read from."""
    return subject.table.state_fields() <= record.keys()


def read_or_absent(subject: Subject, identity: str) -> Record:
    """The record now; empty if it no longer exists. Raises Unexercised."""
    exchange = fetch(subject, identity)
    gone = subject.table.transitions[subject.profile.read].refusals[ABSENT]
    statuses = subject.contract.statuses(gone.rule) or (gone.status,)
    return {} if exchange.status in statuses else record_of(subject, exchange, identity)


def state_of(subject: Subject, record: Record) -> str | None:
    """The lifecycle state of a record; ABSENT for an empty one, None for an unknown state."""
    return subject.table.state_of(record) if record else ABSENT


def current_state(subject: Subject, identity: str) -> str | None:
    """The lifecycle state of an existing record now. Raises Unexercised."""
    return subject.table.state_of(read(subject, identity))


def current_state_among(subject: Subject, identity: str, possible: Iterable[str]) -> str | None:
    """The lifecycle state of a record now; ABSENT only if that is possible.

    Raises Unexercised.
    """
    if ABSENT in possible:
        return state_of(subject, read_or_absent(subject, identity))
    return current_state(subject, identity)


def states_by_now(subject: Subject, states: Iterable[str]) -> frozenset[str]:
    """These states, and those that timers without a documented due time may have led to."""
    reached = frozenset(states)
    for timer in subject.table.timers:
        if timer.due is None and reached & set(timer.sources):
            reached |= {timer.target}
    return reached


def may_read_as(subject: Subject, found: str | None, state: str) -> bool:
    """Whether a record in `state` may be reported in state `found`."""
    return found in (state, *subject.table.reported_as.get(state, ()))


def require_state(subject: Subject, identity: str, state: str) -> Record:
    """The record now, which is in this state or does not show its state. Raises Unexercised."""
    record = read_or_absent(subject, identity)
    found = state_of(subject, record)
    if not may_read_as(subject, found, state) and (not record or shows_state(subject, record)):
        resource = subject.profile.resource
        raise Unexercised(f"a {resource} that should be {state} reads as {found}")
    return record


def preparable_states(subject: Subject) -> list[str]:
    """The states that a record can be prepared in, and then reads as."""
    return [state for state in subject.table.states if _is_preparable(subject, state)]


def _is_preparable(subject: Subject, state: str) -> bool:
    try:
        require_state(subject, record_in(subject, state), state)
    except Unexercised:
        return False
    return True
