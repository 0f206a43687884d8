"""Mutants of Sales Lab's rules: mistakes that a programmer in a hurry would make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from session_contracts.mock_server import security
from session_contracts.mock_server.clock import parse_moment, rfc3339
from session_contracts.mock_server.credentials import Credential
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.mutants import credentials, cursors, edits, lists, mutate
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.paging import cursor_page
from session_contracts.mock_server.plan import Answer, Call, ErrorBody, Route
from session_contracts.mock_server.store import Record
from session_contracts.openapi.model import ABSENT, FOREIGN

from . import handlers

LIST, GET, SCORECARD, SCENARIOS, USERS, SUMMARY = (
    "listSessions",
    "getSession",
    "getScorecard",
    "listScenarios",
    "listUsers",
    "getAnalyticsSummary",
)


def _paged(page: Callable[[Call], cursors.Page]) -> Mutation:
    return cursors.pages(LIST, page, handlers.listed)


# ---- credentials, errors


def _unauthorized_for_scope(call: Call, credential: Credential) -> None:
    try:
        security.authorize(call, credential)
    except Refused as refusal:
        raise Refused(refusal.rule, refusal.detail, status=401) from None


def _code(status: int, code: str) -> ErrorBody:
    """Errors with this status have another code."""

    def error_body(
        found: int, detail: str, errors: tuple[FieldError, ...]
    ) -> tuple[str, Mapping[str, Any]]:
        media, body = handlers.error_body(found, detail, errors)
        changed = {**body, "error": {**body["error"], "code": code}}
        return media, changed if found == status else body

    return error_body


def _also_posts(route: Route) -> Route:
    """Answer a POST like a GET."""
    return replace(route, operations={"POST": route.operations["GET"], **route.operations})


# ---- lists of sessions


def _shifts(which: str, by: timedelta) -> Callable[[Call], cursors.Page]:
    """Move a bound."""

    def page(call: Call) -> cursors.Page:
        if which in call.parameters:
            call.parameters[which] = rfc3339(parse_moment(call.parameters[which]) + by)
        return cursor_page(call)

    return page


def _ended_only(call: Call) -> cursors.Page:
    page, following = cursor_page(call)
    return [record for record in page if record.state != "in_progress"], following


def _filters_the_first_page(call: Call) -> cursors.Page:
    if "cursor" in call.parameters:
        call.parameters = {
            name: value for name, value in call.parameters.items() if name in ("cursor", "limit")
        }
    return cursor_page(call)


def _written_otherwise(call: Call) -> cursors.Page:
    page, following = cursor_page(call)
    return page, following and following.replace("-", "/")


_READS_THAT = mutate.parameter(
    LIST, "cursor", lambda plan: replace(plan, read=lambda text: text.replace("/", "-"))
)


# ---- single records


def _own_id_for_scenario(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "scenario_id": session["id"]}


def _milliseconds(session: dict[str, Any]) -> dict[str, Any]:
    lasted = session["duration_seconds"]
    return {**session, "duration_seconds": lasted and lasted * 1000}


def _last_hundred(session: dict[str, Any]) -> dict[str, Any]:
    return {**session, "transcript": session["transcript"][-100:]}


def _first_scorecard(call: Call) -> Answer:
    found = call.rows_of("Scorecard", {})[0]
    return Answer(200, {"ok": True, "data": found.fields})


def _of_any_owner(call: Call) -> None:
    record = call.world.collection(call.resource()).get(call.parameters["id"])
    call.tenant = record.tenant if record else call.tenant


# ---- scenarios, reps


def _by_name_alone(call: Call) -> Answer:
    return Answer(200, {"ok": True, "data": [record.fields for record in call.rows()]})


def _first_twenty(call: Call) -> Answer:
    answer = handlers.list_scenarios(call)
    return replace(answer, body={"ok": True, "data": answer.body["data"][:20]})


def _active_only(call: Call) -> Answer:
    return Answer(
        200,
        {
            "ok": True,
            "data": [record.fields for record in call.rows() if not handlers.is_archived(record)],
        },
    )


def _who_practised(call: Call) -> Answer:
    answer = handlers.list_users(call)
    return replace(
        answer,
        body={
            "ok": True,
            "data": [user for user in answer.body["data"] if user["last_session_at"]],
        },
    )


def _with_email(user: dict[str, Any]) -> dict[str, Any]:
    return {**user, "email": f"{user['full_name'].split()[0].lower()}@example.com"}


def _recorded_last(call: Call) -> Answer:
    users = []
    for user in call.rows():
        sessions: Sequence[Record] = sorted(
            call.rows_of("Session", {"user_id": user.key}), key=lambda session: session.serial
        )
        users.append(
            {
                **user.fields,
                "last_session_at": sessions[-1].fields["started_at"] if sessions else None,
            }
        )
    return Answer(200, {"ok": True, "data": users})


# ---- summary


def _figures(edit: Callable[[Call, list[Record]], dict[str, Any]]) -> Mutation:
    """Change the figures that `edit` returns."""

    def handler(call: Call) -> Answer:
        answer = handlers.get_analytics_summary(call)
        wrong = edit(call, handlers.sessions_of_period(call))
        return replace(answer, body={"ok": True, "data": {**answer.body["data"], **wrong}})

    return mutate.handler(SUMMARY, handler)


def _default_period(call: Call, sessions: list[Record]) -> dict[str, Any]:
    return {"from": rfc3339(call.time - timedelta(days=30)), "to": rfc3339(call.time)}


def _an_hour_more(call: Call, sessions: list[Record]) -> dict[str, Any]:
    call.parameters["to"] = rfc3339(parse_moment(call.parameters["to"]) + timedelta(hours=1))
    return {"sessions": len(handlers.sessions_of_period(call))}


def _ended(call: Call, sessions: list[Record]) -> dict[str, Any]:
    return {"scored": sum(session.state != "in_progress" for session in sessions)}


def _over_all(call: Call, sessions: list[Record]) -> dict[str, Any]:
    scores = handlers.scores(call, [session for session in sessions if session.state == "scored"])
    return {"avg_score": handlers.average([*scores, *[0.0] * (len(sessions) - len(scores))])}


def _each_time(call: Call, sessions: list[Record]) -> dict[str, Any]:
    return {"unique_reps": len(sessions)}


def _all_tenants_scores(call: Call, sessions: list[Record]) -> dict[str, Any]:
    call.tenant = None
    found = handlers.sessions_of_period(call)
    return {
        "avg_score": handlers.average(
            handlers.scores(call, [session for session in found if session.state == "scored"])
        )
    }


def _begins(days: int) -> Callable[[Call], None]:
    def change(call: Call) -> None:
        call.parameters.setdefault("from", rfc3339(call.time - timedelta(days=days)))

    return change


def _until_yesterday(call: Call) -> None:
    call.parameters.setdefault("to", rfc3339(call.time - timedelta(days=1)))


MUTANTS: dict[str, Mutant] = {
    "saleslab.request.read-only": Mutant("answers a POST like a GET", mutate.routes(_also_posts)),
    "saleslab.session.members": Mutant(
        "leaves out a member", mutate.data(LIST, edits.without("created_at"))
    ),
    "saleslab.session.values": Mutant(
        "returns the session's id as that of its scenario", mutate.data(LIST, _own_id_for_scenario)
    ),
    "saleslab.session.duration": Mutant(
        "returns milliseconds instead of seconds", mutate.data(LIST, _milliseconds)
    ),
    "saleslab.session.detail": Mutant(
        "names the transcript messages", mutate.data(GET, edits.renamed("transcript", "messages"))
    ),
    "saleslab.session.transcript": Mutant(
        "returns only the last hundred entries", mutate.data(GET, _last_hundred)
    ),
    "saleslab.tenant.unlisted": Mutant("lists the records of all tenants", lists.all_tenants(LIST)),
    "saleslab.auth.required": Mutant("serves anonymous calls", credentials.accept_anonymous),
    "saleslab.auth.scheme": Mutant("accepts any scheme", credentials.accept_any_scheme),
    "saleslab.auth.malformed": Mutant(
        "takes the second word of a malformed header as the token", credentials.accept_malformed
    ),
    "saleslab.auth.unknown": Mutant("accepts any token", credentials.accept_unknown),
    "saleslab.auth.revoked": Mutant("accepts revoked credentials", credentials.accept_revoked),
    "saleslab.auth.unauthorized": Mutant(
        "uses the code INVALID_TOKEN", mutate.api(error_body=_code(401, "INVALID_TOKEN"))
    ),
    "saleslab.auth.forbidden": Mutant(
        "answers 401 for a missing scope",
        mutate.api(authorize=_unauthorized_for_scope),
    ),
    "saleslab.error.body": Mutant("answers {message}", mutate.plain_errors),
    "saleslab.answer.declared": Mutant(
        "answers 202 instead of 200", mutate.success_status(SUMMARY, 202)
    ),
    "saleslab.rate.limit": Mutant("counts calls but never refuses one", credentials.no_rate_limit),
    "saleslab.rate.code": Mutant(
        "uses the code TOO_MANY_REQUESTS", mutate.api(error_body=_code(429, "TOO_MANY_REQUESTS"))
    ),
    "saleslab.rate.per-token": Mutant(
        "counts the calls of all tokens together", credentials.shared_rate_limit
    ),
    "saleslab.list.scope": Mutant("does not check the scope", credentials.no_scope(LIST)),
    "saleslab.list.envelope": Mutant("leaves out ok", mutate.response(LIST, edits.without("ok"))),
    "saleslab.list.complete": Mutant("hides sessions in progress", _paged(_ended_only)),
    "saleslab.list.order": Mutant("reverses the order of each page", _paged(cursors.reversed_page)),
    "saleslab.list.limit": Mutant(
        "leaves out the last record of each page", _paged(cursors.last_missing)
    ),
    "saleslab.list.limit-default": Mutant(
        "returns twenty by default", mutate.default(LIST, "limit", 20)
    ),
    "saleslab.list.limit-max": Mutant(
        "does not limit the page size", mutate.no_maximum(LIST, "limit")
    ),
    "saleslab.list.from": Mutant(
        "excludes the bound itself", _paged(_shifts("from", timedelta(seconds=1)))
    ),
    "saleslab.list.to": Mutant(
        "excludes the bound itself", _paged(_shifts("to", timedelta(seconds=-1)))
    ),
    "saleslab.list.user": Mutant(
        "ignores user_id",
        mutate.no_filter(LIST, "user_id"),
    ),
    "saleslab.list.filters-combine": Mutant(
        "applies only the last filter", lists.last_filter_only(LIST)
    ),
    "saleslab.list.filtered-walk": Mutant(
        "applies the filters only to the first page", _paged(_filters_the_first_page)
    ),
    "saleslab.list.cursor-form": Mutant(
        "writes dates with slashes",
        mutate.all_of(_paged(_written_otherwise), _READS_THAT, mutate.unchecked(LIST)),
    ),
    "saleslab.list.walk": Mutant(
        "leaves out the first record of each page after the first", _paged(cursors.skipping)
    ),
    "saleslab.list.walk-ties": Mutant(
        "skips records with the same time as the last one of a page", _paged(cursors.losing_ties)
    ),
    "saleslab.list.walk-growing": Mutant(
        "continues at a position instead of a record", _paged(cursors.positional)
    ),
    "saleslab.get.scope": Mutant("does not check the scope", credentials.no_scope(GET)),
    "saleslab.get.envelope": Mutant("leaves out ok", mutate.response(GET, edits.without("ok"))),
    "saleslab.get.returns": Mutant(
        "returns only ended sessions", mutate.refusal(GET, ["in_progress"], 404)
    ),
    "saleslab.get.not-found": Mutant(
        "answers 400 for an unknown id", mutate.refusal(GET, [ABSENT], 400)
    ),
    "saleslab.get.foreign": Mutant(
        "reveals that the session exists", mutate.refusal(GET, [FOREIGN], 403)
    ),
    "saleslab.scorecard.scope": Mutant("does not check the scope", credentials.no_scope(SCORECARD)),
    "saleslab.scorecard.envelope": Mutant(
        "returns the scorecard without its envelope", mutate.response(SCORECARD, edits.only("data"))
    ),
    "saleslab.scorecard.members": Mutant(
        "leaves out the headline", mutate.data(SCORECARD, edits.without("headline"))
    ),
    "saleslab.scorecard.returns": Mutant(
        "returns the latest scorecard for every id", mutate.handler(SCORECARD, _first_scorecard)
    ),
    "saleslab.scorecard.breakdown": Mutant(
        "returns only the three scalars",
        mutate.data(SCORECARD, edits.without("categories", "callouts")),
    ),
    "saleslab.scorecard.foreign": Mutant(
        "looks records up by id, whatever the tenant", mutate.before(SCORECARD, _of_any_owner)
    ),
    "saleslab.scenarios.scope": Mutant("does not check the scope", credentials.no_scope(SCENARIOS)),
    "saleslab.scenarios.envelope": Mutant(
        "leaves out ok", mutate.response(SCENARIOS, edits.without("ok"))
    ),
    "saleslab.scenarios.members": Mutant(
        "names call_type type", mutate.data(SCENARIOS, edits.without("call_type"))
    ),
    "saleslab.scenarios.complete": Mutant(
        "lists at most twenty", mutate.handler(SCENARIOS, _first_twenty)
    ),
    "saleslab.scenarios.active-first": Mutant(
        "sorts by name only", mutate.handler(SCENARIOS, _by_name_alone)
    ),
    "saleslab.scenarios.archived": Mutant(
        "lists only active scenarios", mutate.handler(SCENARIOS, _active_only)
    ),
    "saleslab.scenarios.tenant": Mutant(
        "lists the records of all tenants", lists.all_tenants(SCENARIOS)
    ),
    "saleslab.users.scope": Mutant("does not check the scope", credentials.no_scope(USERS)),
    "saleslab.users.envelope": Mutant("leaves out ok", mutate.response(USERS, edits.without("ok"))),
    "saleslab.users.members": Mutant(
        "leaves out a member", mutate.data(USERS, edits.without("last_session_at"))
    ),
    "saleslab.users.returns": Mutant(
        "lists only reps with a session", mutate.handler(USERS, _who_practised)
    ),
    "saleslab.users.no-email": Mutant(
        "returns the e-mail address", mutate.data(USERS, _with_email)
    ),
    "saleslab.users.last-session": Mutant(
        "uses the session recorded last instead of the latest one",
        mutate.handler(USERS, _recorded_last),
    ),
    "saleslab.users.tenant": Mutant("lists the records of all tenants", lists.all_tenants(USERS)),
    "saleslab.summary.scope": Mutant("does not check the scope", credentials.no_scope(SUMMARY)),
    "saleslab.summary.envelope": Mutant(
        "leaves out ok", mutate.response(SUMMARY, edits.without("ok"))
    ),
    "saleslab.summary.members": Mutant(
        "leaves out a figure", mutate.data(SUMMARY, edits.without("unique_reps"))
    ),
    "saleslab.summary.period": Mutant(
        "always reports the default period", _figures(_default_period)
    ),
    "saleslab.summary.from-default": Mutant(
        "uses 28 days instead of 30", mutate.before(SUMMARY, _begins(28))
    ),
    "saleslab.summary.to-default": Mutant(
        "ends the period yesterday", mutate.before(SUMMARY, _until_yesterday)
    ),
    "saleslab.summary.sessions": Mutant(
        "counts sessions of one hour more", _figures(_an_hour_more)
    ),
    "saleslab.summary.scored": Mutant("counts every ended session", _figures(_ended)),
    "saleslab.summary.avg-score": Mutant(
        "counts sessions without a score as 0", _figures(_over_all)
    ),
    "saleslab.summary.unique-reps": Mutant("counts a rep once per session", _figures(_each_time)),
    "saleslab.summary.tenant": Mutant(
        "averages over all tenants' scores", _figures(_all_tenants_scores)
    ),
}
