"""The end of a request's way: the lifecycle table decides, then the vendor's function answers."""

from typing import Any

from starlette.types import Receive, Scope, Send

from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.plan import Answer, Call
from session_contracts.mock_server.scope import CALL_KEY
from session_contracts.openapi.model import ABSENT, ANY, FOREIGN, Move


class Decide:
    """The application behind Connexion's middlewares."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await send({"type": "websocket.close"})
        call: Call = scope[CALL_KEY]
        call.tenant = call.api.choose_tenant(call)
        call.answer = await call.plan.run(call)


async def run(call: Call) -> Answer:
    """Nothing is awaited between the decision and the change, so of two calls at once one finds the other's change."""
    call.plan.decide(call)
    return call.plan.handler(call)


def decide(call: Call) -> None:
    """Look the operation's cell up. Sets `call.record` and `call.move`; raises Refused."""
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
    """Whether the body has the values that tell this move from others."""
    return all(
        body.get(name) is not None if value == ANY else body.get(name) == value
        for name, value in move.when.items()
    )


def describe(call: Call, state: str) -> str:
    """A refusal in a sentence."""
    name = call.resource().name
    if state in (ABSENT, FOREIGN):
        return f"{name} not found"
    return f"{call.plan.contract.summary}: not possible for a {name.lower()} that is {state.replace('_', ' ')}"
