"""Sales Lab: transcripts, scorecards, scenarios, reps; and that it is read-only."""

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.list_fixture import LONG_AGO, rfc3339
from session_contracts.conformance.listing import get_list, listed_ids, listed_records
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import fresh_scope, new_record, prepared_id, record_in
from session_contracts.conformance.reading import fetch, record_of
from session_contracts.conformance.subject import Subject

_SHORT = [
    {"role": "agent", "message": "Hello?", "time": 0},
    {"role": "agent", "message": 'Zoë — "it\'s" <you> & 🏠?', "time": 3},
]
_LONG = [
    {"role": "agent", "message": f"Line {number}.", "time": number * 2} for number in range(250)
]
_ODD = [
    {"role": "agent", "message": message, "time": 0}
    for message in ("", "x" * 3000, "same time", "  ")
]
_OTHER_SIDE = [
    {"role": "agent", "message": "Hello?", "time": 0},
    {"role": "rep", "message": "Hi.", "time": 1},
]
_MANY = 25


@verifies("session.transcript")
def test_transcript(subject: Subject, judge: Judge) -> None:
    """A short one, a very long one, an empty one, one with odd entries; each has its own."""
    for transcript in (_SHORT, _LONG, [], _ODD, _OTHER_SIDE):
        try:
            identity = new_record(subject, transcript=transcript)
        except Unexercised:
            judge.require(
                transcript is _OTHER_SIDE, "the target prepared no session with this transcript"
            )
            continue
        exchange = fetch(subject, identity)
        got = record_of(subject, exchange, identity).get("transcript")
        judge.require(isinstance(got, list), "the session has no transcript")
        assert isinstance(got, list)
        good = len(got) == len(transcript) and all(map(_same, transcript, got))
        expected = f"{len(transcript)} entries: {json.dumps(transcript, ensure_ascii=False)[:200]}"
        actual = f"{len(got)} entries: {json.dumps(got, ensure_ascii=False)[:200]}"
        judge.holds("session.transcript", good, trigger=exchange, expected=expected, got=actual)


def _same(prepared: Mapping[str, object], shown: object) -> bool:
    """Whether entries are those prepared; they may have more members."""
    return isinstance(shown, dict) and {name: shown.get(name) for name in prepared} == prepared


def _row(subject: Subject, **params: Any) -> tuple[Exchange, Mapping[str, Any]]:
    """A session as the list shows it. Raises Unexercised."""
    identity, scope = new_record(subject, **params), {"user_id": params["user_id"]}
    exchange = get_list(subject, scope)
    found = [record for record in listed_records(subject, exchange) if record.get("id") == identity]
    if not found:
        raise Unexercised("a created session is not listed")
    return exchange, found[0]


@verifies("session.values")
def test_values(subject: Subject, judge: Judge) -> None:
    for seconds in (1000, 2000):
        start = LONG_AGO + timedelta(seconds=seconds)
        expected = {
            "user_id": prepared_id(subject, "user"),
            "scenario_id": prepared_id(subject, "scenario"),
        }
        exchange, row = _row(subject, **expected, started_at=rfc3339(start))
        judge.require(
            {"user_id", "scenario_id", "started_at"} <= row.keys(),
            "a session lacks a documented member",
        )
        got = {name: row[name] for name in expected}
        good = got == expected and shapes.moment(row["started_at"]) == start
        actual = f"{got} at {row['started_at']}"
        judge.holds(
            "session.values",
            good,
            trigger=exchange,
            expected=f"{expected} at {rfc3339(start)}",
            got=actual,
        )


@verifies("session.duration", "session.members")
def test_duration(subject: Subject, judge: Judge) -> None:
    """Of scored sessions, one of which went on over midnight."""
    for hours, seconds in ((0, 420), (11.9, 1500)):
        start = LONG_AGO + timedelta(hours=hours)
        params = {"status": "scored", "started_at": rfc3339(start), "duration_seconds": seconds}
        exchange, row = _row(subject, user_id=prepared_id(subject, "user"), **params)
        ended, lasted = shapes.moment(row.get("ended_at")), row.get("duration_seconds")
        good = ended is not None and isinstance(lasted, int | float)
        expected = f"{seconds} until {rfc3339(start + timedelta(seconds=seconds))}"
        got = f"{lasted} until {row.get('ended_at')}"
        if judge.holds("session.members", good, trigger=exchange, expected=expected, got=got):
            same = lasted == seconds and ended == start + timedelta(seconds=seconds)
            judge.holds("session.duration", same, trigger=exchange, expected=expected, got=got)


