"""The outermost middleware: whatever becomes of a call further in, this one turns it into an HTTP answer."""

import logging
from http import HTTPStatus

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.call import SCOPE_KEY, Call
from mock_server.errors import Refused, UntrueAnswer
from mock_server.plan import ErrorBody

log = logging.getLogger("session_contracts.mock")

Headers = list[tuple[str, str]]


class Respond:
    """Answers, refusals and defects alike leave through here."""

    def __init__(self, app: ASGIApp, *, fallback: ErrorBody) -> None:
        self.app = app
        self._fallback = fallback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        try:
            await self.app(scope, receive, send)
            status, media, body, headers = _answered(scope[SCOPE_KEY])
        except Refused as refusal:
            status, media, body, headers = self._refused(scope.get(SCOPE_KEY), refusal)
        except Exception as defect:
            log.exception("%s %s", scope["method"], scope["path"])
            status, media, body, headers = self._defect(scope.get(SCOPE_KEY), defect)
        raw = [(b"content-type", media.encode()), (b"content-length", str(len(body)).encode())]
        raw += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def _refused(self, call: Call | None, refusal: Refused) -> tuple[int, str, bytes, Headers]:
        rule = call.api.contract.rules[refusal.rule] if call and refusal.rule else None
        status = refusal.status or (rule.statuses[0] if rule and rule.statuses else HTTPStatus.BAD_REQUEST)
        error_body = call.api.error_body if call else self._fallback
        media, body = error_body(int(status), refusal.detail, refusal.errors)
        headers = [*(call.headers if call else []), *refusal.headers]
        if rule:
            headers += [("X-Mock-Rule", rule.id), ("Link", f'<{rule.source}>; rel="help"')]
        return int(status), media, orjson.dumps({**body, **refusal.members}), headers

    def _defect(self, call: Call | None, defect: Exception) -> tuple[int, str, bytes, Headers]:
        untrue = (
            f"the mock's answer breaks its contract: {defect}"
            if isinstance(defect, UntrueAnswer)
            else "the mock is broken; its log says where"
        )
        error_body = call.api.error_body if call else self._fallback
        media, body = error_body(500, untrue, ())
        return 500, media, orjson.dumps(body), []


def _answered(call: Call) -> tuple[int, str, bytes, Headers]:
    answer = call.answer
    assert answer is not None, "an operation answers or refuses"
    return answer.status, answer.media, call.plan.finish(call, answer), call.headers
