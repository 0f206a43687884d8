"""Who may call: every kind of invalid credential, for every operation.

The control request is the same call with a valid credential.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from session_contracts.conformance import shapes
from session_contracts.conformance.calling import call, valid_body
from session_contracts.conformance.client import Exchange
from session_contracts.conformance.error_bodies import judge_error_body
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.listing import (
    get_list,
    listed_ids,
    pagination_number,
    paging_style,
)
from session_contracts.conformance.marks import Case, each, verifies
from session_contracts.conformance.preparing import (
    accepting_state,
    foreign_record,
    fresh_scope,
    new_credential,
    new_record,
    record_in,
)
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.reading import read, read_or_absent
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.tokens import never_issued
from session_contracts.openapi.model import Contract, Scope, SecurityScheme, Style

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Wrong:
    """An invalid credential: the mistake, the scheme it belongs to, and the rule that it breaks."""

    operation: str
    kind: str
    scheme: SecurityScheme
    rule: str


_MISTAKES = ("missing", "scheme", "malformed", "unknown", "revoked", "expired", "other")


def mistakes(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """The mistakes of every scheme that an operation accepts.

    Sending no credential is the same for each scheme; `other` is a scheme that it does not accept.
    """
    for operation in profile.operations(contract):
        schemes = contract.operations[operation].security
        for number, scheme in enumerate(schemes):
            for kind in _MISTAKES:
                rule = scheme.rules.ids.get(kind)
                if (
                    rule
                    and (kind != "missing" or number == 0)
                    and (kind != "other" or len(schemes) < len(contract.security))
                ):
                    name = f"{operation}-{scheme.name}-{kind}" if number else f"{operation}-{kind}"
                    yield Case(
                        name, (rule, "auth.unauthorized"), Wrong(operation, kind, scheme, rule)
                    )


def _bad(case: Wrong, record_id: str | None, subject: Subject, judge: Judge) -> list[Headers]:
    """Headers with this mistake and no other. Raises Unexercised."""
    if case.kind == "missing":
        return [{}]
    if case.kind in ("revoked", "expired"):
        return _of_scheme(case.scheme, record_id, subject, **{case.kind: True})
    if case.kind == "other":
        taken = subject.operation(case.operation).security
        return [
            entry
            for scheme in subject.contract.security
            if scheme not in taken
            for entry in _good(scheme, record_id, subject)
        ]
    header, tokens = case.scheme.header, _tokens(case.scheme, record_id, subject, judge)
    if case.kind == "unknown":
        word = "Bearer " if case.scheme.bearer else ""
        return [{header: f"{word}{altered}"} for token in tokens for altered in never_issued(token)]
    if case.kind == "malformed":
        return [{header: "Bearer"}, *({header: f"Bearer {token} {token}"} for token in tokens)]
    basic = base64.b64encode(f"{tokens[0]}:".encode()).decode()
    return [{header: f"Basic {basic}"}, {header: f"Token {tokens[0]}"}]


def _of_scheme(
    scheme: SecurityScheme, record_id: str | None, subject: Subject, **params: bool
) -> list[Headers]:
    """Credentials of a scheme, one of every kind that the target has.

    Those that are valid for one record are valid for this one. Raises Unexercised.
    """
    found: list[Headers] = []
    for kind in subject.profile.kinds or ("",):
        tie = subject.profile.credential_params.get(kind)
        named = {
            **({"kind": kind} if kind else {}),
            **({tie: record_id} if tie and record_id else {}),
        }
        with suppress(Unexercised):
            found.append(new_credential(subject, **named, **params))
    # A target without kinds of credentials still has one.
    fitting = [
        headers
        for headers in found or [new_credential(subject, **params)]
        if scheme.header in headers
    ]
    if not fitting:
        raise Unexercised(f"the target has no such credential for {scheme.header}")
    return fitting


def _good(scheme: SecurityScheme, record_id: str | None, subject: Subject) -> list[Headers]:
    """The default credential of a scheme, and one of every kind that the target has."""
    default = {
        name: value for name, value in subject.target.headers.items() if name == scheme.header
    }
    with suppress(Unexercised):
        return [*([default] if default else []), *_of_scheme(scheme, record_id, subject)]
    return [default] if default else []


def _tokens(
    scheme: SecurityScheme, record_id: str | None, subject: Subject, judge: Judge
) -> list[str]:
    """The secrets of valid credentials. Raises Unexercised."""
    tokens = []
    for headers in _good(scheme, record_id, subject):
        word, _, token = headers[scheme.header].rpartition(" ")
        judge.require(
            word.lower() == ("bearer" if scheme.bearer else "") and bool(token),
            "a valid credential is not a bearer token",
        )
        tokens.append(token)
    judge.require(bool(tokens), f"there is no valid credential for {scheme.header}")
    return list(dict.fromkeys(tokens))


@each(mistakes)
def test_credential(case: Wrong, subject: Subject, judge: Judge) -> None:
    """The control request has a valid credential of the same scheme."""
    operation, rule = case.operation, case.rule
    judge.require(
        bool(subject.target.headers),
        "there is no default credential; give one with -H, or a --states-url",
    )
    spare = _fresh_record(operation, subject)
    first = case.scheme is subject.operation(operation).security[0]
    for headers in _bad(case, spare, subject, judge):
        record_id = (
            spare if subject.profile.credential_params else _fresh_record(operation, subject)
        )
        before = read(subject, record_id) if record_id else {}
        trigger = _call(operation, subject, headers, record_id)
        after = read_or_absent(subject, record_id) if record_id else {}
        other = _fresh_record(operation, subject)
        control = _call(
            operation, subject, None if first else _good(case.scheme, other, subject)[-1], other
        )
        refused = judge.refused(rule, trigger, control=control)
        if refused and record_id:
            judge.holds(
                rule,
                after == before,
                trigger=trigger,
                control=control,
                expected="a refusal that changes nothing",
                got="a change",
            )
        if (
            judge.knows("auth.unauthorized")
            and refused
            and control.ok
            and _judge_status("auth.unauthorized", trigger, judge)
        ):
            judge_code("auth.unauthorized", trigger, subject, judge)


def _fresh_record(operation: str, subject: Subject) -> str | None:
    """Id of a record that the operation accepts; None if it acts on no record."""
    return (
        record_in(subject, accepting_state(subject, operation))
        if "{" in subject.operation(operation).path
        else None
    )


def _call(
    operation: str, subject: Subject, headers: Headers | None, record_id: str | None = None
) -> Exchange:
    """Call an operation on a fresh record, so that it succeeds with a valid credential."""
    return call(
        subject,
        operation,
        record_id or _fresh_record(operation, subject),
        valid_body(subject, operation),
        headers=headers,
    )


def scopes(contract: Contract, profile: SuiteProfile) -> Iterator[Case]:
    """Each operation that needs a scope, with all scopes of the contract."""
    every = {
        operation.scope.name: None for operation in contract.operations.values() if operation.scope
    }
    for name in profile.operations(contract):
        scope = contract.operations[name].scope
        if scope:
            yield Case(
                name, (scope.rule, "auth.forbidden", "error.body"), (name, scope, list(every))
            )


@each(scopes)
def test_scope(case: tuple[str, Scope, list[str]], subject: Subject, judge: Judge) -> None:
    """A token with every other scope, each other scope alone, and none.

    The control request has a token with the needed scope alone.
    """
    operation, scope, every = case
    good = new_credential(subject, scopes=[scope.name])
    if not judge.accepted(
        scope.rule, _call(operation, subject, good), control=_call(operation, subject, None)
    ):
        return
    others = [name for name in every if name != scope.name]
    for lacking in (others, *([name] for name in others), []):
        trigger = _call(operation, subject, new_credential(subject, scopes=lacking))
        if judge.refused(scope.rule, trigger, control=_call(operation, subject, good)):
            judge_error_body(subject, trigger, judge)
            if judge.knows("auth.forbidden") and _judge_status("auth.forbidden", trigger, judge):
                _judge_forbidden(scope, trigger, subject, judge)


def _judge_forbidden(scope: Scope, trigger: Exchange, subject: Subject, judge: Judge) -> None:
    """The error code, and the name of the scope in the message."""
    error = shapes.error(trigger)
    if judge_code("auth.forbidden", trigger, subject, judge) and error:
        named = scope.name in str(error.get("message"))
        judge.holds(
            "auth.forbidden",
            named,
            trigger=trigger,
            expected=f"a message that names {scope.name}",
            got=trigger.answer(),
        )


def judge_code(rule: str, trigger: Exchange, subject: Subject, judge: Judge) -> bool:
    """The code that the rule states for an error, if it states one.

    Other rules are about what is not an error at all.
    """
    expected, found = (
        subject.contract.rules[judge.full(rule)].code,
        shapes.error(trigger).get("code"),
    )
    return not (expected and found) or judge.holds(
        rule, found == expected, trigger=trigger, expected=expected, got=str(found)
    )


def _judge_status(rule: str, trigger: Exchange, judge: Judge) -> bool:
    status = judge.statuses(rule)[0]
    return judge.holds(
        rule,
        trigger.status == status,
        trigger=trigger,
        expected=str(status),
        got=str(trigger.status),
    )


@verifies("tenant.unlisted")
def test_other_tenants_are_not_listed(subject: Subject, judge: Judge) -> None:
    """The list is the same before and after another tenant gets a matching record.

    So is the list without filters.
    """
    scope = fresh_scope(subject)
    # A scope that two tenants cannot share would exclude the other's record anyway.
    shared = {
        name: value for name, value in scope.items() if subject.profile.scopes[name] is None
    } or scope
    mine = {new_record(subject, **scope), new_record(subject, **scope)}
    before = get_list(subject, shared)
    judge.require(
        set(listed_ids(subject, before)) == mine, "the list does not show just what was created"
    )
    theirs = foreign_record(subject, **scope)
    for after in (get_list(subject, shared), get_list(subject, scope), get_list(subject, {})):
        shown = theirs in listed_ids(subject, after)
        judge.holds(
            "tenant.unlisted",
            not shown,
            trigger=after,
            control=before,
            expected="only own records",
            got=f"also {theirs}",
        )
    after = get_list(subject, shared)
    if paging_style(subject) in (Style.PAGE, Style.OFFSET) and theirs not in listed_ids(
        subject, after
    ):
        was, now = (
            pagination_number(subject, before, "total"),
            pagination_number(subject, after, "total"),
        )
        judge.holds(
            "tenant.unlisted",
            was == now,
            trigger=after,
            control=before,
            expected=f"a total of {was} still",
            got=str(now),
        )
