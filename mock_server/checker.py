"""Checks values against a schema, and names the rule that an invalid value breaks."""

from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from session_contracts.mock_server.errors import FieldError, ResponseContractViolation
from session_contracts.openapi.json_schema import broken_rule, translate
from session_contracts.openapi.model import JsonSchema

#: The longest message, in characters: beyond this it only repeats the request.
_LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Checker:
    """One schema, compiled."""

    schema: JsonSchema
    validator: jsonschema_rs.Draft202012Validator

    @classmethod
    def of(cls, schema: JsonSchema) -> "Checker":
        """Compile a schema of OpenAPI 3.0, its references resolved."""
        translated = translate(schema)
        return cls(schema, jsonschema_rs.Draft202012Validator(translated, validate_formats=True))

    def is_valid(self, value: Any) -> bool:
        """Whether a value matches the schema."""
        return self.validator.is_valid(value)

    def violations(self, value: Any) -> list[tuple[str | None, str, FieldError]]:
        """Rule, JSON Schema keyword and message of each violation."""
        found = []
        for error in self.validator.iter_errors(value):
            keyword = str(error.schema_path[-1]) if error.schema_path else ""
            cause = _cause(error)
            path = ".".join(map(str, [*cause.instance_path, *_missing(cause, keyword)])) or "body"
            message = cause.message
            if len(message) > _LONGEST_MESSAGE:
                message = f"{message[:_LONGEST_MESSAGE]}..."
            found.append((broken_rule(self.schema, error), keyword, FieldError(path, message)))
        return found


def _missing(error: jsonschema_rs.ValidationError, keyword: str) -> list[str]:
    """The name of a required member that is missing: it is not part of the error's path."""
    name = getattr(error.kind, "property", None) if keyword == "required" else None
    return [] if name is None else [name]


def _cause(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """The most helpful error: where all alternatives fail, the first of the nearest alternative.

    The nearest alternative has the fewest errors and, among equals, the most deeply nested one.
    """
    branches: list[list[jsonschema_rs.ValidationError]] = [
        branch for branch in getattr(error.kind, "context", ()) if branch
    ]
    if not branches:
        return error
    return min(branches, key=lambda branch: (len(branch), -len(branch[0].instance_path)))[0]


def checked(checker: Checker, value: Any, what: str) -> None:
    """Raises ResponseContractViolation if the contract does not allow the value."""
    if not checker.is_valid(value):
        violations = "; ".join(
            f"{error.field or 'body'}: {error.message}" for _, _, error in checker.violations(value)
        )
        raise ResponseContractViolation(f"{what}: {violations}")
