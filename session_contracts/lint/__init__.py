"""Contracts are checked: the table of all checks, and what they find in a file."""

from session_contracts.lint.proof import CHECKS as _OF_THE_PROJECT
from session_contracts.openapi.checks import CHECKS as _OF_ANY_CONTRACT
from session_contracts.openapi.checks import Check

#: All checks, in the order in which they are best fixed. Each tells its `id`, `severity`, `why`, and a `bad` and a `good` example.
CHECKS: tuple[Check, ...] = (*_OF_ANY_CONTRACT, *_OF_THE_PROJECT)

__all__ = ["CHECKS", "Check"]
