"""Reads and advances the target's clock, which need not show the time of this machine."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from session_contracts.conformance import shapes
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.subject import Subject


def clock_time(subject: Subject) -> datetime:
    """What the target's clock shows, by provider state `clock`. Raises Unexercised."""
    moment = shapes.moment(subject.states.setup("clock", advance="PT0S").get("now"))
    if moment is None:
        raise Unexercised("provider state 'clock' returned no time")
    return moment


def target_time(subject: Subject) -> datetime:
    """The clock's time; without a clock, the `Date` of the last response. Raises Unexercised."""
    try:
        return clock_time(subject)
    except Unexercised:
        exchanges = subject.target.exchanges
        date = exchanges[-1].headers.get("Date") if exchanges else None
        if date is None:
            raise
        return parsedate_to_datetime(date).astimezone(UTC)


def advance_clock(subject: Subject, by: str) -> None:
    """Advance the target's clock by an ISO 8601 duration, and renew the default credential.

    Raises Unexercised.
    """
    subject.states.setup("clock", advance=by)
    subject.target.renew()
