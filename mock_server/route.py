"""Finds which API and operation a request is for, and the world that answers it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

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
        api, path = self._api(world.plans, _path(scope))
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


#: Stands for a slash that is part of a value; no text has this character.
_SLASH = "\ufdd0"


def _path(scope: Scope) -> str:
    """The path, decoded; a slash that was encoded does not part it."""
    raw: bytes = scope.get("raw_path") or b""
    if b"%2f" not in raw.lower():
        return str(scope["path"])
    return "/".join(unquote(segment).replace("/", _SLASH) for segment in raw.decode("latin-1").split("/"))


def _operation(api: ApiPlan, method: str, path: str) -> tuple[OperationPlan, Mapping[str, str]]:
    allowed: list[str] = []
    for route in api.routes:
        match = route.pattern.match(path)
        if match is None:
            continue
        if method in route.operations:
            return api.operations[route.operations[method]], {name: value.replace(_SLASH, "/") for name, value in match.groupdict().items()}
        allowed += route.operations
    if allowed:
        methods = ", ".join(allowed)
        raise Refused(None, f"{method} is not possible here; {methods} is", status=405, headers=[("Allow", methods)])
    raise Refused(None, f"no operation has the path {path or '/'}", status=404)
