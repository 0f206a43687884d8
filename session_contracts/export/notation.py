"""What several notations share: lifecycles of a contract, captions of arrows, durations, names."""

import json
import re
from typing import Any

import isodate

from session_contracts.errors import NoLifecycle
from session_contracts.lifecycle_graph import Arrow
from session_contracts.openapi.model import ANY, Contract, Lifecycle, Timer


def lifecycles(contract: Contract) -> tuple[Lifecycle, ...]:
    """The lifecycles of a contract. Raises NoLifecycle if there are none."""
    if not contract.lifecycles:
        raise NoLifecycle(contract.name)
    return tuple(contract.lifecycles.values())


def caption(arrow: Arrow) -> tuple[str, ...]:
    """The lines of an arrow's caption."""
    if arrow.timer is None:
        return (arrow.name, *(_condition(name, value) for name, value in arrow.when.items()))
    since = f" since {arrow.timer.since}" if arrow.timer.since else ""
    optional = () if arrow.certain else ("optional (not documented)",)
    return (f"after {duration(arrow.timer)}{since}", *optional)


def _condition(name: str, value: Any) -> str:
    if value is None:
        return f"without {name}"
    if value == ANY:
        return f"with {name}"
    return f"{name} = {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"


def duration(timer: Timer) -> str:
    """The timer's duration in ISO 8601."""
    return str(isodate.duration_isoformat(timer.after))


def identifier(*parts: str) -> str:
    """An identifier that is valid in every notation."""
    return "_".join(re.sub(r"\W", "_", part, flags=re.ASCII) for part in parts)
