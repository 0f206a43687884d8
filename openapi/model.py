"""A contract as plain frozen data: operations, lifecycles, rules."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

JsonSchema = Mapping[str, Any]

ABSENT = "absent"
FOREIGN = "foreign"
#: What a lifecycle table also answers for: no such record, and a record of another tenant.
PSEUDO_STATES = (ABSENT, FOREIGN)
#: Among the values of a state: whatever is not null.
ANY = "*"


class Level(StrEnum):
    """Who says so: the seed page, another page of the vendor, or nobody."""

    DOCUMENTED = "documented"
    COMPANION = "companion"
    DECISION = "decision"


@dataclass(frozen=True)
class Rule:
    """One statement of the documents. `statuses` are the legal ones, the mock's own first; empty where the rule is not about one."""

    id: str
    level: Level
    statement: str
    source: str
    statuses: tuple[int, ...] = ()
    operation: str | None = None
    code: str | None = None
    alias: str | None = None


@dataclass(frozen=True)
class RuleMap:
    """Which rule a violated constraint breaks: JSON Schema keyword (or `missing`, `syntax`, ...) to rule id; `*` is any other."""

    ids: Mapping[str, str] = field(default_factory=dict)

    def get(self, constraint: str) -> str | None:
        return self.ids.get(constraint) or self.ids.get("*")


@dataclass(frozen=True)
class Move:
    """From `source` to `target` (`absent`: the record is deleted), where the request body has the values of `when`.

    Among these, null is a member that is not there either, and `*` whatever is not null.
    """

    source: str
    target: str
    when: Mapping[str, Any]
    rule: str


@dataclass(frozen=True)
class Stay:
    """The operation succeeds in this state and leaves it."""

    rule: str


@dataclass(frozen=True)
class Refusal:
    status: int
    rule: str


@dataclass(frozen=True)
class Transition:
    """What one operation does in every state: one row of the table.

    `stays` and `refusals` are keyed by state (pseudo-states too), `moves` are alternatives told apart by the request body.
    `atomic` and `isolated` name the rules that a refusal changes nothing and that no other record changes.
    """

    operation: str
    moves: tuple[Move, ...]
    stays: Mapping[str, Stay]
    refusals: Mapping[str, Refusal]
    effects: tuple[str, ...] = ()
    atomic: str | None = None
    isolated: str | None = None
    kept: str | None = None
    once: str | None = None

    def moves_from(self, state: str) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.source == state)


