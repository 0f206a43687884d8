"""A world as JSON, and back: everything that decides how it will answer."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from session_contracts.mock_server import faults
from session_contracts.mock_server.chance import Chance
from session_contracts.mock_server.checker import Checker, checked
from session_contracts.mock_server.clock import Clock, parse_moment, parse_time, rfc3339
from session_contracts.mock_server.credentials import Credential, Credentials
from session_contracts.mock_server.errors import (
    BadFault,
    BadSnapshot,
    ResponseContractViolation,
    UnknownRules,
)
from session_contracts.mock_server.mutants import MutablePlans
from session_contracts.mock_server.plan import ApiPlan, Plans, operation_ids
from session_contracts.mock_server.rates import Count, Rates
from session_contracts.mock_server.resource import Resource, build
from session_contracts.mock_server.store import Collection, Record
from session_contracts.mock_server.world import Contents, Message, World, as_message
from session_contracts.openapi import load_control

FORMAT = "session-contracts/world"
VERSION = 1
#: The longest message, in characters.
_LONG = 300


def export(world: World, plans: Plans, only: str | None = None) -> dict[str, Any]:
    """Everything but journal and coverage, of all APIs or of one.

    It holds the secrets of the world's credentials.
    """
    apis = {name: api for name, api in plans.items() if only in (None, name)}
    rules = {rule for api in apis.values() for rule in api.contract.rules}
    return {
        "format": FORMAT,
        "version": VERSION,
        "clock": {"now": rfc3339(world.clock.now()), "frozen": world.clock.frozen},
        "random": {"seed": world.chance.seed, "drawn": dict(world.chance.drawn)},
        "apis": {name: _api(world, api) for name, api in apis.items()},
        "outbox": [as_message(message) for message in world.outbox],
        "rates": {
            "enforced": world.rates.enforced,
            "counts": [
                {
                    "api": api,
                    "who": who,
                    "index": index,
                    "window": count.window,
                    "calls": count.calls,
                }
                for (api, who, index), count in world.rates.counts.items()
                if api in apis
            ],
        },
        "faults": faults.as_json(world.faults.among(operation_ids(apis))),
        "broken": [rule for rule in world.broken if rule in rules],
    }


def _api(world: World, api: ApiPlan) -> dict[str, Any]:
    return {
        "records": {
            resource.name: [_record(record) for record in _arrived(world.collection(resource))]
            for resource in api.resources.values()
        },
        "credentials": [_credential_members(each) for each in world.credentials[api.name]],
    }


def _arrived(collection: Collection) -> list[Record]:
    return sorted(collection, key=lambda record: record.serial)


def _record(record: Record) -> dict[str, Any]:
    timer = (
        {"timer": {"name": record.timer.name, "due": rfc3339(record.due)}}
        if record.timer and record.due
        else {}
    )
    return {"tenant": record.tenant, "fields": record.fields, "private": record.private, **timer}


def _credential_members(credential: Credential) -> dict[str, Any]:
    """A credential without the members that have their default."""
    members = {
        name: value
        for name, value in vars(credential).items()
        if value != Credential.__dataclass_fields__[name].default
    }
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in members.items()
    }


def read(file: Path | None) -> Any:
    """The content of a snapshot's file; None for a fixture. Raises BadSnapshot."""
    if file is None or file.suffix.lower() != ".json":
        return None
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else f"not JSON: {error}"
        raise BadSnapshot(f"{file}: {what}; give a file exported with GET /_mock/state") from None


def restore(world: World, plans: MutablePlans, exported: Any) -> None:
    """Replace everything at once; APIs that the snapshot does not name keep their data.

    Raises BadSnapshot; nothing is changed then.
    """
    _check(exported)
    served = plans.unbroken
    _check_served(exported, served)
    try:
        plans.breaking(tuple(exported["broken"]))
        injected = faults.parse(exported["faults"], operation_ids(served))
    except UnknownRules as error:
        raise BadSnapshot(f"broken: {str(error)[:_LONG]}") from None
    except BadFault as error:
        raise BadSnapshot(str(error)[:_LONG]) from None
    clock = _clock(exported["clock"])
    collections = dict(world.collections)
    credentials = dict(world.credentials)
    for name, api in exported["apis"].items():
        collections.update(_collections(served[name], api["records"], clock.now()))
        credentials[name] = Credentials(_credential(name, entry) for entry in api["credentials"])
    chance = Chance(exported["random"]["seed"], exported["random"]["drawn"])
    if set(exported["apis"]) != set(served):
        chance.drawn |= world.chance.drawn  # no id of the data that stays is drawn again
    contents = Contents(
        collections, clock, chance, _rates(exported["rates"]), _outbox(exported["outbox"])
    )
    world.take_over(contents, credentials, injected, exported["broken"])


