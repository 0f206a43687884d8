"""Rate limits: headers, the limit itself, and calling again afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any

import isodate
import pytest

from session_contracts.conformance.calling import call, send, valid_body
from session_contracts.conformance.checks.generic.enumerate.test_authorization import judge_code
from session_contracts.conformance.client import Exchange, Target
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.marks import verifies
from session_contracts.conformance.preparing import (
    accepting_state,
    movable_state,
    new_credential,
    new_record,
    record_in,
)
from session_contracts.conformance.reading import fetch
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.target_clock import advance_clock
from session_contracts.openapi.model import RateLimits

_NUMBERS = ("limit", "remaining", "reset")
_RETRY = "retryAfter"
_ONE = (("limit", "1"),)


def _limits(subject: Subject) -> RateLimits:
    limits = subject.contract.rate_limits
    assert limits is not None, "only what has limits has rules on them"
    return limits


@pytest.fixture
def limits(target: Target) -> Iterator[None]:
    """Expect rate limits during the check."""
    target.limits_expected = True
    yield
    target.limits_expected = False


def _number(exchange: Exchange, name: str) -> int | None:
    text = exchange.headers.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else None


def _call(subject: Subject, headers: Mapping[str, str] | None = None) -> Exchange:
    """The limited operation, if it is one; else a cheap read: a short list, or one record."""
    for operation in _limits(subject).operations:
        return call(subject, operation, None, valid_body(subject, operation), headers=headers)
    if subject.profile.list:
        return send(subject, subject.profile.list, query=_ONE, headers=headers)
    return fetch(subject, _read(subject), headers)


def _read(subject: Subject) -> str:
    """A record of this check, prepared once."""
    return next(iter(subject.record_headers), None) or record_in(subject, movable_state(subject))


@verifies("rate.headers")
def test_headers_on_every_answer(subject: Subject, judge: Judge) -> None:
    """Each operation, accepted and refused."""
    limits = _limits(subject)
    for operation in subject.contract.operations.values():
        identities = (
            [
                record_in(subject, accepting_state(subject, operation.id)),
                record_in(subject, "absent"),
            ]
            if "{" in operation.path
            else [None]
        )
        for identity in identities:
            exchange = call(subject, operation.id, identity, valid_body(subject, operation.id))
            actual = {key: name for key, name in limits.headers.items() if key != _RETRY}
            wrong = [name for key, name in actual.items() if not _good(exchange, key, name)]
            got = f"no valid {', '.join(wrong)}"
            judge.holds(
                "rate.headers",
                not wrong,
                trigger=exchange,
                expected=", ".join(actual.values()),
                got=got,
            )


def _good(exchange: Exchange, key: str, name: str) -> bool:
    return (
        _number(exchange, name) is not None if key in _NUMBERS else bool(exchange.headers.get(name))
    )


@verifies(
    "rate.headers", "rate.limit", "rate.per-token", "rate.code", "rate.retry-after", "ingest.atomic"
)
@pytest.mark.usefixtures("afterwards", "limits")
def test_limit(subject: Subject, judge: Judge) -> None:
    limits = _limits(subject)
    subject.states.setup("reset")
    subject.states.setup("rate limits", enforced=True)
    first = _call(subject)
    judge.require(first.ok, f"the first call answered {first.status}")
    second = _call(subject)
    if judge.knows("rate.headers"):
        _judge_countdown(limits, first, second, judge)
    last, made = _exhaust(limits, first, subject)
    kept = last.status in subject.contract.statuses(limits.rule)
    got = f"{last.status} to call {made}"
    judge.holds(
        limits.rule,
        kept,
        trigger=last,
        control=first,
        expected="429 once the limit is used up",
        got=got,
    )
    early = min(_allowed(limits, first), limits.windows[0].calls)
    if not kept:
        return
    if judge.knows("rate.code"):
        judge_code("rate.code", last, subject, judge)
    _judge_operations(last, first, subject, judge)
    if judge.knows("ingest.atomic"):
        _judge_trace(last, first, subject, judge)
    judge.holds(
        limits.rule,
        made > early,
        trigger=last,
        expected=f"at least {early} calls",
        got=f"{made - 1} calls",
    )
    if judge.knows("rate.per-token"):
        _judge_others(last, first, subject, judge)
    if judge.knows("rate.retry-after"):
        _judge_return(last, subject, judge)
    _judge_window(limits, made - 1, first, subject, judge)


def _judge_operations(refused: Exchange, first: Exchange, subject: Subject, judge: Judge) -> None:
    """All operations share the limit: while the called one is refused, so are others.

    If one operation alone is limited, no other is refused.
    """
    if _limits(subject).operations:
        free = send(subject, subject.profile.list, query=_ONE)
        if _call(subject).status == refused.status:
            judge.holds(
                "rate.per-token",
                free.ok,
                trigger=free,
                control=first,
                expected="success",
                got=str(free.status),
            )
        return
    for operation in subject.contract.operations.values():
        if (
            "{" not in operation.path
            and operation.id != subject.profile.list
            and operation.method == "GET"
        ):
            other = send(subject, operation.id)
            if _call(subject).status == refused.status:
                kept = other.status == refused.status
                judge.holds(
                    "rate.limit",
                    kept,
                    trigger=other,
                    control=first,
                    expected=str(refused.status),
                    got=str(other.status),
                )


def _judge_trace(refused: Exchange, first: Exchange, subject: Subject, judge: Judge) -> None:
    """A call that would create a record creates none if it is rate-limited."""
    name = next(iter(subject.profile.credential_params.values()))
    done, kept_out = (fetch(subject, str(call.request_json[name])) for call in (first, refused))
    if done.ok and kept_out.status != refused.status:
        none = kept_out.status in judge.statuses("session.not-found")
        got = str(kept_out.status)
        judge.holds(
            "ingest.atomic",
            none,
            trigger=kept_out,
            control=done,
            expected="nothing of what was refused",
            got=got,
        )


def _judge_window(
    limits: RateLimits, made: int, first: Exchange, subject: Subject, judge: Judge
) -> None:
    """After the window, calls succeed again, as often as the limit allows.

    A new window may begin meanwhile, but not twice in a row.
    """
    try:
        advance_clock(subject, isodate.duration_isoformat(limits.windows[0].per))
    except Unexercised as reason:
        judge.unexercised(limits.rule, str(reason))
        return
    again = _call(subject)
    if judge.holds(
        limits.rule,
        again.ok,
        trigger=again,
        expected=f"success after {limits.windows[0].per}",
        got=str(again.status),
    ):
        last, more = _exhaust(limits, again, subject)
        fewest, most = min(made, more - 2), _allowed(limits, first)
        judge.holds(
            limits.rule,
            fewest <= most,
            trigger=last,
            control=first,
            expected=f"at most {most} calls",
            got=f"{fewest} calls",
        )


def _judge_others(refused: Exchange, first: Exchange, subject: Subject, judge: Judge) -> None:
    """While one token has reached the limit, another token's calls succeed, of any tenant."""
    scope = subject.operation(subject.profile.list or subject.profile.read).scope
    variants: list[dict[str, Any]] = [
        {"tenant": "other"},
        {"scopes": [scope.name]} if scope else {},
    ]
    tied = [
        {"kind": kind, param: new_record(subject)}
        for kind, param in subject.profile.credential_params.items()
    ]
    for params in tied or variants:
        try:
            headers = new_credential(subject, **params)
        except Unexercised:
            continue
        if headers.items() - subject.target.headers.items():
            other = _call(subject, headers)
            free = other.status not in judge.statuses("rate.limit")
            judge.holds(
                "rate.per-token",
                free,
                trigger=other,
                control=first,
                expected="success with another token",
                got=str(other.status),
            )