@verifies("session.statuses", "session.unfinished", "session.detail-members", "session.times")
def test_undocumented_session(subject: Subject, judge: Judge) -> None:
    exchange = fetch(subject, new_record(subject))
    record = shapes.unwrap(exchange.json)
    judge.require(exchange.ok and isinstance(record, dict), "a session could not be read")
    judge.observed(
        "session.statuses",
        exchange,
        f"a session that was just made is {record.get('status', 'without a status')}",
    )
    judge.observed(
        "session.detail-members",
        exchange,
        f"a session read by its id has {', '.join(sorted(record))}",
    )
    times = [entry.get("time") for entry in record.get("transcript", []) if isinstance(entry, dict)]
    judge.observed("session.times", exchange, f"the times of its transcript are {times}")
    try:
        unfinished = new_record(subject, status="in_progress")
    except Unexercised as reason:
        judge.unexercised("session.unfinished", str(reason))
        return
    exchange = fetch(subject, unfinished)
    judge.observed(
        "session.unfinished",
        exchange,
        f"ended_at is {shapes.unwrap(exchange.json).get('ended_at')}",
    )


@verifies("auth.prefix", "error.codes", "rate.silent", "request.precedence", "request.time-form")
def test_undocumented(subject: Subject, judge: Judge) -> None:
    token = subject.target.headers.get("Authorization", "").removeprefix("Bearer ")
    good = send(subject, "listSessions")
    judge.observed(
        "auth.prefix", good, f"the token begins with {token.rpartition('_')[0] or 'no prefix'}_"
    )
    actual = [name for name in good.headers if "rate" in name.lower()]
    judge.observed(
        "rate.silent", good, f"headers about the rate limit: {', '.join(actual) or 'none'}"
    )
    absent = fetch(subject, record_in(subject, "absent"))
    error = absent.json.get("error") if isinstance(absent.json, dict) else None
    code = error.get("code") if isinstance(error, dict) else "missing"
    judge.observed(
        "error.codes",
        absent,
        f"the code of {absent.status} is {code}",
    )
    judge.observed(
        "request.time-form", send(subject, "listSessions", query=(("from", "2026-05-06T17:00:00"),))
    )
    both = send(subject, "listSessions", query=(("limit", "many"),), headers={})
    judge.observed(
        "request.precedence", good, f"no token and a limit that is not a number: {both.status}"
    )


# ---- scorecards


def _scorecard(subject: Subject, **params: Any) -> Exchange:
    return send(subject, "getScorecard", prepared_id(subject, "scorecard", **params))


@verifies("scorecard.returns")
def test_scorecard(subject: Subject, judge: Judge) -> None:
    """Each with its own values; a score of 0 is a score."""
    cards = [
        {
            "overall_score": 87,
            "verdict": "crushed_it",
            "headline": f"Headline {uuid.uuid4()} — “quoted”",
        },
        {"overall_score": 41, "verdict": "crushed_it", "headline": f"Headline {uuid.uuid4()}"},
        {
            "overall_score": 0,
            "verdict": "crushed_it",
            "headline": f"{uuid.uuid4()} {'and so on ' * 30}",
        },
    ]
    made = [(card, prepared_id(subject, "scorecard", **card)) for card in cards]
    for card, identity in made:
        exchange = send(subject, "getScorecard", identity)
        record = shapes.unwrap(exchange.json)
        if judge.accepted("scorecard.returns", exchange):
            judge.require(
                isinstance(record, dict) and record.keys() >= card.keys(),
                "the scorecard lacks a documented member",
            )
            got = {name: record[name] for name in card}
            judge.holds(
                "scorecard.returns", got == card, trigger=exchange, expected=str(card), got=str(got)
            )


@verifies("scorecard.breakdown", "scorecard.names", "scorecard.verdicts")
def test_breakdown(subject: Subject, judge: Judge) -> None:
    """Two more members than in the example, one of them structured.

    The documents do not say what they are called.
    """
    exchange = _scorecard(subject)
    record = shapes.unwrap(exchange.json)
    judge.require(exchange.ok and isinstance(record, dict), "a scorecard could not be read")
    more = _informative_members(record)
    whole = len(more) > 1 or any(
        isinstance(value, dict) and len(_informative_members(value)) > 1
        for value in record.values()
    )
    structured = any(isinstance(value, list | dict) and value for value in record.values())
    got = f"only {sorted(record)}"
    judge.holds(
        "scorecard.breakdown",
        whole and structured,
        trigger=exchange,
        expected="a breakdown and callouts",
        got=got,
    )
    judge.observed("scorecard.names", exchange, f"there is {', '.join(more)}")
    judge.observed("scorecard.verdicts", exchange, f"the verdict is {record.get('verdict')}")


