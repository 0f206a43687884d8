"""Contracts are checked: the table of all checks, and what they find in a file."""

from openapi.checks import CHECKS as _OF_ANY_CONTRACT
from openapi.checks import Check
from session_contracts.lint.proof import CHECKS as _OF_THE_PROJECT

#: All checks, in the order in which they are worth mending. Each tells its `id`, `severity`, `why`, and a `bad` and a `good` example.
CHECKS: tuple[Check, ...] = (*_OF_ANY_CONTRACT, *_OF_THE_PROJECT)

__all__ = ["CHECKS", "Check"]
