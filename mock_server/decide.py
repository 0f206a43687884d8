"""Answers a valid, authorized call: the lifecycle table decides, then the handler answers."""

from typing import Any

from starlette.types import Receive, Scope, Send

from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.scope import CALL_KEY
from session_contracts.openapi.model import ABSENT, ANY, FOREIGN, Move


class Decide:
    """The application behind Connexion's middlewares."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return await send({"type": "websocket.close"})
        call: Call = scope[CALL_KEY]
        call.tenant = call.api.choose_tenant(call)
        call.answer = await call.plan.run(call)


async def run(call: Call) -> Answer:
    """Decide and answer; nothing is awaited in between, so parallel calls cannot interleave."""
    call.plan.decide(call)
    return call.plan.handler(call)


def decide(call: Call) -> None:
    """Look up the lifecycle table. Sets `call.record` and `call.move`; raises Refused."""
    operation = call.plan
    if operation.row is None or operation.lifecycle is None:
        return
    record = call.addressed()
    state = call.before = call.state_of(record)
    refusal = operation.row.refusals.get(state)
    if refusal is not None:
        raise Refused(refusal.rule, describe(call, state), status=refusal.status)
    call.record = record
    for move in operation.row.moves_from(state):
        if _picks(call.body, move):
            call.move = move
            return


def _picks(body: Any, move: Move) -> bool:
    """Whether the body matches the guard of a move."""
    return all(
        body.get(name) is not None if value == ANY else body.get(name) == value
        for name, value in move.when.items()
    )


def describe(call: Call, state: str) -> str:
    """The message of a refusal by the lifecycle table."""
    name = call.resource().name
    if state in (ABSENT, FOREIGN):
        return f"{name} not found"
    shown = state.replace("_", " ")
    return f"{call.plan.contract.summary}: not possible for a {name.lower()} that is {shown}"
