"""A client of OpenScouter: `python openscouter.py BASE_URL TOKEN ANALYZED`.

ANALYZED is the id of a session in that state.
"""

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from generated.openscouter import AuthenticatedClient
from generated.openscouter.api.sessions import (
    analyze_session,
    complete_session,
    confirm_session,
    create_session,
    get_notes,
    get_session,
    submit_feedback,
    update_notes,
)
from generated.openscouter.models import (
    AnalyzingEnvelope,
    CompletedEnvelope,
    Completion,
    Confirmation,
    ConfirmedEnvelope,
    CountsEnvelope,
    CreatedEnvelope,
    ErrorAnswer,
    Feedback,
    FeedbackEnvelope,
    NewSession,
    NewSessionVariant,
    NoteChange,
    NoteChanges,
    NotesEnvelope,
    SessionEnvelope,
    Status,
)

base_url, token, analyzed = sys.argv[1:]
client = AuthenticatedClient(base_url, token, raise_on_unexpected_status=True)

# From the beginning of a session to its analysis.
created = create_session.sync(
    client=client, body=NewSession("job_abc123", "user_xyz789", variant=NewSessionVariant.B)
)
assert isinstance(created, CreatedEnvelope)
session = created.data.session_id
counts = update_notes.sync(session, client=client, body=NoteChanges([NoteChange("Began late.")]))
assert isinstance(counts, CountsEnvelope)
assert counts.data.created_count == 1
notes = get_notes.sync(session, client=client)
assert isinstance(notes, NotesEnvelope)
assert [note.content for note in notes.data.notes] == ["Began late."]
completed = complete_session.sync(session, client=client, body=Completion())
assert isinstance(completed, CompletedEnvelope)
feedback = submit_feedback.sync(
    session, client=client, body=Feedback(clarity=4, difficulty=3, technical_issues=False)
)
assert isinstance(feedback, FeedbackEnvelope)
analyzing = analyze_session.sync(session, client=client)
assert isinstance(analyzing, AnalyzingEnvelope)
read = get_session.sync(session, client=client)
assert isinstance(read, SessionEnvelope)
assert read.data.status is Status.ANALYZING
assert read.data.completed_at == completed.data.completed_at

# A confirmation counts only after it.
early = confirm_session.sync_detailed(session, client=client, body=Confirmation(rating=5))
assert early.status_code is HTTPStatus.CONFLICT
assert isinstance(early.parsed, ErrorAnswer)
assert early.parsed.success is False
confirmed = confirm_session.sync(analyzed, client=client, body=Confirmation(rating=5))
assert isinstance(confirmed, ConfirmedEnvelope)
assert confirmed.data.payout_queued

if TYPE_CHECKING:  # Each is an error of types; mypy would report an unused ignore.
    NewSession(job_id="job_abc123")  # type: ignore[call-arg]
    NewSession("job_abc123", "user_xyz789", variant="C")  # type: ignore[arg-type]
    _ = read.data.state  # type: ignore[attr-defined]
