"""The form of a profile."""

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
    """One API's words for one of its resources.

    `resource`: the lifecycle that is judged; `read` and `list`: the operations that show it (no list: empty); `state`: the provider state
    that makes one. `also`: operations that no lifecycle answers for, and that are spoken of here.
    `scopes`: params of that state which tell a check's own records from others, each with the provider state that makes a value (None: any
    UUID does). A list is narrowed to them by the query parameter of that name, or by the header that `headers` names.
    `placing`: state to the params that place a record in it, where they are not the values of the state.
    `born`: the param that is the moment by which a list is sorted. `kinds`: of credentials, each to be judged. `ties`: such a kind to the
    param that names the record which a credential is good for.
    `examples`: a valid body with every documented member, by operation; `{name}` stands for a fresh value of that scope,
    `{uuid}` for any UUID, `{now}` for the target's time, or a moment later.
    `refused`: which rule a valid body speaks to when it is refused;
    `breaks`: the rules that a body of an operation on a fresh record breaks or touches, which no schema can tell.
    """

    resource: str
    read: str
    state: str
    list: str = ""
    also: tuple[str, ...] = ()
    scopes: Mapping[str, str | None] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    placing: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    born: str = "createdAt"
    kinds: tuple[str, ...] = ()
    ties: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: Callable[[Any], str | None] = _nothing
    breaks: Callable[[str, Any], tuple[str, ...]] = _none

    def operations(self, contract: Contract) -> tuple[str, ...]:
        """The operations that are spoken of here, in the contract's order."""
        table = contract.lifecycles[self.resource]
        own = {
            *table.transitions,
            *self.also,
            *([table.creation.operation] if table.creation else ()),
        }
        return tuple(name for name in contract.operations if name in own)
