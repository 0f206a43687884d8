"""The outermost middleware: turns every outcome into one HTTP response, and journals it."""

import logging
from http import HTTPStatus

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.coverage import Situation
from session_contracts.mock_server.errors import (
    ClientGone,
    Dropped,
    Refused,
    ResponseContractViolation,
)
from session_contracts.mock_server.journal import HttpRequest, JournalEntry
from session_contracts.mock_server.log import log_request
from session_contracts.mock_server.outcome import HttpOutcome
from session_contracts.mock_server.plan import Call, ErrorBody
from session_contracts.mock_server.scope import ABORT_KEY, CALL_KEY, WORLD_KEY
from session_contracts.mock_server.world import World
from session_contracts.openapi import Rule
from session_contracts.openapi.pages import rule_page

log = logging.getLogger("session_contracts.mock")


class RespondMiddleware:
    """Answers, refusals and defects all leave through here.

    `fallback` is the form of an error where no API was found; `docs` the URL of the reference site,
    None if there is none.
    """

    def __init__(self, app: ASGIApp, *, fallback: ErrorBody, docs: str | None) -> None:
        self.app = app
        self._fallback = fallback
        self._docs = docs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        try:
            await self.app(scope, receive, send)
            outcome = _answered(scope[CALL_KEY])
        except Refused as refusal:
            outcome = self._refused(scope.get(CALL_KEY), refusal)
        except Dropped:
            outcome = HttpOutcome(0, detail="a fault dropped the connection")
        except ClientGone:
            return
        except Exception as defect:
            log.exception("%s %s", scope["method"], scope["path"])
            outcome = self._defect(scope.get(CALL_KEY), defect)
        _record(scope, outcome)
        if not outcome.status:
            return await _drop(scope, receive, outcome)
        await _send(send, outcome)

    def _refused(self, call: Call | None, refusal: Refused) -> HttpOutcome:
        rule = call.api.contract.rules[refusal.rule] if call and refusal.rule else None
        default = rule.statuses[0] if rule and rule.statuses else HTTPStatus.BAD_REQUEST
        status = int(refusal.status or default)
        media, body = self._error_body(call)(status, refusal.detail, refusal.errors)
        headers = [*(call.headers if call else []), *refusal.headers]
        if rule:
            headers += [("X-Mock-Rule", rule.id), ("Link", self._links(call, rule))]
        encoded = orjson.dumps({**body, **refusal.members})
        return HttpOutcome(
            status, media, encoded, tuple(headers), refusal.rule, refusal.detail, refusal.near
        )

    def _links(self, call: Call | None, rule: Rule) -> str:
        """The rule's page of the reference site, if there is one; then its source."""
        vendor = f'<{rule.source}>; rel="describedby"'
        if self._docs is None or call is None:
            return vendor
        return f'<{self._docs}/{rule_page(call.api.name, rule.id)}>; rel="help", {vendor}'

    def _defect(self, call: Call | None, defect: Exception) -> HttpOutcome:
        detail = "internal error of the mock; see its log"
        if isinstance(defect, ResponseContractViolation):
            detail = f"the mock's answer violates its contract: {defect}"
        media, body = self._error_body(call)(500, detail, ())
        return HttpOutcome(500, media, orjson.dumps(body), detail=detail)

    def _error_body(self, call: Call | None) -> ErrorBody:
        return call.api.error_body if call else self._fallback


async def _send(send: Send, outcome: HttpOutcome) -> None:
    length = str(len(outcome.body)).encode()
    raw = [(b"content-type", outcome.media.encode()), (b"content-length", length)]
    raw += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in outcome.headers]
    await send({"type": "http.response.start", "status": outcome.status, "headers": raw})
    await send({"type": "http.response.body", "body": outcome.body})


async def _drop(scope: Scope, receive: Receive, outcome: HttpOutcome) -> None:
    """Drop the connection; returns once the server has noticed.

    Raises ConnectionResetError where there is no connection to drop, as in a process of its own.
    """
    if ABORT_KEY not in scope:
        raise ConnectionResetError(outcome.detail)
    scope[ABORT_KEY]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _answered(call: Call) -> HttpOutcome:
    answer = call.answer
    assert answer is not None, "an operation answers or refuses"
    body = call.plan.finish(call, answer)
    return HttpOutcome(answer.status, answer.media, body, tuple(call.headers))


def _record(scope: Scope, outcome: HttpOutcome) -> None:
    """Journal and count the request, and log it. Requests to the control API are not recorded."""
    world: World | None = scope.get(WORLD_KEY)
    call: Call | None = scope.get(CALL_KEY)
    if world is None or (call is not None and not call.api.vendor):
        return
    entry = _entry(world, scope, call, outcome)
    world.journal.add(entry)
    if call is not None:
        if situation := _situation(call, outcome):
            world.coverage.note(situation)
        call.body = call.answer = None  # the journal keeps their bytes
    if world.settings.log_format is not None:
        log_request(world.name, entry, world.settings.log_format)


def _entry(world: World, scope: Scope, call: Call | None, outcome: HttpOutcome) -> JournalEntry:
    request = HttpRequest(
        scope["method"],
        scope["raw_path"],
        scope["query_string"],
        tuple(scope["headers"]),
        call.raw_body if call else None,
        scope["scheme"],
        scope["http_version"],
    )
    number = world.journal.count + 1
    if call is None:
        return JournalEntry(number, world.clock.now(), request, outcome)
    # As the caller may know it now, after whatever the call has done.
    after = None if call.before is None else call.state_of(call.addressed())
    return JournalEntry(
        number,
        call.time,
        request,
        outcome,
        decision=_decision(call, outcome, after),
        api=call.api.name,
        operation=call.operation.id if call.operation else None,
        before=call.before,
        after=after,
        row=call.operation.row if call.operation else None,
        delay=call.delay,
        secret_headers=call.api.secret_headers,
    )


def _decision(call: Call, outcome: HttpOutcome, after: str | None) -> str:
    if call.operation is None:
        return "unknown"
    if call.fault is not None and call.fault.ends:
        return "fault"
    if call.preference is not None:
        return "example"
    if outcome.status >= 500:
        return "defect"
    if outcome.status >= 400:
        return "refused"
    if call.before is None:
        return "answered"
    return "moved" if call.before != after else "stayed"


def _situation(call: Call, outcome: HttpOutcome) -> Situation | None:
    """What coverage counts; None if a fault, or a wish for an example, decided the call."""
    plan = call.operation
    ended = call.fault is not None and call.fault.ends
    if plan is None or ended or call.preference is not None:
        return None
    filters: tuple[str, ...] = ()
    if plan.contract.listing is not None:
        filters = tuple(
            parameter.name
            for parameter in plan.parameters
            if parameter.filters and parameter.name in call.parameters
        )
    move = call.move
    return Situation(
        call.api.name,
        plan.id,
        call.before,
        move.target if move else None,
        outcome.status < 400,
        outcome.rule or (move.rule if move else None),
        filters,
    )
