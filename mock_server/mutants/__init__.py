"""Broken rules: for each rule a mutant that breaks exactly it, as a hurried programmer would.

A mutant is a function from a plan to a plan. The plans without mutants know nothing of this.
"""

from collections.abc import Mapping
from functools import lru_cache

from session_contracts.mock_server.errors import UnknownRules
from session_contracts.mock_server.mutants.mutant import Mutant
from session_contracts.mock_server.plan import ApiPlan, Plans
from session_contracts.openapi import PartError
from session_contracts.openapi.locations import ApiLocation, Part, line_of, location_of, member_of

#: How many sets of broken rules keep their plans.
_KEPT = 1024


def mutants_of(location: ApiLocation) -> Mapping[str, Mutant]:
    """The mutants of one API, by the rule that each breaks. Raises PartError."""
    fix = "write 'MUTANTS: dict[str, Mutant] = {...}', by rule"
    found = member_of(location, Part.MUTANTS, "MUTANTS", fix)
    if not isinstance(found, Mapping) or not all(
        isinstance(each, Mutant) for each in found.values()
    ):
        file = location.file(Part.MUTANTS)
        raise PartError(file, None, "MUTANTS is not a mapping of rules to a Mutant", fix)
    return found


class MutablePlans:
    """The plans of the served APIs: `unbroken`, and with any set of rules broken.

    Raises PartError for a mutant of an unknown rule, or one that does not fit the plan: better at
    startup than in the middle of a proof.
    """

    def __init__(self, unbroken: Plans) -> None:
        self.unbroken = unbroken
        self._mutants = {
            name: mutants_of(location_of(plan.contract)) for name, plan in unbroken.items()
        }
        for name, mutants in self._mutants.items():
            _require_fitting(unbroken[name], mutants)
        self._broken = lru_cache(maxsize=_KEPT)(self._apply)

    def breakable(self) -> list[str]:
        """The ids of the rules that can be broken."""
        return sorted(rule for mutants in self._mutants.values() for rule in mutants)

    def breaking(self, rules: tuple[str, ...]) -> Plans:
        """The plans that break exactly these rules. Raises UnknownRules."""
        return self._broken(rules) if rules else self.unbroken

    def _apply(self, rules: tuple[str, ...]) -> Plans:
        known = self.breakable()
        if unknown := sorted(set(rules) - set(known)):
            raise UnknownRules(unknown, known)
        plans = dict(self.unbroken)
        for name, mutants in self._mutants.items():
            for rule in rules:
                if rule in mutants:
                    plans[name] = mutants[rule].apply(plans[name])
        return plans


def _require_fitting(plan: ApiPlan, mutants: Mapping[str, Mutant]) -> None:
    file = location_of(plan.contract).file(Part.MUTANTS)
    for rule, mutant in mutants.items():
        line = line_of(file, f'"{rule}"')
        if rule not in plan.contract.rules:
            fix = "state it under x-rules, or break another"
            raise PartError(file, line, f"the contract has no rule {rule!r}", fix)
        try:
            mutant.apply(plan)
        except Exception as error:
            what = (
                f"the mutant of {rule} does not fit the contract ({type(error).__name__}: {error})"
            )
            fix = "change only operations, parameters and states that the contract has"
            raise PartError(file, line, what, fix) from error
