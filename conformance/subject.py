"""The judged resource in a check's hands: place one, call an operation on it, read it back."""

import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from session_contracts.conformance import shapes
from session_contracts.conformance.client import Exchange, Query, Target
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.flaws import JSON_MEDIA
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.states import States
from session_contracts.openapi.model import (
    ABSENT,
    ANY,
    FOREIGN,
    Contract,
    Level,
    Lifecycle,
    Operation,
    Style,
)

_UUID = re.compile(rb'"\{uuid\}"')
_NOW = b'"{now}"'
#: Seconds in which what need not be done at once must have been done.
_PATIENCE = 2
#: Enough for what a check has made, and below what the smallest plan of any API allows.
FULL = 50


class Subject:
    """Readers raise Unexercised where an answer is not good enough to build on: that is the fault of some other rule."""

    def __init__(
        self, contract: Contract, profile: SuiteProfile, target: Target, states: States
    ) -> None:
        self.contract = contract
        self.profile = profile
        self.target = target
        self.states = states
        # By record: the headers without which it is not found.
        self._homes: dict[str, dict[str, str]] = {}
        self._once: dict[str, str] = {}

    @property
    def table(self) -> Lifecycle:
        return self.contract.lifecycles[self.profile.resource]

    # ---- preparing

    def place(self, state: str, **params: Any) -> str:
        """The id of a fresh record in a state of the lifecycle, or in one of the pseudo-states. Raises Unexercised."""
        if state == ABSENT:
            return str(uuid.uuid4())
        if state == FOREIGN:
            return self.foreign(**params)
        return self.make(**self._placing(state), **params)

    def _placing(self, state: str) -> Mapping[str, Any]:
        values = {name: allowed[0] for name, allowed in self.table.states[state].items()}
        return self.profile.placing.get(state, values)

    def foreign(self, **params: Any) -> str:
        """The id of another tenant's record, which shares what two tenants can share. Raises Unexercised."""
        shared = {
            name: value for name, value in params.items() if self.profile.scopes.get(name) is None
        }
        return self.make(**self._placing(self.movable()), tenant="other", **shared)

    def make(self, **params: Any) -> str:
        """The id of a fresh record with these members. Raises Unexercised."""
        identity = self.states.setup(self.profile.state, **params).get(self.table.field)
        if not isinstance(identity, str):
            raise Unexercised(
                f"provider state {self.profile.state!r} returned no {self.table.field!r}"
            )
        self._homes[identity] = self._headers(params)
        return identity

    def _headers(self, params: Mapping[str, str]) -> dict[str, str]:
        return {
            header: params[name] for name, header in self.profile.headers.items() if name in params
        }

    def movable(self) -> str:
        """A state that some operation moves a record out of; where there is none, any in which records begin."""
        begins = [
            *self.table.given,
            *([self.table.creation.target] if self.table.creation else []),
            *self.table.states,
        ]
        return next(
            (move.source for row in self.table.transitions.values() for move in row.moves),
            begins[0],
        )

    def once(self, name: str, make: Callable[[], str]) -> str:
        """What one check makes once and uses again."""
        if name not in self._once:
            self._once[name] = make()
        return self._once[name]

    def apt(self, operation: str) -> str:
        """A state in which an operation succeeds, as far as the documents say."""
        row = self.table.transitions.get(operation)
        if row is None:
            return self.movable()
        certain = [state for state, stay in row.stays.items() if not self.decides(stay.rule)]
        sources = [move.source for move in row.moves] + (certain or list(row.stays))
        return self.movable() if self.movable() in sources else sources[0]

    def decides(self, rule: str) -> bool:
        """Whether a rule is a mere decision, which is never held against anybody."""
        return self.contract.rules[rule].level is Level.DECISION

    def placeable(self) -> list[str]:
        """The states that a record can be placed in, and then reads as."""
        return [state for state in self.table.states if self._shows(state)]

    def _shows(self, state: str) -> bool:
        try:
            self.require_state(self.place(state), state)
        except Unexercised:
            return False
        return True

    def scope(self) -> dict[str, str]:
        """Fresh values that narrow a list to what is made with them. Raises Unexercised."""
        scopes = self.profile.scopes.items()
        return {
            name: self.prepared(state, name) if state else str(uuid.uuid4())
            for name, state in scopes
        }

    def prepared(self, state: str, name: str = "id", /, **params: Any) -> str:
        """The id that some other provider state returns, as `id` or under a name of its own. Raises Unexercised."""
        result = self.states.setup(state, **params)
        identity = result.get(name, result.get("id"))
        if not isinstance(identity, str):
            raise Unexercised(f"provider state {state!r} returned no {name!r}")
        return identity

    def credential(self, **params: Any) -> Mapping[str, str]:
        """The headers of a credential. Raises Unexercised."""
        headers = self.states.setup("credential", **params).get("headers")
        if not isinstance(headers, dict):
            raise Unexercised("provider state 'credential' returned no headers")
        return headers

    def now(self) -> datetime:
        """What the target's clock shows. Raises Unexercised."""
        moment = shapes.moment(self.states.setup("clock", advance="PT0S").get("now"))
        if moment is None:
            raise Unexercised("provider state 'clock' returned no time")
        return moment

    def about_now(self) -> datetime:
        """What the target's clock shows, else what its last answer is dated; our own time need not be the target's. Raises Unexercised."""
        try:
            return self.now()
        except Unexercised:
            dated = self.target.exchanges[-1].headers.get("Date") if self.target.exchanges else None
            if dated is None:
                raise
            return parsedate_to_datetime(dated).astimezone(UTC)

    def advance(self, by: str) -> None:
        """Move the target's clock by an ISO 8601 duration; a credential that is over then is replaced. Raises Unexercised."""
        self.states.setup("clock", advance=by)
        self.target.renew()

    # ---- calling

    def operation(self, name: str) -> Operation:
        return self.contract.operations[name]

    def send(
        self,
        operation: str,
        identity: str | None = None,
        *,
        query: Query = (),
        content: bytes | None = None,
        media_type: str | None = JSON_MEDIA,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Call an operation, on a record if its path names one. `headers` replace the default credentials."""
        node = self.operation(operation)
        path = node.path
        sent = dict(self.headers(operation) if headers is None else headers)
        if identity is not None:
            path = path.replace("{" + self.table.parameter + "}", quote(identity, safe=""))
            sent |= self._homes.get(identity, {})
        media = media_type if content is not None else None
        return self.target.send(
            node.method, path, query=query, body=content, media_type=media, headers=sent
        )

    def headers(self, operation: str) -> dict[str, str]:
        """The default credential by which an operation is called: where it takes several, the first that we have."""
        held = {name.lower(): (name, value) for name, value in self.target.headers.items()}
        usable = [
            scheme.header.lower()
            for scheme in self.operation(operation).security
            if scheme.header.lower() in held
        ]
        unwanted = {scheme.header.lower() for scheme in self.contract.security} - set(usable[:1])
        return dict(pair for name, pair in held.items() if name not in unwanted)

    def act(
        self,
        operation: str,
        identity: str | None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Call an operation with a JSON body; None sends none."""
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self.send(operation, identity, content=content, headers=headers)

    def body(self, operation: str, when: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """A valid body of an operation, with every documented member; None where it takes none.

        `when`: the values by which moves are told apart; of a member that may have any, the example's is good.
        """
        if self.operation(operation).body is None:
            return None
        filled: dict[str, Any] = json.loads(
            self.fill(json.dumps(self.profile.examples[operation]).encode()) or b""
        )
        wanted = {name: value for name, value in (when or {}).items() if value != ANY}
        return {name: value for name, value in {**filled, **wanted}.items() if value is not None}

    def fill(self, content: bytes | None) -> bytes | None:
        """A body with fresh values of the scopes in place of their names, UUIDs and the time. Raises Unexercised."""
        content = (
            _UUID.sub(lambda _: json.dumps(str(uuid.uuid4())).encode(), content)
            if content
            else content
        )
        if content and _NOW in content:
            later = (self.about_now() + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
            content = content.replace(_NOW, json.dumps(later).encode())
        for name, state in self.profile.scopes.items() if content else ():
            mark = f'"{{{name}}}"'.encode()
            if content and mark in content and state:
                content = content.replace(mark, json.dumps(self.prepared(state, name)).encode())
        return content

    # ---- reading

    def fetch(self, identity: str, headers: Mapping[str, str] | None = None) -> Exchange:
        return self.send(self.profile.read, identity, headers=headers)

    def read(self, identity: str) -> Record:
        """The record as it is now. Raises Unexercised."""
        return self.record(self.fetch(identity), identity)

    def record(self, exchange: Exchange, identity: str) -> Record:
        """The documented members of the record in an answer, without what changes by itself. Raises Unexercised."""
        record = self.unwrapped(exchange)
        if not exchange.ok or not isinstance(record, dict) or not self._names(record, identity):
            raise Unexercised(
                f"{exchange.method} {self.contract.name} {self.profile.resource} {identity} could not be read back"
            )
        volatile = self.profile.volatile.get(self.table.state_of(record) or "", ())
        told: Record = shapes.known(shapes.record_schema(self.operation(self.profile.read)), record)
        return {name: value for name, value in told.items() if name not in volatile}

    def unwrapped(self, exchange: Exchange) -> Any:
        """The record in an answer, whether or not it is wrapped."""
        return shapes.unwrap(exchange.json, self._holder(self.profile.read))

    def _holder(self, operation: str) -> str:
        return shapes.holder(shapes.success(self.operation(operation))[1]) or shapes.DATA

    def _names(self, record: Record, identity: str) -> bool:
        """Whether a record is the one of that id; where it need not show its id, it is believed to be."""
        shown = self.table.field in self.contract.schemas[self.table.schema].get("required", ())
        return not shown or str(record.get(self.table.field)).lower() == identity.lower()

    def shows_state(self, record: Record) -> bool:
        """Whether a record has the members that tell its state."""
        return self.table.state_fields() <= record.keys()

    def seen(self, identity: str) -> Record:
        """The record as it is now; empty where it is gone. Raises Unexercised."""
        exchange = self.fetch(identity)
        gone = self.table.transitions[self.profile.read].refusals[ABSENT]
        missing = exchange.status in (self.contract.statuses(gone.rule) or (gone.status,))
        return {} if missing else self.record(exchange, identity)

    def state_of(self, record: Record) -> str | None:
        """The lifecycle state of a record, or of none."""
        return self.table.state_of(record) if record else ABSENT

    def state(self, identity: str) -> str | None:
        """The lifecycle state of a record now. Raises Unexercised, also where it is gone."""
        return self.table.state_of(self.read(identity))

    def state_among(self, identity: str, possible: Iterable[str]) -> str | None:
        """The same; but where a record may be gone, it is absent then. Raises Unexercised."""
        return self.state_of(self.seen(identity)) if ABSENT in possible else self.state(identity)

    def settled(self, states: Iterable[str]) -> frozenset[str]:
        """The states that records of these may be in by now: what begins by a move may be over at any time."""
        reached = frozenset(states)
        for timer in self.table.timers:
            if timer.due is None and reached & set(timer.sources):
                reached |= {timer.target}
        return reached

    def reads_as(self, found: str | None, state: str) -> bool:
        """Whether a record that should be in a state may read like this."""
        return found in (state, *self.profile.reported_as.get(state, ()))

    def require_state(self, identity: str, state: str) -> Record:
        """The record, which is in this state, or does not tell. Raises Unexercised."""
        record = self.seen(identity)
        found = self.state_of(record)
        if not self.reads_as(found, state) and (not record or self.shows_state(record)):
            raise Unexercised(f"a {self.profile.resource} that should be {state} reads as {found}")
        return record

    def listing(
        self,
        filters: Mapping[str, str],
        extra: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """The list, narrowed by parameters and by scopes that go into headers; without `extra`, the first full page of it."""
        query = [
            (name, value) for name, value in filters.items() if name not in self.profile.headers
        ]
        sent = {
            **(self.headers(self.profile.list) if headers is None else headers),
            **self._headers(filters),
        }
        return self.send(
            self.profile.list,
            query=(*query, *(self.full_page() if extra is None else extra)),
            headers=sent,
        )

    def full_page(self, page: int = 1) -> Query:
        """The parameters that ask for a page which is large enough."""
        where = {
            Style.PAGE: ("page", str(page)),
            Style.OFFSET: ("offset", str((page - 1) * FULL)),
        }.get(self.paged())
        return [*([where] if where else []), ("limit", str(FULL))]

    def paged(self) -> Style:
        """How the list is paged."""
        listing = self.operation(self.profile.list).listing
        assert listing is not None, "the list is a list"
        return listing.style

    def listed(self, exchange: Exchange) -> list[Record]:
        """The records of a list. Raises Unexercised."""
        found = shapes.items(exchange.json, self._holder(self.profile.list))
        if not exchange.ok or found is None:
            raise Unexercised(f"the list answered {exchange.status} without records")
        return found

    def ids(self, exchange: Exchange) -> list[str]:
        """The ids of a list, in its order. Raises Unexercised."""
        return [str(record.get(self.table.field)) for record in self.listed(exchange)]

    def pagination(self, exchange: Exchange, member: str) -> int:
        """One number of a list's pagination, or beside its records. Raises Unexercised."""
        body = exchange.json
        node = (
            body.get("pagination")
            if self.paged() is Style.PAGE and isinstance(body, dict)
            else body
        )
        value = node.get(member) if isinstance(node, dict) else None
        if not isinstance(value, int) or isinstance(value, bool):
            raise Unexercised(f"the list tells no {member}")
        return value

    def about(
        self, messages: Sequence[Mapping[str, Any]], identity: str, kind: str
    ) -> list[Mapping[str, Any]]:
        """Those of some messages that are of a kind and about a record."""
        return [
            message
            for message in messages
            if message.get("kind") == kind and message.get("about") == identity
        ]

    def awaited(self, identity: str, kind: str) -> list[Mapping[str, Any]]:
        """The messages of a kind about a record, as soon as there is one; nobody says that they are sent at once. Raises Unexercised."""
        self.eventually(lambda: bool(self.about(self.outbox(), identity, kind)))
        return self.about(self.outbox(), identity, kind)

    def eventually(self, holds: Callable[[], bool]) -> bool:
        """Whether something comes true soon. Raises Unexercised."""
        deadline = time.monotonic() + _PATIENCE
        while not (true := holds()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return true

    def outbox(self) -> list[Mapping[str, Any]]:
        """What side effects have sent. Raises Unexercised."""
        messages = self.states.setup("outbox").get("messages")
        if not isinstance(messages, list):
            raise Unexercised("provider state 'outbox' returned no messages")
        return messages
