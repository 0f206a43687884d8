"""The checks of each rule are those that a run would select."""

import pytest

from session_contracts.conformance.rule_checks import checks_by_rule
from session_contracts.conformance.runner import Options, verify
from session_contracts.openapi import load

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rule", ["rentalot.review.final", "mobilenext.list.limit"])
def test_checks_of_a_rule_match_dry_run(rule: str) -> None:
    api = rule.partition(".")[0]
    planned = verify(Options(api, "http://nowhere.invalid", rules=(rule,), dry_run=True)).planned
    assert checks_by_rule(api)[rule] == tuple(planned)
    assert all(rule in rules for rules in planned.values())


def test_only_rules_of_the_contract() -> None:
    assert set(checks_by_rule("mobilenext")) <= set(load("mobilenext").rules)
    assert (
        "generic/enumerate/test_lifecycle.py::test_cell[getSession-held]"
        in checks_by_rule("mobilenext")["mobilenext.get.returns"]
    )
