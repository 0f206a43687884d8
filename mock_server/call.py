"""One request on its way: what the middlewares have found out so far, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.plan import ApiPlan, OperationPlan, Resource
from session_contracts.mock_server.store import Fields, Record, Rows
from session_contracts.mock_server.world import Message, World
from session_contracts.openapi.model import ABSENT, FOREIGN, Keeps, Move, SecurityScheme

if TYPE_CHECKING:
    from session_contracts.mock_server.faults import Fault
    from session_contracts.mock_server.worlds import Worlds

#: Where the world lies in the ASGI scope.
WORLD_KEY = "session_contracts.world"
#: Where in the ASGI scope a server offers to break the connection off.
ABORT_KEY = "session_contracts.abort"
#: Where the call lies in the ASGI scope.
SCOPE_KEY = "session_contracts.call"


@dataclass(slots=True)
class Answer:
    """`body` may hold encoded records; `frame` is the body without them, which is all that is left to check."""

    status: int
    body: Any
    frame: Any = None
    media: str = "application/json"


@dataclass(slots=True)
class Change:
    """What a move does besides: fields that it sets, shown and private ones, and messages that it sends.

    The fields of its state it leaves alone, but for one that may have any value there.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)


@dataclass(slots=True)
class Call:
    """`worlds`: all that the server has. `scheme`: how the caller says who it is. `tenant`: whose records the call is about.
    `parameters` are validated values, path parameters too.

    `before`, `record` and `move` are what the lifecycle table decided: the state, and what it let through. `fault` struck the call,
    for `delay` seconds; by `preference` it got an example. `raw_body` is the body as it was sent; None where it was too long.
    """

    world: World
    worlds: "Worlds"
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
    fault: "Fault | None" = None
    delay: float = 0.0
    preference: str | None = None
    answer: Answer | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def plan(self) -> OperationPlan:
        """The operation that was found."""
        assert self.operation is not None, "the route comes first"
        return self.operation

    @property
    def found(self) -> Record:
        """The record that the table let through."""
        assert self.record is not None, "the table decides first"
        return self.record

    @property
    def time(self) -> datetime:
        assert self.now is not None, "the route comes first"
        return self.now

    def resource(self) -> Resource:
        """What the operation acts on."""
        assert self.plan.lifecycle is not None, "only what has a row in a table acts on something"
        return self.api.resources[self.plan.lifecycle.name]

    def addressed(self) -> Record | None:
        """The record that the path names."""
        assert self.plan.lifecycle is not None, "only what has a row in a table acts on something"
        return self.world.collection(self.api, self.resource()).get(
            self.parameters[self.plan.lifecycle.parameter]
        )

    def state_of(self, record: Record | None) -> str:
        """As the caller may know it."""
        if record is None:
            return ABSENT
        return str(record.state) if self.api.sees(self.tenant, record.tenant) else FOREIGN

    def rows(self) -> Rows:
        """The tenant's records that the operation lists and that equal what the request filters by, in order."""
        assert self.plan.contract.listing is not None, "only of a list"
        return self.rows_of(self.plan.contract.listing.resource, filters_of(self))

    def rows_of(self, resource: str, filters: Fields) -> Rows:
        """The tenant's records of a resource that equal all of `filters`, in order."""
        return self.world.collection(self.api, self.api.resources[resource]).rows(
            self.tenant, filters
        )

    def perform(self) -> Record:
        """The decided move, with its effects: the record as it is afterwards, or as it last was."""
        assert self.move is not None, "the table decides first"
        change = Change()
        for effect in self.plan.effects:
            effect(self, change)
        if self.move.target == ABSENT:
            self.world.drop(self.api, self.resource(), self.found)
            record = self.found
        else:
            record = self.world.move(
                self.api,
                self.resource(),
                self.found,
                self.move.target,
                change.fields,
                change.private,
            )
        self.world.outbox.extend(change.messages)
        return record


def one(record: Record, envelope: str, status: int = 200) -> Answer:
    """A single record in an envelope: `{envelope: record}`; the record was checked when it was made."""
    return Answer(status, {envelope: record.encoded}, {envelope: record.fields})


def filters_of(call: Call) -> Fields:
    """The fields that the request wants to be equal to something."""
    given = [
        (plan.filters, call.parameters[plan.name])
        for plan in call.plan.parameters
        if plan.filters and plan.name in call.parameters
    ]
    return {wanted.field: value for wanted, value in given if wanted.keeps is Keeps.EQUAL}
