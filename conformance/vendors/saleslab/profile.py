"""Sales Lab's words."""

from session_contracts.conformance.profile.model import SuiteProfile

_CODES = {
    "saleslab.auth.unauthorized": "UNAUTHORIZED",
    "saleslab.auth.forbidden": "FORBIDDEN",
    "saleslab.rate.code": "RATE_LIMITED",
}

SESSION = SuiteProfile(
    api="saleslab",
    resource="Session",
    read="getSession",
    list="listSessions",
    state="session",
    also=("listSessions", "listScenarios", "listUsers", "getAnalyticsSummary"),
    scopes={"user_id": "user"},
    born="started_at",
    envelopes={
        "listSessions": "saleslab.list.envelope",
        "getSession": "saleslab.get.envelope",
        "listScenarios": "saleslab.scenarios.envelope",
        "listUsers": "saleslab.users.envelope",
        "getAnalyticsSummary": "saleslab.summary.envelope",
    },
    members={
        "listSessions": "saleslab.session.members",
        "getSession": "saleslab.session.detail",
        "listScenarios": "saleslab.scenarios.members",
        "listUsers": "saleslab.users.members",
        "getAnalyticsSummary": "saleslab.summary.members",
    },
    codes=_CODES,
    aliases={
        "list.repeated-parameter": "saleslab.request.repeated-parameter",
        "list.unknown-parameter": "saleslab.request.unknown-parameter",
    },
)

SCORECARD = SuiteProfile(
    api="saleslab",
    resource="Scorecard",
    read="getScorecard",
    state="scorecard",
    envelopes={"getScorecard": "saleslab.scorecard.envelope"},
    members={"getScorecard": "saleslab.scorecard.members"},
    codes=_CODES,
)

PROFILES = (
    SESSION,
    SCORECARD,
)
