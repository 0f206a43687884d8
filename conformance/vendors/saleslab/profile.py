"""Sales Lab's suite profiles."""

from session_contracts.conformance.profile.model import SuiteProfile

SESSION = SuiteProfile(
    resource="Session",
    read="getSession",
    list="listSessions",
    state="session",
    other_operations=("listSessions", "listScenarios", "listUsers", "getAnalyticsSummary"),
    scopes={"user_id": "user"},
    time_param="started_at",
)

SCORECARD = SuiteProfile(
    resource="Scorecard",
    read="getScorecard",
    state="scorecard",
)

PROFILES = (
    SESSION,
    SCORECARD,
)
