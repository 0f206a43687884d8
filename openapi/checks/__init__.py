"""What must be true of a contract: one table of all checks.

The loader uses those that must hold to load, lint all of them.
"""

from session_contracts.openapi.checks import (
    document,
    extensions,
    lifecycles,
    lists,
    operations,
    references,
    rules,
    schemas,
)
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage, run

#: In the order in which they are best fixed.
CHECKS: tuple[Check, ...] = (
    *document.CHECKS,
    *extensions.CHECKS,
    *references.CHECKS,
    *operations.CHECKS,
    *rules.CHECKS,
    *lifecycles.CHECKS,
    *lists.CHECKS,
    *schemas.CHECKS,
)

__all__ = ["CHECKS", "Check", "Draft", "Finding", "Stage", "run"]