def _judge_countdown(limits: RateLimits, first: Exchange, second: Exchange, judge: Judge) -> None:
    before, after = (
        _number(first, limits.headers["remaining"]),
        _number(second, limits.headers["remaining"]),
    )
    turned = _number(first, limits.headers["reset"]) != _number(second, limits.headers["reset"])
    if before is not None and after is not None and not turned:
        judge.holds(
            "rate.headers",
            after < before,
            trigger=second,
            control=first,
            expected=f"fewer than {before}",
            got=str(after),
        )


def _allowed(limits: RateLimits, first: Exchange) -> int:
    """How many calls a window allows: by the headers, since plans differ; else by the contract."""
    return _number(first, limits.headers.get("limit", "")) or limits.windows[0].up_to


def _exhaust(limits: RateLimits, first: Exchange, subject: Subject) -> tuple[Exchange, int]:
    """Call until refused; at most twice the limit, since a new window may begin.

    The last answer, and the number of calls.
    """
    most = 2 * min(max(_allowed(limits, first), limits.windows[0].calls), 1000) + 1
    exchange = first
    for made in range(3, most + 1):
        exchange = _call(subject)
        if not exchange.ok:
            return exchange, made
    return exchange, most


def _judge_return(refused: Exchange, subject: Subject, judge: Judge) -> None:
    seconds = _number(refused, "Retry-After")
    longest = int(_limits(subject).windows[0].per.total_seconds()) + 1
    if seconds is None or seconds > longest:
        got = refused.headers.get("Retry-After", "no Retry-After")
        judge.violated(
            "rate.retry-after",
            trigger=refused,
            expected=f"Retry-After in seconds, at most {longest}",
            got=got,
        )
        return
    try:
        advance_clock(subject, f"PT{seconds}S")
    except Unexercised as reason:
        judge.unexercised("rate.retry-after", str(reason))
        return
    again = _call(subject)
    judge.holds(
        "rate.retry-after",
        again.ok,
        trigger=again,
        expected=f"success after {seconds} seconds",
        got=str(again.status),
    )


@verifies("rate.plan")
def test_plan(subject: Subject, judge: Judge) -> None:
    exchange = _call(subject)
    judge.observed("rate.plan", exchange, f"the limit is {_allowed(_limits(subject), exchange)}")
