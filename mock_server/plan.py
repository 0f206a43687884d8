"""The plan that a contract is compiled to, and the call that is answered by it.

`compile.py` makes a plan for each API and each operation at startup: frozen data and plain
functions. A mutant is a copy of it with one part replaced (see `mutants`). A request becomes a
`Call`, which carries the plan and everything that the middlewares find out; every function of a
plan takes a call. The two refer to each other, so they share this module.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.coverage import Reach
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError
from session_contracts.mock_server.faults import Fault
from session_contracts.mock_server.resource import Resource
from session_contracts.mock_server.store import Fields, Record, Rows
from session_contracts.mock_server.world import Message, World
from session_contracts.openapi.model import (
    ABSENT,
    FOREIGN,
    Clamp,
    Contract,
    Filter,
    Keeps,
    Lifecycle,
    Move,
    Operation,
    RateLimits,
    RuleMap,
    SecurityScheme,
    Transition,
)


@dataclass(slots=True)
class Answer:
    """What a handler answers. `body` may hold encoded records.

    `frame` is the body without those records, and all of it that is left to check.
    """

    status: int
    body: Any
    frame: Any = None
    media: str = "application/json"


@dataclass(slots=True)
class Change:
    """What the effects of a move add: public fields, private fields, and messages to send.

    An effect leaves the fields that make up the state alone, unless the state allows any value.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


