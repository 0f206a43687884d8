"""Rentalot: what a review stores, answers and sends."""

import uuid
from datetime import datetime, timedelta

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import get_list, listed_ids
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.outbox import sent_messages, wait_for_messages
from session_contracts.conformance.preparing import fresh_scope, new_record, record_in
from session_contracts.conformance.reading import fetch, record_of, require_state
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import clock_time

_NOTES = "Réviewed <twice> & \"as\" 'agreed'\n🏠"
_TOLERANCE = timedelta(seconds=5)
_DECISIONS = ("approved", "denied")


def _review(
    subject: Subject, identity: str, decision: str = "approved", **members: object
) -> Exchange:
    return call(subject, "reviewSession", identity, {"reviewStatus": decision, **members})


def _reviewed(
    subject: Subject,
    judge: Judge,
    identity: str,
    decision: str = "approved",
    notes: str = "Reviewed.",
) -> tuple[Exchange, Record]:
    """An accepted review that took effect, and the session afterwards. Raises Unexercised."""
    require_state(subject, identity, "awaiting_review")
    exchange = _review(subject, identity, decision, reviewNotes=notes)
    judge.require(exchange.ok, f"a review answered {exchange.status}")
    return exchange, require_state(subject, identity, decision)


@verifies("review.returns-updated")
def test_returns_updated(subject: Subject, judge: Judge) -> None:
    submission = {"fullName": "Jane Smith"}
    for decision in _DECISIONS:
        identity = new_record(subject, status="completed", submission=submission)
        exchange, after = _reviewed(subject, judge, identity, decision)
        answered = record_of(subject, exchange, identity)
        trusted = _trusted(after, submission)
        differ = [
            name for name in sorted(answered.keys() & trusted) if answered[name] != after[name]
        ]
        got = ", ".join(f"{name} {answered[name]!r}, later {after[name]!r}" for name in differ)
        judge.holds(
            "review.returns-updated",
            not differ,
            trigger=exchange,
            expected="what a later read shows",
            got=got,
        )


def _trusted(after: Record, submission: Record) -> set[str]:
    """Members of the later read that fail no other rule."""
    wrong = {
        "submission": after.get("submission") != submission,
        "reviewNotes": after.get("reviewNotes") != "Reviewed.",
        "reviewedAt": shapes.moment(after.get("reviewedAt")) is None,
    }
    return {name for name in after if not wrong.get(name, False)}


@verifies("review.notes-kept")
def test_notes_kept(subject: Subject, judge: Judge) -> None:
    for decision in _DECISIONS:
        control, _ = _reviewed(subject, judge, new_record(subject, status="completed"), decision)
        identity = new_record(subject, status="completed")
        exchange = _review(subject, identity, decision, reviewNotes=_NOTES)
        if not judge.accepted("review.notes-kept", exchange, control=control):
            return
        after = require_state(subject, identity, decision)
        judge.require("reviewNotes" in after, "the session has no reviewNotes")
        kept = after["reviewNotes"]
        judge.holds(
            "review.notes-kept",
            kept == _NOTES,
            trigger=exchange,
            expected=repr(_NOTES),
            got=repr(kept),
        )


@verifies("review.notes-optional")
def test_notes_optional(subject: Subject, judge: Judge) -> None:
    for decision in _DECISIONS:
        control = _review(
            subject, new_record(subject, status="completed"), decision, reviewNotes="Reviewed."
        )
        judge.accepted(
            "review.notes-optional",
            _review(subject, new_record(subject, status="completed"), decision),
            control=control,
        )


@verifies("review.reviewed-at", "review.times")
def test_reviewed_at(subject: Subject, judge: Judge) -> None:
    for decision in _DECISIONS:
        _judge_reviewed_at(subject, judge, decision)


def _judge_reviewed_at(subject: Subject, judge: Judge, decision: str) -> None:
    identity = new_record(subject, status="completed")
    exchange = fetch(subject, identity)
    before = record_of(subject, exchange, identity)
    judge.require("reviewedAt" in before, "the session has no reviewedAt")
    value = before["reviewedAt"]
    early = judge.holds(
        "review.reviewed-at",
        value is None,
        trigger=exchange,
        expected="null before",
        got=repr(value),
    )
    begun = _now(subject)
    exchange, after = _reviewed(subject, judge, identity, decision)
    ended = _now(subject)
    value = after.get("reviewedAt")
    time = shapes.moment(value)
    judge.require(value is None or time is not None, "reviewedAt is not a time")
    good = time is not None and (
        begun is None or ended is None or begun - _TOLERANCE <= time <= ended + _TOLERANCE
    )
    if early:
        expected = f"the time of the review, about {begun or 'now'}"
        judge.holds(
            "review.reviewed-at", good, trigger=exchange, expected=expected, got=repr(value)
        )
    same = "the same as" if after.get("updatedAt") == value else "other than"
    judge.observed("review.times", exchange, f"reviewedAt is {same} updatedAt")


