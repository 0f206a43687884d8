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
#: Columns of every lifecycle table besides its states: no such record; a record of another tenant.
PSEUDO_STATES = (ABSENT, FOREIGN)
#: Among the values of a state: any value but null.
ANY = "*"


class Level(StrEnum):
    """The source of a rule: the vendor's main page, another page of the vendor, or none."""

    DOCUMENTED = "documented"
    COMPANION = "companion"
    DECISION = "decision"


@dataclass(frozen=True)
class Rule:
    """One statement of the documents.

    `statuses`: those that are allowed, the mock's choice first; empty if the rule is not about
    one. `operation`: where the rule is stated; None: at the root. `code`: the code of an error
    that the rule is about. `alias`: the name by which generic checks know the rule.
    """

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
    """The rules that violated constraints break.

    `ids` maps a JSON Schema keyword, or `missing`, `syntax` and the like, to the id of a rule;
    `*` stands for all other constraints.
    """

    ids: Mapping[str, str] = field(default_factory=dict)

    def get(self, constraint: str) -> str | None:
        """The rule that a violation of this constraint breaks."""
        return self.ids.get(constraint) or self.ids.get("*")


@dataclass(frozen=True)
class Move:
    """A transition from `source` to `target`, or to `absent`: the record is deleted.

    It applies if the request body has the values of `when`: null also matches a missing member,
    `*` any value but null.
    """

    source: str
    target: str
    when: Mapping[str, Any]
    rule: str


@dataclass(frozen=True)
class Stay:
    """The operation succeeds in this state and does not change it."""

    rule: str


@dataclass(frozen=True)
class Refusal:
    """The operation is refused in this state."""

    status: int
    rule: str


@dataclass(frozen=True)
class Transition:
    """One row of the table: what an operation does in each state.

    `stays` and `refusals` are keyed by state or pseudo-state; the request body selects one of the
    `moves` from a state. `effects` are names of functions of the mock. Rules on the whole row:
    `atomic`, a refusal changes nothing; `isolated`, no other record changes; `kept`, members of
    the request body are stored; `once`, only one of several simultaneous calls succeeds.
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
        """The moves from one state."""
        return tuple(move for move in self.moves if move.source == state)


@dataclass(frozen=True)
class Timer:
    """A transition that time makes.

    It fires `after` the time in the field `since`, which is the time in the field `due`; without
    these fields, `after` the record entered one of `sources`. `optional`: the documents do not say
    whether it happens, and the mock omits it.
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
    """The operation that creates a record, and its first state.

    `kept`: the rule that it stores the request body.
    """

    operation: str
    target: str
    rule: str
    kept: str | None = None


@dataclass(frozen=True)
class Lifecycle:
    """The table of one resource. A state names values of fields; a record is in exactly one.

    `parameter` and `field` identify a record: a path parameter, and the field that it equals.
    `given`: states in which records begin without this API. `stated`: the rule on the fields that
    show the state. `reported_as`: other states as which a state may be read. `volatile`: by state,
    the fields that may change by themselves.
    """

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
        """The state whose values a record has; None if none matches."""
        for state, values in self.states.items():
            if all(_among(record.get(name), allowed) for name, allowed in values.items()):
                return state
        return None

    def fields_of(self, state: str, record: Mapping[str, Any]) -> dict[str, Any]:
        """The values of fields that put a record in a state.

        Where several are allowed, the record keeps its value if it is one of them, else gets the
        first. A field that may have any value is left out if the record has none.
        """
        values = self.states[state].items()
        fields = {
            name: record.get(name) if _among(record.get(name), allowed) else allowed[0]
            for name, allowed in values
        }
        return {name: value for name, value in fields.items() if value != ANY}

    def state_fields(self) -> frozenset[str]:
        """The fields that distinguish the states."""
        return frozenset(name for values in self.states.values() for name in values)


def _among(value: Any, allowed: tuple[Any, ...]) -> bool:
    return value in allowed or (ANY in allowed and value is not None)