@dataclass(frozen=True)
class Timer:
    """A move that time makes: `after` the time in field `since`, which is the time in field `due`. `optional`: documents are silent.

    Without these fields, `after` the moment at which a record comes into one of `sources`.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    after: timedelta
    rule: str
    since: str | None = None
    due: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Creation:
    """The operation that makes a record, and the state in which it begins."""

    operation: str
    target: str
    rule: str
    kept: str | None = None


@dataclass(frozen=True)
class Lifecycle:
    """The table of one resource. A state is a name for values of fields; every record is in exactly one."""

    name: str
    schema: str
    parameter: str
    field: str
    given: tuple[str, ...]
    states: Mapping[str, Mapping[str, tuple[Any, ...]]]
    transitions: Mapping[str, Transition]
    timers: tuple[Timer, ...]
    creation: Creation | None = None
    stated: str | None = None
    reported_as: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    volatile: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def state_of(self, record: Mapping[str, Any]) -> str | None:
        """The state whose values `record` has; None where no state matches."""
        for state, values in self.states.items():
            if all(_among(record.get(name), allowed) for name, allowed in values.items()):
                return state
        return None

    def fields_of(self, state: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """The values that make up `state`; where it allows several, the record's own if it is one of them, else the first.

        A field that may have any value is left out where the record has none.
        """
        values = self.states[state].items()
        fields = {
            name: record.get(name) if _among(record.get(name), allowed) else allowed[0]
            for name, allowed in values
        }
        return {name: value for name, value in fields.items() if value != ANY}

    def state_fields(self) -> frozenset[str]:
        return frozenset(name for values in self.states.values() for name in values)


def _among(value: Any, allowed: tuple[Any, ...]) -> bool:
    return value in allowed or (ANY in allowed and value is not None)


class Keeps(StrEnum):
    """Which records a filter keeps: those whose field is equal to it, not before it, or not after it."""

    EQUAL = "equal"
    FROM = "from"
    TO = "to"


@dataclass(frozen=True)
class Filter:
    """A parameter that keeps some records, by their `field`; `hidden`: one that no answer shows."""

    field: str
    rule: str
    keeps: Keeps = Keeps.EQUAL
    hidden: bool = False
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def rule_of(self, value: str | None) -> str:
        """The rule on filtering by this value."""
        return self.values.get(value or "", self.rule)


@dataclass(frozen=True)
class Clamp:
    """A number beyond one of these bounds counts as the bound."""

    rule: str
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Parameter:
    name: str
    location: str
    required: bool
    schema: JsonSchema
    rules: RuleMap
    filter: Filter | None = None
    clamp: Clamp | None = None
    example: Any = None


@dataclass(frozen=True)
class Body:
    """A request body. `schemas` are keyed by media type; `rules` say what a missing, unreadable or foreign one breaks.

    `max_bytes`: how long it may be; None: as long as the server takes any.
    """

    required: bool
    schemas: Mapping[str, JsonSchema]
    rules: RuleMap
    max_bytes: int | None = None


class Style(StrEnum):
    """How a list is paged: by number, by how many to skip, by a cursor that is a moment, after the last record, or not at all."""

    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"
    AFTER = "after"
    WHOLE = "whole"


class Ties(StrEnum):
    """Which comes first of records that are equal in what a list is sorted by: the one that arrived last, or first."""

    LATEST = "latest"
    EARLIEST = "earliest"


@dataclass(frozen=True)
class Cursor:
    """Style `cursor`: `parameter` takes what `member` of the answer before gave; both are moments of the date-time `field`.

    Style `after`: `parameter` takes the `field` of the last record of the page before, whose `member` says whether more follow.
    """

    parameter: str
    member: str
    field: str


@dataclass(frozen=True)
class Listing:
    """How an operation lists: of which resource, in which order (`-` is descending), in which style of paging."""

    resource: str
    order: tuple[str, ...]
    style: Style
    cursor: Cursor | None = None
    ties: Ties = Ties.LATEST


@dataclass(frozen=True)
class SecurityScheme:
    """One way to say who calls: the `header` that carries the secret, behind the word Bearer or bare.

    `rules` are keyed by what is wrong: missing, scheme, malformed, unknown, revoked, expired; other: that of another scheme was sent.
    """

    name: str
    header: str
    bearer: bool
    rules: RuleMap


@dataclass(frozen=True)
class Scope:
    """What a credential must be allowed to do."""

    name: str
    rule: str


@dataclass(frozen=True)
class Operation:
    """One operation; schemas are resolved, but still OpenAPI's (see `openapi.json_schema`).

    `responses` maps status to media type to schema, `headers` status to the names of the declared headers. `security`: the schemes
    of which one is needed; none where nobody is asked who calls.
    """

    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: Mapping[int, Mapping[str, JsonSchema]]
    headers: Mapping[int, tuple[str, ...]]
    listing: Listing | None
    security: tuple[SecurityScheme, ...]
    scope: Scope | None = None
    envelope_rule: str | None = None
    members_rule: str | None = None

    def parameter(self, name: str) -> Parameter:
        return next(parameter for parameter in self.parameters if parameter.name == name)


@dataclass(frozen=True)
class Window:
    """So many calls in so much time; `up_to`: as many as the documents know of, where they differ by plan and no header tells."""

    calls: int
    per: timedelta
    up_to: int


@dataclass(frozen=True)
class RateLimits:
    """What a credential may call.

    `headers` names the headers for limit, remaining, reset and resource of the first window, and for retryAfter of a refusal.
    `operations`: those that count and are limited; empty: all.
    """

    rule: str
    windows: tuple[Window, ...]
    headers: Mapping[str, str]
    resource: str
    operations: tuple[str, ...] = ()

    def limits(self, operation: str) -> bool:
        return not self.operations or operation in self.operations


@dataclass(frozen=True)
class Contract:
    """Everything that one document says. `document` is the document itself, as parsed; `security`: every scheme that it has."""

    name: str
    title: str
    file: str
    document: Mapping[str, Any]
    operations: Mapping[str, Operation]
    lifecycles: Mapping[str, Lifecycle]
    rules: Mapping[str, Rule]
    schemas: Mapping[str, JsonSchema]
    rate_limits: RateLimits | None
    security: tuple[SecurityScheme, ...]

    def lifecycle_of(self, operation: str) -> Lifecycle | None:
        """The lifecycle whose table has a row for `operation`."""
        return next(
            (table for table in self.lifecycles.values() if operation in table.transitions), None
        )

    def statuses(self, rule: str) -> tuple[int, ...]:
        return self.rules[rule].statuses
