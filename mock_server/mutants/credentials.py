"""Mutations of authentication, authorization and rate limits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from session_contracts.mock_server import security
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.mutants import mutate
from session_contracts.mock_server.mutants.mutant import Mutation
from session_contracts.mock_server.plan import ApiPlan, Call, OperationPlan


def authentication(find: Callable[[Call, str], Credential | None]) -> Mutation:
    """Ask `find` for the credential of a header first, and the real check if it finds none."""

    def authenticate(call: Call, authorization: str | None) -> Credential:
        return find(call, authorization or "") or security.authenticate(call, authorization)

    return mutate.api(authenticate=authenticate)


def credential(change: Callable[[Credential], Credential], kind: str | None = None) -> Mutation:
    """Change each credential that is found; with `kind`, those of one kind only."""

    def apply(plan: ApiPlan) -> ApiPlan:
        def find(call: Call, secret: str) -> Credential | None:
            found = plan.find_credential(call, secret)
            return change(found) if found and kind in (None, found.kind) else found

        return replace(plan, find_credential=find)

    return apply


def _default(call: Call) -> Credential | None:
    return call.world.credentials[call.api.name].default()


def _valid(call: Call, secret: str) -> Credential | None:
    found = call.api.find_credential(call, secret)
    return None if found is None or found.revoked else found


def _anonymous(call: Call, authorization: str) -> Credential | None:
    return None if authorization else _default(call)


def _last_word(call: Call, authorization: str) -> Credential | None:
    scheme, _, secret = authorization.rpartition(" ")
    is_other = scheme.lower() != "bearer" and len(authorization.split()) == 2
    return _valid(call, secret) if is_other else None


def _second_word(call: Call, authorization: str) -> Credential | None:
    words = authorization.split()
    return _valid(call, words[1]) if len(words) > 2 and words[0].lower() == "bearer" else None


def _unknown(call: Call, authorization: str) -> Credential | None:
    words = authorization.split()
    is_bearer = len(words) == 2 and words[0].lower() == "bearer"
    is_unknown = is_bearer and call.api.find_credential(call, words[1]) is None
    return _default(call) if is_unknown else None


accept_anonymous = authentication(_anonymous)
accept_any_scheme = authentication(_last_word)
accept_malformed = authentication(_second_word)
accept_unknown = authentication(_unknown)
accept_revoked = credential(lambda found: replace(found, revoked=False))
accept_expired = credential(lambda found: replace(found, expires=None))


def no_scope(operations: mutate.Operations) -> Mutation:
    """Require no scope."""
    return _contract(operations, lambda plan: replace(plan.contract, scope=None))


def every_scheme(operation: str) -> Mutation:
    """Accept every security scheme of the API; the operation's own come first."""

    def apply(plan: ApiPlan) -> ApiPlan:
        own = plan.operations[operation].contract.security
        added = (scheme for scheme in plan.contract.security if scheme not in own)
        security = (*own, *added)
        return _contract(operation, lambda each: replace(each.contract, security=security))(plan)

    return apply


def _contract(operations: mutate.Operations, change: Callable[[OperationPlan], Any]) -> Mutation:
    return mutate.operation(operations, lambda plan: replace(plan, contract=change(plan)))


def _count_only(call: Call, credential: Credential) -> None:
    security.count(call, credential)


def _count_together(call: Call, credential: Credential) -> None:
    security.limit(call, replace(credential, secret="everybody"))


no_rate_limit = mutate.api(limit=_count_only)
shared_rate_limit = mutate.api(limit=_count_together)


def rate_headers(*kept: str) -> Mutation:
    """Send only these headers about rate limits; the names are those of `x-rate-limits`."""

    def apply(plan: ApiPlan) -> ApiPlan:
        limits = plan.rate_limits
        assert limits is not None, "only of an API with rate limits"
        headers = {what: name for what, name in limits.headers.items() if what in kept}
        return replace(plan, rate_limits=replace(limits, headers=headers))

    return apply
