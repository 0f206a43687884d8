"""A world: everything that one test needs. Data, clock, random numbers, credentials, rates, outbox, broken rules."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from types import MappingProxyType
from typing import Any

import orjson

from mock_server.clock import Clock, parse_time
from mock_server.credentials import Credential, Credentials
from mock_server.errors import UntrueAnswer
from mock_server.plan import ApiPlan, Resource, checked
from mock_server.rates import Rates
from mock_server.settings import Settings
from mock_server.store import Collection, Fields, Record
from openapi.model import ANY, Timer


@dataclass(frozen=True)
class Message:
    """What a documented side effect has sent. `text` is what the receiver reads."""

    kind: str
    about: str
    to: str | None = None
    text: str | None = None


#: A world's data in the beginning, by API and resource; forked for each world and each reset.
Seed = Mapping[tuple[str, str], Collection]


class World:
    """`plans` are those that this world is served by: the shared ones, or their broken replacements."""

    def __init__(self, plans: Mapping[str, ApiPlan], settings: Settings) -> None:
        self._unbroken = plans
        self.plans: Mapping[str, ApiPlan] = plans
        self.broken: tuple[str, ...] = ()
        self.settings = settings
        self.credentials: dict[str, Credentials] = {}
        self.clock = Clock(settings.frozen_at)
        self.rates = Rates(settings.rate_limits)
        self.outbox: list[Message] = []
        self.collections: dict[tuple[str, str], Collection] = {}
        self.random = Random(settings.seed)
        self.secrets = Random(f"secrets {settings.seed}")  # outlives a reset, as credentials do: none is ever issued twice
        self._data: Seed = {}

    def sow(self, data: Seed, credentials: Mapping[str, Sequence[Credential]]) -> None:
        """Begin with these records, now and after every reset, and with these credentials."""
        self._data = data
        self.credentials = {api: Credentials(issued) for api, issued in credentials.items()}
        self.reset()

    def reset(self) -> None:
        """Back to the seed: data, outbox, counts, clock and random numbers. Credentials and broken rules outlive it."""
        self.collections = {name: collection.fork() for name, collection in self._data.items()}
        self.outbox = []
        self.rates = Rates(self.settings.rate_limits)
        self.clock.reset()
        self.random.seed(self.settings.seed)

    def break_rules(self, rules: Sequence[str], broken: Callable[[Mapping[str, ApiPlan], Sequence[str]], Mapping[str, ApiPlan]]) -> None:
        """Break exactly these rules. Raises what `broken` raises for one that cannot be."""
        self.plans = broken(self._unbroken, rules)
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
            self.move(api, resource, record, record.timer.target, {})

    def collection(self, api: ApiPlan, resource: Resource) -> Collection:
        return self.collections[api.name, resource.name]

    def new_id(self) -> str:
        """A UUID of this world's random numbers."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def place(self, api: ApiPlan, resource: Resource, fields: Fields, tenant: str, private: Fields) -> Record:
        """Put a record in place as it is; a timer whose moment has passed already never fires. Raises UntrueAnswer."""
        record = build(resource, fields, tenant, private, self.clock.now())
        self.collection(api, resource).put(record)
        return record

    def move(
        self, api: ApiPlan, resource: Resource, record: Record, target: str, changes: Fields, private: Fields = MappingProxyType({})
    ) -> Record:
        """Bring a record to a state; the only place that writes a state field. Raises UntrueAnswer and changes nothing."""
        table = resource.lifecycle
        assert table is not None, "only what has a lifecycle moves"
        values = table.states[target]
        if written := {name for name in table.state_fields() & set(changes) if values.get(name) != (ANY,)}:
            raise UntrueAnswer(f"an effect wrote {', '.join(sorted(written))}, which only the lifecycle table may")
        fields = {**record.fields, **changes}
        fields |= table.fields_of(target, fields)
        now = self.clock.now()
        moved = build(resource, fields, record.tenant, {**record.private, **private}, now, entered=now)
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
    resource: Resource, fields: Fields, tenant: str, private: Fields, now: datetime, entered: datetime | None = None
) -> Record:
    """A record, checked against its schema and encoded once. `entered`: when it came into its state, if it moved. Raises UntrueAnswer."""
    checked(resource.checker, fields, f"{resource.name} {fields.get(resource.key)}")
    state = resource.lifecycle.state_of(fields) if resource.lifecycle else None
    timer, due = _next_timer(resource, state, fields, now, entered)
    return Record(fields[resource.key], tenant, state, fields, private, orjson.Fragment(orjson.dumps(fields)), timer, due)


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
