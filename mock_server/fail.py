"""Injects the faults of a world: delays, errors and dropped connections."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.errors import Dropped, Refused
from session_contracts.mock_server.faults import Fault
from session_contracts.mock_server.plan import Call, current_time
from session_contracts.mock_server.scope import CALL_KEY
from session_contracts.mock_server.security import required_headers


class FaultMiddleware:
    """Lets calls wait, fail or lose their connection; those to the control API never do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        call: Call | None = scope.get(CALL_KEY)
        if call is None or not call.world.faults.faults or not call.api.vendor:
            return await self.app(scope, receive, send)
        hit = call.world.faults.strike(call.api.name, call.plan.id, call.world.chance)
        if hit is None:
            return await self.app(scope, receive, send)
        call.fault, call.delay = hit
        await asyncio.sleep(call.delay)
        call.now = current_time(call.world, call.plans)  # the delay may have made timers due
        if call.fault.after or not call.fault.ends:
            await self._carry_out(call.fault, scope, receive, send)
        _end(call, call.fault)

    async def _carry_out(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Refused:
            if not fault.ends:
                raise


def _end(call: Call, fault: Fault) -> None:
    """Raises Dropped or Refused, unless the fault was a mere delay."""
    if fault.drop:
        raise Dropped
    if fault.status is not None:
        headers = [*required_headers(call, fault.status), ("X-Mock-Fault", str(fault.status))]
        raise Refused(None, "injected fault", status=fault.status, headers=headers)
