"""Every mutant of every API can be applied to its plan, and changes it."""

import pytest

from session_contracts.mock_server.errors import UnknownRules
from session_contracts.mock_server.mock import Mock
from session_contracts.mock_server.mutants import mutants_of
from session_contracts.mock_server.settings import Settings
from session_contracts.openapi import bundled_names, load
from session_contracts.openapi.locations import location_of

NAMES = tuple(bundled_names())
PLANS = Mock(Settings(NAMES)).plans
MUTANTS = [(name, rule) for name in NAMES for rule in mutants_of(location_of(load(name)))]


@pytest.mark.parametrize(("name", "rule"), MUTANTS, ids=lambda value: value)
def test_mutant_changes_the_plan_of_its_api_alone(name: str, rule: str) -> None:
    broken = PLANS.breaking((rule,))
    assert broken[name] != PLANS.unbroken[name]
    assert all(broken[other] is PLANS.unbroken[other] for other in NAMES if other != name)


def test_no_rules_are_broken_by_the_original_plans() -> None:
    assert PLANS.breaking(()) is PLANS.unbroken


def test_same_rules_get_the_same_plans() -> None:
    rules = (MUTANTS[0][1], MUTANTS[-1][1])
    assert PLANS.breaking(rules) is PLANS.breaking(rules)


def test_unknown_rules_are_named() -> None:
    with pytest.raises(UnknownRules, match=r"rentalot\.nothing"):
        PLANS.breaking(("rentalot.nothing",))


def test_every_mutant_is_breakable() -> None:
    assert PLANS.breakable() == sorted(rule for _, rule in MUTANTS)
