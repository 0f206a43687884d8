"""The law: the five hand-written contracts, and the code that reads them and a user's own.

Imports nothing of the mock, of the suite, or of the command line.
"""

from openapi.catalog import API_NAMES
from openapi.errors import ContractError, PartError, UnknownApi, Violation
from openapi.loader import load, load_control, load_file
from openapi.model import Contract, Level, Lifecycle, Operation, Rule

__all__ = [
    "API_NAMES",
    "Contract",
    "ContractError",
    "Level",
    "Lifecycle",
    "Operation",
    "PartError",
    "Rule",
    "UnknownApi",
    "Violation",
    "load",
    "load_control",
    "load_file",
]