def _now(subject: Subject) -> datetime | None:
    try:
        return clock_time(subject)
    except Unexercised:
        return None


def _mails(subject: Subject, identity: str) -> list[object]:
    return list(sent_messages(subject, identity, "email"))


def _address() -> str:
    return f"prospect-{uuid.uuid4()}@example.com"


@verifies("review.email")
def test_email(subject: Subject, judge: Judge) -> None:
    for decision in _DECISIONS:
        address = _address()
        identity = new_record(subject, status="completed", email=address)
        judge.require(not _mails(subject, identity), "an e-mail was sent before the review")
        exchange, _ = _reviewed(subject, judge, identity, decision)
        sent = wait_for_messages(subject, identity, "email")
        to = [message.get("to") for message in sent]
        judge.holds(
            "review.email",
            to == [address],
            trigger=exchange,
            expected=f"one e-mail to {address}",
            got=f"e-mails to {to}",
        )


@verifies("review.email-needs-address")
def test_email_needs_address(subject: Subject, judge: Judge) -> None:
    reviews = {}
    for decision in _DECISIONS:
        identity = new_record(subject, status="completed", email=None)
        reviews[identity], _ = _reviewed(subject, judge, identity, decision)
    _require_mail(subject, judge)
    for identity, exchange in reviews.items():
        sent = _mails(subject, identity)
        judge.holds(
            "review.email-needs-address",
            not sent,
            trigger=exchange,
            expected="no e-mail",
            got=str(sent),
        )


def _require_mail(subject: Subject, judge: Judge) -> str:
    """Require that a review sends an e-mail: the control of all before it that do not.

    Queues keep their order. Raises Unexercised.
    """
    identity = new_record(subject, status="completed", email=_address())
    _reviewed(subject, judge, identity)
    judge.require(bool(wait_for_messages(subject, identity, "email")), "no review sends an e-mail")
    return identity


@verifies("review.email-tells-decision")
def test_no_email_for_refused_review(subject: Subject, judge: Judge) -> None:
    """Refused for its state, and refused for its body."""
    refused = {}
    for state, decision in (
        ("active", "approved"),
        ("approved", "denied"),
        ("awaiting_review", "undecided"),
    ):
        identity = record_in(subject, state, email=_address())
        require_state(subject, identity, state)
        exchange = _review(subject, identity, decision)
        if 400 <= exchange.status < 500:
            refused[identity] = exchange
    _require_mail(subject, judge)
    for identity, exchange in refused.items():
        sent = _mails(subject, identity)
        judge.holds(
            "review.email-tells-decision",
            not sent,
            trigger=exchange,
            expected="no e-mail",
            got=str(sent),
        )


@verifies("review.notes-internal")
def test_notes_internal(subject: Subject, judge: Judge) -> None:
    for decision in _DECISIONS:
        secret = f"secret-{uuid.uuid4()}"
        identity = new_record(subject, status="completed", email=_address())
        exchange, _ = _reviewed(subject, judge, identity, decision, secret)
        sent = wait_for_messages(subject, identity, "email")
        judge.require(bool(sent), "the review sent no e-mail that could have the notes")
        actual = secret in str(sent)
        judge.holds(
            "review.notes-internal",
            not actual,
            trigger=exchange,
            expected="an e-mail without the notes",
            got=str(sent),
        )


@verifies("plan.writes")
def test_plan_writes(subject: Subject, judge: Judge) -> None:
    exchange = _review(subject, new_record(subject, status="completed"), reviewNotes="Reviewed.")
    judge.observed("plan.writes", exchange, f"the default key's review answered {exchange.status}")


@verifies("list.filter-review-status")
def test_review_status_filter_after_review(subject: Subject, judge: Judge) -> None:
    scope = {"contactId": fresh_scope(subject)["contactId"]}
    identity = new_record(subject, status="completed", **scope)
    _reviewed(subject, judge, identity, "denied")
    judge.require(
        identity in listed_ids(subject, get_list(subject, scope)),
        "the session is not listed at all",
    )
    pending = get_list(subject, {"reviewStatus": "pending_review"})
    wrong = identity in listed_ids(subject, pending)
    got = f"also {identity}, which is denied"
    judge.holds(
        "list.filter-review-status",
        not wrong,
        trigger=pending,
        expected="only those pending now",
        got=got,
    )
