"""Mutants of Sales Lab's rules: what a hurried programmer would get wrong."""

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
    """A POST is answered like a GET."""
    return replace(route, operations={"POST": route.operations["GET"], **route.operations})


# ---- lists of sessions


def _shifts(which: str, by: timedelta) -> Callable[[Call], cursors.Page]:
    """A bound that is not included."""

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
    """Other figures of the same sessions."""

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
        "forgets a member", mutate.data(LIST, edits.without("created_at"))
    ),
    "saleslab.session.values": Mutant(
        "shows the session's own id for its scenario", mutate.data(LIST, _own_id_for_scenario)
    ),
    "saleslab.session.duration": Mutant("counts milliseconds", mutate.data(LIST, _milliseconds)),
    "saleslab.session.detail": Mutant(
        "calls the transcript messages", mutate.data(GET, edits.renamed("transcript", "messages"))
    ),
    "saleslab.session.transcript": Mutant(
        "gives the last hundred entries", mutate.data(GET, _last_hundred)
    ),
    "saleslab.tenant.unlisted": Mutant("lists without a tenant", lists.all_tenants(LIST)),
    "saleslab.auth.required": Mutant("serves anonymous calls", credentials.accept_anonymous),
    "saleslab.auth.scheme": Mutant(
        "takes the last word of the header", credentials.accept_any_scheme
    ),
    "saleslab.auth.malformed": Mutant(
        "takes the second word of the header", credentials.accept_malformed
    ),
    "saleslab.auth.unknown": Mutant(
        "checks only that there is a token", credentials.accept_unknown
    ),
    "saleslab.auth.revoked": Mutant("does not look at revocation", credentials.accept_revoked),
    "saleslab.auth.unauthorized": Mutant(
        "has a code of its own", mutate.api(error_body=_code(401, "INVALID_TOKEN"))
    ),
    "saleslab.auth.forbidden": Mutant(
        "answers 401 for a missing scope",
        mutate.api(authorize=_unauthorized_for_scope),
    ),
    "saleslab.error.body": Mutant("answers {message}", mutate.plain_errors),
    "saleslab.answer.declared": Mutant(
        "answers 202 to the summary", mutate.success_status(SUMMARY, 202)
    ),
    "saleslab.rate.limit": Mutant("counts and never refuses", credentials.no_rate_limit),
    "saleslab.rate.code": Mutant(
        "calls it TOO_MANY_REQUESTS", mutate.api(error_body=_code(429, "TOO_MANY_REQUESTS"))
    ),
    "saleslab.rate.per-token": Mutant("counts all tokens together", credentials.shared_rate_limit),
    "saleslab.list.scope": Mutant("forgets the scope", credentials.no_scope(LIST)),
    "saleslab.list.envelope": Mutant("forgets ok", mutate.response(LIST, edits.without("ok"))),
    "saleslab.list.complete": Mutant("hides what is not over yet", _paged(_ended_only)),
    "saleslab.list.order": Mutant("turns each page round", _paged(cursors.reversed_page)),
    "saleslab.list.limit": Mutant("stops one too early", _paged(cursors.last_missing)),
    "saleslab.list.limit-default": Mutant(
        "gives twenty without a limit", mutate.default(LIST, "limit", 20)
    ),
    "saleslab.list.limit-max": Mutant("has no maximum", mutate.no_maximum(LIST, "limit")),
    "saleslab.list.from": Mutant(
        "leaves the bound out", _paged(_shifts("from", timedelta(seconds=1)))
    ),
    "saleslab.list.to": Mutant(
        "leaves the bound out", _paged(_shifts("to", timedelta(seconds=-1)))
    ),
    "saleslab.list.user": Mutant(
        "ignores user_id",
        mutate.no_filter(LIST, "user_id"),
    ),
    "saleslab.list.filters-combine": Mutant(
        "takes the last filter only", lists.last_filter_only(LIST)
    ),
    "saleslab.list.filtered-walk": Mutant(
        "filters the first page only", _paged(_filters_the_first_page)
    ),
    "saleslab.list.cursor-form": Mutant(
        "writes dates with slashes",
        mutate.all_of(_paged(_written_otherwise), _READS_THAT, mutate.unchecked(LIST)),
    ),
    "saleslab.list.walk": Mutant("leaves out the first of each page", _paged(cursors.skipping)),
    "saleslab.list.walk-ties": Mutant(
        "goes on strictly before the last moment", _paged(cursors.losing_ties)
    ),
    "saleslab.list.walk-growing": Mutant("counts positions", _paged(cursors.positional)),
    "saleslab.get.scope": Mutant("forgets the scope", credentials.no_scope(GET)),
    "saleslab.get.envelope": Mutant("forgets ok", mutate.response(GET, edits.without("ok"))),
    "saleslab.get.returns": Mutant(
        "finds ended sessions only", mutate.refusal(GET, ["in_progress"], 404)
    ),
    "saleslab.get.not-found": Mutant(
        "answers 400 for an unknown id", mutate.refusal(GET, [ABSENT], 400)
    ),
    "saleslab.get.foreign": Mutant("reveals that it exists", mutate.refusal(GET, [FOREIGN], 403)),
    "saleslab.scorecard.scope": Mutant("forgets the scope", credentials.no_scope(SCORECARD)),
    "saleslab.scorecard.envelope": Mutant(
        "answers the bare scorecard", mutate.response(SCORECARD, edits.only("data"))
    ),
    "saleslab.scorecard.members": Mutant(
        "forgets the headline", mutate.data(SCORECARD, edits.without("headline"))
    ),
    "saleslab.scorecard.returns": Mutant(
        "finds the latest one", mutate.handler(SCORECARD, _first_scorecard)
    ),
    "saleslab.scorecard.breakdown": Mutant(
        "has the three scalars only",
        mutate.data(SCORECARD, edits.without("categories", "callouts")),
    ),
    "saleslab.scorecard.foreign": Mutant(
        "looks up by id alone", mutate.before(SCORECARD, _of_any_owner)
    ),
    "saleslab.scenarios.scope": Mutant("forgets the scope", credentials.no_scope(SCENARIOS)),
    "saleslab.scenarios.envelope": Mutant(
        "forgets ok", mutate.response(SCENARIOS, edits.without("ok"))
    ),
    "saleslab.scenarios.members": Mutant(
        "calls call_type type", mutate.data(SCENARIOS, edits.without("call_type"))
    ),
    "saleslab.scenarios.complete": Mutant("lists twenty", mutate.handler(SCENARIOS, _first_twenty)),
    "saleslab.scenarios.active-first": Mutant(
        "sorts by name alone", mutate.handler(SCENARIOS, _by_name_alone)
    ),
    "saleslab.scenarios.archived": Mutant(
        "lists active ones only", mutate.handler(SCENARIOS, _active_only)
    ),
    "saleslab.scenarios.tenant": Mutant("lists without a tenant", lists.all_tenants(SCENARIOS)),
    "saleslab.users.scope": Mutant("forgets the scope", credentials.no_scope(USERS)),
    "saleslab.users.envelope": Mutant("forgets ok", mutate.response(USERS, edits.without("ok"))),
    "saleslab.users.members": Mutant(
        "forgets a member", mutate.data(USERS, edits.without("last_session_at"))
    ),
    "saleslab.users.returns": Mutant(
        "lists who has practised", mutate.handler(USERS, _who_practised)
    ),
    "saleslab.users.no-email": Mutant("gives the e-mail address", mutate.data(USERS, _with_email)),
    "saleslab.users.last-session": Mutant(
        "takes what was recorded last", mutate.handler(USERS, _recorded_last)
    ),
    "saleslab.users.tenant": Mutant("lists without a tenant", lists.all_tenants(USERS)),
    "saleslab.summary.scope": Mutant("forgets the scope", credentials.no_scope(SUMMARY)),
    "saleslab.summary.envelope": Mutant(
        "forgets ok", mutate.response(SUMMARY, edits.without("ok"))
    ),
    "saleslab.summary.members": Mutant(
        "forgets a figure", mutate.data(SUMMARY, edits.without("unique_reps"))
    ),
    "saleslab.summary.period": Mutant("names the default period", _figures(_default_period)),
    "saleslab.summary.from-default": Mutant(
        "takes four weeks for a month", mutate.before(SUMMARY, _begins(28))
    ),
    "saleslab.summary.to-default": Mutant(
        "ends yesterday", mutate.before(SUMMARY, _until_yesterday)
    ),
    "saleslab.summary.sessions": Mutant("counts an hour more", _figures(_an_hour_more)),
    "saleslab.summary.scored": Mutant("counts whatever has ended", _figures(_ended)),
    "saleslab.summary.avg-score": Mutant("takes no score for a zero", _figures(_over_all)),
    "saleslab.summary.unique-reps": Mutant("counts a rep for each session", _figures(_each_time)),
    "saleslab.summary.tenant": Mutant(
        "averages over all tenants' scores", _figures(_all_tenants_scores)
    ),
}
