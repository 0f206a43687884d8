"""Rules by full names, short names and aliases."""

from dataclasses import replace

import pytest

from session_contracts.conformance.rules import Rules
from session_contracts.openapi import load

_RULE = "rentalot.review.final"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (_RULE, _RULE),
        ("review.final", _RULE),
        ("move.final", _RULE),
        ("nothing", None),
    ],
)
def test_find(name: str, found: str | None) -> None:
    contract = load("rentalot")
    aliased = replace(contract.rules[_RULE], alias="move.final")
    rules = Rules(replace(contract, rules={**contract.rules, _RULE: aliased}))
    assert rules.find(name) == found


def test_full_id_of_unknown_rule() -> None:
    with pytest.raises(LookupError, match="rentalot has no rule 'nothing'"):
        Rules(load("rentalot")).full("nothing")
