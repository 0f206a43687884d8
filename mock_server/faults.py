"""Injected faults of a world: errors, delays and dropped connections.

Which calls a fault hits, and how long they wait, is drawn from the world's random numbers, so a run
is reproducible.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from random import Random
from typing import Any

from session_contracts.mock_server.chance import FAULTS, Chance
from session_contracts.mock_server.errors import BadFault


@dataclass(frozen=True)
class Fault:
    """What happens to which calls; `api` and `operation` None mean any.

    - `delay` is as in the control API, in milliseconds.
    - `rate` is the share of calls that are hit; `first` limits their number.
    - `after`: the operation is carried out before its answer is lost.
    """

    api: str | None = None
    operation: str | None = None
    status: int | None = None
    delay: Mapping[str, Any] | None = None
    drop: bool = False
    after: bool = False
    rate: float = 1.0
    first: int | None = None

    @property
    def ends(self) -> bool:
        """Whether the call loses its own answer."""
        return self.drop or self.status is not None

    def concerns(self, api: str, operation: str | None) -> bool:
        """Whether the fault can hit calls of an operation."""
        return self.api in (None, api) and self.operation in (None, operation)


#: The ids of operations, by API.
Operations = Mapping[str, Collection[str]]


class Faults:
    """The faults of one world, and how many calls each has hit (`struck`)."""

    def __init__(self, faults: Sequence[Fault] = (), struck: Sequence[int] = ()) -> None:
        self.faults = tuple(faults)
        self.struck = list(struck) or [0] * len(self.faults)

    def fork(self) -> "Faults":
        """A copy with counts of its own."""
        return Faults(self.faults, self.struck)

    def among(self, operations: Operations) -> "Faults":
        """The faults that concern one of these operations."""
        chosen = [
            (fault, struck)
            for fault, struck in zip(self.faults, self.struck, strict=True)
            if any(
                fault.concerns(name, fault.operation)
                for name, ids in operations.items()
                if fault.operation in (None, *ids)
            )
        ]
        return Faults([fault for fault, _ in chosen], [struck for _, struck in chosen])

    def strike(self, api: str, operation: str, chance: Chance) -> tuple[Fault, float] | None:
        """The first fault that hits this call, and its delay in seconds."""
        for index, fault in enumerate(self.faults):
            if not fault.concerns(api, operation) or (
                fault.first is not None and self.struck[index] >= fault.first
            ):
                continue
            random = chance.draw(FAULTS)
            if random.random() < fault.rate:
                self.struck[index] += 1
                return fault, _seconds(fault.delay, random)
        return None


_NONE = Fault()


def as_json(faults: Faults) -> list[dict[str, Any]]:
    """Faults as the control API shows them."""
    return [
        {
            **{
                name: value
                for name, value in asdict(fault).items()
                if value != getattr(_NONE, name)
            },
            "struck": struck,
        }
        for fault, struck in zip(faults.faults, faults.struck, strict=True)
    ]


def parse(entries: Sequence[Mapping[str, Any]], operations: Operations) -> Faults:
    """The reverse of `as_json`, of entries that match the contract's schema. Raises BadFault."""
    for index, entry in enumerate(entries):
        if what := _wrong(entry, operations):
            raise BadFault(f"faults.{index}: {what}")
    given = [
        Fault(**{name: value for name, value in entry.items() if name != "struck"})
        for entry in entries
    ]
    return Faults(given, [entry.get("struck", 0) for entry in entries])


def _wrong(entry: Mapping[str, Any], operations: Operations) -> str | None:
    """What is wrong with an entry, and what to do."""
    api, operation = entry.get("api"), entry.get("operation")
    if api is not None and api not in operations:
        return f"no API {api[:40]!r} is mounted; available: {', '.join(operations)}"
    known = dict.fromkeys(
        each for name, ids in operations.items() if api in (None, name) for each in ids
    )
    if operation is not None and operation not in known:
        return f"unknown operation {operation[:40]!r}; available: {', '.join(known)}"
    return _wrong_effect(entry)


def _wrong_effect(entry: Mapping[str, Any]) -> str | None:
    status, delay = entry.get("status"), entry.get("delay")
    if status is not None and status not in iter(HTTPStatus):
        return f"{status} is not an HTTP status; give one such as 503"
    if status is not None and entry.get("drop"):
        return "a dropped connection has no status; remove status or drop"
    if status is None and delay is None and not entry.get("drop"):
        return "the fault has no effect; set status, delay or drop"
    if delay is not None and not _OF_TYPE[delay["type"]] <= set(delay):
        return f"a {delay['type']} delay needs {' and '.join(sorted(_OF_TYPE[delay['type']]))}"
    return None


_OF_TYPE: Mapping[str, set[str]] = {
    "fixed": {"milliseconds"},
    "uniform": {"lower", "upper"},
    "lognormal": {"median", "sigma"},
}

#: The longest delay, in milliseconds, whatever is drawn.
LONGEST = 60_000


def _seconds(delay: Mapping[str, Any] | None, random: Random) -> float:
    if delay is None:
        return 0.0
    drawn: float = _DELAYS[delay["type"]](delay, random)
    return min(LONGEST, drawn) / 1000


_DELAYS: Mapping[str, Any] = {
    "fixed": lambda delay, random: delay["milliseconds"],
    "uniform": lambda delay, random: random.uniform(*sorted((delay["lower"], delay["upper"]))),
    "lognormal": lambda delay, random: delay["median"] * random.lognormvariate(0, delay["sigma"]),
}
