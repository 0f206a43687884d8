"""What a suite profile contains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from session_contracts.openapi.model import Contract


def _nothing(body: Any) -> str | None:
    return None


def _none(operation: str, body: Any) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class SuiteProfile:
    """How the suite exercises one resource of an API; the facts themselves are in the contract.

    `resource`: the lifecycle. `read`, `list`: the operations that show a record, and list them
    (empty: none). `state`: the provider state that makes a record. `other_operations`: operations
    without a lifecycle that are checked with this resource.

    `scopes`: params of that state that separate a check's own records from others, each with the
    provider state that makes a value (None: any UUID). A list is narrowed to them by the query
    parameter of that name, or by the header that `headers` names. `state_params`: by lifecycle
    state, the params that put a record in it, if they are not the state's values. `time_param`:
    the param with the time by which a list is sorted.

    `kinds`: the kinds of credentials, each checked. `credential_params`: by kind, the param that
    names the record for which a credential is valid.

    `examples`: by operation, a valid body with every documented member. `{name}` stands for a
    fresh value of that scope, `{uuid}` for any UUID, `{now}` for the target's time or later.
    `refusal_rule`: the rule by which a valid body may be refused. `affected_rules`: the rules that
    a body of an operation on a fresh record breaks or concerns, beyond what a schema can express.
    """

    resource: str
    read: str
    state: str
    list: str = ""
    other_operations: tuple[str, ...] = ()
    scopes: Mapping[str, str | None] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    state_params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    time_param: str = "createdAt"
    kinds: tuple[str, ...] = ()
    credential_params: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refusal_rule: Callable[[Any], str | None] = _nothing
    affected_rules: Callable[[str, Any], tuple[str, ...]] = _none

    def operations(self, contract: Contract) -> tuple[str, ...]:
        """The operations that are checked with this resource, in the contract's order."""
        table = contract.lifecycles[self.resource]
        own = {
            *table.transitions,
            *self.other_operations,
            *([table.creation.operation] if table.creation else ()),
        }
        return tuple(name for name in contract.operations if name in own)
