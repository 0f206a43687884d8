"""Broken rules: for each rule a way to break exactly it, as a hurried programmer would. The unbroken plans know nothing of this."""

from collections.abc import Mapping, Sequence

from session_contracts.mock_server.breaks import (
    mobilenext,
    openscouter,
    promptster,
    rentalot,
    saleslab,
)
from session_contracts.mock_server.breaks.parts import Break
from session_contracts.mock_server.errors import UnknownRules
from session_contracts.mock_server.plan import ApiPlan, vendors
from session_contracts.openapi import PartError
from session_contracts.openapi.catalog import Home, home_of, line_of, of_part

#: Every break of the vendors' rules, by API and rule.
CATALOGUE: Mapping[str, Mapping[str, Break]] = {
    "rentalot": rentalot.BREAKS,
    "saleslab": saleslab.BREAKS,
    "openscouter": openscouter.BREAKS,
    "promptster": promptster.BREAKS,
    "mobilenext": mobilenext.BREAKS,
}


def catalogue(api: Home) -> Mapping[str, Break]:
    """Every break of one API, by rule. Raises PartError."""
    return CATALOGUE[api.name] if api.name in CATALOGUE else _own(api)


def _own(home: Home) -> Mapping[str, Break]:
    fix = "write 'BREAKS: dict[str, Break] = {...}', by rule"
    found = of_part(home, "breaks", "BREAKS", fix)
    if not isinstance(found, Mapping) or not all(
        isinstance(each, Break) for each in found.values()
    ):
        raise PartError(home.file("breaks"), None, "BREAKS is no mapping of rules to a Break", fix)
    return found


def require_fitting(plans: Mapping[str, ApiPlan]) -> None:
    """Raises PartError where a break of somebody's own API is of no rule, or cannot be made: better now than in the middle of a proof."""
    for plan in (plan for plan in vendors(plans).values() if plan.name not in CATALOGUE):
        home = home_of(plan.contract)
        file = home.file("breaks")
        for rule, each in catalogue(home).items():
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
        rule for api in vendors(plans).values() for rule in catalogue(home_of(api.contract))
    )


def broken(plans: Mapping[str, ApiPlan], rules: Sequence[str]) -> Mapping[str, ApiPlan]:
    """Plans that break exactly these rules. Raises UnknownRules."""
    if unknown := sorted(set(rules) - set(breakable(plans))):
        raise UnknownRules(unknown, breakable(plans))
    result = dict(plans)
    for name, api in vendors(plans).items():
        breaks = catalogue(home_of(api.contract))
        for rule in rules:
            if rule in breaks:
                result[name] = breaks[rule].apply(result[name])
    return result
