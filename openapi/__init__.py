"""Contracts: the five bundled ones, and the code that finds, reads and checks any contract.

Imports nothing from the mock, the suite or the command line.
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
