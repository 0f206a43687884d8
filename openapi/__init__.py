"""The law: the five hand-written contracts, and the code that reads them.

Imports nothing of the mock, of the suite, or of the command line.
"""

from openapi.errors import ContractError, UnknownApi, Violation
from openapi.loader import API_NAMES, load, load_control, load_file
from openapi.model import Contract, Level, Lifecycle, Operation, Rule

__all__ = [
    "API_NAMES",
    "Contract",
    "ContractError",
    "Level",
    "Lifecycle",
    "Operation",
    "Rule",
    "UnknownApi",
    "Violation",
    "load",
    "load_control",
    "load_file",
]
