"""For `states.py`: how a test brings the mock into a situation.

`STATES` maps the name of a provider state to a `State`, made by `state` from a function and the
schemas of its params. The function is a `SetUp`,
`Callable[[World, ApiPlan, Mapping[str, Any]], dict[str, Any]]`, and returns the values of the
state. It raises BadState if a param refers to a record that does not exist, and NoSuchState if the
mock cannot reach the state. Every API has a state `credential`;
`key_state` makes one.
"""

from session_contracts.mock_server.chance import CHOICES, IDS, SECRETS
from session_contracts.mock_server.clock import parse_duration, parse_time, rfc3339, rfc3339_ms
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import BadState, NoSuchState
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.states.common import (
    FLAG,
    NEVER,
    TENANT,
    TEXT,
    TIME,
    UUID,
    SetUp,
    State,
    bearer,
    existing,
    issued_key,
    key_state,
    moment,
    one_of,
    state,
)
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import World

__all__ = [
    "CHOICES",
    "FLAG",
    "IDS",
    "NEVER",
    "SECRETS",
    "TENANT",
    "TEXT",
    "TIME",
    "UUID",
    "ApiPlan",
    "BadState",
    "Credential",
    "NoSuchState",
    "Record",
    "SetUp",
    "State",
    "World",
    "bearer",
    "existing",
    "issued_key",
    "key_state",
    "moment",
    "one_of",
    "parse_duration",
    "parse_time",
    "rfc3339",
    "rfc3339_ms",
    "state",
]
