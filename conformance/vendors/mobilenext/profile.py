"""Mobile Next's suite profile."""

from session_contracts.conformance.profile.model import SuiteProfile

SESSION = SuiteProfile(
    resource="Session",
    read="getSession",
    list="listSessions",
    state="session",
    other_operations=("listSessions",),
    scopes={"organization": "organization"},
    headers={"organization": "X-Organization-Id"},
    state_params={"held": {"released": False}, "released": {"released": True}},
    kinds=("jwt", "api_key"),
)

PROFILES = (SESSION,)
