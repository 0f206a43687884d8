"""Broken rules: for each rule a way to break exactly it, as a hurried programmer would. The unbroken plans know nothing of this."""

from collections.abc import Mapping, Sequence

from session_contracts.mock_server.errors import UnknownRules
from session_contracts.mock_server.mutants.parts import Mutant
from session_contracts.mock_server.plan import ApiPlan, vendors
from session_contracts.openapi import PartError
from session_contracts.openapi.locations import ApiLocation, Part, line_of, location_of, member_of


def mutants_of(home: ApiLocation) -> Mapping[str, Mutant]:
    """Every mutant of one API, by the rule that it breaks. Raises PartError."""
    fix = "write 'MUTANTS: dict[str, Mutant] = {...}', by rule"
    found = member_of(home, Part.MUTANTS, "MUTANTS", fix)
    if not isinstance(found, Mapping) or not all(
        isinstance(each, Mutant) for each in found.values()
    ):
        raise PartError(
            home.file(Part.MUTANTS), None, "MUTANTS is no mapping of rules to a Mutant", fix
        )
    return found


def require_fitting(plans: Mapping[str, ApiPlan]) -> None:
    """Raises PartError where a break of somebody's own API is of no rule, or cannot be made: better now than in the middle of a proof."""
    for plan in vendors(plans).values():
        home = location_of(plan.contract)
        file = home.file(Part.MUTANTS)
        for rule, each in mutants_of(home).items():
            line = line_of(file, f'"{rule}"')
            if rule not in plan.contract.rules:
                raise PartError(
                    file,
                    line,
                    f"the contract has no rule {rule!r}",
                    "state it under x-rules, or break another",
                )
            try:
                each.apply(plan)
            except Exception as error:
                what = f"the break of {rule} does not fit the contract ({type(error).__name__}: {error})"
                raise PartError(file, line, what, "break what there is") from error


def breakable(plans: Mapping[str, ApiPlan]) -> list[str]:
    """The rules of the served APIs that can be broken."""
    return sorted(
        rule for api in vendors(plans).values() for rule in mutants_of(location_of(api.contract))
    )


def broken(plans: Mapping[str, ApiPlan], rules: Sequence[str]) -> Mapping[str, ApiPlan]:
    """Plans that break exactly these rules. Raises UnknownRules."""
    if unknown := sorted(set(rules) - set(breakable(plans))):
        raise UnknownRules(unknown, breakable(plans))
    result = dict(plans)
    for name, api in vendors(plans).items():
        breaks = mutants_of(location_of(api.contract))
        for rule in rules:
            if rule in breaks:
                result[name] = breaks[rule].apply(result[name])
    return result
