"""Schemas, and the rules that invalid values break."""

import pytest

from session_contracts.mock_server.checker import Checker, checked
from session_contracts.mock_server.errors import ResponseContractViolation

SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "x-rule": {"type": "acme.name"}},
        "size": {"oneOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]},
    },
}


def test_violation_names_rule_keyword_and_field() -> None:
    ((rule, keyword, error),) = Checker.of(SCHEMA).violations({"name": 1})
    assert (rule, keyword, error.field) == ("acme.name", "type", "name")


def test_missing_member_is_the_field() -> None:
    ((_, keyword, error),) = Checker.of(SCHEMA).violations({})
    assert (keyword, error.field) == ("required", "name")


def test_error_of_alternatives_is_that_of_the_nearest_one() -> None:
    ((_, _, error),) = Checker.of(SCHEMA).violations({"name": "a", "size": [1, "b"]})
    assert error.field == "size.1"


def test_long_messages_are_cut() -> None:
    ((_, _, error),) = Checker.of(SCHEMA).violations({"name": ["x" * 1000]})
    assert len(error.message) < 310


def test_checked_value_raises_with_all_violations() -> None:
    checked(Checker.of(SCHEMA), {"name": "a"}, "answer")
    with pytest.raises(ResponseContractViolation, match="answer: name: "):
        checked(Checker.of(SCHEMA), {"name": 1}, "answer")
