"""How each of Mobile Next's rules is broken: what a hurried programmer would get wrong."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import credentials, cursors
from session_contracts.mock_server.mutants.parts import (
    Apply,
    Edit,
    Mutant,
    all_of,
    answers,
    answers_with,
    first,
    plain_message,
    refuses,
    runs,
    without,
)
from session_contracts.mock_server.paging import cursor_page
from session_contracts.mock_server.plan import ApiPlan, Call
from session_contracts.openapi.model import ABSENT

from . import handlers

LIST, GET = "listSessions", "getSession"


def _paged(page: Callable[[Call], cursors.Page]) -> Apply:
    return cursors.paged(LIST, handlers.listed, page)


def _sessions(edit: Edit) -> Apply:
    """Every session is shown otherwise, by itself and in the list."""
    return all_of(answers(edit, GET), answers(edit, LIST, lists=True))


# ---- sessions


def _no_version(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "device": without("osVersion")(session["device"])}


def _never_released(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "releasedAt": None}


def _of_harbor(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "organization": "org_harbor"}


def _as_apple_writes(session: dict[str, Any]) -> dict[str, Any]:
    device = session["device"]
    return {**session, "device": {**device, "platform": device["platform"].replace("ios", "iOS")}}


# ---- organizations


def _chooses(choose: Callable[[Call], str | None]) -> Apply:
    """Ask `choose` first, and the real choice where it has no opinion."""
    return lambda api: replace(
        api, choose_tenant=lambda call: choose(call) or handlers.choose_tenant(call)
    )


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


def _unsigned(api: ApiPlan) -> ApiPlan:
    return replace(api, find_credential=_without_a_signature)


def _without_a_signature(call: Call, secret: str) -> Any:
    """A JWT is whatever its claims say."""
    found = handlers.find_credential(call, secret)
    default = call.world.credentials[call.api.name].default()
    return found or (
        replace(default, secret=secret, organization=None)
        if default and secret.count(".") == 2
        else None
    )


def _objects(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "object": "sessions"}


def _renamed(body: dict[str, Any]) -> dict[str, Any]:
    return {"sessions" if name == "data" else name: value for name, value in body.items()}


MUTANTS: dict[str, Mutant] = {
    "mobilenext.session.members": Mutant("forgets a member of the device", _sessions(_no_version)),
    "mobilenext.session.released-at": Mutant(
        "never tells of a release", _sessions(_never_released)
    ),
    "mobilenext.session.values": Mutant("shows the default organization", _sessions(_of_harbor)),
    "mobilenext.session.platforms": Mutant("writes iOS", _sessions(_as_apple_writes)),
    "mobilenext.organization.header": Mutant(
        "reads the header for a single session only", _chooses(_lists_without_the_header)
    ),
    "mobilenext.organization.key": Mutant(
        "takes the default organization of a key's owner", _chooses(_forgets_the_key)
    ),
    "mobilenext.organization.default": Mutant(
        "takes the organization that was joined last",
        _chooses(_last_joined),
        entails=("mobilenext.get.returns",),
    ),
    "mobilenext.organization.members": Mutant(
        "gives a session to its creator only", runs(GET, first(_creators_only))
    ),
    "mobilenext.organization.others": Mutant(
        "forgets the organization after the first page", _paged(_first_page_only)
    ),
    "mobilenext.organization.foreign": Mutant(
        "does not check who belongs to it", _chooses(_no_membership)
    ),
    "mobilenext.auth.required": Mutant("serves anonymous calls", credentials.serves_anybody),
    "mobilenext.auth.scheme": Mutant(
        "takes the last word of the header", credentials.takes_any_scheme
    ),
    "mobilenext.auth.malformed": Mutant(
        "takes the second word of the header", credentials.takes_the_second_word
    ),
    "mobilenext.auth.unknown": Mutant("does not check who signed", _unsigned),
    "mobilenext.auth.revoked": Mutant(
        "does not look at revocation", credentials.takes_what_was_revoked
    ),
    "mobilenext.auth.expired": Mutant(
        "does not look at the clock", credentials.takes_what_has_expired
    ),
    "mobilenext.error.body": Mutant(
        "answers {message}", lambda api: replace(api, error_body=plain_message)
    ),
    "mobilenext.answer.declared": Mutant("answers 202 to a read", answers_with(202, GET)),
    "mobilenext.list.envelope": Mutant("calls data sessions", answers(_renamed, LIST)),
    "mobilenext.list.complete": Mutant("hides what was released", _paged(_held_only)),
    "mobilenext.list.object": Mutant("calls it sessions", answers(_objects, LIST)),
    "mobilenext.list.order": Mutant("turns each page round", _paged(cursors.oldest_first)),
    "mobilenext.list.limit": Mutant("stops one too early", _paged(cursors.one_too_few)),
    "mobilenext.list.limit-default": Mutant(
        "gives fifty without a limit", cursors.default(LIST, "limit", 50)
    ),
    "mobilenext.list.limit-max": Mutant("has no maximum", cursors.no_maximum(LIST, "limit")),
    "mobilenext.list.before": Mutant("includes the moment", _paged(cursors.includes_the_moment)),
    "mobilenext.list.walk": Mutant("leaves out the first of each page", _paged(cursors.skips_one)),
    "mobilenext.list.walk-ties": Mutant(
        "goes on strictly before the last moment", _paged(cursors.loses_ties)
    ),
    "mobilenext.list.walk-growing": Mutant("counts positions", _paged(cursors.counts_positions)),
    "mobilenext.list.cursor-end": Mutant(
        "gives a cursor on the last page", _paged(cursors.never_ends)
    ),
    "mobilenext.get.envelope": Mutant(
        "wraps the session", answers(lambda body: {"data": body}, GET)
    ),
    "mobilenext.get.returns": Mutant("finds held devices only", refuses(GET, ["released"], 404)),
    "mobilenext.get.not-selected": Mutant(
        "looks in all of the caller's organizations", runs(GET, first(_of_any_own_organization))
    ),
    "mobilenext.get.foreign": Mutant(
        "finds the sessions of strangers",
        runs(GET, first(_of_strangers)),
        entails=("mobilenext.organization.members",),
    ),
    "mobilenext.get.not-found": Mutant(
        "answers 400 for an unknown id", refuses(GET, [ABSENT], 400)
    ),
}
