"""Counts calls in fixed windows of the world's time."""

from dataclasses import dataclass, field
from datetime import datetime

from openapi.model import RateLimits, Window


@dataclass
class _Count:
    window: int = -1
    calls: int = 0


@dataclass(frozen=True)
class Standing:
    """How a credential stands in one window after a call: `reset` is its end in Unix seconds, `wait` the seconds until then."""

    limit: int
    remaining: int
    reset: int
    wait: int
    exceeded: bool


@dataclass
class Rates:
    """`enforced` False: counted and told, but never refused."""

    enforced: bool = False
    _counts: dict[tuple[str, str, int], _Count] = field(default_factory=dict)

    def count(self, api: str, who: str, limits: RateLimits, now: datetime) -> list[Standing]:
        """Count one call in every window."""
        seconds = int(now.timestamp())
        return [self._count((api, who, index), window, seconds) for index, window in enumerate(limits.windows)]

    def _count(self, key: tuple[str, str, int], window: Window, now: int) -> Standing:
        length = int(window.per.total_seconds())
        number = now // length
        count = self._counts.get(key)
        if count is None or count.window != number:
            count = self._counts[key] = _Count(number)
        exceeded = self.enforced and count.calls >= window.calls
        if not exceeded:
            count.calls += 1
        reset = (number + 1) * length
        return Standing(window.calls, max(0, window.calls - count.calls), reset, reset - now, exceeded)
