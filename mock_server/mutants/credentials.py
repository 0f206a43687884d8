"""How the checks of a credential are broken, whatever the API."""

from collections.abc import Callable
from dataclasses import replace

from session_contracts.mock_server import security
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.mutants.parts import Apply, operation
from session_contracts.mock_server.plan import ApiPlan, Call


def _authenticates(find: Callable[[Call, str], Credential | None]) -> Apply:
    """Ask `find` first, and the real check where it finds nobody."""

    def authenticate(call: Call, authorization: str | None) -> Credential:
        return find(call, authorization or "") or security.authenticate(call, authorization)

    return lambda api: replace(api, authenticate=authenticate)


def _default(call: Call) -> Credential | None:
    return call.world.credentials[call.api.name].default()


def _good(call: Call, secret: str) -> Credential | None:
    found = call.api.find_credential(call, secret)
    return None if found is None or found.revoked else found


def _anybody(call: Call, authorization: str) -> Credential | None:
    return None if authorization else _default(call)


def _last_word(call: Call, authorization: str) -> Credential | None:
    scheme, _, secret = authorization.rpartition(" ")
    return (
        _good(call, secret)
        if scheme.lower() != "bearer" and len(authorization.split()) == 2
        else None
    )


def _second_word(call: Call, authorization: str) -> Credential | None:
    words = authorization.split()
    return _good(call, words[1]) if len(words) > 2 and words[0].lower() == "bearer" else None


def _never_issued(call: Call, authorization: str) -> Credential | None:
    words = authorization.split()
    unknown = (
        len(words) == 2
        and words[0].lower() == "bearer"
        and call.api.find_credential(call, words[1]) is None
    )
    return _default(call) if unknown else None


def _finds(change: Callable[[Credential], Credential]) -> Apply:
    """What is found is taken for something better."""

    def wrap(api: ApiPlan) -> ApiPlan:
        def find(call: Call, secret: str) -> Credential | None:
            found = api.find_credential(call, secret)
            return None if found is None else change(found)

        return replace(api, find_credential=find)

    return wrap


serves_anybody = _authenticates(_anybody)
takes_any_scheme = _authenticates(_last_word)
takes_the_second_word = _authenticates(_second_word)
takes_what_nobody_issued = _authenticates(_never_issued)
takes_what_was_revoked = _finds(lambda credential: replace(credential, revoked=False))
takes_what_has_expired = _finds(lambda credential: replace(credential, expires=None))


def counts_only(call: Call, credential: Credential) -> None:
    """The rate, without ever refusing."""
    security.count(call, credential)


def forgets_the_scope(name: str) -> Apply:
    """One operation needs no scope."""
    return operation(name, lambda plan: replace(plan, contract=replace(plan.contract, scope=None)))
