"""Authentication, rate limits and authorization."""

from starlette.types import ASGIApp, Receive, Scope, Send

from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.plan import Call
from session_contracts.mock_server.rates import Standing
from session_contracts.mock_server.scope import CALL_KEY
from session_contracts.mock_server.settings import Auth
from session_contracts.openapi.model import SecurityScheme


class SecurityMiddleware:
    """Authenticates the caller."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            call: Call = scope[CALL_KEY]
            if call.plan.contract.security:
                call.scheme, sent = presented(call, scope)
                call.credential = call.api.authenticate(call, sent)
        await self.app(scope, receive, send)


class RateMiddleware:
    """Counts the calls of a credential; refuses the exceeding ones if limits are enforced."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            call: Call = scope[CALL_KEY]
            limits = call.api.rate_limits
            if call.credential is not None and limits is not None and limits.limits(call.plan.id):
                call.api.limit(call, call.credential)
        await self.app(scope, receive, send)


class ScopeMiddleware:
    """Enforces scopes, after rate limiting."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            call: Call = scope[CALL_KEY]
            if call.credential is not None:
                call.api.authorize(call, call.credential)
        await self.app(scope, receive, send)


def header(scope: Scope, name: bytes) -> str | None:
    """The first value of a header; `name` in lower case."""
    return next(
        (value.decode("latin-1").strip() for key, value in scope["headers"] if key == name), None
    )


def presented(call: Call, scope: Scope) -> tuple[SecurityScheme, str | None]:
    """The security scheme that the caller used, and its header.

    The operation's schemes come first, then the others of the API.
    """
    wanted = call.plan.contract.security
    for scheme in (*wanted, *call.api.contract.security):
        if sent := header(scope, scheme.header.lower().encode()):
            return scheme, sent
    return wanted[0], None


def authenticate(call: Call, sent: str | None) -> Credential:
    """The credential of a header. Raises Refused, by the rule that the security scheme names."""
    wanted = call.plan.contract.security
    default = call.world.credentials[call.api.name].default(kind=wanted[0].name)
    mode = call.world.settings.auth
    if mode is Auth.OFF and default is not None:
        return default
    secret = _secret(call, sent)
    credential = call.api.find_credential(call, secret)
    if credential is None and mode is Auth.ANY and default is not None:
        return default
    admitted = admit(call, credential)
    if call.scheme not in wanted:
        call.scheme = wanted[0]
        raise unauthorized(call, "other")
    return admitted


def _secret(call: Call, sent: str | None) -> str:
    if not sent:
        raise unauthorized(call, "missing")
    if call.scheme is None or not call.scheme.bearer:
        return sent
    scheme, _, secret = sent.partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer":
        raise unauthorized(call, "scheme")
    if not secret or " " in secret:
        raise unauthorized(call, "malformed")
    return secret


def find_issued(call: Call, secret: str) -> Credential | None:
    """The credential that was issued with this secret."""
    return call.world.credentials[call.api.name].find(secret)


def admit(call: Call, credential: Credential | None) -> Credential:
    """The credential, if it is known and valid. Raises Refused."""
    if credential is None:
        raise unauthorized(call, "unknown")
    if credential.revoked:
        raise unauthorized(call, "revoked")
    if credential.expires is not None and credential.expires <= call.time:
        raise unauthorized(call, "expired")
    return credential


def unauthorized(call: Call, what: str) -> Refused:
    """A refusal; `what` is wrong with the credential, a key of the security scheme's rules."""
    assert call.scheme is not None, "only of a call that needs a credential"
    rule = call.scheme.rules.get(what)
    status = next(iter(call.api.contract.statuses(rule)), 401) if rule else 401
    detail = (
        call.api.unauthorized
        if status == 401
        else f"{call.plan.contract.summary}: needs the header {call.scheme.header}"
    )
    return Refused(
        rule, detail, status=status, headers=_challenge(call.scheme) if status == 401 else []
    )


def _challenge(scheme: SecurityScheme) -> list[tuple[str, str]]:
    return [("WWW-Authenticate", "Bearer" if scheme.bearer else f'ApiKey header="{scheme.header}"')]


def required_headers(call: Call, status: int) -> list[tuple[str, str]]:
    """The headers that HTTP requires of a response with this status."""
    if status == 401 and call.plan.contract.security:
        return _challenge(call.plan.contract.security[0])
    if status == 405:
        route = next(
            route for route in call.api.routes if call.plan.id in route.operations.values()
        )
        return [("Allow", ", ".join(route.operations))]
    return []


def authorize(call: Call, credential: Credential) -> None:
    """Raises Refused if the credential lacks the operation's scope."""
    scope = call.plan.contract.scope
    if scope is not None and credential.scopes is not None and scope.name not in credential.scopes:
        raise Refused(scope.rule, f"Missing scope: {scope.name}")


def own_tenant(call: Call) -> str | None:
    """The caller's own tenant."""
    return call.credential.tenant if call.credential else None


def limit(call: Call, credential: Credential) -> None:
    """Count the call. Raises Refused if the credential has no calls left."""
    exceeded = [standing for standing in count(call, credential) if standing.exceeded]
    if exceeded and call.api.rate_limits:
        wait = max(standing.wait for standing in exceeded)
        name = call.api.rate_limits.headers.get("retryAfter")
        headers = [(name, str(wait))] if name else []
        raise Refused(
            call.api.rate_limits.rule,
            f"Rate limit exceeded; try again in {wait} seconds",
            headers=headers,
        )


def count(call: Call, credential: Credential) -> list[Standing]:
    """Count the call, and add the headers about rate limits."""
    limits = call.api.rate_limits
    assert limits is not None, "only called where there are limits"
    standings = call.world.rates.count(call.api.name, credential.secret, limits, call.time)
    first = standings[0]
    values = {
        "limit": str(first.limit),
        "remaining": str(first.remaining),
        "reset": str(first.reset),
        "resource": limits.resource,
    }
    call.headers += [
        (name, values[what]) for what, name in limits.headers.items() if what in values
    ]
    return standings
