"""Suite profiles: how the suite exercises the resources of an API."""

from session_contracts.conformance.profile.model import SuiteProfile
from session_contracts.conformance.profile.read import profiles

__all__ = ["SuiteProfile", "profiles"]
