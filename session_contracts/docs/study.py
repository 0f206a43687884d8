"""All that the pages of one API tell and the contract itself does not hold, worked out when a page first asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from session_contracts.conformance.catalogue import judges
from session_contracts.docs.examples import Example, example
from session_contracts.docs.facts import Mention, mentions
from session_contracts.docs.model import Api
from session_contracts.docs.provoke import provoked
from session_contracts.docs.recorder import Recorded, record
from session_contracts.mock_server.mutants import mutants_of
from session_contracts.mock_server.mutants.mutant import Mutant
from session_contracts.openapi import Contract, Level, Rule
from session_contracts.openapi.locations import location_of


@dataclass(frozen=True)
class Study:
    """`api`, and what belongs to it."""

    api: Api

    @property
    def contract(self) -> Contract:
        return self.api.contract

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """By operation."""
        return {
            name: example(self.api, operation)
            for name, operation in self.contract.operations.items()
        }

    @cached_property
    def answers(self) -> Mapping[str, Recorded]:
        """By operation, what the mock answers to its example; nothing where the mock does not know the API."""
        if not self.api.mocked:
            return {}
        return dict(zip(self.examples, record(self.api, self.examples.values()), strict=True))

    @cached_property
    def provocations(self) -> Mapping[str, tuple[Example, Recorded]]:
        """By rule, a call that the mock refuses by it."""
        return provoked(self.api) if self.api.mocked and self.api.vendor else {}

    @cached_property
    def mentions(self) -> Mapping[str, list[Mention]]:
        return mentions(self.contract)

    @cached_property
    def checks(self) -> Mapping[str, tuple[str, ...]]:
        """By rule, the checks of the conformance suite that judge it."""
        return judges(self.api.name) if self.api.mocked and self.api.vendor else {}

    @property
    def breaks(self) -> Mapping[str, Mutant]:
        """By rule, how the mock breaks it."""
        return mutants_of(location_of(self.contract)) if self.api.mocked and self.api.vendor else {}

    @cached_property
    def levels(self) -> Mapping[Level, list[Rule]]:
        """The rules of each level, in the contract's order."""
        rules = self.contract.rules.values()
        return {level: [rule for rule in rules if rule.level is level] for level in Level}
