"""For `mutants.py`: for each rule a mutant that breaks exactly it, as a hurried programmer would.

`MUTANTS` maps the id of a rule to a `Mutant`: the mistake in a few words, a mutation of the API's
plan, and the other rules that cannot hold then (`entails`). Most mutations come from these modules;
the first argument of their functions is the operationId, or several:

| module | it changes |
| --- | --- |
| `mutate` | any part of a plan: `handler`, `response`, `refusal`, `before`, `body_schema`, ... |
| `edits` | values, for `mutate`: `without`, `renamed`, `schema_without`, ... |
| `credentials` | who may call, and how often |
| `lists`, `pages`, `cursors` | lists, with numbered pages, and with cursors |
| `writes` | what an operation writes, and when |
"""

from session_contracts.mock_server.mutants import (
    credentials,
    cursors,
    edits,
    lists,
    mutate,
    pages,
    writes,
)
from session_contracts.mock_server.mutants.edits import Edit
from session_contracts.mock_server.mutants.mutant import Mutant, Mutation
from session_contracts.mock_server.plan import ApiPlan, OperationPlan, ParameterPlan
from session_contracts.openapi.model import ABSENT, FOREIGN

__all__ = [
    "ABSENT",
    "FOREIGN",
    "ApiPlan",
    "Edit",
    "Mutant",
    "Mutation",
    "OperationPlan",
    "ParameterPlan",
    "credentials",
    "cursors",
    "edits",
    "lists",
    "mutate",
    "pages",
    "writes",
]
