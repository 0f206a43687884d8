"""Checks of contracts: the table of all checks, the linter, and formats of its report."""

from session_contracts.lint.proof import CHECKS as _OF_THE_PROJECT
from session_contracts.openapi.checks import CHECKS as _OF_ANY_CONTRACT
from session_contracts.openapi.checks import Check

#: All checks, in the order in which findings are best fixed.
CHECKS: tuple[Check, ...] = (*_OF_ANY_CONTRACT, *_OF_THE_PROJECT)

__all__ = ["CHECKS", "Check"]
