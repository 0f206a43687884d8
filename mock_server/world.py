"""A world: everything that one test needs. Data, clock, random numbers, credentials, rates, outbox, journal, faults, broken rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson

from session_contracts.mock_server.chance import SECRETS, Chance
from session_contracts.mock_server.clock import Clock, parse_time
from session_contracts.mock_server.coverage import Coverage
from session_contracts.mock_server.credentials import Credentials
from session_contracts.mock_server.errors import ResponseContractViolation
from session_contracts.mock_server.faults import Faults
from session_contracts.mock_server.journal import Journal
from session_contracts.mock_server.plan import ApiPlan, Resource, checked
from session_contracts.mock_server.rates import Rates
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.store import Collection, Fields, Record
from session_contracts.openapi.model import ANY, Timer


@dataclass(frozen=True)
class Message:
    """What a documented side effect has sent. `text` is what the receiver reads."""

    kind: str
    about: str
    to: str | None = None
    text: str | None = None


#: A world's records, by API and resource.
Collections = Mapping[tuple[str, str], Collection]


@dataclass
class Contents:
    """What a reset brings back."""

    collections: Collections
    clock: Clock
    chance: Chance
    rates: Rates
    outbox: list[Message] = field(default_factory=list)

    def fork(self) -> "Contents":
        """The same, for somebody else; records are shared until one of the two changes them."""
        collections = {name: collection.fork() for name, collection in self.collections.items()}
        return Contents(
            collections, self.clock.fork(), self.chance.fork(), self.rates.fork(), list(self.outbox)
        )


class World:
    """`plans` are those that this world is served by: the `unbroken` ones, which all worlds share, or broken replacements."""

    def __init__(self, name: str, plans: Mapping[str, ApiPlan], settings: Settings) -> None:
        self.name = name
        self.unbroken = plans
        self.plans: Mapping[str, ApiPlan] = plans
        self.broken: tuple[str, ...] = ()
        self.settings = settings
        self.coverage = Coverage()
        self.credentials: Mapping[str, Credentials] = {}
        self.faults = Faults()
        self.journal = Journal()

    def begin(self, contents: Contents, credentials: Mapping[str, Credentials]) -> None:
        """With these, now and after every reset."""
        self._beginning = contents
        self.credentials = credentials
        self._take(contents.fork())

    def _take(self, contents: Contents) -> None:
        self.collections = contents.collections
        self.clock = contents.clock
        self.chance = contents.chance
        self.rates = contents.rates
        self.outbox = contents.outbox

    def contents(self) -> Contents:
        """What a reset would do away with."""
        return Contents(self.collections, self.clock, self.chance, self.rates, self.outbox)

    def take_over(
        self,
        contents: Contents,
        credentials: Mapping[str, Credentials],
        faults: Faults,
        plans: Mapping[str, ApiPlan],
        broken: Sequence[str],
    ) -> None:
        """Everything at once, of a world that was exported; a reset still goes back to the beginning of this one."""
        self._take(contents)
        self.credentials, self.faults, self.plans, self.broken = (
            credentials,
            faults,
            plans,
            tuple(broken),
        )

    def fork(self, name: str) -> "World":
        """A world like this one, which begins, and begins again, where this one is now. Its journal is empty."""
        other = World(name, self.unbroken, self.settings)
        other.plans, other.broken, other.faults = self.plans, self.broken, self.faults.fork()
        other.begin(
            self.contents().fork(), {api: issued.fork() for api, issued in self.credentials.items()}
        )
        return other

    def reset(self) -> None:
        """Back to the beginning: data, outbox, counts, clock, random numbers and journal.

        Credentials outlive it, and are never issued twice; broken rules, faults and coverage do, too.
        """
        issued = self.chance.drawn[SECRETS]
        self._take(self._beginning.fork())
        if issued:
            self.chance.drawn[SECRETS] = issued
        self.journal.clear()

    def break_rules(
        self,
        rules: Sequence[str],
        broken: Callable[[Mapping[str, ApiPlan], Sequence[str]], Mapping[str, ApiPlan]],
    ) -> None:
        """Mutant exactly these rules. Raises what `broken` raises for one that cannot be."""
        self.plans = broken(self.unbroken, rules)
        self.broken = tuple(rules)

    def now(self) -> datetime:
        """The time; whatever fell due until then has happened."""
        now = self.clock.now()
        for api in self.plans.values():
            for resource in api.resources.values():
                if resource.timers:
                    self._settle(api, resource, now)
        return now

    def _settle(self, api: ApiPlan, resource: Resource, now: datetime) -> None:
        for record in self.collection(api, resource).due(now):
            assert record.timer is not None, "what is due has a timer"
            self.coverage.timer(api.name, resource.name, record.timer, str(record.state))
            self.move(api, resource, record, record.timer.target, {})

    def collection(self, api: ApiPlan, resource: Resource) -> Collection:
        return self.collections[api.name, resource.name]

    def new_id(self) -> str:
        """A UUID of this world's random numbers."""
        return self.chance.uuid()

    def place(
        self, api: ApiPlan, resource: Resource, fields: Fields, tenant: str, private: Fields
    ) -> Record:
        """Put a record in place as it is; a timer whose moment has passed already never fires. Raises ResponseContractViolation."""
        record = build(resource, fields, tenant, private, self.clock.now())
        self.collection(api, resource).put(record)
        return record

    def move(
        self,
        api: ApiPlan,
        resource: Resource,
        record: Record,
        target: str,
        changes: Fields,
        private: Fields = MappingProxyType({}),
    ) -> Record:
        """Bring a record to a state; the only place that writes a state field. Raises ResponseContractViolation and changes nothing."""
        table = resource.lifecycle
        assert table is not None, "only what has a lifecycle moves"
        values = table.states[target]
        if written := {
            name for name in table.state_fields() & set(changes) if values.get(name) != (ANY,)
        }:
            raise ResponseContractViolation(
                f"an effect wrote {', '.join(sorted(written))}, which only the lifecycle table may"
            )
        fields = {**record.fields, **changes}
        fields |= table.fields_of(target, fields)
        now = self.clock.now()
        moved = build(
            resource, fields, record.tenant, {**record.private, **private}, now, entered=now
        )
        self.collection(api, resource).put(moved)
        return moved

    def drop(self, api: ApiPlan, resource: Resource, record: Record) -> None:
        """The record is gone, as if it had never been."""
        self.collection(api, resource).remove(record.key)

    def keep(self, api: ApiPlan, resource: Resource, record: Record, private: Fields) -> Record:
        """Remember something about a record that no answer shows; everything else stays as it is."""
        kept = replace(record, private={**record.private, **private})
        self.collection(api, resource).put(kept)
        return kept


def build(
    resource: Resource,
    fields: Fields,
    tenant: str,
    private: Fields,
    now: datetime,
    entered: datetime | None = None,
) -> Record:
    """A record, checked against its schema and encoded once. `entered`: when it came into its state, if it moved. Raises ResponseContractViolation."""
    checked(resource.checker, fields, f"{resource.name} {fields.get(resource.key)}")
    state = resource.lifecycle.state_of(fields) if resource.lifecycle else None
    timer, due = _next_timer(resource, state, fields, now, entered)
    return Record(
        fields[resource.key],
        tenant,
        state,
        fields,
        private,
        orjson.Fragment(orjson.dumps(fields)),
        timer,
        due,
    )


def _next_timer(
    resource: Resource, state: str | None, fields: Fields, now: datetime, entered: datetime | None
) -> tuple[Timer | None, datetime | None]:
    for timer in resource.timers:
        due = parse_time(fields[timer.due]) if timer.due else entered and entered + timer.after
        if state in timer.sources and due and due > now:
            return timer, due
    return None, None


def as_message(message: Message) -> dict[str, Any]:
    """A message as the outbox shows it."""
    return {key: value for key, value in vars(message).items() if value is not None}
