"""The control API: handlers by operationId, and its form of an error.

Every handler takes the worlds of the server and a call; `mock.py` binds the worlds.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from session_contracts.mock_server import faults, har, snapshot, states
from session_contracts.mock_server.clock import Clock, parse_duration, parse_time, rfc3339
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import (
    BadFault,
    BadSnapshot,
    BadState,
    ClockError,
    FieldError,
    FixtureError,
    NoSuchState,
    Refused,
    UnknownRules,
    WorldExists,
)
from session_contracts.mock_server.faults import Faults
from session_contracts.mock_server.journal import JournalEntry, matches, shown
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, operation_ids
from session_contracts.mock_server.world import World, as_message
from session_contracts.mock_server.worlds import Worlds

#: Its own calls are neither journaled nor counted, and no fault hits them.
VENDOR = False


def authenticate(call: Call, sent: str | None) -> Credential:
    """Accept the admin token, or any call if the mock was started without one. Raises Refused."""
    wanted = call.world.settings.admin_token
    if wanted is not None and not _equals(_secret(sent or ""), wanted):
        detail = (
            "the control API needs the admin token of the mock (--admin-token); "
            "send 'Authorization: Bearer <token>'"
        )
        raise Refused(None, detail, status=401, headers=[("WWW-Authenticate", "Bearer")])
    return Credential("", "", "admin")


def _equals(secret: bytes, wanted: str) -> bool:
    """Compare in constant time; some clients encode headers as UTF-8, some as latin-1."""
    encoded = (
        wanted.encode("utf-8", "surrogateescape"),
        wanted.encode("latin-1", "backslashreplace"),
    )
    found = [hmac.compare_digest(secret, each) for each in encoded]
    return any(found)


def _secret(sent: str) -> bytes:
    """The token of the header, as the bytes that were sent."""
    scheme, _, secret = sent.partition(" ")
    if scheme.lower() != "basic":
        return secret.strip().encode("latin-1") if scheme.lower() == "bearer" else b""
    try:
        return base64.b64decode(secret, validate=True).partition(b":")[2]
    except ValueError:
        return b""


# ---- the server and its worlds


def get_health(worlds: Worlds, call: Call) -> Answer:
    hashes = {
        name: {"contract": hashlib.sha256(Path(plan.contract.file).read_bytes()).hexdigest()}
        for name, plan in call.plans.items()
    }
    return Answer(200, {"status": "serving", "version": own_version(), "apis": hashes})


def own_version() -> str:
    """The installed version; `unknown` in a checkout that is not installed."""
    try:
        return version("session-contracts")
    except PackageNotFoundError:
        return "unknown"


def list_worlds(worlds: Worlds, call: Call) -> Answer:
    listed = [
        {"name": world.name, "now": rfc3339(world.clock.now()), "requests": world.journal.count}
        for world in worlds
    ]
    return Answer(200, {"worlds": listed})


def create_world(worlds: Worlds, call: Call) -> Answer:
    asked = call.body or {}
    ways = [way for way in ("fork", "state") if way in asked]
    ways += ["seed or clock"] if {"seed", "clock"} & set(asked) else []
    if len(ways) > 1:
        raise Refused(None, f"a world has one origin; give only one of {', '.join(ways)}")
    try:
        return _created(_create(worlds, asked.get("name"), asked), call)
    except WorldExists as error:
        raise Refused(None, str(error), status=409) from None
    except BadSnapshot as error:
        raise Refused(None, f"state: {error}") from None
    except (ValueError, ClockError, FixtureError) as error:
        raise Refused(None, f"clock: {error}") from None


def _create(worlds: Worlds, name: str | None, asked: Mapping[str, Any]) -> World:
    if "fork" in asked:
        return worlds.fork(name, asked["fork"])
    if "state" in asked:
        return worlds.load(name, asked["state"])
    clock = _clock(asked["clock"]) if "clock" in asked else None
    return worlds.create(name, asked.get("seed"), clock)


def _clock(asked: Mapping[str, Any]) -> Clock:
    """A clock at `now`, or at the machine's time; frozen unless asked. Raises ValueError."""
    clock = Clock(parse_time(asked["now"])) if "now" in asked else Clock()
    if asked.get("frozen", True):
        clock.freeze()
    else:
        clock.run()
    return clock


def _created(world: World, call: Call) -> Answer:
    path = f"/w/{world.name}"
    apis = {name: f"{path}{plan.base_path}" for name, plan in call.plans.items()}
    return Answer(201, {"name": world.name, "path": path, "apis": apis})


def drop_world(worlds: Worlds, call: Call) -> Answer:
    worlds.drop(call.parameters["name"])
    return Answer(200, {})


def export_state(worlds: Worlds, call: Call) -> Answer:
    only = call.parameters.get("api")
    if only is not None:
        _served(call, only)
    return Answer(200, snapshot.export(call.world, call.plans, only))