def _informative_members(record: Mapping[str, Any]) -> list[str]:
    """The undocumented members with information: not ids, times or empty values."""
    plain = {"overall_score", "verdict", "headline", "status"}
    texts = {
        name for name, value in record.items() if isinstance(value, str) and " " in value.strip()
    }
    structured = {
        name for name, value in record.items() if isinstance(value, list | dict) and value
    }
    return sorted((texts | structured) - plain)


@verifies("scorecard.id")
def test_scorecard_by_session(subject: Subject, judge: Judge) -> None:
    session = new_record(subject)
    prepared_id(subject, "scorecard", session_id=session)
    exchange = send(subject, "getScorecard", session)
    judge.observed("scorecard.id", exchange, f"by the id of its session: {exchange.status}")


# ---- scenarios


def _listed(
    operation: str, subject: Subject, judge: Judge
) -> tuple[Exchange, list[Mapping[str, Any]]]:
    exchange = send(subject, operation)
    judge.require(exchange.ok, f"{operation} answered {exchange.status}")
    return exchange, [*listed_records(subject, exchange)]


def _ids(records: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(record.get("id")) for record in records]


@verifies("scenarios.complete")
def test_every_scenario(subject: Subject, judge: Judge) -> None:
    """More than a page may have, each with its own name and type."""
    names = [f"{number} {uuid.uuid4()}" for number in range(_MANY)]
    made = {
        prepared_id(subject, "scenario", name=name, call_type="cold_call"): name for name in names
    }
    exchange, records = _listed("listScenarios", subject, judge)
    shown = {record.get("id"): record for record in records}
    missing = made.keys() - shown.keys()
    got = f"{len(missing)} missing"
    judge.holds(
        "scenarios.complete",
        not missing,
        trigger=exchange,
        expected=f"all {_MANY} that were made",
        got=got,
    )
    for identity in made.keys() & shown.keys():
        judge.require(
            {"name", "call_type"} <= shown[identity].keys(), "a scenario lacks a documented member"
        )
        actual, expected = (
            (shown[identity]["name"], shown[identity]["call_type"]),
            (made[identity], "cold_call"),
        )
        judge.holds(
            "scenarios.complete",
            actual == expected,
            trigger=exchange,
            expected=str(expected),
            got=str(actual),
        )


def _typed(number: int, subject: Subject, **params: Any) -> str:
    """A scenario of one of two types, if the target has two."""
    if number % 4 >= 2:
        with suppress(Unexercised):
            return prepared_id(subject, "scenario", call_type="discovery", **params)
    return prepared_id(subject, "scenario", call_type="cold_call", **params)


@verifies("scenarios.active-first", "scenarios.archived", "scenarios.order", "scenarios.flag")
def test_scenarios(subject: Subject, judge: Judge) -> None:
    """Made alternately, with names and types that sort differently than by being archived."""
    made = {}
    for number in range(8):
        name, archived = f"{'ABCDEFGH'[number]} {uuid.uuid4()}", number % 2 == 0
        made[_typed(number, subject, name=name, archived=archived)] = (name, archived)
    exchange, records = _listed("listScenarios", subject, judge)
    shown = [identity for identity in _ids(records) if identity in made]
    active = {identity for identity, (_, archived) in made.items() if not archived}
    judge.require(active <= set(shown), "even the active scenarios are not listed")
    missing = made.keys() - set(shown)
    judge.holds(
        "scenarios.archived",
        not missing,
        trigger=exchange,
        expected="all 8 scenarios",
        got=f"{len(missing)} archived missing",
    )
    last_active = max(shown.index(identity) for identity in active)
    early = [identity for identity in shown[:last_active] if identity not in active]
    got = f"{len(early)} archived before the last active one"
    judge.holds(
        "scenarios.active-first",
        not early,
        trigger=exchange,
        expected="the active ones first",
        got=got,
    )
    judge.observed(
        "scenarios.order",
        exchange,
        f"the active ones are {[made[identity][0][0] for identity in shown if identity in active]}",
    )
    judge.observed("scenarios.flag", exchange, f"a scenario has {', '.join(sorted(records[0]))}")


@verifies("scenarios.tenant", "users.tenant")
def test_other_tenants(subject: Subject, judge: Judge) -> None:
    for operation, state, rule in (
        ("listScenarios", "scenario", "scenarios.tenant"),
        ("listUsers", "user", "users.tenant"),
    ):
        mine, theirs = prepared_id(subject, state), prepared_id(subject, state, tenant="other")
        exchange, records = _listed(operation, subject, judge)
        judge.require(mine in _ids(records), f"{operation} does not show the created records")
        got = f"also {theirs}"
        judge.holds(
            rule,
            theirs not in _ids(records),
            trigger=exchange,
            expected="only those of the own tenant",
            got=got,
        )


