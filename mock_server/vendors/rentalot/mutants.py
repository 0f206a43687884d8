"""Mutants of Rentalot's rules: mistakes that a programmer in a hurry would make."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from session_contracts.mock_server import security
from session_contracts.mock_server.clock import parse_time, rfc3339
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import credentials, edits, lists, mutate, pages, writes
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, Change, one
from session_contracts.mock_server.store import Record
from session_contracts.mock_server.world import Message
from session_contracts.openapi.model import ABSENT, Move, Transition

from . import handlers

LIST, GET, REVIEW = "listSessions", "getSession", "reviewSession"


# ---- sessions


def _everywhere(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Mutation:
    return mutate.data((LIST, GET, REVIEW), edit)


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


# ---- lists


def _no_draft(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "enum": [value for value in schema["enum"] if value != "draft"]}


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
    address = call.found.private.get("email") or "noreply@rentalot.ai"
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


def _approve_by_default(body: dict[str, Any]) -> dict[str, Any]:
    return {"reviewStatus": "approved", **body}


def _deny_the_rest(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "reviewStatus": "approved" if body["reviewStatus"] == "approved" else "denied"}


_COMBINE = "rentalot.list.filters-combine"
_NOT_FOUND = "rentalot.get.not-found"


def _null(call: Call, refusal: Refused) -> Answer:
    return Answer(200, {"data": None})


MUTANTS: dict[str, Mutant] = {
    "rentalot.session.members": Mutant(
        "leaves out a member", _everywhere(edits.without("updatedAt"))
    ),
    "rentalot.session.submission": Mutant(
        "returns only the first entry of the submission", _everywhere(_first_answer_only)
    ),
    "rentalot.session.ttl": Mutant("never expires sessions", writes.no_timers),
    "rentalot.session.expires-at": Mutant("uses 28 days instead of 30", _everywhere(_four_weeks)),
    "rentalot.session.expired-readable": Mutant(
        "hides expired sessions", mutate.refusal(GET, ["expired", "expired_reviewed"], 404)
    ),
    "rentalot.session.not-created-here": Mutant("accepts POST to create a session", _create_route),
    "rentalot.session.draft": Mutant("does not return drafts", mutate.refusal(GET, ["draft"], 404)),
    "rentalot.tenant.hidden": Mutant(
        "looks records up by id, whatever the tenant", mutate.no_tenant_check
    ),
    "rentalot.tenant.unlisted": Mutant("lists the records of all tenants", lists.all_tenants(LIST)),
    "rentalot.auth.required": Mutant("serves anonymous calls", credentials.accept_anonymous),
    "rentalot.auth.scheme": Mutant("accepts any scheme", credentials.accept_any_scheme),
    "rentalot.auth.unknown": Mutant("accepts any key", credentials.accept_unknown),
    "rentalot.auth.revoked": Mutant("accepts revoked credentials", credentials.accept_revoked),
    "rentalot.error.body": Mutant("answers {message}", mutate.plain_errors),
    "rentalot.answer.declared": Mutant(
        "answers a review 201",
        mutate.success_status(REVIEW, 201),
    ),
    "rentalot.rate.headers": Mutant(
        "sends no rate headers", credentials.rate_headers("retryAfter")
    ),
    "rentalot.rate.limit": Mutant("counts calls but never refuses one", credentials.no_rate_limit),
    "rentalot.rate.retry-after": Mutant(
        "leaves out Retry-After", mutate.api(limit=_no_retry_after)
    ),
    "rentalot.list.envelope": Mutant(
        "names pagination meta", pages.renamed_pagination(LIST, "meta")
    ),
    "rentalot.list.page-default": Mutant(
        "returns the second page by default", mutate.default(LIST, "page", 2)
    ),
    "rentalot.list.limit-default": Mutant(
        "returns ten by default", mutate.default(LIST, "limit", 10)
    ),
    "rentalot.list.limit": Mutant(
        "leaves out the last record of each page",
        pages.last_missing(LIST),
        entails=("rentalot.list.walk",),
    ),
    "rentalot.list.walk": Mutant(
        "repeats the last record of a page on the next one", pages.overlapping(LIST)
    ),
    "rentalot.list.echo": Mutant(
        "echoes the next page",
        pages.pagination(LIST, lambda numbers: {"page": numbers["page"] + 1}),
    ),
    "rentalot.list.total": Mutant(
        "counts without applying the filters", pages.unfiltered_total(LIST)
    ),
    "rentalot.list.total-pages": Mutant(
        "rounds totalPages down",
        pages.pagination(
            LIST, lambda numbers: {"totalPages": numbers["total"] // numbers["limit"]}
        ),
    ),
    "rentalot.list.filter-contact": Mutant(
        "ignores contactId", mutate.no_filter(LIST, "contactId"), entails=(_COMBINE,)
    ),
    "rentalot.list.filter-template": Mutant(
        "ignores workflowTemplateId",
        mutate.no_filter(LIST, "workflowTemplateId"),
        entails=(_COMBINE,),
    ),
    "rentalot.list.filter-status": Mutant(
        "ignores status",
        mutate.no_filter(LIST, "status"),
        entails=(_COMBINE, "rentalot.list.filter-draft"),
    ),
    "rentalot.list.filter-review-status": Mutant(
        "ignores reviewStatus", mutate.no_filter(LIST, "reviewStatus"), entails=(_COMBINE,)
    ),
    _COMBINE: Mutant("applies only the last filter", lists.last_filter_only(LIST)),
    "rentalot.list.filter-draft": Mutant(
        "refuses draft as a value of the filter", mutate.parameter_schema(LIST, "status", _no_draft)
    ),
    "rentalot.get.returns": Mutant(
        "returns only completed sessions", mutate.refusal(GET, ["active"], 404)
    ),
    _NOT_FOUND: Mutant(
        "returns null for an unknown id",
        mutate.all_of(mutate.instead_of_refusal(GET, _NOT_FOUND, _null), mutate.unchecked(GET)),
    ),
    "rentalot.get.envelope": Mutant(
        "returns the session without its envelope", mutate.response(GET, edits.only("data"))
    ),
    "rentalot.review.decides": Mutant("swaps approved and denied", mutate.row(REVIEW, _swapped)),
    "rentalot.review.final": Mutant(
        "accepts a second review",
        mutate.extra_sources(REVIEW, ["approved", "denied"]),
        entails=("rentalot.review.once",),
    ),
    "rentalot.review.once": Mutant(
        "checks and writes in separate steps (a race)", writes.race(REVIEW)
    ),
    "rentalot.review.completed-only": Mutant(
        "accepts a review of any pending session",
        mutate.extra_sources(REVIEW, ["draft", "active", "expired"]),
    ),
    "rentalot.review.not-found": Mutant(
        "answers 400 for an unknown id", mutate.refusal(REVIEW, [ABSENT], 400)
    ),
    "rentalot.review.returns-updated": Mutant(
        "returns the session as it was before the change", mutate.handler(REVIEW, _before)
    ),
    "rentalot.review.envelope": Mutant(
        "returns the session without its envelope", mutate.response(REVIEW, edits.only("data"))
    ),
    "rentalot.review.notes-kept": Mutant(
        "drops the notes", mutate.effects(REVIEW, handlers.stamp_review, handlers.notify_prospect)
    ),
    "rentalot.review.notes-optional": Mutant(
        "requires notes", mutate.body_schema(REVIEW, edits.required("reviewNotes"))
    ),
    "rentalot.review.notes-max": Mutant(
        "does not check the length",
        mutate.body_schema(REVIEW, edits.schema_without("properties", "reviewNotes", "maxLength")),
    ),
    "rentalot.review.notes-type": Mutant(
        "converts any type to a string",
        mutate.all_of(
            mutate.body_schema(REVIEW, edits.schema_without("properties", "reviewNotes", "type")),
            mutate.effects(REVIEW, _notes_as_text, handlers.stamp_review, handlers.notify_prospect),
        ),
    ),
    "rentalot.review.notes-internal": Mutant(
        "puts the notes into the e-mail",
        mutate.effects(REVIEW, handlers.store_notes, handlers.stamp_review, _notify_with_notes),
    ),
    "rentalot.review.status-required": Mutant(
        "approves if reviewStatus is missing",
        mutate.all_of(
            mutate.body_schema(REVIEW, edits.schema_without("required")),
            mutate.request_body(REVIEW, _approve_by_default),
        ),
    ),
    "rentalot.review.status-values": Mutant(
        "treats every value but approved as denied",
        mutate.all_of(
            mutate.body_schema(REVIEW, edits.any_type("reviewStatus")),
            mutate.request_body(REVIEW, _deny_the_rest),
        ),
    ),
    "rentalot.review.body-object": Mutant(
        "answers 400, its framework's default",
        mutate.rule_status("rentalot.review.body-object", 400),
    ),
    "rentalot.review.reviewed-at": Mutant(
        "sets only updatedAt",
        mutate.effects(REVIEW, handlers.store_notes, _touch, handlers.notify_prospect),
    ),
    "rentalot.review.email": Mutant(
        "does not send the e-mail",
        mutate.effects(REVIEW, handlers.store_notes, handlers.stamp_review),
    ),
    "rentalot.review.email-needs-address": Mutant(
        "sends an e-mail without an address on file",
        mutate.effects(REVIEW, handlers.store_notes, handlers.stamp_review, _notify_anyway),
    ),
    "rentalot.review.email-tells-decision": Mutant(
        "sends the e-mail before checking the request", writes.on_refusal(REVIEW, _mail)
    ),
    "rentalot.review.atomic": Mutant(
        "stores the notes before checking the request", writes.on_refusal(REVIEW, _write_notes)
    ),
    "rentalot.review.isolated": Mutant(
        "reviews every session of the contact", mutate.handler(REVIEW, _whole_contact)
    ),
}
