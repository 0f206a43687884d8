"""Mobile Next's words."""

from session_contracts.conformance.profile.model import SuiteProfile

SESSION = SuiteProfile(
    api="mobilenext",
    resource="Session",
    read="getSession",
    list="listSessions",
    state="session",
    also=("listSessions",),
    scopes={"organization": "organization"},
    headers={"organization": "X-Organization-Id"},
    placing={"held": {"released": False}, "released": {"released": True}},
    kinds=("jwt", "api_key"),
    envelopes={"listSessions": "mobilenext.list.envelope", "getSession": "mobilenext.get.envelope"},
    members={
        "listSessions": "mobilenext.session.members",
        "getSession": "mobilenext.session.members",
    },
    stated="mobilenext.session.released-at",
    aliases={"tenant.unlisted": "mobilenext.organization.others"},
)

PROFILES = (SESSION,)
