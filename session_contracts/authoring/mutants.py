"""For `mutants.py`: for each rule how to break exactly it, as a hurried programmer would.

`MUTANTS` maps a rule to a `Mutant`: what the mistake is, a change of the mock's plan (`Apply`, `Callable[[ApiPlan], ApiPlan]`), and the other
rules that cannot hold then (`entails`). Most changes are made by the functions here, which take the operationId first. `credentials` breaks
who may call, `pages` and `cursors` a list, and `writes` what changes something.
"""

from session_contracts.mock_server.mutants import credentials, cursors, pages, writes
from session_contracts.mock_server.mutants.parts import (
    Apply,
    Edit,
    Mutant,
    Run,
    all_of,
    allows,
    answers,
    answers_with,
    body_schema,
    effects,
    first,
    handles,
    operation,
    parameter,
    plain_message,
    refuses,
    runs,
    schema_without,
    sees_everything,
    status,
    succeeds,
    table,
    unchecked,
    unless_refused,
    with_error_body,
    without,
)
from session_contracts.mock_server.plan import ApiPlan, OperationPlan, ParameterPlan
from session_contracts.openapi.model import ABSENT, FOREIGN

__all__ = [
    "ABSENT",
    "FOREIGN",
    "ApiPlan",
    "Apply",
    "Edit",
    "Mutant",
    "OperationPlan",
    "ParameterPlan",
    "Run",
    "all_of",
    "allows",
    "answers",
    "answers_with",
    "body_schema",
    "credentials",
    "cursors",
    "effects",
    "first",
    "handles",
    "operation",
    "pages",
    "parameter",
    "plain_message",
    "refuses",
    "runs",
    "schema_without",
    "sees_everything",
    "status",
    "succeeds",
    "table",
    "unchecked",
    "unless_refused",
    "with_error_body",
    "without",
    "writes",
]
