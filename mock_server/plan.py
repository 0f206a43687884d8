"""What a contract is compiled to: frozen data and plain functions, one plan for each API and operation.

Breaking a rule is `dataclasses.replace` of one part of a plan (see `breaks`).
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from session_contracts.mock_server.coverage import Reach
from session_contracts.mock_server.errors import FieldError, ResponseContractViolation
from session_contracts.mock_server.store import Ordering
from session_contracts.openapi.json_schema import broken_rule, translate
from session_contracts.openapi.model import (
    Clamp,
    Contract,
    Filter,
    JsonSchema,
    Lifecycle,
    Operation,
    RateLimits,
    RuleMap,
    Timer,
    Transition,
)

if TYPE_CHECKING:
    from session_contracts.mock_server.call import Answer, Call, Change
    from session_contracts.mock_server.credentials import Credential

Handler = Callable[["Call"], "Answer"]
Effect = Callable[["Call", "Change"], None]
ErrorBody = Callable[[int, str, "tuple[FieldError, ...]"], "tuple[str, Mapping[str, Any]]"]


#: Letters of a message; more of them only repeat what was sent.
_LONG = 300


@dataclass(frozen=True)
class Checker:
    """Checks values against one schema, and names the rule that an invalid one breaks."""

    schema: JsonSchema
    validator: jsonschema_rs.Draft202012Validator

    @classmethod
    def of(cls, schema: JsonSchema) -> "Checker":
        return cls(
            schema, jsonschema_rs.Draft202012Validator(translate(schema), validate_formats=True)
        )

    def is_valid(self, value: Any) -> bool:
        return self.validator.is_valid(value)

    def violations(self, value: Any) -> list[tuple[str | None, str, FieldError]]:
        """Rule, JSON Schema keyword and message of each violation."""
        found = []
        for error in self.validator.iter_errors(value):
            rule = broken_rule(self.schema, error)
            keyword = str(error.schema_path[-1]) if error.schema_path else ""
            told = _telling(error)
            missing = (
                [told.kind.property]
                if hasattr(told.kind, "property") and keyword == "required"
                else []
            )
            path = ".".join(map(str, [*told.instance_path, *missing])) or "body"
            message = told.message if len(told.message) <= _LONG else f"{told.message[:_LONG]}..."
            found.append((rule, keyword, FieldError(path, message)))
        return found


def _telling(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Of alternatives that all fail, the first error of the one that fails least, and furthest in; else the error itself."""
    branches = [
        branch for branch in getattr(error.kind, "context", ()) if branch
    ]  # only alternatives have it
    return (
        min(branches, key=lambda branch: (len(branch), -len(branch[0].instance_path)))[0]
        if branches
        else error
    )


@dataclass(frozen=True)
class ParameterPlan:
    """`read` turns the text of a request into a value, raising ValueError."""

    name: str
    location: str
    required: bool
    default: Any
    read: Callable[[str], Any]
    checker: Checker
    rules: RuleMap
    filters: Filter | None
    clamp: Clamp | None


@dataclass(frozen=True)
class BodyPlan:
    """`max_bytes`: a body of more is refused, and never held in memory."""

    required: bool
    max_bytes: int
    checkers: Mapping[str, Checker]
    rules: RuleMap


@dataclass(frozen=True)
class OperationPlan:
    """One operation. `run` answers a call that was let through; `finish` turns its answer into bytes."""

    id: str
    contract: Operation
    parameters: tuple[ParameterPlan, ...]
    body: BodyPlan | None
    row: Transition | None
    lifecycle: Lifecycle | None
    effects: tuple[Effect, ...]
    handler: Handler
    answers: Mapping[tuple[int, str], Checker]
    decide: Callable[["Call"], None]
    run: Callable[["Call"], Awaitable["Answer"]]
    finish: Callable[["Call", "Answer"], bytes]


@dataclass(frozen=True)
class Resource:
    """What is stored under one name. `ordering` gives the sort key of a list; `timers` are those that the mock takes.

    `private` checks what no answer shows, where it comes from outside.
    """

    name: str
    key: str
    checker: Checker
    ordering: Ordering
    lifecycle: Lifecycle | None
    timers: tuple[Timer, ...]
    private: Checker


@dataclass(frozen=True)
class Route:
    """A path of the contract: its regular expression (with convertors for its parameters) and its operations by method."""

    pattern: Any
    operations: Mapping[str, str]


@dataclass(frozen=True)
class ApiPlan:
    """One API, ready to serve.

    `unauthorized` is what a caller without a good credential reads. `find_credential` knows what a token stands for,
    `authenticate` finds the caller, `authorize` says whether it may do this, `limit` counts its calls, `choose_tenant` says whose
    records it asks for, and `sees` whether it may know of a record. `reach` is what there is to be covered.

    A `vendor`'s API has a journal, coverage and faults; the control API, which tells of them, has not.
    """

    name: str
    base_path: str
    contract: Contract
    routes: tuple[Route, ...]
    operations: Mapping[str, OperationPlan]
    resources: Mapping[str, Resource]
    rate_limits: RateLimits | None
    error_body: ErrorBody
    unauthorized: str
    find_credential: Callable[["Call", str], "Credential | None"]
    authenticate: Callable[["Call", str | None], "Credential"]
    authorize: Callable[["Call", "Credential"], None]
    limit: Callable[["Call", "Credential"], None]
    choose_tenant: Callable[["Call"], str | None]
    sees: Callable[[str | None, str], bool]
    reach: Reach
    vendor: bool


def vendors(plans: Mapping[str, ApiPlan]) -> dict[str, ApiPlan]:
    """Those of vendors' APIs, by name."""
    return {name: api for name, api in plans.items() if api.vendor}


def checked(checker: Checker, value: Any, what: str) -> None:
    """Raises ResponseContractViolation where `value` is not what the contract allows."""
    if not checker.is_valid(value):
        violations = "; ".join(
            f"{error.field or 'body'}: {error.message}" for _, _, error in checker.violations(value)
        )
        raise ResponseContractViolation(f"{what}: {violations}")
