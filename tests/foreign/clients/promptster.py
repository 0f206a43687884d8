"""A client of Promptster: `python promptster.py BASE_URL TOKEN KEY`.

TOKEN is a reviewer's, KEY a candidate's.
"""

import datetime
import sys
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

from generated.promptster import AuthenticatedClient
from generated.promptster.api.hooks import ingest_event
from generated.promptster.api.sessions import (
    create_session,
    delete_session,
    get_cohort_stats,
    get_decisions,
    get_session,
    get_timeline,
    list_sessions,
    merge_metadata,
    update_session,
)
from generated.promptster.models import (
    CohortAnswer,
    CohortStatsType0,
    DecisionsAnswer,
    Deleted,
    ErrorAnswer,
    Ingested,
    Metadata,
    NewEvent,
    NewEventData,
    NewEventKind,
    NewEventSource,
    NewEventSourceChannel,
    NewSession,
    SessionAnswer,
    SessionChange,
    SessionPage,
    Skipped,
    Timeline,
)

base_url, token, key = sys.argv[1:]
reviewer = AuthenticatedClient(base_url, token, raise_on_unexpected_status=True)
candidate = AuthenticatedClient(
    base_url, key, prefix="", auth_header_name="X-API-Key", raise_on_unexpected_status=True
)
now = datetime.datetime(2026, 5, 6, 16, tzinfo=datetime.UTC)

# A session, from its creation to its end.
created = create_session.sync(client=reviewer, body=NewSession(source_service="cursor"))
assert isinstance(created, SessionAnswer)
session = created.session.id
metadata = Metadata()
metadata["candidateName"] = "Ada Lovelace"
merged = merge_metadata.sync(session, client=reviewer, body=metadata)
assert isinstance(merged, SessionAnswer)
assert merged.session.metadata["candidateName"] == "Ada Lovelace"
data = NewEventData()
data["command"] = "pnpm test"
event = NewEvent(
    uuid.uuid4(),
    session,
    now,
    NewEventKind.COMMAND,
    NewEventSource(NewEventSourceChannel.CLI),
    1,
    data,
)
assert isinstance(ingest_event.sync(client=candidate, body=event), Ingested)
assert isinstance(ingest_event.sync(client=candidate, body=event), Skipped)
timeline = get_timeline.sync(session, client=reviewer)
assert isinstance(timeline, Timeline)
assert [(one.id, one.data["command"]) for one in timeline.events] == [(str(event.id), "pnpm test")]
ended = update_session.sync(session, client=reviewer, body=SessionChange(ended_at=now))
assert isinstance(ended, SessionAnswer)
assert ended.session.ended_at == now

# The page's own session, and its cohort.
own = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
listed = list_sessions.sync(client=reviewer, limit=100)
assert isinstance(listed, SessionPage)
assert {session, own} <= {one.id for one in listed.sessions}
decisions = get_decisions.sync(own, client=reviewer)
assert isinstance(decisions, DecisionsAnswer)
assert decisions.decisions
cohort = get_cohort_stats.sync(own, client=reviewer)
assert isinstance(cohort, CohortAnswer)
assert isinstance(cohort.cohort_stats, CohortStatsType0)
assert cohort.cohort_stats.metrics.avg_prompt_count == 38.5

# Deleted; and then it is not found.
assert isinstance(delete_session.sync(session, client=reviewer), Deleted)
gone = get_session.sync_detailed(session, client=reviewer)
assert gone.status_code is HTTPStatus.NOT_FOUND
assert isinstance(gone.parsed, ErrorAnswer)
assert gone.parsed.error

if TYPE_CHECKING:  # Each is an error of types; mypy would report an unused ignore.
    NewEvent(uuid.uuid4(), session, now, "comand", NewEventSource(), 1, data)  # type: ignore[arg-type]
    NewEvent(uuid.uuid4(), session, now, NewEventKind.COMMAND, NewEventSource(), 1)  # type: ignore[call-arg]
    _ = cohort.cohort_stats.metrics.avg_prompts  # type: ignore[attr-defined]
