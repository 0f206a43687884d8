"""Broken rules: for each rule a way to break exactly it, as a hurried programmer would. The unbroken plans know nothing of this."""

from collections.abc import Mapping, Sequence

from mock_server.breaks import mobilenext, openscouter, promptster, rentalot, saleslab
from mock_server.breaks.parts import Break
from mock_server.errors import UnknownRules
from mock_server.plan import ApiPlan

#: Every break, by API and rule.
CATALOGUE: Mapping[str, Mapping[str, Break]] = {
    "rentalot": rentalot.BREAKS,
    "saleslab": saleslab.BREAKS,
    "openscouter": openscouter.BREAKS,
    "promptster": promptster.BREAKS,
    "mobilenext": mobilenext.BREAKS,
}


def breakable(plans: Mapping[str, ApiPlan]) -> list[str]:
    """The rules of the served APIs that can be broken."""
    return sorted(rule for api, rules in CATALOGUE.items() if api in plans for rule in rules)


def broken(plans: Mapping[str, ApiPlan], rules: Sequence[str]) -> Mapping[str, ApiPlan]:
    """Plans that break exactly these rules. Raises UnknownRules."""
    if unknown := sorted(set(rules) - set(breakable(plans))):
        raise UnknownRules(unknown, breakable(plans))
    result = dict(plans)
    for api, breaks in CATALOGUE.items():
        for rule in rules:
            if rule in breaks:
                result[api] = breaks[rule].apply(result[api])
    return result
