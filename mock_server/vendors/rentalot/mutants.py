"""How each of Rentalot's rules is broken: what a hurried programmer would get wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from session_contracts.mock_server import security
from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.clock import parse_time, rfc3339
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import credentials, pages, writes
from session_contracts.mock_server.mutants.parts import (
    Apply,
    Mutant,
    Run,
    all_of,
    allows,
    answers,
    answers_with,
    body_schema,
    effects,
    operation,
    parameter,
    plain_message,
    refuses,
    runs,
    schema_without,
    status,
    table,
    unchecked,
    unless_refused,
)
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, Change, ParameterPlan, one
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import Message
from session_contracts.openapi.model import ABSENT, Move, Transition

from . import handlers

LIST, GET, REVIEW = "listSessions", "getSession", "reviewSession"


# ---- sessions


def _everywhere(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Apply:
    return answers(edit, LIST, GET, REVIEW, lists=True)


def _without_updated_at(session: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in session.items() if name != "updatedAt"}


def _first_answer_only(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "submission": dict([*session["submission"].items()][:1])}


def _four_weeks(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "expiresAt": rfc3339(parse_time(session["createdAt"]) + timedelta(weeks=4))}


def _create_route(api: ApiPlan) -> ApiPlan:
    create = replace(
        api.operations[LIST],
        id="createSession",
        parameters=(),
        run=_create,
        finish=lambda call, answer: orjson.dumps(answer.body),
    )
    routes = tuple(
        replace(route, operations={**route.operations, "POST": create.id})
        if LIST in route.operations.values()
        else route
        for route in api.routes
    )
    return replace(api, routes=routes, operations={**api.operations, create.id: create})


async def _create(call: Call) -> Answer:
    now = rfc3339(call.time)
    fields: dict[str, Any] = {
        "id": call.world.new_id(),
        "contactId": None,
        "workflowTemplateId": call.world.new_id(),
        "submission": {},
        "status": "active",
        "reviewStatus": "pending_review",
        "reviewNotes": None,
        "reviewedAt": None,
        "createdAt": now,
        "updatedAt": now,
        "expiresAt": rfc3339(call.time + timedelta(days=30)),
    }
    record = call.world.place(call.resource(), fields, call.tenant or "default", {})
    return replace(one(record, "data"), status=201)


# ---- credentials, rates, errors


def _no_retry_after(call: Call, credential: Credential) -> None:
    try:
        security.limit(call, credential)
    except Refused as refusal:
        raise Refused(refusal.rule, refusal.detail) from None


def _no_rate_headers(api: ApiPlan) -> ApiPlan:
    assert api.rate_limits is not None, "Rentalot has limits"
    kept = {what: name for what, name in api.rate_limits.headers.items() if what == "retryAfter"}
    return replace(api, rate_limits=replace(api.rate_limits, headers=kept))


# ---- lists


def _no_draft(plan: ParameterPlan) -> ParameterPlan:
    known = [value for value in plan.checker.schema["enum"] if value != "draft"]
    return replace(plan, checker=Checker.of({**plan.checker.schema, "enum": known}))


# ---- reviews


def _swapped(row: Transition) -> Transition:
    target = {"approved": "denied", "denied": "approved"}
    return replace(
        row,
        moves=tuple(
            Move(move.source, target[move.target], move.when, move.rule) for move in row.moves
        ),
    )


def _before(call: Call) -> Answer:
    session = call.found
    call.perform()
    return one(session, "data")


def _notes_as_text(call: Call, change: Change) -> None:
    notes = call.body.get("reviewNotes")
    change.fields["reviewNotes"] = None if notes is None else str(notes)


def _touch(call: Call, change: Change) -> None:
    change.fields["updatedAt"] = rfc3339(call.time)


def _notify_with_notes(call: Call, change: Change) -> None:
    handlers.notify_prospect(call, change)
    notes = call.body.get("reviewNotes")
    change.messages = [
        replace(message, text=f"{message.text} {notes}") for message in change.messages
    ]


def _notify_anyway(call: Call, change: Change) -> None:
    address = call.found.private.get("email") or "noreply@handlers.ai"
    change.messages.append(
        Message("email", about=call.found.key, to=address, text="Your application was reviewed.")
    )


def _mail(call: Call, record: Record) -> None:
    if record.private.get("email"):
        call.world.outbox.append(
            Message(
                "email",
                about=record.key,
                to=record.private["email"],
                text="Your application was reviewed.",
            )
        )


def _write_notes(call: Call, record: Record) -> None:
    call.world.move(
        call.resource(),
        record,
        str(record.state),
        {"reviewNotes": call.body.get("reviewNotes") or "reviewed"},
    )


def _whole_contact(call: Call) -> Answer:
    chosen, move = call.found, call.move
    records = [*call.rows_of("Session", {"contactId": chosen.fields["contactId"]})]
    answer = one(call.perform(), "data")
    for record in records:
        if move is not None and record.key != chosen.key and record.state == move.source:
            call.world.move(call.resource(), record, move.target, {})
    return answer


def _review_handler(handler: Callable[[Call], Answer]) -> Apply:
    return operation(REVIEW, lambda plan: replace(plan, handler=handler))


def _body_first(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Run], Run]:
    """Read the body in another way than the documents do."""

    def wrap(run: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            call.body = change(call.body)
            return await run(call)

        return wrapped

    return wrap


def _approve_by_default(body: dict[str, Any]) -> dict[str, Any]:
    return {"reviewStatus": "approved", **body}


def _deny_the_rest(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "reviewStatus": "approved" if body["reviewStatus"] == "approved" else "denied"}


def _notes_required(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "required": ["reviewStatus", "reviewNotes"]}


def _any_status(schema: dict[str, Any]) -> dict[str, Any]:
    schema["properties"]["reviewStatus"] = {}
    return schema


_COMBINE = "rentalot.list.filters-combine"
_NOTHING_FOUND = unless_refused(
    lambda call, refusal: Answer(200, {"data": None}), "rentalot.get.not-found"
)

MUTANTS: dict[str, Mutant] = {
    "rentalot.session.members": Mutant("forgets a member", _everywhere(_without_updated_at)),
    "rentalot.session.submission": Mutant(
        "keeps the first answer only", _everywhere(_first_answer_only)
    ),
    "rentalot.session.ttl": Mutant("has no job that expires sessions", writes.no_timers),
    "rentalot.session.expires-at": Mutant("takes four weeks for a month", _everywhere(_four_weeks)),
    "rentalot.session.expired-readable": Mutant(
        "hides what is expired", refuses(GET, ["expired", "expired_reviewed"], 404)
    ),
    "rentalot.session.not-created-here": Mutant("has the usual POST", _create_route),
    "rentalot.session.draft": Mutant("does not know drafts", refuses(GET, ["draft"], 404)),
    "rentalot.tenant.hidden": Mutant(
        "looks up by id alone", lambda api: replace(api, sees=lambda caller, owner: True)
    ),
    "rentalot.tenant.unlisted": Mutant("lists without a tenant", pages.of_all_tenants(LIST)),
    "rentalot.auth.required": Mutant("serves anonymous calls", credentials.serves_anybody),
    "rentalot.auth.scheme": Mutant(
        "takes the last word of the header", credentials.takes_any_scheme
    ),
    "rentalot.auth.unknown": Mutant(
        "checks only that there is a key", credentials.takes_what_nobody_issued
    ),
    "rentalot.auth.revoked": Mutant(
        "does not look at revocation", credentials.takes_what_was_revoked
    ),
    "rentalot.error.body": Mutant(
        "answers {message}", lambda api: replace(api, error_body=plain_message)
    ),
    "rentalot.answer.declared": Mutant(
        "answers 201 to a review",
        answers_with(201, REVIEW),
    ),
    "rentalot.rate.headers": Mutant("sends no rate headers", _no_rate_headers),
    "rentalot.rate.limit": Mutant(
        "counts and never refuses", lambda api: replace(api, limit=credentials.counts_only)
    ),
    "rentalot.rate.retry-after": Mutant(
        "forgets Retry-After", lambda api: replace(api, limit=_no_retry_after)
    ),
    "rentalot.list.envelope": Mutant("calls pagination meta", pages.calls_pagination(LIST, "meta")),
    "rentalot.list.page-default": Mutant(
        "begins with the second page", pages.defaults_to(LIST, "page", 2)
    ),
    "rentalot.list.limit-default": Mutant(
        "gives ten without a limit", pages.defaults_to(LIST, "limit", 10)
    ),
    "rentalot.list.limit": Mutant(
        "stops one too early", pages.stops_early(LIST), entails=("rentalot.list.walk",)
    ),
    "rentalot.list.walk": Mutant("begins each page one too early", pages.overlaps(LIST)),
    "rentalot.list.echo": Mutant(
        "tells the page that comes next", pages.tells(LIST, lambda told: {"page": told["page"] + 1})
    ),
    "rentalot.list.total": Mutant("counts without the filters", pages.counts_without_filters(LIST)),
    "rentalot.list.total-pages": Mutant(
        "rounds down",
        pages.tells(LIST, lambda told: {"totalPages": told["total"] // told["limit"]}),
    ),
    "rentalot.list.filter-contact": Mutant(
        "ignores contactId", pages.ignores(LIST, "contactId"), entails=(_COMBINE,)
    ),
    "rentalot.list.filter-template": Mutant(
        "ignores workflowTemplateId", pages.ignores(LIST, "workflowTemplateId"), entails=(_COMBINE,)
    ),
    "rentalot.list.filter-status": Mutant(
        "ignores status",
        pages.ignores(LIST, "status"),
        entails=(_COMBINE, "rentalot.list.filter-draft"),
    ),
    "rentalot.list.filter-review-status": Mutant(
        "ignores reviewStatus", pages.ignores(LIST, "reviewStatus"), entails=(_COMBINE,)
    ),
    _COMBINE: Mutant("takes the last filter only", pages.last_filter_only(LIST)),
    "rentalot.list.filter-draft": Mutant(
        "does not know draft", parameter(LIST, "status", _no_draft)
    ),
    "rentalot.get.returns": Mutant("finds completed sessions only", refuses(GET, ["active"], 404)),
    "rentalot.get.not-found": Mutant(
        "answers null for nothing", all_of(runs(GET, _NOTHING_FOUND), unchecked(GET))
    ),
    "rentalot.get.envelope": Mutant(
        "answers the bare session", answers(lambda body: body["data"], GET)
    ),
    "rentalot.review.decides": Mutant("mixes the decisions up", table(REVIEW, _swapped)),
    "rentalot.review.final": Mutant(
        "lets a decision be changed",
        allows(REVIEW, ["approved", "denied"]),
        entails=("rentalot.review.once",),
    ),
    "rentalot.review.once": Mutant("checks, waits, then writes", writes.hesitates(REVIEW)),
    "rentalot.review.completed-only": Mutant(
        "reviews whatever is pending", allows(REVIEW, ["draft", "active", "expired"])
    ),
    "rentalot.review.not-found": Mutant(
        "answers 400 for an unknown id", refuses(REVIEW, [ABSENT], 400)
    ),
    "rentalot.review.returns-updated": Mutant(
        "answers with what it read before", _review_handler(_before)
    ),
    "rentalot.review.envelope": Mutant(
        "answers the bare session", answers(lambda body: body["data"], REVIEW)
    ),
    "rentalot.review.notes-kept": Mutant(
        "drops the notes", effects(REVIEW, handlers.stamp_review, handlers.notify_prospect)
    ),
    "rentalot.review.notes-optional": Mutant("wants notes", body_schema(REVIEW, _notes_required)),
    "rentalot.review.notes-max": Mutant(
        "does not look at the length",
        body_schema(REVIEW, schema_without("properties", "reviewNotes", "maxLength")),
    ),
    "rentalot.review.notes-type": Mutant(
        "makes text of anything",
        all_of(
            body_schema(REVIEW, schema_without("properties", "reviewNotes", "type")),
            effects(REVIEW, _notes_as_text, handlers.stamp_review, handlers.notify_prospect),
        ),
    ),
    "rentalot.review.notes-internal": Mutant(
        "mails the notes",
        effects(REVIEW, handlers.store_notes, handlers.stamp_review, _notify_with_notes),
    ),
    "rentalot.review.status-required": Mutant(
        "approves by default",
        all_of(
            body_schema(REVIEW, schema_without("required")),
            runs(REVIEW, _body_first(_approve_by_default)),
        ),
    ),
    "rentalot.review.status-values": Mutant(
        "takes what is not approved for denied",
        all_of(body_schema(REVIEW, _any_status), runs(REVIEW, _body_first(_deny_the_rest))),
    ),
    "rentalot.review.body-object": Mutant(
        "answers 400, as its framework does", status("rentalot.review.body-object", 400)
    ),
    "rentalot.review.reviewed-at": Mutant(
        "sets updatedAt alone",
        effects(REVIEW, handlers.store_notes, _touch, handlers.notify_prospect),
    ),
    "rentalot.review.email": Mutant(
        "forgets the e-mail", effects(REVIEW, handlers.store_notes, handlers.stamp_review)
    ),
    "rentalot.review.email-needs-address": Mutant(
        "mails anyway", effects(REVIEW, handlers.store_notes, handlers.stamp_review, _notify_anyway)
    ),
    "rentalot.review.email-tells-decision": Mutant(
        "mails before it checks", writes.on_refusal(REVIEW, _mail)
    ),
    "rentalot.review.atomic": Mutant(
        "writes the notes before it checks", writes.on_refusal(REVIEW, _write_notes)
    ),
    "rentalot.review.isolated": Mutant(
        "reviews every session of the contact", _review_handler(_whole_contact)
    ),
}
