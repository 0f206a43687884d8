"""Links of a diagram's texts to pages."""

from collections.abc import Callable
from dataclasses import dataclass

from session_contracts.diagram.boxes import Link
from session_contracts.openapi.model import Contract, Level


@dataclass(frozen=True)
class Links:
    """Makes links to the pages of rules and operations of a contract."""

    contract: Contract
    rule_url: Callable[[str], str]
    operation_url: Callable[[str], str]

    def rule(self, rule: str, text: str) -> Link:
        """A link to the page of a rule; its name is `text`, then the statement."""
        statement = self.contract.rules[rule].statement
        if self.is_decision(rule):
            statement = f"Decision. {statement}"
        return Link(self.rule_url(rule), f"{statement} ({rule})", f"{text}. {statement}")

    def is_decision(self, rule: str) -> bool:
        """Whether the rule is a decision."""
        return self.contract.rules[rule].level is Level.DECISION

    def operation(self, operation: str) -> Link:
        """A link to the page of an operation."""
        summary = self.contract.operations[operation].summary
        return Link(
            self.operation_url(operation),
            summary or operation,
            f"{operation}: {summary}" if summary else operation,
        )

    def short(self, rule: str) -> str:
        """The id of a rule without the prefix, which all rules of the API share."""
        return rule.removeprefix(f"{self.contract.name}.")
