"""The worlds of one server: the default one, and named ones that tests make."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from session_contracts.mock_server import fixtures, snapshot
from session_contracts.mock_server.chance import Chance
from session_contracts.mock_server.clock import Clock
from session_contracts.mock_server.coverage import Coverage
from session_contracts.mock_server.errors import Refused, WorldExists
from session_contracts.mock_server.fixtures import Fixture
from session_contracts.mock_server.mutants import MutablePlans
from session_contracts.mock_server.paths import shown_path
from session_contracts.mock_server.rates import Rates
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.store import Collection
from session_contracts.mock_server.world import Contents, World

#: The world at the documented paths.
DEFAULT = "default"
#: How many pairs of seed and time keep their initial data, ready to be forked.
_SOWN = 8
#: How many names of dropped worlds are remembered, for the message to a late caller.
_REMEMBERED = 10_000


class Worlds:
    """Worlds by name. Beyond `max_worlds` the least recently used one is evicted.

    `exported` is a snapshot that the default world begins with, in place of the fixtures.
    Raises FixtureError, BadSnapshot.
    """

    def __init__(
        self,
        plans: MutablePlans,
        sources: Mapping[str, Fixture],
        settings: Settings,
        exported: Any = None,
    ) -> None:
        self.plans = plans
        self._fixtures = sources
        self._settings = settings
        self._sown: OrderedDict[tuple[int, datetime], Mapping[tuple[str, str], Collection]] = (
            OrderedDict()
        )
        self._named: OrderedDict[str, World] = OrderedDict()
        self._dropped: OrderedDict[str, str] = OrderedDict()
        self._issued = fixtures.issued(sources)
        self._made = 0
        self._started = Clock(settings.frozen_at).now()
        self._past = Coverage()
        self.default = self._begin(DEFAULT, settings.seed, Clock(settings.frozen_at))
        if exported is not None:
            self._fill(self.default, exported)
        #: The default world as it was when the server started.
        self._origin = self.default.fork(DEFAULT)

    def __iter__(self) -> Iterator[World]:
        return iter([self.default, *self._named.values()])

    def find(self, name: str) -> World:
        """Raises Refused, with 410 for a world that was dropped."""
        if name == DEFAULT:
            return self.default
        world = self._named.get(name)
        if world is None:
            raise self._missing(name)
        self._named.move_to_end(name)
        return world

    def _missing(self, name: str) -> Refused:
        create = "create one with POST /_mock/worlds"
        if name in self._dropped:
            detail = f"the world {name!r} was dropped{self._dropped[name]}; {create}"
            return Refused(None, detail, status=410)
        known = f"; available: {', '.join([DEFAULT, *self._named][:10])}"
        hidden = self._settings.admin_token is not None
        detail = f"no world {shown_path(name)[:64]!r}; {create}{'' if hidden else known}"
        return Refused(None, detail, status=404)

    def create(self, name: str | None, seed: int | None, clock: Clock | None) -> World:
        """A copy of the default world at startup, or new data for another seed or time.

        Raises WorldExists.
        """
        name = self._free(name)
        if seed is None and clock is None:
            return self._add(self._origin.fork(name))
        seed = self._settings.seed if seed is None else seed
        started = self._started if clock is None else clock.now()
        clock = clock or Clock(self._settings.frozen_at)
        return self._add(self._begin(name, seed, clock, started))

    def fork(self, name: str | None, of: str) -> World:
        """A copy of another world as it is now. Raises WorldExists; Refused if there is none."""
        return self._add(self.find(of).fork(self._free(name)))

    def load(self, name: str | None, exported: Any) -> World:
        """A world that begins with a snapshot. Raises WorldExists, BadSnapshot."""
        world = self._begin(self._free(name), self._settings.seed, Clock(self._settings.frozen_at))
        self._fill(world, exported)
        return self._add(world)

    def drop(self, name: str) -> None:
        """Raises Refused if there is no such world, or if it is the default one."""
        if name == DEFAULT:
            detail = "the default world cannot be dropped; reset it with POST /_mock/reset"
            raise Refused(None, detail, status=409)
        self._forget(self.find(name), "")

    def coverage(self) -> Coverage:
        """The coverage of all worlds, dropped ones included."""
        whole = Coverage()
        for coverage in (self._past, *(world.coverage for world in self)):
            whole.add(coverage)
        return whole

    def clear_coverage(self) -> None:
        """Clear the coverage of all worlds."""
        for coverage in (self._past, *(world.coverage for world in self)):
            coverage.clear()

    def _fill(self, world: World, exported: Any) -> None:
        snapshot.restore(world, self.plans, exported)
        world.begin(world.contents(), world.credentials)

    def _begin(self, name: str, seed: int, clock: Clock, started: datetime | None = None) -> World:
        world = World(name, self._settings)
        data = self._data(seed, started or self._started)
        contents = Contents(data, clock, Chance(seed), Rates(self._settings.rate_limits))
        world.begin(contents.fork(), {api: issued.fork() for api, issued in self._issued.items()})
        return world

    def _data(self, seed: int, now: datetime) -> Mapping[tuple[str, str], Collection]:
        """The initial data for a seed at a time; the latest are kept."""
        found = self._sown.get((seed, now))
        if found is None:
            found = fixtures.sow(self.plans.unbroken, self._fixtures, seed, now)
            self._sown[seed, now] = found
        first = (self._settings.seed, self._started)
        while len(self._sown) > _SOWN:
            del self._sown[next(key for key in self._sown if key != first)]
        return found

    def _free(self, name: str | None) -> str:
        """The name, or the next free one. Raises WorldExists."""
        while name is None:
            self._made += 1
            name = f"w{self._made}" if f"w{self._made}" not in self._named else None
        if name == DEFAULT or name in self._named:
            raise WorldExists(name)
        return name

    def _add(self, world: World) -> World:
        self._dropped.pop(world.name, None)
        self._named[world.name] = world
        while len(self._named) > self._settings.max_worlds:
            idle = next(iter(self._named.values()))
            limit = (
                f"of more than {self._settings.max_worlds} worlds it was the least recently used"
            )
            self._forget(idle, f" ({limit}); drop worlds when their tests end")
        return world

    def _forget(self, world: World, why: str) -> None:
        """Drop a world; its coverage, and the reason, are kept."""
        self._past.add(world.coverage)
        del self._named[world.name]
        self._dropped[world.name] = why
        while len(self._dropped) > _REMEMBERED:
            self._dropped.popitem(last=False)
