"""A client of the control API: `python control.py BASE_URL TOKEN`, with the admin token."""

import datetime
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from generated.control import AuthenticatedClient
from generated.control.api.break_ import delete_faults, get_broken_rules, put_faults
from generated.control.api.server import get_health
from generated.control.api.states import set_up_state
from generated.control.api.watch import get_coverage, get_journal, get_outbox
from generated.control.api.world import (
    advance_clock,
    create_world,
    drop_world,
    export_state,
    get_clock,
    import_state,
    list_worlds,
)
from generated.control.models import (
    AdvanceClockBody,
    BrokenRules,
    Clock,
    Coverage,
    Decision,
    Delay,
    DelayType,
    ErrorAnswer,
    Fault,
    FaultsAnswer,
    Health,
    ImportStateBody,
    Journal,
    MadeWorld,
    NewWorld,
    Nothing,
    Outbox,
    PutFaultsBody,
    StateMessage,
    StateMessageAction,
    StateMessageParams,
    StateResult,
    World,
    WorldsAnswer,
)

base_url, token = sys.argv[1:]
client = AuthenticatedClient(base_url, token, raise_on_unexpected_status=True)

health = get_health.sync(client=client)
assert isinstance(health, Health)
assert len(health.apis["rentalot"].contract) == 64

# Time.
clock = get_clock.sync(client=client)
assert isinstance(clock, Clock)
later = advance_clock.sync(client=client, body=AdvanceClockBody("P31D"))
assert isinstance(later, Clock)
assert later.now - clock.now == datetime.timedelta(days=31)
wrong = advance_clock.sync_detailed(client=client, body=AdvanceClockBody("soon"))
assert wrong.status_code is HTTPStatus.BAD_REQUEST
assert isinstance(wrong.parsed, ErrorAnswer)
assert "soon" in wrong.parsed.error

# A provider state, and what is known of the world then.
params = StateMessageParams()
params["status"] = "completed"
session = set_up_state.sync(
    "rentalot", client=client, body=StateMessage(StateMessageAction.SETUP, "session", params)
)
assert isinstance(session, StateResult)
assert session["id"]
journal = get_journal.sync(client=client, api="rentalot", decision=Decision.REFUSED)
assert isinstance(journal, Journal)
assert journal.total == 0
outbox = get_outbox.sync(client=client)
assert isinstance(outbox, Outbox)
coverage = get_coverage.sync(client=client)
assert isinstance(coverage, Coverage)
assert coverage.apis["rentalot"].summary["move"].reached == 0

# Faults and broken rules.
fault = Fault(api="rentalot", status=503, delay=Delay(DelayType.FIXED, milliseconds=200))
faults = put_faults.sync(client=client, body=PutFaultsBody([fault]))
assert isinstance(faults, FaultsAnswer)
delay = faults.faults[0].delay
assert isinstance(delay, Delay)
assert delay.milliseconds == 200
cleared = delete_faults.sync(client=client)
assert isinstance(cleared, FaultsAnswer)
assert cleared.faults == []
rules = get_broken_rules.sync(client=client)
assert isinstance(rules, BrokenRules)
assert "rentalot.review.final" in rules.breakable

# What is exported can be imported.
world = export_state.sync(client=client)
assert isinstance(world, World)
assert isinstance(
    import_state.sync(client=client, body=ImportStateBody.from_dict(world.to_dict())), Nothing
)

# Another world, for a while.
made = create_world.sync(client=client, body=NewWorld(seed=7))
assert isinstance(made, MadeWorld)
worlds = list_worlds.sync(client=client)
assert isinstance(worlds, WorldsAnswer)
assert made.name in {one.name for one in worlds.worlds}
assert isinstance(drop_world.sync(made.name, client=client), Nothing)

# Another token.
stranger = get_clock.sync_detailed(client=AuthenticatedClient(base_url, "guessed"))
assert stranger.status_code is HTTPStatus.UNAUTHORIZED
assert isinstance(stranger.parsed, ErrorAnswer)

if TYPE_CHECKING:  # Each is an error of types; mypy would report an unused ignore.
    StateMessage("set-up", "session")  # type: ignore[arg-type]
    Delay(milliseconds=200)  # type: ignore[call-arg]
    _ = coverage.apis["rentalot"].per_cent  # type: ignore[attr-defined]
