"""The law: the five hand-written contracts, and the code that reads them and a user's own.

Imports nothing of the mock, of the suite, or of the command line.
"""

from session_contracts.openapi.errors import ContractError, PartError, UnknownApi, Violation
from session_contracts.openapi.loader import load, load_control, load_file
from session_contracts.openapi.locations import bundled_names
from session_contracts.openapi.model import Contract, Level, Lifecycle, Operation, Rule

__all__ = [
    "Contract",
    "ContractError",
    "Level",
    "Lifecycle",
    "Operation",
    "PartError",
    "Rule",
    "UnknownApi",
    "Violation",
    "bundled_names",
    "load",
    "load_control",
    "load_file",
]
