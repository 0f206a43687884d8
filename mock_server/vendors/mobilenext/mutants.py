"""Mutants of Mobile Next's rules: mistakes that a programmer in a hurry would make."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import credentials, cursors, edits, mutate
from session_contracts.mock_server.mutants.edits import Edit
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.paging import cursor_page
from session_contracts.mock_server.plan import Call
from session_contracts.openapi.model import ABSENT

from . import handlers

LIST, GET = "listSessions", "getSession"


def _paged(page: Callable[[Call], cursors.Page]) -> Mutation:
    return cursors.pages(LIST, page, handlers.listed)


def _sessions(edit: Edit) -> Mutation:
    """Change the session in all responses, including the list."""
    return mutate.all_of(mutate.response(GET, edit), mutate.data(LIST, edit))


# ---- sessions


def _never_released(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "releasedAt": None}


def _of_harbor(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "organization": "org_harbor"}


def _as_apple_writes(session: dict[str, Any]) -> dict[str, Any]:
    device = session["device"]
    return {**session, "device": {**device, "platform": device["platform"].replace("ios", "iOS")}}


# ---- organizations


def _chooses(choose: Callable[[Call], str | None]) -> Mutation:
    """Use the organization that `choose` returns, or the correct one if it returns None."""
    return mutate.api(choose_tenant=lambda call: choose(call) or handlers.choose_tenant(call))


def _lists_without_the_header(call: Call) -> str | None:
    if call.plan.id == LIST:
        call.parameters.pop("X-Organization-Id", None)
    return None


def _forgets_the_key(call: Call) -> str | None:
    assert call.credential is not None, "every operation is secured"
    call.credential = replace(call.credential, organization=None)
    return None


def _last_joined(call: Call) -> str | None:
    assert call.credential is not None, "every operation is secured"
    bare = "X-Organization-Id" not in call.parameters and call.credential.organization is None
    return handlers.organizations(call)[-1] if bare and handlers.organizations(call) else None


def _no_membership(call: Call) -> str | None:
    chosen = call.parameters.get("X-Organization-Id")
    exists = call.world.collection(call.api.resources["Organization"]).get(chosen or "")
    return chosen if exists else None


def _creators_only(call: Call) -> None:
    assert call.credential is not None, "every operation is secured"
    found = _named(call)
    if found and found.fields["user"] != call.credential.user:
        raise Refused(None, "Session not found", status=404)


def _named(call: Call) -> Any:
    return call.world.collection(call.resource()).get(call.parameters["sessionId"])


def _of_any_own_organization(call: Call) -> None:
    found = _named(call)
    if found and found.tenant in handlers.organizations(call):
        call.tenant = found.tenant


def _of_strangers(call: Call) -> None:
    found = _named(call)
    if found and found.tenant not in handlers.organizations(call):
        call.tenant = found.tenant


def _held_only(call: Call) -> cursors.Page:
    page, following = cursor_page(call)
    return [record for record in page if record.state == "held"], following


def _first_page_only(call: Call) -> cursors.Page:
    if "before" in call.parameters:
        call.tenant = None
    return cursor_page(call)


# ---- credentials


def _without_a_signature(call: Call, secret: str) -> Any:
    """Trust the claims of a JWT without checking its signature."""
    found = handlers.find_credential(call, secret)
    default = call.world.credentials[call.api.name].default()
    return found or (
        replace(default, secret=secret, organization=None)
        if default and secret.count(".") == 2
        else None
    )


def _objects(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "object": "sessions"}


MUTANTS: dict[str, Mutant] = {
    "mobilenext.session.members": Mutant(
        "leaves out a member of the device",
        _sessions(edits.member("device", edits.without("osVersion"))),
    ),
    "mobilenext.session.released-at": Mutant(
        "never returns releasedAt", _sessions(_never_released)
    ),
    "mobilenext.session.values": Mutant(
        "always returns the default organization", _sessions(_of_harbor)
    ),
    "mobilenext.session.platforms": Mutant(
        "returns iOS instead of ios", _sessions(_as_apple_writes)
    ),
    "mobilenext.organization.header": Mutant(
        "ignores the header in the list", _chooses(_lists_without_the_header)
    ),
    "mobilenext.organization.key": Mutant(
        "uses the default organization of the key's owner", _chooses(_forgets_the_key)
    ),
    "mobilenext.organization.default": Mutant(
        "uses the organization joined last",
        _chooses(_last_joined),
        entails=("mobilenext.get.returns",),
    ),
    "mobilenext.organization.members": Mutant(
        "returns a session only to its creator", mutate.before(GET, _creators_only)
    ),
    "mobilenext.organization.others": Mutant(
        "ignores the organization after the first page", _paged(_first_page_only)
    ),
    "mobilenext.organization.foreign": Mutant(
        "does not check the membership", _chooses(_no_membership)
    ),
    "mobilenext.auth.required": Mutant("serves anonymous calls", credentials.accept_anonymous),
    "mobilenext.auth.scheme": Mutant("accepts any scheme", credentials.accept_any_scheme),
    "mobilenext.auth.malformed": Mutant(
        "takes the second word of a malformed header as the token", credentials.accept_malformed
    ),
    "mobilenext.auth.unknown": Mutant(
        "does not check the signature", mutate.api(find_credential=_without_a_signature)
    ),
    "mobilenext.auth.revoked": Mutant("accepts revoked credentials", credentials.accept_revoked),
    "mobilenext.auth.expired": Mutant("accepts expired credentials", credentials.accept_expired),
    "mobilenext.error.body": Mutant("answers {message}", mutate.plain_errors),
    "mobilenext.answer.declared": Mutant(
        "answers 202 instead of 200", mutate.success_status(GET, 202)
    ),
    "mobilenext.list.envelope": Mutant(
        "names data sessions", mutate.response(LIST, edits.renamed("data", "sessions"))
    ),
    "mobilenext.list.complete": Mutant("hides sessions with a released device", _paged(_held_only)),
    "mobilenext.list.object": Mutant(
        "returns sessions as the object of the list", mutate.response(LIST, _objects)
    ),
    "mobilenext.list.order": Mutant(
        "reverses the order of each page", _paged(cursors.reversed_page)
    ),
    "mobilenext.list.limit": Mutant(
        "leaves out the last record of each page", _paged(cursors.last_missing)
    ),
    "mobilenext.list.limit-default": Mutant(
        "returns fifty by default", mutate.default(LIST, "limit", 50)
    ),
    "mobilenext.list.limit-max": Mutant(
        "does not limit the page size", mutate.no_maximum(LIST, "limit")
    ),
    "mobilenext.list.before": Mutant(
        "includes sessions created at that time", _paged(cursors.inclusive)
    ),
    "mobilenext.list.walk": Mutant(
        "leaves out the first record of each page after the first", _paged(cursors.skipping)
    ),
    "mobilenext.list.walk-ties": Mutant(
        "skips records with the same time as the last one of a page", _paged(cursors.losing_ties)
    ),
    "mobilenext.list.walk-growing": Mutant(
        "continues at a position instead of a record", _paged(cursors.positional)
    ),
    "mobilenext.list.cursor-end": Mutant(
        "returns a cursor on the last page", _paged(cursors.endless)
    ),
    "mobilenext.get.envelope": Mutant(
        "returns the session in an envelope", mutate.response(GET, lambda body: {"data": body})
    ),
    "mobilenext.get.returns": Mutant(
        "returns only sessions with a held device", mutate.refusal(GET, ["released"], 404)
    ),
    "mobilenext.get.not-selected": Mutant(
        "searches all of the caller's organizations", mutate.before(GET, _of_any_own_organization)
    ),
    "mobilenext.get.foreign": Mutant(
        "searches all organizations",
        mutate.before(GET, _of_strangers),
        entails=("mobilenext.organization.members",),
    ),
    "mobilenext.get.not-found": Mutant(
        "answers 400 for an unknown id", mutate.refusal(GET, [ABSENT], 400)
    ),
}
