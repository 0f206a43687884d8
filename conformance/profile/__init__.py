"""What an API calls the things that generic checks speak of."""

from session_contracts.conformance.profile.model import SuiteProfile
from session_contracts.conformance.profile.read import profiles

__all__ = ["SuiteProfile", "profiles"]
