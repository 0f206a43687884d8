"""Breaking, risky and compatible changes between two versions of a contract.

`CHANGE_TYPES` is the table of all types of change, with the impact of each.
"""

from session_contracts.diff.change import Change, Impact, Location
from session_contracts.diff.change_types import CHANGE_TYPES, ChangeType
from session_contracts.diff.compare import diff
from session_contracts.diff.report import FORMATS, Comparison
from session_contracts.diff.versions import Version, versions

__all__ = [
    "CHANGE_TYPES",
    "FORMATS",
    "Change",
    "ChangeType",
    "Comparison",
    "Impact",
    "Location",
    "Version",
    "diff",
    "versions",
]
