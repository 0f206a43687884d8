"""The control API: handlers by operationId, and its form of an error."""

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mock_server import breaks, states
from mock_server.call import Answer, Call
from mock_server.clock import parse_duration, parse_time, rfc3339
from mock_server.errors import BadState, ClockError, FieldError, NoSuchState, Refused, UnknownRules
from mock_server.world import as_message


def get_health(call: Call) -> Answer:
    served = {name: plan for name, plan in call.world.plans.items() if name != "control"}
    hashes = {name: {"contract": hashlib.sha256(Path(plan.contract.file).read_bytes()).hexdigest()} for name, plan in served.items()}
    return Answer(200, {"status": "serving", "version": own_version(), "apis": hashes})


def own_version() -> str:
    """The installed version; a checkout that is not installed has none."""
    try:
        return version("session-contracts")
    except PackageNotFoundError:
        return "unknown"


def reset_world(call: Call) -> Answer:
    call.world.reset()
    return Answer(200, {})


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


def get_outbox(call: Call) -> Answer:
    return Answer(200, {"messages": [as_message(message) for message in call.world.outbox]})


def get_broken_rules(call: Call) -> Answer:
    return Answer(200, {"broken": list(call.world.broken), "breakable": breaks.breakable(call.world.plans)})


def put_broken_rules(call: Call) -> Answer:
    try:
        call.world.break_rules(call.body["rules"], breaks.broken)
    except UnknownRules as error:
        raise Refused(None, str(error)) from None
    return get_broken_rules(call)


def delete_broken_rules(call: Call) -> Answer:
    call.world.break_rules((), breaks.broken)
    return get_broken_rules(call)


def set_up_state(call: Call) -> Answer:
    name = call.parameters["api"]
    api = call.world.plans.get(name)
    if api is None or name == "control":
        served = ", ".join(name for name in call.world.plans if name != "control")
        raise Refused(None, f"there is no API {name!r} here; there is {served}", status=404)
    try:
        return Answer(200, states.set_up(call.world, api, call.body))
    except NoSuchState as error:
        raise Refused(None, str(error), status=501) from None
    except BadState as error:
        raise Refused(None, str(error)) from None


def error_body(status: int, detail: str, errors: tuple[FieldError, ...]) -> tuple[str, Mapping[str, Any]]:
    """`{error}`: one sentence."""
    fields = "; ".join(f"{error.field}: {error.message}" for error in errors if f"{error.field}: {error.message}" != detail)
    return "application/json", {"error": f"{detail}: {fields}" if fields else detail}
