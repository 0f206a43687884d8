"""Mobile Next: the members of a session."""

from datetime import timedelta

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import LONG_AGO, rfc3339
from session_contracts.conformance.listing import get_list, listed_records
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import (
    fresh_scope,
    new_credential,
    new_record,
    record_in,
)
from session_contracts.conformance.reading import fetch, read, record_of
from session_contracts.conformance.shapes import Record
from session_contracts.conformance.subject import Subject

from .test_organizations import (
    creator_elsewhere,
)


def _shown(identity: str, scope: dict[str, str], subject: Subject) -> list[tuple[Exchange, Record]]:
    """The session as read and as listed. Raises Unexercised."""
    alone, listed = fetch(subject, identity), get_list(subject, scope)
    rows = [row for row in listed_records(subject, listed) if row.get("id") == identity]
    if not rows:
        raise Unexercised("a created session is not listed")
    return [(alone, record_of(subject, alone, identity)), (listed, rows[0])]


@verifies("get.returns")
def test_read_by_id(subject: Subject, judge: Judge) -> None:
    scope = fresh_scope(subject)
    for identity in [new_record(subject, **scope) for _ in range(3)]:
        exchange = fetch(subject, identity)
        if judge.accepted("get.returns", exchange):
            body = shapes.unwrap(exchange.json)
            judge.require(isinstance(body, dict) and "id" in body, "the session has no id")
            judge.holds(
                "get.returns",
                body["id"] == identity,
                trigger=exchange,
                expected=identity,
                got=str(body["id"]),
            )


@verifies("session.values")
def test_values(subject: Subject, judge: Judge) -> None:
    scope = fresh_scope(subject)
    created = LONG_AGO + timedelta(days=3, minutes=41, seconds=17)
    user = _other_user(subject)
    identity = new_record(
        subject, **scope, createdAt=rfc3339(created), **({"user": user} if user else {})
    )
    user = user or read(subject, new_record(subject)).get("user")
    for exchange, record in _shown(identity, scope, subject):
        judge.require(
            {"organization", "user", "createdAt"} <= record.keys(),
            "a session lacks a documented member",
        )
        got = (record["organization"], record["user"], shapes.moment(record["createdAt"]))
        expected = (scope["organization"], user, created)
        judge.holds(
            "session.values",
            got == expected,
            trigger=exchange,
            expected=str(expected),
            got=str(got),
        )


def _other_user(subject: Subject) -> str | None:
    """A user other than the caller; None if the target has none."""
    try:
        user = creator_elsewhere(subject)
        new_record(subject, user=user)
    except Unexercised:
        return None
    return user


@verifies("session.platforms", "session.types")
def test_platforms(subject: Subject, judge: Judge) -> None:
    for platform in ("ios", "android"):
        scope = fresh_scope(subject)
        identity = new_record(subject, **scope, platform=platform)
        for exchange, record in _shown(identity, scope, subject):
            device = record.get("device")
            judge.require(
                isinstance(device, dict) and "platform" in device,
                "the session has no device with a platform",
            )
            assert isinstance(device, dict)
            got = device["platform"]
            judge.holds(
                "session.platforms",
                got == platform,
                trigger=exchange,
                expected=platform,
                got=str(got),
            )
            judge.observed(
                "session.types", exchange, f"an {platform} device is a {device.get('type')}"
            )


@verifies("session.released-at", "session.held")
def test_released_at(subject: Subject, judge: Judge) -> None:
    for released in (False, True):
        scope = fresh_scope(subject)
        identity = new_record(subject, **scope, released=released)
        for exchange, record in _shown(identity, scope, subject):
            value = record.get("releasedAt")
            good = shapes.moment(value) is not None if released else value is None
            expected = "the time of the release" if released else "null or nothing"
            judge.holds(
                "session.released-at", good, trigger=exchange, expected=expected, got=repr(value)
            )
            if not released and good:
                judge.observed(
                    "session.held",
                    exchange,
                    f"releasedAt is {'null' if 'releasedAt' in record else 'left out'}",
                )


@verifies("list.object")
def test_object(subject: Subject, judge: Judge) -> None:
    for scope in ({}, fresh_scope(subject)):
        exchange = get_list(subject, scope)
        judge.require(
            exchange.ok and isinstance(exchange.json, dict), f"a list answered {exchange.status}"
        )
        judge.require("object" in exchange.json, "the list has no object")
        got = exchange.json["object"]
        judge.holds("list.object", got == "list", trigger=exchange, expected="list", got=str(got))


@verifies("error.codes", "auth.lifetime")
def test_undocumented(subject: Subject, judge: Judge) -> None:
    exchange = fetch(subject, record_in(subject, "absent"))
    body = exchange.json
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else "missing"
    judge.observed("error.codes", exchange, f"the code of {exchange.status} is {code}")
    headers = new_credential(subject, kind="jwt")
    exchange = send(subject, "listSessions", headers=headers)
    judge.observed("auth.lifetime", exchange, f"a new JWT answered {exchange.status}")
