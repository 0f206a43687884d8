"""What the pages of one API show beyond the contract, computed when a page first needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from session_contracts.conformance.rule_checks import checks_by_rule
from session_contracts.docs.examples import Example, example
from session_contracts.docs.model import Api
from session_contracts.docs.recorder import Recorded, record
from session_contracts.docs.refusals import find_refusals
from session_contracts.docs.rules import Mention, mentions
from session_contracts.mock_server.mutants import mutants_of
from session_contracts.mock_server.mutants.mutant import Mutant
from session_contracts.mock_server.states import states_of
from session_contracts.mock_server.states.common import State
from session_contracts.openapi import Contract, Level, Rule
from session_contracts.openapi.locations import location_of


@dataclass(frozen=True)
class ApiData:
    """Examples, responses, refusals, checks and mutants of `api`.

    Without a mock of the API, all but the examples and the mentions are empty.
    """

    api: Api

    @property
    def contract(self) -> Contract:
        """The API's contract."""
        return self.api.contract

    @property
    def _verifiable(self) -> bool:
        return self.api.mocked and self.api.vendor

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """By operation, a call of it."""
        return {
            name: example(self.api, operation)
            for name, operation in self.contract.operations.items()
        }

    @cached_property
    def responses(self) -> Mapping[str, Recorded]:
        """By operation, the mock's response to its example."""
        if not self.api.mocked:
            return {}
        return dict(zip(self.examples, record(self.api, self.examples.values()), strict=True))

    @cached_property
    def refusals(self) -> Mapping[str, tuple[Example, Recorded]]:
        """By rule, a call that the mock refuses because of it, and the response."""
        return find_refusals(self.api) if self._verifiable else {}

    @cached_property
    def mentions(self) -> Mapping[str, list[Mention]]:
        """By rule, the places that name it."""
        return mentions(self.contract)

    @cached_property
    def checks(self) -> Mapping[str, tuple[str, ...]]:
        """By rule, the checks of the conformance suite that verify it."""
        return checks_by_rule(self.api.name) if self._verifiable else {}

    @property
    def mutants(self) -> Mapping[str, Mutant]:
        """By rule, the mutant that breaks it."""
        return mutants_of(location_of(self.contract)) if self._verifiable else {}

    @property
    def states(self) -> Mapping[str, State]:
        """By name, the provider states that only this API has."""
        return states_of(location_of(self.contract)) if self._verifiable else {}

    @cached_property
    def levels(self) -> Mapping[Level, list[Rule]]:
        """The rules of each level, in the contract's order."""
        rules = self.contract.rules.values()
        return {level: [rule for rule in rules if rule.level is level] for level in Level}
