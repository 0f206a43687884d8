"""A world as JSON, and back: everything that decides what it will answer."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from session_contracts.mock_server import faults
from session_contracts.mock_server.chance import Chance
from session_contracts.mock_server.clock import Clock, parse_moment, parse_time, rfc3339
from session_contracts.mock_server.credentials import Credential, Credentials
from session_contracts.mock_server.errors import (
    BadFault,
    BadSnapshot,
    ResponseContractViolation,
    UnknownRules,
)
from session_contracts.mock_server.mutants import broken
from session_contracts.mock_server.plan import ApiPlan, Checker, Resource, checked, vendors
from session_contracts.mock_server.rates import Count, Rates
from session_contracts.mock_server.store import Collection, Record
from session_contracts.mock_server.world import Contents, Message, World, as_message, build
from session_contracts.openapi import load_control

FORMAT = "session-contracts/world"
VERSION = 1
#: Letters of a message.
_LONG = 300


def export(world: World, only: str | None = None) -> dict[str, Any]:
    """Everything but the journal and the coverage, of all APIs or of one. It holds the secrets of the world's credentials."""
    apis = {name: api for name, api in vendors(world.plans).items() if only in (None, name)}
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
        "faults": faults.as_json(world.faults.among(apis)),
        "broken": [
            rule
            for rule in world.broken
            if any(rule in api.contract.rules for api in apis.values())
        ],
    }


def _api(world: World, api: ApiPlan) -> dict[str, Any]:
    resources = api.resources.values()
    return {
        "records": {
            resource.name: [_record(record) for record in _arrived(world.collection(api, resource))]
            for resource in resources
        },
        "credentials": [_given(credential) for credential in world.credentials[api.name]],
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


def _given(thing: Credential) -> dict[str, Any]:
    """What is not as if it had been left out."""
    told = {
        name: value
        for name, value in vars(thing).items()
        if value != Credential.__dataclass_fields__[name].default
    }
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in told.items()
    }


def read(file: Path | None) -> Any:
    """What a file holds, if it is an export at all; None for a fixture. Raises BadSnapshot."""
    if file is None or file.suffix.lower() != ".json":
        return None
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise BadSnapshot(
            f"{file}: {error}; give a file that GET /_mock/state has written"
        ) from None


def restore(world: World, exported: Any) -> None:
    """Put everything in place at once; APIs that are not named keep what they have. Raises BadSnapshot, and has changed nothing then."""
    _check(exported)
    served = vendors(world.unbroken)
    if unknown := set(exported["apis"]) - set(served):
        raise BadSnapshot(
            f"apis: {', '.join(sorted(unknown))[:_LONG]} is not served here; serve it as well, or leave it out"
        )
    if strangers := {count["api"] for count in exported["rates"]["counts"]} - set(served):
        raise BadSnapshot(
            f"rates.counts: {', '.join(sorted(strangers))[:_LONG]} is not served here; leave its counts out"
        )
    try:
        plans = broken(world.unbroken, exported["broken"])
        told = faults.parse(exported["faults"], world.unbroken)
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
        chance.drawn |= world.chance.drawn  # so that no id of what stays is drawn again
    contents = Contents(
        collections, clock, chance, _rates(exported["rates"]), _outbox(exported["outbox"])
    )
    world.take_over(contents, credentials, told, plans, exported["broken"])


def _check(exported: Any) -> None:
    if not isinstance(exported, dict) or exported.get("format") != FORMAT:
        raise BadSnapshot(f"this is no export of a world; its member format would be {FORMAT!r}")
    if exported.get("version") != VERSION:
        raise BadSnapshot(
            f"this export has version {str(exported.get('version'))[:40]!r}; this server reads version {VERSION}"
        )
    if violations := _checker().violations(exported):
        raise BadSnapshot(
            "; ".join(f"{error.field[:_LONG]}: {error.message}" for _, _, error in violations[:3])
        )


@cache
def _checker() -> Checker:
    return Checker.of(load_control().schemas["World"])


def _clock(told: Mapping[str, Any]) -> Clock:
    try:
        clock = Clock(parse_time(told["now"]))
    except ValueError as error:
        raise BadSnapshot(f"clock.now: {error}") from None
    if not told["frozen"]:
        clock.run()
    return clock


def _collections(
    api: ApiPlan, told: Mapping[str, Any], now: datetime
) -> Iterator[tuple[tuple[str, str], Collection]]:
    for name in told:
        if name not in api.resources:
            raise BadSnapshot(
                f"apis.{api.name}.records: there is no {name[:40]!r}; there is {', '.join(api.resources)}"
            )
    for resource in api.resources.values():
        collection = Collection(resource.ordering)
        for index, entry in enumerate(told.get(resource.name, ())):
            where = f"apis.{api.name}.records.{resource.name}.{index}"
            record = _restored(resource, entry, now, where)
            if collection.get(record.key) is not None:
                raise BadSnapshot(
                    f"{where}: there is a {resource.name} {record.key[:40]} already; give each its own"
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
        raise BadSnapshot(f"{where}: this makes no record: {str(error)[:_LONG]}") from None
    if resource.lifecycle is not None and record.state is None:
        raise BadSnapshot(
            f"{where}: these fields are of no state; there is {', '.join(resource.lifecycle.states)}"
        )
    return (
        replace(record, **_due(resource, record, entry["timer"], where))
        if "timer" in entry
        else replace(record, timer=None, due=None)
    )


def _due(resource: Resource, record: Record, told: Mapping[str, Any], where: str) -> dict[str, Any]:
    timers = {timer.name: timer for timer in resource.timers if record.state in timer.sources}
    if told["name"] not in timers:
        known = ", ".join(timers) or "none"
        raise BadSnapshot(
            f"{where}.timer: no timer {told['name'][:40]!r} moves what is {record.state}; there is {known}"
        )
    try:
        return {"timer": timers[told["name"]], "due": parse_time(told["due"])}
    except ValueError as error:
        raise BadSnapshot(f"{where}.timer.due: {error}") from None


def _credential(api: str, entry: Mapping[str, Any]) -> Credential:
    told: dict[str, Any] = dict(entry)
    if entry.get("expires") is not None:
        try:
            told["expires"] = parse_moment(entry["expires"])
        except ValueError as error:
            raise BadSnapshot(f"apis.{api}.credentials.expires: {error}") from None
    told.update(
        (name, tuple(told[name]))
        for name in ("scopes", "organizations")
        if told.get(name) is not None
    )
    return Credential(**told)


def _rates(told: Mapping[str, Any]) -> Rates:
    counts = {
        (entry["api"], entry["who"], entry["index"]): Count(entry["window"], entry["calls"])
        for entry in told["counts"]
    }
    return Rates(told["enforced"], counts)


def _outbox(told: list[Mapping[str, Any]]) -> list[Message]:
    return [Message(**message) for message in told]
