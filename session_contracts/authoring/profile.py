"""For `profile.py`: the suite's words for an API. `PROFILES` has one for each resource that has a lifecycle, the main one first."""

from session_contracts.conformance.profile import SuiteProfile

__all__ = ["SuiteProfile"]
