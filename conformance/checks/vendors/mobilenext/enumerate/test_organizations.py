"""Mobile Next: which organization a call acts on, and who may choose it."""

import uuid
from collections.abc import Mapping
from contextlib import suppress

from session_contracts.conformance.calling import send
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.error_bodies import judge_error_body
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import get_list, listed_ids
from session_contracts.conformance.marks import Case, each, verifies
from session_contracts.conformance.preparing import (
    foreign_record,
    new_credential,
    new_record,
    prepared_id,
)
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import fetch, record_of
from session_contracts.conformance.subject import Subject
from session_contracts.openapi.model import Contract

_HEADER = "X-Organization-Id"
_OPERATIONS = ("listSessions", "getSession")
Headers = Mapping[str, str]


def each_operation(*rules: str) -> object:
    def cases(contract: Contract, profile: SuiteProfile) -> list[Case]:
        return [Case(operation, rules, operation) for operation in _OPERATIONS]

    return each(cases)


def creator_elsewhere(subject: Subject) -> str:
    """The id of the user who creates another tenant's sessions. Raises Unexercised."""
    session = foreign_record(subject)
    user = record_of(
        subject, fetch(subject, session, headers=new_credential(subject, tenant="other")), session
    ).get("user")
    if not isinstance(user, str):
        raise Unexercised("a session does not show its user")
    return user


def _sees(
    operation: str, session: str, headers: Headers, subject: Subject
) -> tuple[Exchange, bool]:
    """Whether a caller sees a session, with exactly these headers."""
    path = subject.operation(operation).path.replace("{sessionId}", session)
    exchange = subject.target.send("GET", path, headers=headers)
    shown = exchange.ok and (operation == "getSession" or session in listed_ids(subject, exchange))
    return exchange, shown


def _chosen(headers: Headers, organization: str) -> dict[str, str]:
    return {**headers, _HEADER: organization}


def _judge_choice(
    rule: str,
    operation: str,
    inside: str,
    outside: str,
    headers: Headers,
    subject: Subject,
    judge: Judge,
) -> None:
    """The caller sees a session of the selected organization.

    It does not list that of another organization it belongs to.
    """
    exchange, sees = _sees(operation, inside, headers, subject)
    judge.holds(
        rule,
        sees,
        trigger=exchange,
        expected=f"session {inside}",
        got=f"{exchange.status} without it",
    )
    if sees and operation == "listSessions":
        other, leaks = _sees(operation, outside, headers, subject)
        judge.holds(
            rule,
            not leaks,
            trigger=other,
            control=exchange,
            expected=f"not session {outside}",
            got="it",
        )


def _two(subject: Subject) -> tuple[str, str]:
    """Two organizations that the default user belongs to. Raises Unexercised."""
    return prepared_id(subject, "organization"), prepared_id(subject, "organization")


@each_operation("organization.header")  # type: ignore[operator]  # a decorator, whatever pytest calls it
def test_header(case: str, subject: Subject, judge: Judge) -> None:
    one, other = _two(subject)
    sessions = {
        organization: new_record(subject, organization=organization)
        for organization in (one, other)
    }
    for chosen, left in ((one, other), (other, one)):
        headers = _chosen(subject.target.headers, chosen)
        _judge_choice(
            "organization.header", case, sessions[chosen], sessions[left], headers, subject, judge
        )


@each_operation("organization.key")  # type: ignore[operator]
def test_key(case: str, subject: Subject, judge: Judge) -> None:
    one, other = _two(subject)
    sessions = {
        organization: new_record(subject, organization=organization)
        for organization in (one, other)
    }
    for bound, left in ((one, other), (other, one)):
        headers = new_credential(subject, kind="api_key", organization=bound)
        _judge_choice(
            "organization.key", case, sessions[bound], sessions[left], headers, subject, judge
        )


@each_operation("organization.default")  # type: ignore[operator]
def test_default(case: str, subject: Subject, judge: Judge) -> None:
    """The first organization that the user joined, whichever is older."""
    one, other = _two(subject)
    sessions = {
        organization: new_record(subject, organization=organization)
        for organization in (one, other)
    }
    for first, second in ((one, other), (other, one)):
        headers = new_credential(subject, kind="jwt", organizations=[first, second])
        _, visible = _sees(case, sessions[first], _chosen(headers, first), subject)
        judge.require(
            visible, "a member does not see a session although its organization is selected"
        )
        _judge_choice(
            "organization.default", case, sessions[first], sessions[second], headers, subject, judge
        )


@verifies("organization.default")
def test_default_after_selection(subject: Subject, judge: Judge) -> None:
    """An organization selected for one call is not selected for the next."""
    headers, home, other = (
        new_credential(subject, kind="jwt"),
        new_record(subject),
        prepared_id(subject, "organization"),
    )
    for choice in (None, other):
        if choice:
            _sees(
                "listSessions",
                new_record(subject, organization=choice),
                _chosen(headers, choice),
                subject,
            )
        exchange, sees = _sees("listSessions", home, headers, subject)
        judge.holds(
            "organization.default",
            sees,
            trigger=exchange,
            expected=f"session {home}",
            got=f"{exchange.status} without it",
        )


