"""Finds the world, the API and the operation that a request is for."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mock import Mock
from session_contracts.mock_server.paths import path_of, shown_path, value_in
from session_contracts.mock_server.plan import ApiPlan, Call, OperationPlan, Plans, current_time
from session_contracts.mock_server.scope import CALL_KEY, WORLD_KEY
from session_contracts.mock_server.world import World


class RouteMiddleware:
    """Routes by the compiled plans of the mock; fires due timers of the world on the way."""

    def __init__(self, app: ASGIApp, *, mock: Mock) -> None:
        self.app = app
        self._mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        world, path = self._world(path_of(scope))
        scope[WORLD_KEY] = world
        plans = self._mock.plans.breaking(world.broken)
        api, path = self._api(plans, path)
        call = Call(world, plans, api, now=current_time(world, plans))
        scope[CALL_KEY] = call
        call.operation, call.path_values = _operation(api, scope["method"], path)
        await self.app(scope, receive, send)

    def _world(self, path: str) -> tuple[World, str]:
        """The default world, or the one that the path begins with: `/w/<name>`."""
        if not path.startswith("/w/"):
            return self._mock.worlds.default, path
        name, slash, rest = path[3:].partition("/")
        return self._mock.worlds.find(name), slash + rest

    def _api(self, plans: Plans, path: str) -> tuple[ApiPlan, str]:
        """The API that a path begins with, and the rest of the path. Raises Refused."""
        apis = (self._mock.control, *plans.values())
        for plan in apis:
            rest = path.removeprefix(plan.base_path)
            if rest != path and rest[:1] in ("/", ""):
                return plan, rest
        if self._mock.root is not None:
            return plans[self._mock.root], path
        mounted = ", ".join(f"{plan.base_path}/..." for plan in apis)
        near = _near(path, apis)
        docs = self._mock.settings.docs
        reference = f"; reference: {docs}/" if docs else ""
        detail = f"no API mounted at {shown_path(path)}; available: {mounted}{reference}"
        raise Refused(None, f"{detail}{_similar(near)}", status=404, near=near)


def _operation(api: ApiPlan, method: str, path: str) -> tuple[OperationPlan, Mapping[str, str]]:
    """The operation, and the values of its path parameters. Raises Refused."""
    allowed: list[str] = []
    for route in api.routes:
        match = route.pattern.match(path)
        if match is None:
            continue
        if method in route.operations:
            values = {name: value_in(value) for name, value in match.groupdict().items()}
            return api.operations[route.operations[method]], values
        allowed += route.operations
    if allowed:
        methods = ", ".join(allowed)
        detail = f"method {method} not allowed; allowed: {methods}"
        raise Refused(None, detail, status=405, headers=[("Allow", methods)])
    near = _near(f"{api.base_path}{path}", [api])
    detail = f"no operation has the path {api.base_path}{shown_path(path)}{_similar(near)}"
    raise Refused(None, detail, status=404, near=near)


def _near(path: str, apis: Iterable[ApiPlan]) -> list[str]:
    """The operations with the most similar paths, the most similar first."""
    known = {_filled(template, path): shown for template, shown in _paths(apis)}
    return [known[match] for match in get_close_matches(path, known, n=3, cutoff=0.7)]


def _paths(apis: Iterable[ApiPlan]) -> Iterator[tuple[str, str]]:
    """Every path, and how to show it: with its methods."""
    for api in apis:
        for route in api.routes:
            template = api.contract.operations[next(iter(route.operations.values()))].path
            path = f"{api.base_path}{template}"
            yield path, f"{', '.join(route.operations)} {path}"


def _filled(template: str, path: str) -> str:
    """A path whose parameters have the values that another path has there."""
    given = path.split("/")
    return "/".join(
        given[at] if part.startswith("{") and at < len(given) else part
        for at, part in enumerate(template.split("/"))
    )


def _similar(near: list[str]) -> str:
    return f"; similar: {'; '.join(near)}" if near else ""
