"""The rules of one contract under short names: `review.final` is `rentalot.review.final` where Rentalot is judged."""

from session_contracts.openapi.model import Contract, Level


class Rules:
    """Generic checks name rules without the API, or by the alias that the contract gives."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._aliases = {rule.alias: rule.id for rule in contract.rules.values() if rule.alias}

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
