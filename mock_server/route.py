"""Finds which API and operation a request is for, and the world that answers it."""

from collections.abc import Mapping
from typing import Any

from connexion.middleware.abstract import SpecMiddleware
from connexion.spec import Specification
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.call import SCOPE_KEY, Call
from mock_server.errors import Refused
from mock_server.mock import Mock
from mock_server.plan import ApiPlan, OperationPlan


class RouteMiddleware(SpecMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Compiles each API that Connexion adds, and routes by what was compiled."""

    def __init__(self, app: ASGIApp, *, mock: Mock) -> None:
        self.app = app
        self._mock = mock

    def add_api(self, specification: Specification, **options: Any) -> None:
        """Connexion has read, resolved and checked the document by now."""
        self._mock.add(specification, options["resolver"], options["base_path"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        world = self._mock.world
        api, path = self._api(world.plans, scope["path"])
        call = scope[SCOPE_KEY] = Call(world, api, now=world.now())
        call.operation, call.path_values = _operation(api, scope["method"], path)
        await self.app(scope, receive, send)

    def _api(self, plans: Mapping[str, ApiPlan], path: str) -> tuple[ApiPlan, str]:
        for plan in plans.values():
            if path.startswith(plan.base_path) and path[len(plan.base_path) : len(plan.base_path) + 1] in ("/", ""):
                return plan, path[len(plan.base_path) :]
        if self._mock.root is not None:
            return plans[self._mock.root], path
        served = ", ".join(f"{plan.base_path}/..." for plan in plans.values())
        raise Refused(None, f"nothing is served at {path}; there is {served}", status=404)


def _operation(api: ApiPlan, method: str, path: str) -> tuple[OperationPlan, Mapping[str, str]]:
    allowed: list[str] = []
    for route in api.routes:
        match = route.pattern.match(path)
        if match is None:
            continue
        if method in route.operations:
            return api.operations[route.operations[method]], match.groupdict()
        allowed += route.operations
    if allowed:
        methods = ", ".join(allowed)
        raise Refused(None, f"{method} is not possible here; {methods} is", status=405, headers=[("Allow", methods)])
    raise Refused(None, f"no operation has the path {path or '/'}", status=404)
