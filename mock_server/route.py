"""Finds which API and operation a request is for, and the world that answers it."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from connexion.middleware.abstract import SpecMiddleware
from connexion.spec import Specification
from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.call import SCOPE_KEY, WORLD_KEY, Call
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mock import Mock
from session_contracts.mock_server.paths import path_of, shown_path, value_in
from session_contracts.mock_server.plan import ApiPlan, OperationPlan
from session_contracts.mock_server.world import World


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
        world, path = self._world(path_of(scope))
        scope[WORLD_KEY] = world
        api, path = self._api(world.plans, path)
        call = scope[SCOPE_KEY] = Call(world, self._mock.worlds, api, now=world.now())
        call.operation, call.path_values = _operation(api, scope["method"], path)
        await self.app(scope, receive, send)

    def _world(self, path: str) -> tuple[World, str]:
        """The default world, or the one that the path begins with: `/w/<name>`."""
        if not path.startswith("/w/"):
            return self._mock.worlds.default, path
        name, slash, rest = path[3:].partition("/")
        return self._mock.worlds.find(name), slash + rest

    def _api(self, plans: Mapping[str, ApiPlan], path: str) -> tuple[ApiPlan, str]:
        for plan in plans.values():
            if path.startswith(plan.base_path) and path[
                len(plan.base_path) : len(plan.base_path) + 1
            ] in ("/", ""):
                return plan, path[len(plan.base_path) :]
        if self._mock.root is not None:
            return plans[self._mock.root], path
        served = ", ".join(f"{plan.base_path}/..." for plan in plans.values())
        near = _near(path, plans.values())
        docs = self._mock.settings.docs
        told = f", and what they do is told at {docs}/" if docs else ""
        raise Refused(
            None,
            f"nothing is served at {shown_path(path)}; there is {served}{told}{_like(near)}",
            status=404,
            near=near,
        )


def _operation(api: ApiPlan, method: str, path: str) -> tuple[OperationPlan, Mapping[str, str]]:
    allowed: list[str] = []
    for route in api.routes:
        match = route.pattern.match(path)
        if match is None:
            continue
        if method in route.operations:
            return api.operations[route.operations[method]], {
                name: value_in(value) for name, value in match.groupdict().items()
            }
        allowed += route.operations
    if allowed:
        methods = ", ".join(allowed)
        raise Refused(
            None,
            f"{method} is not possible here; {methods} is",
            status=405,
            headers=[("Allow", methods)],
        )
    near = _near(f"{api.base_path}{path}", [api])
    raise Refused(
        None,
        f"no operation has the path {api.base_path}{shown_path(path)}{_like(near)}",
        status=404,
        near=near,
    )


def _near(path: str, apis: Iterable[ApiPlan]) -> list[str]:
    """The operations whose paths are most like this one, the most alike first."""
    known = {_filled(template, path): told for template, told in _paths(apis)}
    return [known[match] for match in get_close_matches(path, known, n=3, cutoff=0.7)]


def _paths(apis: Iterable[ApiPlan]) -> Iterator[tuple[str, str]]:
    """Every path, and how it is told of: with its methods."""
    for api in apis:
        for route in api.routes:
            template = api.contract.operations[next(iter(route.operations.values()))].path
            yield (
                f"{api.base_path}{template}",
                f"{', '.join(route.operations)} {api.base_path}{template}",
            )


def _filled(template: str, path: str) -> str:
    """A path with what another one has in the places of its parameters."""
    given = path.split("/")
    parts = enumerate(template.split("/"))
    return "/".join(
        given[at] if part.startswith("{") and at < len(given) else part for at, part in parts
    )


def _like(near: list[str]) -> str:
    return f"; like it: {'; '.join(near)}" if near else ""
