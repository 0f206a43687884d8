"""A client of Sales Lab: `python saleslab.py BASE_URL TOKEN`."""

import datetime
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from generated.saleslab import AuthenticatedClient
from generated.saleslab.api.analytics import get_analytics_summary
from generated.saleslab.api.scenarios import list_scenarios
from generated.saleslab.api.scorecards import get_scorecard
from generated.saleslab.api.sessions import get_session, list_sessions
from generated.saleslab.api.users import list_users
from generated.saleslab.models import (
    ErrorAnswer,
    ScenarioList,
    ScorecardEnvelope,
    Session,
    SessionEnvelope,
    SessionList,
    SummaryEnvelope,
    UserList,
)
from generated.saleslab.types import UNSET, Unset

base_url, token = sys.argv[1:]
client = AuthenticatedClient(base_url, token, raise_on_unexpected_status=True)

# Every page of a list.
rows: list[Session] = []
cursor: datetime.datetime | Unset | None = UNSET
while cursor is not None:
    page = list_sessions.sync(client=client, limit=100, cursor=cursor)
    assert isinstance(page, SessionList)
    rows += page.data
    cursor = page.next_cursor or None
assert len(rows) > 100
assert len({row.id for row in rows}) == len(rows)

# What hangs on the page's own session.
latest = rows[0]
detail = get_session.sync(latest.id, client=client)
assert isinstance(detail, SessionEnvelope)
assert detail.data.transcript[0].message == "Hello?"
scorecard = get_scorecard.sync(latest.id, client=client)
assert isinstance(scorecard, ScorecardEnvelope)
assert scorecard.data.overall_score == 87
scenarios = list_scenarios.sync(client=client)
assert isinstance(scenarios, ScenarioList)
assert latest.scenario_id in {scenario.id for scenario in scenarios.data}
users = list_users.sync(client=client)
assert isinstance(users, UserList)
assert latest.user_id in {user.id for user in users.data}
summary = get_analytics_summary.sync(
    client=client, from_=datetime.datetime(2026, 4, 6, 17, tzinfo=datetime.UTC)
)
assert isinstance(summary, SummaryEnvelope)
assert summary.data.sessions == 132

# What is refused.
unknown = get_session.sync_detailed(UUID(int=0), client=client)
assert unknown.status_code is HTTPStatus.NOT_FOUND
assert isinstance(unknown.parsed, ErrorAnswer)
assert unknown.parsed.error.code == "NOT_FOUND"

if TYPE_CHECKING:  # Each is an error of types; mypy would report an unused ignore.
    list_sessions.sync(client=client, limit="100")  # type: ignore[arg-type]
    list_sessions.sync(client=client, offset=100)  # type: ignore[call-arg]
    _ = detail.data.transcript[0].text  # type: ignore[attr-defined]
