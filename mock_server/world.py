"""A world: all the state that one test needs, isolated from every other world.

It holds data, clock, random numbers, credentials, rates, outbox, journal, coverage and faults, and
the ids of its broken rules. How requests are answered is not in it: that is the plans' business.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from session_contracts.mock_server.chance import SECRETS, Chance
from session_contracts.mock_server.clock import Clock
from session_contracts.mock_server.coverage import Coverage
from session_contracts.mock_server.credentials import Credentials
from session_contracts.mock_server.errors import ResponseContractViolation
from session_contracts.mock_server.faults import Faults
from session_contracts.mock_server.journal import Journal
from session_contracts.mock_server.rates import Rates
from session_contracts.mock_server.resource import Resource, build
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.store import Collection, Fields, Record
from session_contracts.openapi.model import ANY


@dataclass(frozen=True)
class Message:
    """A message that a documented side effect has sent. `text` is what the receiver reads."""

    kind: str
    about: str
    to: str | None = None
    text: str | None = None


#: A world's records, by API and resource.
Collections = Mapping[tuple[str, str], Collection]


@dataclass
class Contents:
    """The part of a world that a reset restores."""

    collections: Collections
    clock: Clock
    chance: Chance
    rates: Rates
    outbox: list[Message] = field(default_factory=list)

    def fork(self) -> "Contents":
        """A copy; records are shared until one of the two is changed."""
        collections = {name: collection.fork() for name, collection in self.collections.items()}
        return Contents(
            collections, self.clock.fork(), self.chance.fork(), self.rates.fork(), list(self.outbox)
        )


class World:
    """One world. `begin` must follow: it fills the world with its initial contents."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings
        self.broken: tuple[str, ...] = ()
        self.coverage = Coverage()
        self.credentials: Mapping[str, Credentials] = {}
        self.faults = Faults()
        self.journal = Journal()

    def begin(self, contents: Contents, credentials: Mapping[str, Credentials]) -> None:
        """Start with these contents, now and after every reset."""
        self._initial = contents
        self.credentials = credentials
        self._take(contents.fork())

    def _take(self, contents: Contents) -> None:
        self.collections = contents.collections
        self.clock = contents.clock
        self.chance = contents.chance
        self.rates = contents.rates
        self.outbox = contents.outbox

    def contents(self) -> Contents:
        """The part that a reset would discard."""
        return Contents(self.collections, self.clock, self.chance, self.rates, self.outbox)

    def take_over(
        self,
        contents: Contents,
        credentials: Mapping[str, Credentials],
        faults: Faults,
        broken: Sequence[str],
    ) -> None:
        """Replace everything at once; a reset still restores this world's own initial contents."""
        self._take(contents)
        self.credentials, self.faults, self.broken = credentials, faults, tuple(broken)

    def fork(self, name: str) -> "World":
        """A copy whose initial contents are those of this world now. Its journal is empty."""
        other = World(name, self.settings)
        other.broken, other.faults = self.broken, self.faults.fork()
        other.begin(
            self.contents().fork(), {api: issued.fork() for api, issued in self.credentials.items()}
        )
        return other

    def reset(self) -> None:
        """Restore the initial data, outbox, rates, clock and random numbers; clear the journal.

        Credentials outlive a reset and are never issued twice. Broken rules, faults and coverage
        outlive it as well.
        """
        issued = self.chance.drawn[SECRETS]
        self._take(self._initial.fork())
        if issued:
            self.chance.drawn[SECRETS] = issued
        self.journal.clear()

    def fire_timers(self, resources: Iterable[Resource]) -> datetime:
        """The time; fires the timers of these resources that are due."""
        now = self.clock.now()
        for resource in resources:
            for record in self.collection(resource).due(now):
                assert record.timer is not None, "a record that is due has a timer"
                self.coverage.note_timer(
                    resource.api, resource.name, record.timer, str(record.state)
                )
                self.move(resource, record, record.timer.target, {})
        return now

    def collection(self, resource: Resource) -> Collection:
        """The records of a resource."""
        return self.collections[resource.api, resource.name]

    def new_id(self) -> str:
        """A UUID from this world's random numbers."""
        return self.chance.uuid()

    def place(self, resource: Resource, fields: Fields, tenant: str, private: Fields) -> Record:
        """Store a record as it is. Raises ResponseContractViolation.

        A timer whose moment has passed never fires.
        """
        record = build(resource, fields, tenant, private, self.clock.now())
        self.collection(resource).put(record)
        return record

    def move(
        self,
        resource: Resource,
        record: Record,
        target: str,
        changes: Fields,
        private: Fields = MappingProxyType({}),
    ) -> Record:
        """Move a record to a state; the only place that writes the fields of a state.

        Raises ResponseContractViolation; nothing is changed then.
        """
        table = resource.lifecycle
        assert table is not None, "only a resource with a lifecycle moves"
        values = table.states[target]
        if written := {
            name for name in table.state_fields() & set(changes) if values.get(name) != (ANY,)
        }:
            raise ResponseContractViolation(
                f"an effect wrote {', '.join(sorted(written))}, which only the lifecycle table may"
            )
        fields = {**record.fields, **changes}
        fields |= table.fields_of(target, fields)
        hidden, now = {**record.private, **private}, self.clock.now()
        moved = build(resource, fields, record.tenant, hidden, now, entered=now)
        self.collection(resource).put(moved)
        return moved

    def drop(self, resource: Resource, record: Record) -> None:
        """Delete a record without a trace."""
        self.collection(resource).remove(record.key)

    def keep(self, resource: Resource, record: Record, private: Fields) -> Record:
        """Set private fields of a record, which no answer shows."""
        kept = replace(record, private={**record.private, **private})
        self.collection(resource).put(kept)
        return kept


def as_message(message: Message) -> dict[str, Any]:
    """A message as the outbox shows it."""
    return {key: value for key, value in vars(message).items() if value is not None}
