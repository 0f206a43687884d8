"""The outermost middleware: whatever becomes of a call further in, this one turns it into an HTTP answer, and takes it down."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.call import ABORT_KEY, SCOPE_KEY, WORLD_KEY, Call
from session_contracts.mock_server.errors import (
    ClientGone,
    Dropped,
    Refused,
    ResponseContractViolation,
)
from session_contracts.mock_server.log import log_request
from session_contracts.mock_server.plan import ErrorBody
from session_contracts.mock_server.world import World
from session_contracts.openapi import Rule
from session_contracts.openapi.pages import rule_page

log = logging.getLogger("session_contracts.mock")


@dataclass(frozen=True, slots=True)
class Outcome:
    """An HTTP answer (status 0: none), and for whoever wonders: the rule that refused, why, and what there is that is like it."""

    status: int
    media: str = ""
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    rule: str | None = None
    detail: str | None = None
    near: tuple[str, ...] = ()


class Respond:
    """Answers, refusals and defects alike leave through here."""

    def __init__(self, app: ASGIApp, *, fallback: ErrorBody, docs: str | None) -> None:
        self.app = app
        self._fallback = fallback
        self._docs = docs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        try:
            await self.app(scope, receive, send)
            outcome = _answered(scope[SCOPE_KEY])
        except Refused as refusal:
            outcome = self._refused(scope.get(SCOPE_KEY), refusal)
        except Dropped:
            outcome = Outcome(0, detail="a fault broke the connection off")
        except ClientGone:
            return
        except Exception as defect:
            log.exception("%s %s", scope["method"], scope["path"])
            outcome = self._defect(scope.get(SCOPE_KEY), defect)
        _take_down(scope, outcome)
        if not outcome.status:
            return await _break_off(scope, receive, outcome)
        raw = [
            (b"content-type", outcome.media.encode()),
            (b"content-length", str(len(outcome.body)).encode()),
        ]
        raw += [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in outcome.headers
        ]
        await send({"type": "http.response.start", "status": outcome.status, "headers": raw})
        await send({"type": "http.response.body", "body": outcome.body})

    def _refused(self, call: Call | None, refusal: Refused) -> Outcome:
        rule = call.api.contract.rules[refusal.rule] if call and refusal.rule else None
        status = int(
            refusal.status
            or (rule.statuses[0] if rule and rule.statuses else HTTPStatus.BAD_REQUEST)
        )
        error_body = call.api.error_body if call else self._fallback
        media, body = error_body(status, refusal.detail, refusal.errors)
        headers = [*(call.headers if call else []), *refusal.headers]
        if rule:
            headers += [("X-Mock-Rule", rule.id), ("Link", self._links(call, rule))]
        encoded = orjson.dumps({**body, **refusal.members})
        return Outcome(
            status, media, encoded, tuple(headers), refusal.rule, refusal.detail, refusal.near
        )

    def _links(self, call: Call | None, rule: Rule) -> str:
        """The rule's own page first, where there is one; then the vendor's, which it was written from."""
        vendor = f'<{rule.source}>; rel="describedby"'
        if self._docs is None or call is None:
            return vendor
        return f'<{self._docs}/{rule_page(call.api.name, rule.id)}>; rel="help", {vendor}'

    def _defect(self, call: Call | None, defect: Exception) -> Outcome:
        untrue = (
            f"the mock's answer breaks its contract: {defect}"
            if isinstance(defect, ResponseContractViolation)
            else "the mock is broken; its log says where"
        )
        error_body = call.api.error_body if call else self._fallback
        media, body = error_body(500, untrue, ())
        return Outcome(500, media, orjson.dumps(body), detail=untrue)


async def _break_off(scope: Scope, receive: Receive, outcome: Outcome) -> None:
    """Until the server knows that nobody is there any more. Raises ConnectionResetError where there is no connection."""
    if ABORT_KEY not in scope:
        raise ConnectionResetError(outcome.detail)
    scope[ABORT_KEY]()
    while (await receive())["type"] != "http.disconnect":
        pass


def _answered(call: Call) -> Outcome:
    answer = call.answer
    assert answer is not None, "an operation answers or refuses"
    return Outcome(answer.status, answer.media, call.plan.finish(call, answer), tuple(call.headers))


def _take_down(scope: Scope, outcome: Outcome) -> None:
    """In the journal and the coverage of the world; what the control API was asked is nobody's test."""
    world: World | None = scope.get(WORLD_KEY)
    call: Call | None = scope.get(SCOPE_KEY)
    if world is None or (call is not None and not call.api.vendor):
        return
    entry = world.journal.note(call.time if call else world.clock.now(), scope, call, outcome)
    if call is not None:
        world.coverage.note(call, outcome)
        call.body = call.answer = None  # the journal keeps their bytes
    if world.settings.log_format is not None:
        log_request(world.name, entry, world.settings.log_format)
