"""What the catalogue says of checks is what a run of the suite would do."""

import pytest

from session_contracts.conformance.catalogue import judges
from session_contracts.conformance.runner import Options, verify
from session_contracts.openapi import load

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rule", ["rentalot.review.final", "mobilenext.list.limit"])
def test_it_names_the_checks_that_would_run_for_a_rule(rule: str) -> None:
    api = rule.partition(".")[0]
    planned = verify(Options(api, "http://nowhere.invalid", rules=(rule,), dry_run=True)).planned
    assert judges(api)[rule] == tuple(planned)
    assert all(rule in rules for rules in planned.values())


def test_it_knows_the_rules_of_the_contract_alone() -> None:
    assert set(judges("mobilenext")) <= set(load("mobilenext").rules)
    assert (
        "enumerate/test_lifecycle.py::test_cell[getSession-held]"
        in judges("mobilenext")["mobilenext.get.returns"]
    )
