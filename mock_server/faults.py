"""Faults that a world was told to have: a network or a server that goes wrong, drawn so that a run can be repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from random import Random
from typing import Any

from session_contracts.mock_server.chance import FAULTS, Chance
from session_contracts.mock_server.errors import BadFault
from session_contracts.mock_server.plan import ApiPlan, vendors


@dataclass(frozen=True)
class Fault:
    """What happens to which calls: `api` and `operation` None is any. `delay` as in the control API, in milliseconds.

    `rate`: of how many of them; `first`: only of so many. `after`: the operation is carried out, and its answer is lost.
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
        """Whether the call does not get its own answer."""
        return self.drop or self.status is not None

    def concerns(self, api: str, operation: str | None) -> bool:
        return self.api in (None, api) and self.operation in (None, operation)


class Faults:
    """The faults of one world, and how often each of them has struck."""

    def __init__(self, faults: Sequence[Fault] = (), struck: Sequence[int] = ()) -> None:
        self.faults = tuple(faults)
        self.struck = list(struck) or [0] * len(self.faults)

    def fork(self) -> "Faults":
        return Faults(self.faults, self.struck)

    def among(self, apis: Mapping[str, ApiPlan]) -> "Faults":
        """Those that concern one of these APIs."""
        chosen = [
            (fault, struck)
            for fault, struck in zip(self.faults, self.struck, strict=True)
            if any(
                fault.concerns(name, fault.operation)
                for name, api in apis.items()
                if fault.operation in (None, *api.operations)
            )
        ]
        return Faults([fault for fault, _ in chosen], [struck for _, struck in chosen])

    def strike(self, api: str, operation: str, chance: Chance) -> tuple[Fault, float] | None:
        """The first fault that strikes this call, and the seconds that it takes."""
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
    """As the control API shows and takes them."""
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


def parse(entries: Sequence[Mapping[str, Any]], plans: Mapping[str, ApiPlan]) -> Faults:
    """The other way round, of entries that have the form of the contract. Raises BadFault."""
    for index, entry in enumerate(entries):
        if what := _wrong(entry, vendors(plans)):
            raise BadFault(f"faults.{index}: {what}")
    given = [
        Fault(**{name: value for name, value in entry.items() if name != "struck"})
        for entry in entries
    ]
    return Faults(given, [entry.get("struck", 0) for entry in entries])


def _wrong(entry: Mapping[str, Any], apis: Mapping[str, ApiPlan]) -> str | None:
    if "api" in entry and entry["api"] not in apis:
        return f"there is no API {entry['api'][:40]!r} here; there is {', '.join(apis)}"
    operations = [
        name
        for api in apis.values()
        if entry.get("api") in (None, api.name)
        for name in api.operations
    ]
    if "operation" in entry and entry["operation"] not in operations:
        return f"there is no operation {entry['operation'][:40]!r}; there is {', '.join(dict.fromkeys(operations))}"
    if "status" in entry and entry["status"] not in iter(HTTPStatus):
        return f"{entry['status']} is no HTTP status; write one such as 503"
    if "status" in entry and entry.get("drop"):
        return "a connection that breaks off has no status; leave one of status and drop out"
    if not {"status", "delay"} & set(entry) and not entry.get("drop"):
        return "nothing goes wrong; give one of status, delay and drop"
    if "delay" in entry and not _OF_TYPE[entry["delay"]["type"]] <= set(entry["delay"]):
        return f"a {entry['delay']['type']} delay has {' and '.join(sorted(_OF_TYPE[entry['delay']['type']]))}"
    return None


_OF_TYPE: Mapping[str, set[str]] = {
    "fixed": {"milliseconds"},
    "uniform": {"lower", "upper"},
    "lognormal": {"median", "sigma"},
}

#: Longer than this nobody waits, whatever is drawn.
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