class Keeps(StrEnum):
    """Which records a filter keeps: with the same value, no earlier one, or no later one."""

    EQUAL = "equal"
    FROM = "from"
    TO = "to"


@dataclass(frozen=True)
class Filter:
    """A parameter that keeps some records of a list, by their `field`.

    `hidden`: no answer shows the field. `values`: the rules on single values, where `rule` is not
    the one.
    """

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
    """Bounds that replace a number beyond them."""

    rule: str
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Parameter:
    """A parameter. `location`: path, query or header. `rules`: what an invalid value breaks."""

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
    """A request body. `schemas` are keyed by media type.

    `rules`: what a body breaks that is missing, cannot be parsed, or is of another media type.
    `max_bytes`: its maximum size; None: the server's own.
    """

    required: bool
    schemas: Mapping[str, JsonSchema]
    rules: RuleMap
    max_bytes: int | None = None


class Style(StrEnum):
    """How a list is paged.

    By page number, by the number of records to skip, by a cursor that is a date-time, after the
    id of the last record, or not at all.
    """

    PAGE = "page"
    OFFSET = "offset"
    CURSOR = "cursor"
    AFTER = "after"
    WHOLE = "whole"


class Ties(StrEnum):
    """Which of equally sorted records comes first: the one that was added last, or first."""

    LATEST = "latest"
    EARLIEST = "earliest"


@dataclass(frozen=True)
class Cursor:
    """How one page leads to the next.

    Style `cursor`: `parameter` takes the `member` of the previous answer; both are values of the
    date-time `field`. Style `after`: `parameter` takes the `field` of the previous page's last
    record, and the boolean `member` of an answer says whether more follow.
    """

    parameter: str
    member: str
    field: str


@dataclass(frozen=True)
class Listing:
    """How an operation lists a resource. `order`: fields to sort by, with `-` for descending."""

    resource: str
    order: tuple[str, ...]
    style: Style
    cursor: Cursor | None = None
    ties: Ties = Ties.LATEST


@dataclass(frozen=True)
class SecurityScheme:
    """A way to authenticate: a `header` with the secret, after the word Bearer or alone.

    The keys of `rules` are what can be wrong: missing, scheme, malformed, unknown, revoked,
    expired, and other (a credential of another scheme was sent).
    """

    name: str
    header: str
    bearer: bool
    rules: RuleMap


@dataclass(frozen=True)
class Scope:
    """The scope that a credential needs, and the rule that requires it."""

    name: str
    rule: str


@dataclass(frozen=True)
class Operation:
    """One operation. Schemas are resolved but still OpenAPI's (see `openapi.json_schema`).

    `responses` maps status to media type to schema, `headers` status to the names of declared
    headers. `security`: schemes of which one is needed; none: the operation is public.
    `envelope_rule` and `members_rule`: the rules on the form of a success.
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
        """The parameter of this name."""
        return next(parameter for parameter in self.parameters if parameter.name == name)


@dataclass(frozen=True)
class Window:
    """The calls allowed in a period. `up_to`: the highest documented limit of any plan."""

    calls: int
    per: timedelta
    up_to: int


@dataclass(frozen=True)
class RateLimits:
    """How many calls a credential may make.

    `headers`: names of the headers with the limit, remaining, reset and resource of the first
    window, and with retryAfter in a refusal. `operations`: those that are counted and limited;
    empty: all.
    """

    rule: str
    windows: tuple[Window, ...]
    headers: Mapping[str, str]
    resource: str
    operations: tuple[str, ...] = ()

    def limits(self, operation: str) -> bool:
        """Whether calls of an operation are counted and limited."""
        return not self.operations or operation in self.operations


@dataclass(frozen=True)
class Contract:
    """A contract. `document`: the parsed document itself. `security`: all declared schemes."""

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
        """The statuses that a rule allows."""
        return self.rules[rule].statuses
