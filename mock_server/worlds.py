"""The worlds of one server: the default one, and those that tests make for themselves."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from session_contracts.mock_server import fixtures, snapshot
from session_contracts.mock_server.chance import Chance
from session_contracts.mock_server.clock import Clock
from session_contracts.mock_server.coverage import Coverage
from session_contracts.mock_server.credentials import Credentials
from session_contracts.mock_server.errors import Refused, WorldExists
from session_contracts.mock_server.fixtures import Fixture
from session_contracts.mock_server.paths import shown_path
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.rates import Rates
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.store import Collection
from session_contracts.mock_server.world import Contents, World

#: The world that is served at the documented paths.
DEFAULT = "default"
#: Sown data is kept for so many pairs of seed and time.
_SOWN = 8
#: So many names of worlds that had to go are remembered, to tell whoever asks for one.
_REMEMBERED = 10_000


class Worlds:
    """By name. When there are too many, the one that nobody has called for the longest goes.

    `exported`: what the default world begins with, in place of the `sources`. Raises FixtureError, BadSnapshot.
    """

    def __init__(
        self,
        plans: Mapping[str, ApiPlan],
        sources: Mapping[str, Fixture],
        settings: Settings,
        exported: Any = None,
    ) -> None:
        self._plans = plans
        self._fixtures = sources
        self._settings = settings
        self._sown: OrderedDict[tuple[int, datetime], Mapping[tuple[str, str], Collection]] = (
            OrderedDict()
        )
        self._named: OrderedDict[str, World] = OrderedDict()
        self._dropped: OrderedDict[str, str] = OrderedDict()
        self._issued = {**fixtures.issued(sources), "control": Credentials([])}
        self._made = 0
        self._started = Clock(settings.frozen_at).now()
        self._past = Coverage()
        self.default = self._begin(DEFAULT, settings.seed, Clock(settings.frozen_at))
        if exported is not None:
            self._fill(self.default, exported)
        #: As the default world was when the server started.
        self._origin = self.default.fork(DEFAULT)

    def __iter__(self) -> Iterator[World]:
        return iter([self.default, *self._named.values()])

    def find(self, name: str) -> World:
        """Raises Refused, which tells whether there ever was one."""
        if name == DEFAULT:
            return self.default
        world = self._named.get(name)
        if world is None:
            raise self._missing(name)
        self._named.move_to_end(name)
        return world

    def _missing(self, name: str) -> Refused:
        if name in self._dropped:
            return Refused(
                None,
                f"the world {name!r} was dropped{self._dropped[name]}; make one with POST /_mock/worlds",
                status=410,
            )
        known = (
            ""
            if self._settings.admin_token
            else f"; there is {', '.join([DEFAULT, *self._named][:10])}"
        )
        return Refused(
            None,
            f"there is no world {shown_path(name)[:64]!r}; make one with POST /_mock/worlds{known}",
            status=404,
        )

    def create(self, name: str | None, seed: int | None, clock: Clock | None) -> World:
        """A world as the server was when it started; with another seed or at another time, sown anew. Raises WorldExists."""
        name = self._free(name)
        if seed is None and clock is None:
            return self._add(self._origin.fork(name))
        seed = self._settings.seed if seed is None else seed
        return self._add(
            self._begin(
                name, seed, clock or Clock(self._settings.frozen_at), anew=clock is not None
            )
        )

    def fork(self, name: str | None, of: str) -> World:
        """A world like another one is now. Raises WorldExists, and Refused where there is no such world."""
        return self._add(self.find(of).fork(self._free(name)))

    def load(self, name: str | None, exported: Any) -> World:
        """A world that begins with what was exported. Raises WorldExists, BadSnapshot."""
        world = self._begin(self._free(name), self._settings.seed, Clock(self._settings.frozen_at))
        self._fill(world, exported)
        return self._add(world)

    def drop(self, name: str) -> None:
        """Raises Refused where there is none, or where it is the default one."""
        if name == DEFAULT:
            raise Refused(
                None,
                "the default world stays; POST /_mock/reset brings it back to its beginning",
                status=409,
            )
        self._forget(self.find(name), "")

    def coverage(self) -> Coverage:
        """What the requests to all worlds, past ones too, have reached."""
        whole = Coverage()
        for coverage in (self._past, *(world.coverage for world in self)):
            whole.add(coverage)
        return whole

    def clear_coverage(self) -> None:
        for coverage in (self._past, *(world.coverage for world in self)):
            coverage.clear()

    def _fill(self, world: World, exported: Any) -> None:
        snapshot.restore(world, exported)
        world.begin(world.contents(), world.credentials)

    def _begin(self, name: str, seed: int, clock: Clock, anew: bool = False) -> World:
        world = World(name, self._plans, self._settings)
        data = self._data(seed, clock.now() if anew else self._started)
        contents = Contents(data, clock, Chance(seed), Rates(self._settings.rate_limits))
        world.begin(contents.fork(), {api: issued.fork() for api, issued in self._issued.items()})
        return world

    def _data(self, seed: int, now: datetime) -> Mapping[tuple[str, str], Collection]:
        found = self._sown.get((seed, now))
        if found is None:
            found = self._sown[seed, now] = fixtures.sow(self._plans, self._fixtures, seed, now)
        first = (self._settings.seed, self._started)
        while len(self._sown) > _SOWN:
            del self._sown[next(key for key in self._sown if key != first)]
        return found

    def _free(self, name: str | None) -> str:
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
            most = f"there were more than {self._settings.max_worlds} worlds, and nobody had called it for the longest"
            self._forget(idle, f": {most}; drop worlds when their tests end")
        return world

    def _forget(self, world: World, why: str) -> None:
        """But for what was covered, and the reason."""
        self._past.add(world.coverage)
        del self._named[world.name]
        self._dropped[world.name] = why
        while len(self._dropped) > _REMEMBERED:
            self._dropped.popitem(last=False)