@verifies("organization.members")
def test_creator_does_not_matter(subject: Subject, judge: Judge) -> None:
    """Someone else created the session; the caller or its key only belongs to the organization."""
    organization = prepared_id(subject, "organization")
    session = new_record(subject, organization=organization, user=creator_elsewhere(subject))
    mine = new_record(subject, organization=organization)
    for headers in (_chosen(subject.target.headers, organization), *_keys(subject, organization)):
        for operation in _OPERATIONS:
            control, own = _sees(operation, mine, headers, subject)
            judge.require(own, "even the caller's own session is not found")
            exchange, sees = _sees(operation, session, headers, subject)
            judge.holds(
                "organization.members",
                sees,
                trigger=exchange,
                control=control,
                expected="the session",
                got=str(exchange.status),
            )


@each_operation("organization.members")  # type: ignore[operator]
def test_members(case: str, subject: Subject, judge: Judge) -> None:
    """A member sees sessions of others; a member of another organization does not."""
    one, other = _two(subject)
    session = new_record(subject, organization=one)
    control, own = _sees(case, session, _chosen(subject.target.headers, one), subject)
    judge.require(own, "even its creator does not see the session")
    colleague = new_credential(subject, kind="jwt", organizations=[one])
    exchange, sees = _sees(case, session, colleague, subject)
    judge.holds(
        "organization.members",
        sees,
        trigger=exchange,
        control=control,
        expected="the session",
        got=f"{exchange.status}",
    )
    stranger = new_credential(subject, kind="jwt", organizations=[other])
    exchange, sees = _sees(case, session, stranger, subject)
    judge.holds(
        "organization.members",
        not sees,
        trigger=exchange,
        control=control,
        expected="not the session",
        got="it",
    )


@each_operation("organization.foreign", "error.body")  # type: ignore[operator]
def test_foreign_organization(case: str, subject: Subject, judge: Judge) -> None:
    """By a user and by a key; the control request is the same call on an own organization."""
    own, foreign = (
        prepared_id(subject, "organization"),
        prepared_id(subject, "organization", member=False),
    )
    sessions = {
        organization: new_record(subject, organization=organization)
        for organization in (own, foreign)
    }
    for headers in _callers(subject, own):
        control, sees = _sees(case, sessions[own], _chosen(headers, own), subject)
        judge.require(sees, "a session of the own organization is not found")
        trigger, _ = _sees(case, sessions[foreign], _chosen(headers, foreign), subject)
        if judge.refused("organization.foreign", trigger, control=control):
            judge_error_body(subject, trigger, judge)


def _callers(subject: Subject, organization: str) -> list[Headers]:
    return [subject.target.headers, *_keys(subject, organization)]


def _keys(subject: Subject, organization: str) -> list[Headers]:
    """An API key that is bound to an organization, if the target has such keys."""
    with suppress(Unexercised):
        return [new_credential(subject, kind="api_key", organization=organization)]
    return []


@verifies("get.not-selected")
def test_not_selected(subject: Subject, judge: Judge) -> None:
    one, other = _two(subject)
    session = new_record(subject, organization=one)
    control, sees = _sees("getSession", session, _chosen(subject.target.headers, one), subject)
    judge.require(sees, "a session of the selected organization is not found")
    for headers in (
        _chosen(subject.target.headers, other),
        subject.target.headers,
        *_keys(subject, other),
    ):
        trigger, _ = _sees("getSession", session, headers, subject)
        judge.refused("get.not-selected", trigger, control=control)


@verifies("organization.others")
def test_list_of_one_organization(subject: Subject, judge: Judge) -> None:
    """A list of one organization shows no session of another, own or not."""
    one, other = _two(subject)
    foreign = prepared_id(subject, "organization", member=False)
    strange = {new_record(subject, organization=organization) for organization in (other, foreign)}
    mine = new_record(subject, organization=one)
    page = get_list(subject, {"organization": one})
    judge.require(mine in listed_ids(subject, page), "the list does not show what was made")
    got = f"also {strange & set(listed_ids(subject, page))}"
    judge.holds(
        "organization.others",
        not strange & set(listed_ids(subject, page)),
        trigger=page,
        expected="only those of one",
        got=got,
    )


@verifies("organization.unknown", "organization.none", "organization.key-and-header")
def test_undocumented(subject: Subject, judge: Judge) -> None:
    unknown = send(
        subject,
        "listSessions",
        headers=_chosen(subject.target.headers, f"org_{uuid.uuid4().hex[:12]}"),
    )
    judge.observed("organization.unknown", unknown)
    nowhere = send(
        subject, "listSessions", headers=new_credential(subject, kind="jwt", organizations=[])
    )
    judge.observed("organization.none", nowhere)
    one, other = _two(subject)
    key = new_credential(subject, kind="api_key", organization=one)
    judge.observed(
        "organization.key-and-header", send(subject, "listSessions", headers=_chosen(key, other))
    )
