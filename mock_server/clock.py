"""A world's virtual clock: it runs with the machine's time or is frozen, and only moves forward."""

import re
import time
from datetime import UTC, datetime, timedelta

import isodate

from session_contracts.mock_server.errors import ClockError

#: Bounds of the clock and of every time that it is set to; dates computed from them are valid.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class Clock:
    """`frozen_at` None: the machine's time, plus `offset`, by which it was advanced."""

    def __init__(self, frozen_at: datetime | None = None, offset: timedelta = timedelta()) -> None:
        self._frozen = frozen_at
        self._offset = offset

    def fork(self) -> "Clock":
        """A copy that shows the same time."""
        return Clock(self._frozen, self._offset)

    def now(self) -> datetime:
        """The time in UTC, in whole seconds."""
        if self._frozen is not None:
            return self._frozen
        return datetime.fromtimestamp(int(time.time()), UTC) + self._offset

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def freeze(self) -> None:
        """Stop at the time that the clock shows."""
        self._frozen = self.now()

    def run(self) -> None:
        """Run with the machine's seconds, from the time that the clock shows."""
        if self._frozen is not None:
            self._offset = self._frozen - datetime.fromtimestamp(int(time.time()), UTC)
            self._frozen = None

    def advance(self, by: timedelta) -> None:
        """Move forward. Raises ClockError if `by` is negative, or leads beyond LATEST."""
        if by < timedelta():
            raise ClockError("the clock only moves forward; give a duration that is not negative")
        if by > LATEST - self.now():
            raise ClockError(f"the clock ends at {rfc3339(LATEST)}; give a shorter duration")
        if self._frozen is not None:
            self._frozen += by
        else:
            self._offset += by

    def set(self, to: datetime) -> None:
        """Move to a later time. Raises ClockError if `to` is in the clock's past."""
        now = self.now()
        if to < now:
            raise ClockError(
                f"the clock shows {rfc3339(now)} and only moves forward; "
                "give a later time, or reset the world"
            )
        self.advance(to - now)


def rfc3339(moment: datetime) -> str:
    """A UTC time as the vendors write it: `2026-02-12T10:30:00Z`."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def rfc3339_ms(moment: datetime) -> str:
    """A time as UTC, to the millisecond: `2026-02-12T10:30:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """An RFC 3339 time as UTC, in whole seconds, within a clock's bounds. Raises ValueError."""
    moment = parse_moment(text).replace(microsecond=0)
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(
            f"{text!r} is out of range; give a time from {rfc3339(EARLIEST)} to {rfc3339(LATEST)}"
        )
    return moment


def parse_moment(text: str) -> datetime:
    """An RFC 3339 time as UTC, to the microsecond. Raises ValueError."""
    leap = text[17:19] == "60"
    try:
        if not _RFC3339.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat((f"{text[:17]}59{text[19:]}" if leap else text).upper())
    except ValueError:
        hint = " (in a URL, write + as %2B)" if " " in text[19:] else ""
        raise ValueError(
            f"{text[:40]!r} is not an RFC 3339 time, as in 2026-02-12T10:30:00Z{hint}"
        ) from None
    try:
        return moment.astimezone(UTC) + timedelta(seconds=leap)
    except OverflowError:
        return moment.replace(tzinfo=UTC)  # within a day of the calendar's end


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration of fixed length (no months or years). Raises ValueError."""
    try:
        duration = isodate.parse_duration(text)
    except (isodate.ISO8601Error, OverflowError):
        duration = None
    if not isinstance(duration, timedelta):
        raise ValueError(
            f"{text!r} is not an ISO 8601 duration of fixed length, as in P31D or PT60S"
        )
    return duration
