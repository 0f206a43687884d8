"""The rules of a contract under short names: `review.final` for `rentalot.review.final`."""

from session_contracts.openapi.model import Contract, Level


class Rules:
    """Finds rules by full or short names, or by the aliases that the contract states.

    A generic check cannot name the API: it uses short names and aliases.
    """

    def __init__(self, contract: Contract) -> None:
        """Find the rules of this contract."""
        self._contract = contract
        self._aliases = {rule.alias: rule.id for rule in contract.rules.values() if rule.alias}

    def find(self, name: str) -> str | None:
        """The full id of a rule; None if the contract does not state it."""
        candidates = (name, self._aliases.get(name, ""), f"{self._contract.name}.{name}")
        return next((rule for rule in candidates if rule in self._contract.rules), None)

    def full(self, name: str) -> str:
        """The full id of a rule. Raises LookupError."""
        rule = self.find(name)
        if rule is None:
            raise LookupError(f"{self._contract.name} has no rule {name!r}")
        return rule

    def statuses(self, name: str) -> tuple[int, ...]:
        """The statuses that a rule allows. Raises LookupError."""
        return self._contract.rules[self.full(name)].statuses

    def is_decision(self, name: str) -> bool:
        """Whether a rule is a decision. Raises LookupError."""
        return self._contract.rules[self.full(name)].level is Level.DECISION
