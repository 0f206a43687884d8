"""A client of Mobile Next: `python mobilenext.py BASE_URL TOKEN`."""

import datetime
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from generated.mobilenext import AuthenticatedClient
from generated.mobilenext.api.sessions import get_session, list_sessions
from generated.mobilenext.models import ErrorAnswer, Session, SessionList
from generated.mobilenext.types import UNSET, Unset

base_url, token = sys.argv[1:]
client = AuthenticatedClient(base_url, token, raise_on_unexpected_status=True)

# Every page of a list.
rows: list[Session] = []
before: datetime.datetime | Unset | None = UNSET
while before is not None:
    page = list_sessions.sync(client=client, before=before)
    assert isinstance(page, SessionList)
    rows += page.data
    before = datetime.datetime.fromisoformat(page.next_cursor) if page.next_cursor else None
assert len(rows) > 100
assert len({row.id for row in rows}) == len(rows)

# The session whose device is held.
held = rows[0]
assert held.released_at is None
read = get_session.sync(held.id, client=client)
assert isinstance(read, Session)
assert read == held
assert read.device.os_version == "18.3"

# Another organization than the key's own has it not.
elsewhere = get_session.sync_detailed(held.id, client=client, x_organization_id="org_lighthouse")
assert elsewhere.status_code is HTTPStatus.NOT_FOUND
assert isinstance(elsewhere.parsed, ErrorAnswer)
assert elsewhere.parsed.error.code == "not_found"

if TYPE_CHECKING:  # Each is an error of types; mypy would report an unused ignore.
    list_sessions.sync(client=client, limit="100")  # type: ignore[arg-type]
    get_session.sync(client=client)  # type: ignore[call-arg]
    _ = read.device.version  # type: ignore[attr-defined]
