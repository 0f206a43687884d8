"""Where a picture's texts lead to."""

from collections.abc import Callable
from dataclasses import dataclass

from session_contracts.diagram.boxes import Link
from session_contracts.openapi.model import Contract, Level


@dataclass(frozen=True)
class Pages:
    contract: Contract
    rule_url: Callable[[str], str]
    operation_url: Callable[[str], str]

    def rule(self, rule: str, text: str) -> Link:
        """To the page of a rule; `text` is what the picture says of it, and the rule's statement explains it."""
        statement = self.contract.rules[rule].statement
        if self.decided(rule):
            statement = f"A decision of the mock. {statement}"
        return Link(self.rule_url(rule), f"{statement} ({rule})", f"{text}. {statement}")

    def decided(self, rule: str) -> bool:
        """Whether the documents are silent, so that the mock had to do something."""
        return self.contract.rules[rule].level is Level.DECISION

    def operation(self, operation: str) -> Link:
        summary = self.contract.operations[operation].summary
        return Link(
            self.operation_url(operation),
            summary or operation,
            f"{operation}: {summary}" if summary else operation,
        )

    def short(self, rule: str) -> str:
        """The id of a rule without the name of the API, which all rules of a picture have in common."""
        return rule.removeprefix(f"{self.contract.name}.")
