"""Builds the ASGI application; each request passes the middlewares below, in this order."""

from functools import partial

from connexion.middleware import ConnexionMiddleware
from starlette.types import ASGIApp

from session_contracts.mock_server import control
from session_contracts.mock_server.decide import Decide
from session_contracts.mock_server.fail import FaultMiddleware
from session_contracts.mock_server.mock import Mock
from session_contracts.mock_server.prefer import PreferMiddleware
from session_contracts.mock_server.request import BodyMiddleware, RequestMiddleware
from session_contracts.mock_server.respond import RespondMiddleware
from session_contracts.mock_server.route import RouteMiddleware
from session_contracts.mock_server.security import (
    RateMiddleware,
    ScopeMiddleware,
    SecurityMiddleware,
)
from session_contracts.mock_server.settings import Settings


def create_app(settings: Settings) -> ASGIApp:
    """The mock for these settings. Raises UnknownApi, ContractError, PartError, FixtureError."""
    return app_of(Mock(settings))


def app_of(mock: Mock) -> ASGIApp:
    """Serves a mock. Connexion calls the middlewares; `Decide` answers what they let through."""
    middlewares = [
        partial(RespondMiddleware, fallback=control.error_body, docs=mock.settings.docs),
        partial(RouteMiddleware, mock=mock),  # world, API and operation
        partial(BodyMiddleware, vendor=True),  # the body, which the journal shows
        PreferMiddleware,  # documented examples on request
        FaultMiddleware,  # injected faults
        SecurityMiddleware,  # authentication
        RateMiddleware,  # rate limits
        ScopeMiddleware,  # authorization
        partial(BodyMiddleware, vendor=False),  # the control API's body, once the caller is known
        RequestMiddleware,  # validation of parameters and body
    ]
    app: ASGIApp = ConnexionMiddleware(Decide(), middlewares=middlewares)
    return app