# ---- reps


def _user(identity: str, subject: Subject, judge: Judge) -> tuple[Exchange, Mapping[str, Any]]:
    exchange, records = _listed("listUsers", subject, judge)
    found = [record for record in records if record.get("id") == identity]
    judge.require(bool(found), "a created rep is not listed")
    return exchange, found[0]


@verifies("users.returns", "users.roles")
def test_users(subject: Subject, judge: Judge) -> None:
    names = [f"Zoë {number} {uuid.uuid4()}" for number in range(_MANY)]
    made = {prepared_id(subject, "user", full_name=name, role="rep"): name for name in names}
    exchange, records = _listed("listUsers", subject, judge)
    shown = {record.get("id"): (record.get("full_name"), record.get("role")) for record in records}
    for identity, name in made.items():
        expected, got = (name, "rep"), shown.get(identity)
        judge.holds(
            "users.returns", got == expected, trigger=exchange, expected=str(expected), got=str(got)
        )
    judge.observed(
        "users.roles", exchange, f"roles are {sorted({str(role) for _, role in shown.values()})}"
    )


@verifies("users.no-email")
def test_no_email(subject: Subject, judge: Judge) -> None:
    """Neither under that name, nor in any member."""
    prepared_id(subject, "user")
    exchange, records = _listed("listUsers", subject, judge)
    judge.require(bool(records), "no rep is listed")
    actual = [
        name
        for record in records
        for name, value in record.items()
        if "mail" in name.lower() or "@" in str(value)
    ]
    judge.holds(
        "users.no-email",
        not actual,
        trigger=exchange,
        expected="no e-mail address",
        got=f"the member {actual[:1]}",
    )


@verifies("users.last-session", "users.never")
def test_last_session(subject: Subject, judge: Judge) -> None:
    """The latest one, not the last recorded; and of no other rep."""
    mine, other = prepared_id(subject, "user"), prepared_id(subject, "user")
    exchange, user = _user(mine, subject, judge)
    judge.observed("users.never", exchange, f"last_session_at is {user.get('last_session_at')!r}")
    for days, owner, expected in ((5, mine, 5), (9, mine, 9), (7, mine, 9), (20, other, 9)):
        new_record(subject, user_id=owner, started_at=rfc3339(LONG_AGO + timedelta(days=days)))
        exchange, user = _user(mine, subject, judge)
        judge.require("last_session_at" in user, "a rep has no last_session_at")
        wanted = LONG_AGO + timedelta(days=expected)
        good = shapes.moment(user["last_session_at"]) == wanted
        judge.holds(
            "users.last-session",
            good,
            trigger=exchange,
            expected=rfc3339(wanted),
            got=str(user["last_session_at"]),
        )


@verifies("list.complete", "get.returns")
def test_session_of_archived_scenario(subject: Subject, judge: Judge) -> None:
    scope = fresh_scope(subject)
    session = new_record(
        subject, **scope, scenario_id=prepared_id(subject, "scenario", archived=True)
    )
    exchange = fetch(subject, session)
    judge.accepted("get.returns", exchange, control=fetch(subject, new_record(subject, **scope)))
    page = get_list(subject, scope)
    judge.require(page.ok, f"a list answered {page.status}")
    judge.holds(
        "list.complete",
        session in listed_ids(subject, page),
        trigger=page,
        expected=f"session {session}",
        got="a list without it",
    )


@verifies("tenant.unlisted")
def test_rep_of_another_tenant(subject: Subject, judge: Judge) -> None:
    theirs = prepared_id(subject, "user", tenant="other")
    session = new_record(subject, user_id=theirs, tenant="other")
    mine = get_list(subject, fresh_scope(subject))
    page = get_list(subject, {"user_id": theirs})
    shown = page.ok and session in listed_ids(subject, page)
    judge.holds(
        "tenant.unlisted",
        not shown,
        trigger=page,
        control=mine,
        expected="nothing of another tenant",
        got=f"session {session}",
    )


# ---- read-only


@verifies("request.read-only")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_read_only(method: str, subject: Subject, judge: Judge) -> None:
    body = json.dumps({"full_name": "Nobody", "name": "Nothing", "status": "scored"}).encode()
    for operation in subject.contract.operations.values():
        if "{" not in operation.path:
            path, identity = operation.path, None
        else:
            state = "scorecard" if operation.id == "getScorecard" else "session"
            identity = prepared_id(subject, state)
            path = operation.path.replace("{id}", identity)
        control = send(subject, operation.id, identity)
        trigger = subject.target.send(method, path, body=body, media_type="application/json")
        judge.refused("request.read-only", trigger, control=control)
