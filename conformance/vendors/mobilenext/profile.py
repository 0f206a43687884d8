"""Mobile Next's suite profile."""

from session_contracts.conformance.profile.model import SuiteProfile

SESSION = SuiteProfile(
    resource="Session",
    read="getSession",
    list="listSessions",
    state="session",
    also=("listSessions",),
    scopes={"organization": "organization"},
    headers={"organization": "X-Organization-Id"},
    placing={"held": {"released": False}, "released": {"released": True}},
    kinds=("jwt", "api_key"),
)

PROFILES = (SESSION,)