Handler = Callable[["Call"], Answer]
Run = Callable[["Call"], Awaitable[Answer]]
Effect = Callable[["Call", Change], None]
#: Media type and body of an error, for a status, a sentence, and the errors of single fields.
ErrorBody = Callable[[int, str, tuple[FieldError, ...]], tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class ParameterPlan:
    """One parameter. `read` turns the text of a request into a value; it raises ValueError."""

    name: str
    location: str
    required: bool
    default: Any
    read: Callable[[str], Any]
    checker: Checker
    rules: RuleMap
    filters: Filter | None
    clamp: Clamp | None


@dataclass(frozen=True)
class BodyPlan:
    """A request body. One of more than `max_bytes` is refused and never held in memory."""

    required: bool
    max_bytes: int
    checkers: Mapping[str, Checker]
    rules: RuleMap


@dataclass(frozen=True)
class OperationPlan:
    """One operation.

    `row` is its row of the lifecycle table. `run` answers a valid, authorized call: `decide` looks
    up the table, then `handler` answers. `finish` checks the answer and encodes it.
    """

    id: str
    contract: Operation
    parameters: tuple[ParameterPlan, ...]
    body: BodyPlan | None
    row: Transition | None
    lifecycle: Lifecycle | None
    effects: tuple[Effect, ...]
    handler: Handler
    answers: Mapping[tuple[int, str], Checker]
    decide: Callable[["Call"], None]
    run: Run
    finish: Callable[["Call", Answer], bytes]


@dataclass(frozen=True)
class Route:
    """A path of the contract: a regular expression, and operation ids by HTTP method."""

    pattern: Any
    operations: Mapping[str, str]


@dataclass(frozen=True)
class ApiPlan:
    """One API, ready to serve.

    - `unauthorized` is the message of a 401.
    - `find_credential` finds the credential of a secret; `authenticate` decides who the caller is,
      `authorize` whether it may make this call, `limit` counts its calls.
    - `choose_tenant` picks the tenant whose records the call is about; `sees` says whether that
      tenant may know of a record of another one.
    - `reach` is all that coverage can count.
    - `secret_headers` are the names, in lower case, of headers that carry credentials.
    - `vendor` is False for the control API only, which has no journal, coverage or faults.
    """

    name: str
    base_path: str
    contract: Contract
    routes: tuple[Route, ...]
    operations: Mapping[str, OperationPlan]
    resources: Mapping[str, Resource]
    rate_limits: RateLimits | None
    error_body: ErrorBody
    unauthorized: str
    find_credential: Callable[["Call", str], Credential | None]
    authenticate: Callable[["Call", str | None], Credential]
    authorize: Callable[["Call", Credential], None]
    limit: Callable[["Call", Credential], None]
    choose_tenant: Callable[["Call"], str | None]
    sees: Callable[[str | None, str], bool]
    reach: Reach
    secret_headers: frozenset[str]
    vendor: bool


#: The plans of the vendors' APIs, by name.
Plans = Mapping[str, ApiPlan]


def operation_ids(plans: Plans) -> Mapping[str, tuple[str, ...]]:
    """The ids of all operations, by API."""
    return {name: tuple(plan.operations) for name, plan in plans.items()}


def current_time(world: World, plans: Plans) -> datetime:
    """The world's time; fires the timers that are due."""
    return world.fire_timers(
        resource
        for plan in plans.values()
        for resource in plan.resources.values()
        if resource.timers
    )


@dataclass(slots=True)
class Call:
    """One request on its way: what the middlewares have found out so far, and its answer.

    - `plans` are the plans in effect in its world; `api` is one of them, or the control API.
    - `scheme` is the security scheme that the caller used, `tenant` whose records it is about.
    - `parameters` are validated values, path parameters included.
    - `before`, `record` and `move` are what the lifecycle table decided: the record's state, the
      record, and the move that it may make.
    - `fault` hit the call and took `delay` seconds; `preference` asked for an example.
    - `raw_body` is the body as it was sent; None if it was too long.
    """

    world: World
    plans: Plans
    api: ApiPlan
    operation: OperationPlan | None = None
    path_values: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    scheme: SecurityScheme | None = None
    credential: Credential | None = None
    tenant: str | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    raw_body: bytes | None = None
    before: str | None = None
    record: Record | None = None
    move: Move | None = None
    fault: Fault | None = None
    delay: float = 0.0
    preference: str | None = None
    answer: Answer | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def plan(self) -> OperationPlan:
        """The operation, once the call is routed."""
        assert self.operation is not None, "only after routing"
        return self.operation

    @property
    def found(self) -> Record:
        """The record that the call is about, once the lifecycle table has let it through."""
        assert self.record is not None, "only after the lifecycle table's decision"
        return self.record

    @property
    def time(self) -> datetime:
        """The world's time when the call was routed."""
        assert self.now is not None, "only after routing"
        return self.now

    def resource(self) -> Resource:
        """The resource that the operation acts on."""
        assert self.plan.lifecycle is not None, "only of an operation with a lifecycle"
        return self.api.resources[self.plan.lifecycle.name]

    def addressed(self) -> Record | None:
        """The record whose id is in the path."""
        assert self.plan.lifecycle is not None, "only of an operation with a lifecycle"
        key = self.parameters[self.plan.lifecycle.parameter]
        return self.world.collection(self.resource()).get(key)

    def state_of(self, record: Record | None) -> str:
        """The record's state as far as the caller may know it: perhaps absent, or foreign."""
        if record is None:
            return ABSENT
        return str(record.state) if self.api.sees(self.tenant, record.tenant) else FOREIGN

    def rows(self) -> Rows:
        """The tenant's records that match the request's filters for equality, in list order."""
        assert self.plan.contract.listing is not None, "only of a list"
        return self.rows_of(self.plan.contract.listing.resource, filters_of(self))

    def rows_of(self, resource: str, filters: Fields) -> Rows:
        """The tenant's records of a resource that equal all of `filters`, in list order."""
        return self.world.collection(self.api.resources[resource]).rows(self.tenant, filters)

    def perform(self) -> Record:
        """Make the decided move with its effects. Returns the record after it, or the last one."""
        assert self.move is not None, "only after the lifecycle table's decision"
        change = Change()
        for effect in self.plan.effects:
            effect(self, change)
        record = self._moved(self.move.target, change)
        self.world.outbox.extend(change.messages)
        return record

    def _moved(self, target: str, change: Change) -> Record:
        resource = self.resource()
        if target == ABSENT:
            self.world.drop(resource, self.found)
            return self.found
        return self.world.move(resource, self.found, target, change.fields, change.private)


def one(record: Record, envelope: str, status: int = 200) -> Answer:
    """A single record in an envelope: `{envelope: record}`. The record is checked already."""
    return Answer(status, {envelope: record.encoded}, {envelope: record.fields})


def filters_of(call: Call) -> Fields:
    """The fields that the request filters for equality, with their values."""
    given = [
        (plan.filters, call.parameters[plan.name])
        for plan in call.plan.parameters
        if plan.filters and plan.name in call.parameters
    ]
    return {wanted.field: value for wanted, value in given if wanted.keeps is Keeps.EQUAL}
