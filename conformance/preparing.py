"""Prepares records and credentials through the target's provider states."""

import uuid
from collections.abc import Mapping
from typing import Any

from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import ABSENT, FOREIGN, Level


def record_in(subject: Subject, state: str, **params: Any) -> str:
    """Id of a fresh record in a lifecycle state, or in one of the pseudo-states.

    Raises Unexercised.
    """
    if state == ABSENT:
        return str(uuid.uuid4())
    if state == FOREIGN:
        return foreign_record(subject, **params)
    return new_record(subject, **_params_of(subject, state), **params)


def foreign_record(subject: Subject, **params: Any) -> str:
    """Id of a fresh record of another tenant; it shares what two tenants can share.

    Raises Unexercised.
    """
    scopes = subject.profile.scopes
    shared = {name: value for name, value in params.items() if scopes.get(name) is None}
    state = _params_of(subject, movable_state(subject))
    return new_record(subject, **state, tenant="other", **shared)


def new_record(subject: Subject, **params: Any) -> str:
    """Id of a fresh record with these members. Raises Unexercised."""
    state, field = subject.profile.state, subject.table.field
    identity = subject.states.setup(state, **params).get(field)
    if not isinstance(identity, str):
        raise Unexercised(f"provider state {state!r} returned no {field!r}")
    subject.record_headers[identity] = scope_headers(subject, params)
    return identity


def scope_headers(subject: Subject, params: Mapping[str, str]) -> dict[str, str]:
    """The headers that carry those of the params which no query parameter carries."""
    headers = subject.profile.headers
    return {header: params[name] for name, header in headers.items() if name in params}


def fresh_scope(subject: Subject) -> dict[str, str]:
    """Fresh values that narrow a list to the records made with them. Raises Unexercised."""
    return {
        name: prepared_id(subject, state, name) if state else str(uuid.uuid4())
        for name, state in subject.profile.scopes.items()
    }


def prepared_id(subject: Subject, state: str, name: str = "id", /, **params: Any) -> str:
    """The id that a provider state returns, as `name` or as `id`. Raises Unexercised."""
    result = subject.states.setup(state, **params)
    identity = result.get(name, result.get("id"))
    if not isinstance(identity, str):
        raise Unexercised(f"provider state {state!r} returned no {name!r}")
    return identity


def new_credential(subject: Subject, **params: Any) -> Mapping[str, str]:
    """The headers of a fresh credential. Raises Unexercised."""
    headers = subject.states.setup("credential", **params).get("headers")
    if not isinstance(headers, dict):
        raise Unexercised("provider state 'credential' returned no headers")
    return headers


def movable_state(subject: Subject) -> str:
    """A state that some transition starts from; if there is none, an initial state."""
    table = subject.table
    sources = (move.source for row in table.transitions.values() for move in row.moves)
    created = [table.creation.target] if table.creation else []
    return next(sources, [*table.given, *created, *table.states][0])


def accepting_state(subject: Subject, operation: str) -> str:
    """A state in which an operation succeeds; preferably one that no decision settles."""
    movable = movable_state(subject)
    row = subject.table.transitions.get(operation)
    if row is None:
        return movable
    rules = subject.contract.rules
    certain = [
        state for state, stay in row.stays.items() if rules[stay.rule].level is not Level.DECISION
    ]
    sources = [move.source for move in row.moves] + (certain or list(row.stays))
    return movable if movable in sources else sources[0]


def _params_of(subject: Subject, state: str) -> Mapping[str, Any]:
    """The params of the provider state that prepare a record in a lifecycle state."""
    values = {name: allowed[0] for name, allowed in subject.table.states[state].items()}
    return subject.profile.state_params.get(state, values)
