"""Broken rules: for each rule a way to break exactly it, as a hurried programmer would. The unbroken plans know nothing of this."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mock_server.errors import UnknownRules
from mock_server.plan import ApiPlan


@dataclass(frozen=True)
class Break:
    """`apply` makes the plan that breaks the rule; `entails` are other rules that cannot hold then."""

    mistake: str
    apply: Callable[[ApiPlan], ApiPlan]
    entails: tuple[str, ...] = ()


def catalogue() -> Mapping[str, Mapping[str, Break]]:
    """Every break, by API and rule."""
    from mock_server.breaks import rentalot  # it needs Break

    return {"rentalot": rentalot.BREAKS}


def breakable(plans: Mapping[str, ApiPlan]) -> list[str]:
    """The rules of the served APIs that can be broken."""
    return sorted(rule for api, rules in catalogue().items() if api in plans for rule in rules)


def broken(plans: Mapping[str, ApiPlan], rules: Sequence[str]) -> Mapping[str, ApiPlan]:
    """Plans that break exactly these rules. Raises UnknownRules."""
    if unknown := sorted(set(rules) - set(breakable(plans))):
        raise UnknownRules(unknown, breakable(plans))
    result = dict(plans)
    for api, breaks in catalogue().items():
        for rule in rules:
            if rule in breaks:
                result[api] = breaks[rule].apply(result[api])
    return result
