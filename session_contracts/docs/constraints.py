"""Constraints that name a rule, and their violations in words.

A key of `x-rule` is a keyword of JSON Schema or one of ours (`syntax`, `size`, `repeated`, ...).
"""

from collections.abc import Iterator, Mapping

from session_contracts.openapi.json_schema import rule_map
from session_contracts.openapi.model import Body, JsonSchema, RuleMap

_VIOLATIONS = {
    "*": "otherwise invalid",
    "required": "missing",
    "missing": "missing",
    "syntax": "not JSON",
    "encoding": "not UTF-8",
    "mediaType": "of another content type",
    "size": "too large",
    "type": "of another type",
    "nullable": "null",
    "enum": "another value",
    "repeated": "given twice",
    "minimum": "below the minimum",
    "maximum": "above the maximum",
    "minLength": "too short",
    "maxLength": "too long",
    "pattern": "not matching the pattern",
    "format": "not of the format",
    "additionalProperties": "with an undocumented member",
    "anyOf": "matching none of the alternatives",
    "oneOf": "not matching exactly one of the alternatives",
    "allOf": "not meeting a condition",
}

_CREDENTIAL_VIOLATIONS = {
    "missing": "missing",
    "scheme": "sent in another scheme",
    "malformed": "without a token, or with more than one",
    "unknown": "unknown",
    "revoked": "revoked",
    "expired": "expired",
    "other": "of another kind than the call needs",
}


def violation_text(constraint: str, *, of_schema: bool = False) -> str:
    """How a value violates the constraint; `required` of a schema is about its members."""
    if of_schema and constraint == "required":
        return "without a required member"
    return _VIOLATIONS.get(constraint, constraint)


def credential_violation_text(constraint: str) -> str:
    """How a credential is invalid."""
    return _CREDENTIAL_VIOLATIONS.get(constraint, constraint)


def violations(rules: Mapping[str, str], *, of_schema: bool = False) -> list[tuple[str, str]]:
    """(violation in words, rule) for each rule of a map from constraint to rule."""
    constraints: dict[str, list[str]] = {}
    for constraint, rule in rules.items():
        constraints.setdefault(rule, []).append(constraint)
    return [(_any_of(found, set(rules), of_schema), rule) for rule, found in constraints.items()]


def credential_violations(rules: RuleMap) -> list[tuple[str, str]]:
    """(violation in words, rule) for each way in which a credential can be invalid."""
    return [(credential_violation_text(name), rule) for name, rule in rules.ids.items()]


def _any_of(found: list[str], known: set[str], of_schema: bool) -> str:
    if set(found) == known and "*" in found:
        return "invalid in any way"
    texts = [violation_text(constraint, of_schema=of_schema) for constraint in found]
    return " or ".join(dict.fromkeys(texts))


def body_rules(body: Body) -> dict[str, str]:
    """Constraint to rule, without those that an optional body cannot violate by being absent."""
    return {
        constraint: rule
        for constraint, rule in body.rules.ids.items()
        if body.required or constraint not in ("required", "missing")
    }


def schema_constraints(
    schema: JsonSchema, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(path of members, constraint, rule) for each rule that an unresolved schema names."""
    for constraint, rule in rule_map(schema).ids.items():
        yield path, constraint, rule
    for name, member in schema.get("properties", {}).items():
        yield from schema_constraints(member, (*path, name))
    if isinstance(schema.get("items"), Mapping):
        yield from schema_constraints(schema["items"], (*path, "[]"))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for alternative in schema.get(keyword, ()):
            yield from schema_constraints(alternative, path)
