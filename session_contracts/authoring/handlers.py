"""For `handlers.py`: what answers calls, and what a move does besides.

`handlers.py` has, for each operationId of the contract, a function of that name in snake case,
`Callable[[Call], Answer]`; for each effect that a lifecycle names, a function
`Callable[[Call, Change], None]`; and `error_body`, see `ErrorBody`. It may have

- `UNAUTHORIZED: str`, what a caller without a good credential reads;
- `PRIVATE: dict[str, JsonSchema]`, by resource, of what is remembered of a record and never shown;
- `HIDDEN: dict[str, JsonSchema]`, by name, records that are known and never shown;
- `find_credential(call, secret) -> Credential | None` and `choose_tenant(call) -> str | None`.
"""

from session_contracts.mock_server.clock import parse_duration, parse_time, rfc3339, rfc3339_ms
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.paging import (
    cursor_page,
    numbered_page,
    page_after,
    skipped_page,
)
from session_contracts.mock_server.plan import Answer, Call, Change, ErrorBody, one
from session_contracts.mock_server.security import find_issued
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import Message, World

__all__ = [
    "Answer",
    "Call",
    "Change",
    "Credential",
    "ErrorBody",
    "FieldError",
    "Message",
    "Record",
    "Refused",
    "World",
    "cursor_page",
    "find_issued",
    "numbered_page",
    "one",
    "page_after",
    "parse_duration",
    "parse_time",
    "rfc3339",
    "rfc3339_ms",
    "skipped_page",
]