def import_state(worlds: Worlds, call: Call) -> Answer:
    try:
        snapshot.restore(call.world, worlds.plans, call.body)
    except BadSnapshot as error:
        raise Refused(None, str(error)) from None
    return Answer(200, {})


def reset_world(worlds: Worlds, call: Call) -> Answer:
    call.world.reset()
    return Answer(200, {})


# ---- the clock


def get_clock(worlds: Worlds, call: Call) -> Answer:
    clock = call.world.clock
    return Answer(200, {"now": rfc3339(clock.now()), "frozen": clock.frozen})


def put_clock(worlds: Worlds, call: Call) -> Answer:
    clock = call.world.clock
    try:
        if "now" in call.body:
            clock.set(parse_time(call.body["now"]))
    except (ValueError, ClockError) as error:
        raise Refused(None, str(error)) from None
    if "frozen" in call.body:
        clock.freeze() if call.body["frozen"] else clock.run()
    return get_clock(worlds, call)


def advance_clock(worlds: Worlds, call: Call) -> Answer:
    try:
        call.world.clock.advance(parse_duration(call.body["by"]))
    except (ValueError, ClockError) as error:
        raise Refused(None, f"by: {error}") from None
    return get_clock(worlds, call)


# ---- journal, coverage, outbox


def get_journal(worlds: Worlds, call: Call) -> Answer:
    found, latest = _entries(call)
    return Answer(
        200,
        {
            "entries": [shown(entry) for entry in latest],
            "total": len(found),
            "dropped": call.world.journal.dropped,
        },
    )


def _entries(call: Call) -> tuple[list[JournalEntry], list[JournalEntry]]:
    """All entries that match, and the latest `limit` of them."""
    found = [entry for entry in call.world.journal if matches(entry, call.parameters)]
    limit = call.parameters.get("limit", len(found))
    return found, found[max(0, len(found) - limit) :]


def delete_journal(worlds: Worlds, call: Call) -> Answer:
    call.world.journal.clear()
    return Answer(200, {})


def get_journal_archive(worlds: Worlds, call: Call) -> Answer:
    return Answer(200, har.archive(_entries(call)[1], own_version()))


def get_coverage(worlds: Worlds, call: Call) -> Answer:
    coverage = worlds.coverage() if call.parameters["worlds"] == "all" else call.world.coverage
    apis = {name: coverage.of(plan.contract, plan.reach) for name, plan in call.plans.items()}
    return Answer(200, {"apis": apis})


def delete_coverage(worlds: Worlds, call: Call) -> Answer:
    if call.parameters["worlds"] == "all":
        worlds.clear_coverage()
    else:
        call.world.coverage.clear()
    return Answer(200, {})


def get_outbox(worlds: Worlds, call: Call) -> Answer:
    return Answer(200, {"messages": [as_message(message) for message in call.world.outbox]})


# ---- faults and broken rules


def get_faults(worlds: Worlds, call: Call) -> Answer:
    return Answer(200, {"faults": faults.as_json(call.world.faults)})


def put_faults(worlds: Worlds, call: Call) -> Answer:
    try:
        call.world.faults = faults.parse(call.body["faults"], operation_ids(call.plans))
    except BadFault as error:
        raise Refused(None, str(error)) from None
    return get_faults(worlds, call)


def delete_faults(worlds: Worlds, call: Call) -> Answer:
    call.world.faults = Faults()
    return get_faults(worlds, call)


def get_broken_rules(worlds: Worlds, call: Call) -> Answer:
    return Answer(200, {"broken": list(call.world.broken), "breakable": worlds.plans.breakable()})


def put_broken_rules(worlds: Worlds, call: Call) -> Answer:
    rules = tuple(call.body["rules"])
    try:
        worlds.plans.breaking(rules)
    except UnknownRules as error:
        raise Refused(None, str(error)) from None
    call.world.broken = rules
    return get_broken_rules(worlds, call)


def delete_broken_rules(worlds: Worlds, call: Call) -> Answer:
    call.world.broken = ()
    return get_broken_rules(worlds, call)


def _served(call: Call, name: str) -> ApiPlan:
    """A vendor's API. Raises Refused."""
    if name not in call.plans:
        detail = f"no API {name[:40]!r} is mounted; available: {', '.join(call.plans)}"
        raise Refused(None, detail, status=404)
    return call.plans[name]


# ---- provider states


def set_up_state(worlds: Worlds, call: Call) -> Answer:
    api = _served(call, call.parameters["api"])
    try:
        return Answer(200, states.set_up(call.world, api, call.body))
    except NoSuchState as error:
        raise Refused(None, str(error), status=501) from None
    except BadState as error:
        raise Refused(None, str(error)) from None


def error_body(
    status: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """`{error}`: one sentence."""
    messages = (f"{error.field}: {error.message}" for error in errors)
    fields = "; ".join(message for message in messages if message != detail)
    return "application/json", {"error": f"{detail}: {fields}" if fields else detail}
