"""The resource that a check is about, and everything a check needs to work with it.

`Subject` only holds things together. What can be done with it are functions that take it first:
`preparing` makes records, `target_clock` moves the time, `calling` sends requests, `reading` and
`listing` read answers, `outbox` reads messages.

Functions that read an answer raise Unexercised if it is unusable: another rule reports that.
"""

from dataclasses import dataclass, field

from session_contracts.conformance.client import Target
from session_contracts.conformance.profile import SuiteProfile
from session_contracts.conformance.states import States
from session_contracts.openapi.model import Contract, Lifecycle, Operation


@dataclass(frozen=True)
class Subject:
    """One resource of an API at a target.

    `profile` is the suite profile of the resource, `states` the provider states of the target.
    `record_headers`: by record id, the headers without which that record is not found.
    """

    contract: Contract
    profile: SuiteProfile
    target: Target
    states: States
    record_headers: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def table(self) -> Lifecycle:
        """The lifecycle of the resource."""
        return self.contract.lifecycles[self.profile.resource]

    def operation(self, name: str) -> Operation:
        """The operation with this operationId. Raises KeyError."""
        return self.contract.operations[name]
