"""The rules of one contract under short names: `review.final` is `rentalot.review.final` where Rentalot is judged."""

from collections.abc import Mapping

from session_contracts.openapi.model import Contract, Level


class Rules:
    """Generic checks name rules without the API. `aliases` are an API's own names for what a generic check means."""

    def __init__(self, contract: Contract, aliases: Mapping[str, str] | None = None) -> None:
        self._contract = contract
        self._aliases = aliases or {}

    def find(self, name: str) -> str | None:
        """The full id of a rule, where the contract has it."""
        candidates = (name, self._aliases.get(name, ""), f"{self._contract.name}.{name}")
        return next((rule for rule in candidates if rule in self._contract.rules), None)

    def full(self, name: str) -> str:
        """The full id of a rule. Raises LookupError."""
        rule = self.find(name)
        if rule is None:
            raise LookupError(f"{self._contract.name} has no rule {name!r}")
        return rule

    def statuses(self, name: str) -> tuple[int, ...]:
        return self._contract.rules[self.full(name)].statuses

    def is_decision(self, name: str) -> bool:
        return self._contract.rules[self.full(name)].level is Level.DECISION
