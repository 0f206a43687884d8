"""A client of Rentalot: `python rentalot.py BASE_URL KEY`."""

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from generated.rentalot import AuthenticatedClient
from generated.rentalot.api.sessions import get_session, list_sessions, review_session
from generated.rentalot.models import (
    Problem,
    Review,
    ReviewReviewStatus,
    ReviewStatus,
    SessionEnvelope,
    SessionList,
    Status,
)

base_url, key = sys.argv[1:]
client = AuthenticatedClient(base_url, key, raise_on_unexpected_status=True)

# The page's completed session, with the prospect's own answers.
page = list_sessions.sync(
    client=client, contact_id=UUID("550e8400-e29b-41d4-a716-446655440000"), status=Status.COMPLETED
)
assert isinstance(page, SessionList)
assert page.pagination.total == 1
listed = page.data[0]
read = get_session.sync(listed.id, client=client)
assert isinstance(read, SessionEnvelope)
assert read.data == listed
assert read.data.submission["fullName"] == "Jane Smith"
assert read.data.reviewed_at is None

# A review, and a second one, which is refused.
review = Review(ReviewReviewStatus.APPROVED, review_notes="Good income")
approved = review_session.sync(listed.id, client=client, body=review)
assert isinstance(approved, SessionEnvelope)
assert approved.data.review_status is ReviewStatus.APPROVED
assert approved.data.reviewed_at is not None
again = review_session.sync_detailed(listed.id, client=client, body=review)
assert again.status_code is HTTPStatus.CONFLICT
assert isinstance(again.parsed, Problem)
assert again.parsed.status == 409

# A key that was never issued.
stranger = list_sessions.sync(client=AuthenticatedClient(base_url, "ra_unknown"))
assert isinstance(stranger, Problem)
assert stranger.status == 401

if TYPE_CHECKING:  # Each is an error of types; mypy would report an unused ignore.
    Review(review_status="aproved")  # type: ignore[arg-type]
    Review(review_notes="Good income")  # type: ignore[call-arg]
    _ = page.data[0].revue_status  # type: ignore[attr-defined]
