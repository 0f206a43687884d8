"""For `profile.py`: how the suite exercises an API.

`PROFILES` has a SuiteProfile for each resource with a lifecycle, the main resource first.
"""

from session_contracts.conformance.profile import SuiteProfile

__all__ = ["SuiteProfile"]
