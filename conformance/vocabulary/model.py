"""The form of a vocabulary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def _nothing(body: Any) -> str | None:
    return None


@dataclass(frozen=True)
class Vocabulary:
    """One API's words.

    `resource`: the lifecycle that is judged; `read` and `list`: the operations that show it; `state`: the provider state that makes one.
    `scopes`: params of that state which narrow a list to what a check has made, each a query parameter too.
    `examples`: a valid body with every documented member, by operation.
    `cells`: (operation, state) to the rule that says more of that cell than the table does; `filter_values` likewise (parameter, value).
    `envelopes`: operation to the rule about what its answer is wrapped in.
    `aliases`: what a generic check's rule is called here; `refused`: which rule a valid body speaks to when it is refused.
    """

    api: str
    resource: str
    read: str
    list: str
    state: str
    scopes: tuple[str, ...]
    examples: Mapping[str, Mapping[str, Any]]
    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)
    filter_values: Mapping[tuple[str, str], str] = field(default_factory=dict)
    envelopes: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    refused: Callable[[Any], str | None] = _nothing
