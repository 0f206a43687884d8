"""Builds the ASGI application: Connexion reads the contracts, and each request passes the middlewares below, in this order."""

from functools import partial
from types import ModuleType

from connexion.middleware import ConnexionMiddleware
from connexion.resolver import Resolver
from starlette.types import ASGIApp

from session_contracts.mock_server import control
from session_contracts.mock_server.compile import function_name
from session_contracts.mock_server.decide import Decide
from session_contracts.mock_server.fail import FaultMiddleware
from session_contracts.mock_server.mock import Mock
from session_contracts.mock_server.prefer import PreferMiddleware
from session_contracts.mock_server.request import BodyMiddleware, RequestMiddleware
from session_contracts.mock_server.respond import Respond
from session_contracts.mock_server.route import RouteMiddleware
from session_contracts.mock_server.security import (
    RateMiddleware,
    ScopeMiddleware,
    SecurityMiddleware,
)
from session_contracts.mock_server.settings import Settings


def create_app(settings: Settings) -> ASGIApp:
    """The mock for these settings. Raises UnknownApi, ContractError, PartError, FixtureError."""
    mock = Mock(settings)
    story = [
        partial(
            Respond, fallback=control.error_body, docs=settings.docs
        ),  # whatever follows: one HTTP answer
        partial(RouteMiddleware, mock=mock),  # which world, API and operation
        partial(BodyMiddleware, vendor=True),  # what it sends
        PreferMiddleware,  # whether a documented example is wanted
        FaultMiddleware,  # what goes wrong
        SecurityMiddleware,  # who calls
        RateMiddleware,  # how often
        ScopeMiddleware,  # and whether it may
        partial(BodyMiddleware, vendor=False),  # what it sends, of the control API
        RequestMiddleware,  # with which valid parameters and body
    ]
    app = ConnexionMiddleware(Decide(), middlewares=story)  # what the lifecycle table makes of it
    for name, contract in mock.contracts.items():
        base_path = "/_mock" if name == "control" else f"/{name}"
        app.add_api(
            dict(contract.document), base_path=base_path, resolver=_resolver(mock.modules[name])
        )
    app.app, app.middleware_stack = (
        app._build_middleware_stack()
    )  # now, so that an error in a contract or fixture stops the start
    return app  # type: ignore[no-any-return]  # Connexion is not typed


def _resolver(module: ModuleType) -> Resolver:
    return Resolver(lambda operation_id: getattr(module, function_name(operation_id)))
