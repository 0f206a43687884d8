"""The control API: handlers by operationId, and its form of an error."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from session_contracts.mock_server import faults, har, mutants, snapshot, states
from session_contracts.mock_server.call import Answer, Call
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
from session_contracts.mock_server.journal import Entry, matches, shown
from session_contracts.mock_server.plan import ApiPlan, vendors
from session_contracts.mock_server.world import World, as_message

#: It tells of the vendors' APIs, and is none.
VENDOR = False


def authenticate(call: Call, sent: str | None) -> Credential:
    """Whoever knows the token that the mock was started with; anybody, where it was started without one. Raises Refused."""
    wanted = call.world.settings.admin_token
    if wanted is not None and not _is_it(_secret(sent or ""), wanted):
        detail = "the control API needs the token that the mock was started with (--admin-token): send 'Authorization: Bearer <token>'"
        raise Refused(None, detail, status=401, headers=[("WWW-Authenticate", "Bearer")])
    return Credential("", "", "admin")


def _is_it(secret: bytes, wanted: str) -> bool:
    """In constant time; some clients write a header in UTF-8, and some in latin-1."""
    encoded = (
        wanted.encode("utf-8", "surrogateescape"),
        wanted.encode("latin-1", "backslashreplace"),
    )
    found = [hmac.compare_digest(secret, each) for each in encoded]
    return any(found)


def _secret(sent: str) -> bytes:
    """As it was sent: a header's bytes are read as latin-1."""
    scheme, _, secret = sent.partition(" ")
    if scheme.lower() != "basic":
        return secret.strip().encode("latin-1") if scheme.lower() == "bearer" else b""
    try:
        return base64.b64decode(secret, validate=True).partition(b":")[2]
    except ValueError:
        return b""


# ---- the server and its worlds


def get_health(call: Call) -> Answer:
    served = vendors(call.world.plans).items()
    hashes = {
        name: {"contract": hashlib.sha256(Path(plan.contract.file).read_bytes()).hexdigest()}
        for name, plan in served
    }
    return Answer(200, {"status": "serving", "version": own_version(), "apis": hashes})


def own_version() -> str:
    """The installed version; a checkout that is not installed has none."""
    try:
        return version("session-contracts")
    except PackageNotFoundError:
        return "unknown"


def list_worlds(call: Call) -> Answer:
    listed = [
        {"name": world.name, "now": rfc3339(world.clock.now()), "requests": world.journal.count}
        for world in call.worlds
    ]
    return Answer(200, {"worlds": listed})


def create_world(call: Call) -> Answer:
    asked = call.body or {}
    if (
        len(
            ways := [way for way in ("fork", "state") if way in asked]
            + (["seed or clock"] if {"seed", "clock"} & set(asked) else [])
        )
        > 1
    ):
        raise Refused(None, f"a world begins in one way; give one of {', '.join(ways)}")
    try:
        return _made(_create(call, asked.get("name"), asked), call)
    except WorldExists as error:
        raise Refused(None, str(error), status=409) from None
    except BadSnapshot as error:
        raise Refused(None, f"state: {error}") from None
    except (ValueError, ClockError, FixtureError) as error:
        raise Refused(None, f"clock: {error}") from None


def _create(call: Call, name: str | None, asked: Mapping[str, Any]) -> World:
    if "fork" in asked:
        return call.worlds.fork(name, asked["fork"])
    if "state" in asked:
        return call.worlds.load(name, asked["state"])
    return call.worlds.create(
        name, asked.get("seed"), _clock(asked["clock"]) if "clock" in asked else None
    )


def _clock(asked: Mapping[str, Any]) -> Clock:
    """One that stands where it is told to; without `now`, the machine's. Raises ValueError."""
    clock = Clock(parse_time(asked["now"])) if "now" in asked else Clock()
    if asked.get("frozen", True):
        clock.freeze()
    else:
        clock.run()
    return clock


def _made(world: World, call: Call) -> Answer:
    path = f"/w/{world.name}"
    apis = {name: f"{path}{plan.base_path}" for name, plan in vendors(call.world.plans).items()}
    return Answer(201, {"name": world.name, "path": path, "apis": apis})


def drop_world(call: Call) -> Answer:
    call.worlds.drop(call.parameters["name"])
    return Answer(200, {})


def export_state(call: Call) -> Answer:
    only = call.parameters.get("api")
    if only is not None:
        _served(call, only)
    return Answer(200, snapshot.export(call.world, only))


