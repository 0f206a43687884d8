"""For `checks/test_*.py`: custom checks of rules that the suite does not derive from the contract.

A check is a pytest function that takes `subject: Subject` and `judge: Judge`. `@verifies` names
the rules that it checks: `@verifies("confirm.notice")` is short for `acme.confirm.notice`. With
`@each(cases)` it runs once per `Case`.

Functions that take the subject first prepare records, send requests and read answers.
`judge` records what was observed of a rule. `Unexercised`, or `judge.require`, reports that a rule
could not be checked.

| module of the suite | functions |
| --- | --- |
| `preparing` | `record_in`, `new_record`, `foreign_record`, `prepared_id`, `new_credential`, ... |
| `calling` | `call`, `send`, `valid_body` |
| `reading` | `read`, `fetch`, `record_of`, `require_state`, `current_state`, ... |
| `listing` | `get_list`, `listed_records`, `listed_ids`, `pagination_number` |
| `target_clock` | `clock_time`, `target_time`, `advance_clock` |
| `outbox` | `sent_messages`, `wait_for_messages` |
| `shapes` | reads answers leniently |
"""

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import (
    get_list,
    listed_ids,
    listed_records,
    pagination_number,
)
from session_contracts.conformance.marks import Case, each, verifies
from session_contracts.conformance.outbox import sent_messages, wait_for_messages
from session_contracts.conformance.preparing import (
    accepting_state,
    foreign_record,
    fresh_scope,
    movable_state,
    new_credential,
    new_record,
    prepared_id,
    record_in,
)
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import (
    current_state,
    fetch,
    read,
    read_or_absent,
    record_of,
    require_state,
    state_of,
)
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import advance_clock, clock_time, target_time
from session_contracts.conformance.waiting import eventually

__all__ = [
    "Case",
    "Exchange",
    "Judge",
    "Record",
    "Subject",
    "SuiteProfile",
    "Unexercised",
    "accepting_state",
    "advance_clock",
    "call",
    "clock_time",
    "current_state",
    "each",
    "eventually",
    "fetch",
    "foreign_record",
    "fresh_scope",
    "get_list",
    "listed_ids",
    "listed_records",
    "movable_state",
    "new_credential",
    "new_record",
    "pagination_number",
    "prepared_id",
    "read",
    "read_or_absent",
    "record_in",
    "record_of",
    "require_state",
    "send",
    "sent_messages",
    "shapes",
    "state_of",
    "target_time",
    "valid_body",
    "verifies",
    "wait_for_messages",
]
