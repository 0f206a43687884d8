"""Rate limits: calls are counted in fixed windows of the world's time."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from session_contracts.openapi.model import RateLimits, Window


@dataclass
class Count:
    """The number of calls in one window; windows are numbered from the Unix epoch."""

    window: int = -1
    calls: int = 0


@dataclass(frozen=True)
class Standing:
    """A credential's limit and remaining calls in one window, after a call.

    `reset` is the window's end in Unix seconds, `wait` the seconds until then.
    """

    limit: int
    remaining: int
    reset: int
    wait: int
    exceeded: bool


@dataclass
class Rates:
    """The counts of one world. Unless `enforced`, calls are counted but never refused."""

    enforced: bool = False
    counts: dict[tuple[str, str, int], Count] = field(default_factory=dict)

    def fork(self) -> "Rates":
        """A copy."""
        return Rates(self.enforced, {key: replace(count) for key, count in self.counts.items()})

    def count(self, api: str, who: str, limits: RateLimits, now: datetime) -> list[Standing]:
        """Count one call in every window."""
        seconds = int(now.timestamp())
        return [
            self._count((api, who, index), window, seconds)
            for index, window in enumerate(limits.windows)
        ]

    def _count(self, key: tuple[str, str, int], window: Window, now: int) -> Standing:
        length = int(window.per.total_seconds())
        number = now // length
        count = self.counts.get(key)
        if count is None or count.window != number:
            count = self.counts[key] = Count(number)
        exceeded = self.enforced and count.calls >= window.calls
        if not exceeded:
            count.calls += 1
        reset = (number + 1) * length
        return Standing(
            window.calls, max(0, window.calls - count.calls), reset, reset - now, exceeded
        )
