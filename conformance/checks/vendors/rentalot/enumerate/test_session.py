"""Rentalot: the members of a session, and what changes them other than reviews."""

import json
import uuid
from datetime import timedelta

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, send, valid_body
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import get_list, listed_ids
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import fresh_scope, new_record, record_in
from session_contracts.conformance.reading import fetch, read, record_of, require_state
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import advance_clock, clock_time

_TTL = timedelta(days=30)
_SUBMISSION = {
    "fullName": "Zoë Ångström",
    "budget": 2500,
    "pets": None,
    "co-applicants": [{"name": "Li"}],
    "smoker": False,
}


@verifies("session.submission")
def test_submission(subject: Subject, judge: Judge) -> None:
    """Whatever the keys are; those of one session are not those of another."""
    for submission in (_SUBMISSION, {"moveInDate": "2026-04-01"}):
        identity = new_record(subject, status="completed", submission=submission)
        exchange = fetch(subject, identity)
        got = record_of(subject, exchange, identity).get("submission")
        judge.require(isinstance(got, dict), "the session has no submission")
        expected, text = (json.dumps(value, ensure_ascii=False) for value in (submission, got))
        judge.holds(
            "session.submission", got == submission, trigger=exchange, expected=expected, got=text
        )


@verifies("session.expires-at")
def test_expires_at(subject: Subject, judge: Judge) -> None:
    for status in ("active", "completed"):
        identity = new_record(subject, status=status)
        exchange = fetch(subject, identity)
        _judge_expires(record_of(subject, exchange, identity), identity, subject, judge)


@verifies("session.expires-at")
def test_expires_at_in_any_month(subject: Subject, judge: Judge) -> None:
    """Some months do not have 30 days."""
    now = clock_time(subject)
    for days in (10, 20, 28):
        created = (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        identity = new_record(subject, status="active", createdAt=created)
        _judge_expires(read(subject, identity), identity, subject, judge)


@verifies("session.expires-at")
@pytest.mark.usefixtures("afterwards")
def test_expires_at_after_review(subject: Subject, judge: Judge) -> None:
    identity = new_record(subject, status="completed")
    advance_clock(subject, "PT26H")
    exchange = call(subject, "reviewSession", identity, valid_body(subject, "reviewSession"))
    judge.require(exchange.ok, f"a review answered {exchange.status}")
    _judge_expires(read(subject, identity), identity, subject, judge)


def _judge_expires(record: Record, identity: str, subject: Subject, judge: Judge) -> None:
    created, expires = (
        shapes.moment(record.get("createdAt")),
        shapes.moment(record.get("expiresAt")),
    )
    judge.require(
        created is not None and expires is not None, "createdAt or expiresAt is not a time"
    )
    assert created is not None
    assert expires is not None
    expected, got = (created + _TTL).isoformat(), expires.isoformat()
    judge.holds(
        "session.expires-at",
        created + _TTL == expires,
        trigger=fetch(subject, identity),
        expected=expected,
        got=got,
    )


@verifies("session.expired-readable")
def test_expired_is_listed(subject: Subject, judge: Judge) -> None:
    scope = fresh_scope(subject)
    active, expired = record_in(subject, "active", **scope), record_in(subject, "expired", **scope)
    exchange = get_list(subject, scope)
    shown = listed_ids(subject, exchange)
    judge.require(active in shown, "an active session is not listed either")
    judge.holds(
        "session.expired-readable",
        expired in shown,
        trigger=exchange,
        expected=f"{expired} too",
        got="only the active one",
    )


@verifies("session.not-created-here")
def test_not_created_here(subject: Subject, judge: Judge) -> None:
    body = {
        "contactId": str(uuid.uuid4()),
        "workflowTemplateId": str(uuid.uuid4()),
        "submission": {"fullName": "Jane Smith"},
    }
    path = subject.operation("listSessions").path
    control = send(subject, "listSessions")
    trigger = subject.target.send(
        "POST", path, body=json.dumps(body).encode(), media_type="application/json"
    )
    judge.refused("session.not-created-here", trigger, control=control)


@verifies("session.draft")
def test_draft(subject: Subject, judge: Judge) -> None:
    control = fetch(subject, record_in(subject, "active"))
    identity = record_in(subject, "draft")
    exchange = fetch(subject, identity)
    if judge.accepted("session.draft", exchange, control=control):
        got = record_of(subject, exchange, identity).get("status")
        judge.require(isinstance(got, str), "the session has no status")
        judge.holds(
            "session.draft",
            got == "draft",
            trigger=exchange,
            control=control,
            expected="status draft",
            got=str(got),
        )


@verifies("session.placed-past-due")
def test_prepared_after_due_time(subject: Subject, judge: Judge) -> None:
    identity = new_record(subject, status="completed", createdAt="2020-01-01T00:00:00Z")
    exchange = fetch(subject, identity)
    state = subject.table.state_of(record_of(subject, exchange, identity))
    judge.observed("session.placed-past-due", exchange, f"a completed session of 2020 is {state}")


@verifies("list.filter-status")
@pytest.mark.usefixtures("afterwards")
def test_status_filter_after_expiry(subject: Subject, judge: Judge) -> None:
    """The filter uses the current status, not the stored one."""
    scope = {"contactId": fresh_scope(subject)["contactId"]}
    identity = record_in(subject, "active", **scope)
    require_state(subject, identity, "active")
    advance_clock(subject, "P31D")
    require_state(subject, identity, "expired")
    baseline = get_list(subject, scope)
    judge.require(
        identity in listed_ids(subject, baseline), "an expired session is not listed at all"
    )
    expired, active = (
        get_list(subject, {"status": "expired"}),
        get_list(subject, {"status": "active"}),
    )
    judge.require(len(listed_ids(subject, expired)) < 50, "other expired sessions fill the page")
    narrowed = get_list(subject, {**scope, "status": "expired"})
    found = identity in {
        *listed_ids(subject, expired),
        *listed_ids(subject, narrowed),
    } and identity not in listed_ids(subject, active)
    expected = f"{identity} among the expired only"
    judge.holds(
        "list.filter-status",
        found,
        trigger=expired,
        control=baseline,
        expected=expected,
        got="otherwise",
    )
