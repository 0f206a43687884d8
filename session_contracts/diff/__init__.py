"""Breaking, risky and compatible changes between two versions of a contract.

`SORTS` is the table of all sorts of changes, with the verdict on each.
"""

from session_contracts.diff.change import Change, Kind, Place
from session_contracts.diff.compare import diff
from session_contracts.diff.report import FORMATS, Comparison
from session_contracts.diff.sorts import SORTS, Sort
from session_contracts.diff.versions import Version, versions

__all__ = [
    "FORMATS",
    "SORTS",
    "Change",
    "Comparison",
    "Kind",
    "Place",
    "Sort",
    "Version",
    "diff",
    "versions",
]
