"""What a mutant is: a mistake in a few words, and the change of a plan that makes it."""

from collections.abc import Callable
from dataclasses import dataclass

from session_contracts.mock_server.plan import ApiPlan

#: A plan in, a plan with a part replaced out.
Mutation = Callable[[ApiPlan], ApiPlan]


@dataclass(frozen=True)
class Mutant:
    """A change that breaks one rule.

    `mistake` completes "The programmer ...": `forgets a member`. `apply` makes the plan that breaks
    the rule; `entails` are the ids of other rules that cannot hold then.
    """

    mistake: str
    apply: Mutation
    entails: tuple[str, ...] = ()
