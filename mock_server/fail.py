"""Lets calls wait, fail or break off, as their world was told."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.call import SCOPE_KEY, Call
from session_contracts.mock_server.errors import Dropped, Refused
from session_contracts.mock_server.faults import Fault
from session_contracts.mock_server.security import obligatory


class FaultMiddleware:
    """The control API has no faults."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call: Call | None = scope.get(SCOPE_KEY)
        if call is None or not call.world.faults.faults or not call.api.vendor:
            return await self.app(scope, receive, send)
        struck = call.world.faults.strike(call.api.name, call.plan.id, call.world.chance)
        if struck is None:
            return await self.app(scope, receive, send)
        call.fault, call.delay = struck
        await asyncio.sleep(call.delay)
        call.now = call.world.now()  # which may have passed on
        if call.fault.after or not call.fault.ends:
            await self._carry_out(call.fault, scope, receive, send)
        _suffer(call, call.fault)

    async def _carry_out(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Refused:
            if not fault.ends:
                raise


def _suffer(call: Call, fault: Fault) -> None:
    if fault.drop:
        raise Dropped
    if fault.status is not None:
        headers = [*obligatory(call, fault.status), ("X-Mock-Fault", str(fault.status))]
        raise Refused(
            None, "a fault that the mock was told to have", status=fault.status, headers=headers
        )