def _check(exported: Any) -> None:
    if not isinstance(exported, dict) or exported.get("format") != FORMAT:
        raise BadSnapshot(
            f"this is not a snapshot of a world; its member 'format' must be {FORMAT!r}"
        )
    if exported.get("version") != VERSION:
        version = str(exported.get("version"))[:40]
        raise BadSnapshot(f"unsupported snapshot version {version!r}; supported: {VERSION}")
    if violations := _checker().violations(exported):
        errors = [error for _, _, error in violations[:3]]
        raise BadSnapshot("; ".join(f"{each.field[:_LONG]}: {each.message}" for each in errors))


def _check_served(exported: Mapping[str, Any], served: Plans) -> None:
    if unknown := set(exported["apis"]) - set(served):
        names = ", ".join(sorted(unknown))[:_LONG]
        raise BadSnapshot(f"apis: {names} is not served here; serve it as well, or remove it")
    counted = {count["api"] for count in exported["rates"]["counts"]}
    if unknown := counted - set(served):
        names = ", ".join(sorted(unknown))[:_LONG]
        raise BadSnapshot(f"rates.counts: {names} is not served here; remove its counts")


@cache
def _checker() -> Checker:
    return Checker.of(load_control().schemas["World"])


def _clock(given: Mapping[str, Any]) -> Clock:
    try:
        clock = Clock(parse_time(given["now"]))
    except ValueError as error:
        raise BadSnapshot(f"clock.now: {error}") from None
    if not given["frozen"]:
        clock.run()
    return clock


def _collections(
    api: ApiPlan, given: Mapping[str, Any], now: datetime
) -> Iterator[tuple[tuple[str, str], Collection]]:
    for name in given:
        if name not in api.resources:
            known = ", ".join(api.resources)
            raise BadSnapshot(
                f"apis.{api.name}.records: unknown resource {name[:40]!r}; available: {known}"
            )
    for resource in api.resources.values():
        collection = Collection(resource.ordering)
        for index, entry in enumerate(given.get(resource.name, ())):
            where = f"apis.{api.name}.records.{resource.name}.{index}"
            record = _restored(resource, entry, now, where)
            if collection.get(record.key) is not None:
                raise BadSnapshot(
                    f"{where}: duplicate {resource.name} {record.key[:40]}; make each id unique"
                )
            collection.put(record)
        yield (api.name, resource.name), collection


def _restored(resource: Resource, entry: Mapping[str, Any], now: datetime, where: str) -> Record:
    try:
        checked(resource.private, entry["private"], "private")
        record = build(resource, entry["fields"], entry["tenant"], entry["private"], now)
        resource.ordering(record.fields, 0)
        for name, member in resource.checker.schema.get("properties", {}).items():
            if member.get("format") == "date-time" and record.fields.get(name) is not None:
                datetime.fromisoformat(record.fields[name])
    except (KeyError, TypeError, ValueError, ResponseContractViolation) as error:
        raise BadSnapshot(f"{where}: not a valid record: {str(error)[:_LONG]}") from None
    if resource.lifecycle is not None and record.state is None:
        states = ", ".join(resource.lifecycle.states)
        raise BadSnapshot(f"{where}: the fields match no state; available: {states}")
    if "timer" in entry:
        return replace(record, **_due(resource, record, entry["timer"], where))
    return replace(record, timer=None, due=None)


def _due(
    resource: Resource, record: Record, given: Mapping[str, Any], where: str
) -> dict[str, Any]:
    timers = {timer.name: timer for timer in resource.timers if record.state in timer.sources}
    if given["name"] not in timers:
        known = ", ".join(timers) or "none"
        name = given["name"][:40]
        raise BadSnapshot(
            f"{where}.timer: no timer {name!r} in the state {record.state}; available: {known}"
        )
    try:
        return {"timer": timers[given["name"]], "due": parse_time(given["due"])}
    except ValueError as error:
        raise BadSnapshot(f"{where}.timer.due: {error}") from None


def _credential(api: str, entry: Mapping[str, Any]) -> Credential:
    given: dict[str, Any] = dict(entry)
    if entry.get("expires") is not None:
        try:
            given["expires"] = parse_moment(entry["expires"])
        except ValueError as error:
            raise BadSnapshot(f"apis.{api}.credentials.expires: {error}") from None
    given.update(
        (name, tuple(given[name]))
        for name in ("scopes", "organizations")
        if given.get(name) is not None
    )
    return Credential(**given)


def _rates(given: Mapping[str, Any]) -> Rates:
    counts = {
        (entry["api"], entry["who"], entry["index"]): Count(entry["window"], entry["calls"])
        for entry in given["counts"]
    }
    return Rates(given["enforced"], counts)


def _outbox(given: list[Mapping[str, Any]]) -> list[Message]:
    return [Message(**message) for message in given]