def import_state(call: Call) -> Answer:
    try:
        snapshot.restore(call.world, call.body)
    except BadSnapshot as error:
        raise Refused(None, str(error)) from None
    return Answer(200, {})


def reset_world(call: Call) -> Answer:
    call.world.reset()
    return Answer(200, {})


# ---- the clock


def get_clock(call: Call) -> Answer:
    clock = call.world.clock
    return Answer(200, {"now": rfc3339(clock.now()), "frozen": clock.frozen})


def put_clock(call: Call) -> Answer:
    clock = call.world.clock
    try:
        if "now" in call.body:
            clock.set(parse_time(call.body["now"]))
    except (ValueError, ClockError) as error:
        raise Refused(None, str(error)) from None
    if "frozen" in call.body:
        clock.freeze() if call.body["frozen"] else clock.run()
    return get_clock(call)


def advance_clock(call: Call) -> Answer:
    try:
        call.world.clock.advance(parse_duration(call.body["by"]))
    except (ValueError, ClockError) as error:
        raise Refused(None, f"by: {error}") from None
    return get_clock(call)


# ---- what was asked, what was answered, and what that covers


def get_journal(call: Call) -> Answer:
    found, latest = _entries(call)
    return Answer(
        200,
        {
            "entries": [shown(entry) for entry in latest],
            "total": len(found),
            "dropped": call.world.journal.dropped,
        },
    )


def _entries(call: Call) -> tuple[list[Entry], list[Entry]]:
    """Those that match, and the latest of them, as many as are wanted."""
    found = [entry for entry in call.world.journal if matches(entry, call.parameters)]
    return found, found[max(0, len(found) - call.parameters.get("limit", len(found))) :]


def delete_journal(call: Call) -> Answer:
    call.world.journal.clear()
    return Answer(200, {})


def get_journal_archive(call: Call) -> Answer:
    return Answer(200, har.archive(_entries(call)[1], own_version()))


def get_coverage(call: Call) -> Answer:
    coverage = call.worlds.coverage() if call.parameters["worlds"] == "all" else call.world.coverage
    return Answer(
        200, {"apis": {name: coverage.of(plan) for name, plan in vendors(call.world.plans).items()}}
    )


def delete_coverage(call: Call) -> Answer:
    if call.parameters["worlds"] == "all":
        call.worlds.clear_coverage()
    else:
        call.world.coverage.clear()
    return Answer(200, {})


def get_outbox(call: Call) -> Answer:
    return Answer(200, {"messages": [as_message(message) for message in call.world.outbox]})


# ---- what goes wrong


def get_faults(call: Call) -> Answer:
    return Answer(200, {"faults": faults.as_json(call.world.faults)})


def put_faults(call: Call) -> Answer:
    try:
        call.world.faults = faults.parse(call.body["faults"], call.world.plans)
    except BadFault as error:
        raise Refused(None, str(error)) from None
    return get_faults(call)


def delete_faults(call: Call) -> Answer:
    call.world.faults = Faults()
    return get_faults(call)


def get_broken_rules(call: Call) -> Answer:
    return Answer(
        200, {"broken": list(call.world.broken), "breakable": mutants.breakable(call.world.plans)}
    )


def put_broken_rules(call: Call) -> Answer:
    try:
        call.world.break_rules(call.body["rules"], mutants.broken)
    except UnknownRules as error:
        raise Refused(None, str(error)) from None
    return get_broken_rules(call)


def delete_broken_rules(call: Call) -> Answer:
    call.world.break_rules((), mutants.broken)
    return get_broken_rules(call)


def _served(call: Call, name: str) -> ApiPlan:
    """A vendor's API. Raises Refused."""
    served = vendors(call.world.plans)
    if name not in served:
        raise Refused(
            None, f"there is no API {name[:40]!r} here; there is {', '.join(served)}", status=404
        )
    return served[name]


# ---- provider states


def set_up_state(call: Call) -> Answer:
    try:
        return Answer(
            200, states.set_up(call.world, _served(call, call.parameters["api"]), call.body)
        )
    except NoSuchState as error:
        raise Refused(None, str(error), status=501) from None
    except BadState as error:
        raise Refused(None, str(error)) from None


def error_body(
    status: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """`{error}`: one sentence."""
    fields = "; ".join(
        f"{error.field}: {error.message}"
        for error in errors
        if f"{error.field}: {error.message}" != detail
    )
    return "application/json", {"error": f"{detail}: {fields}" if fields else detail}
