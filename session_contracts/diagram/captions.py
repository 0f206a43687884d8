"""Texts of a diagram: captions, and a description of the whole lifecycle."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import inflection

from session_contracts.diagram.boxes import Sign
from session_contracts.diagram.lifecycle import Label, card_entries, labels
from session_contracts.openapi.model import ABSENT, ANY, FOREIGN, PSEUDO_STATES, Lifecycle, Timer

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

IN_EVERY_STATE = "In every state"
#: Sign to its meaning and its width.
LEGEND = {
    Sign.START: ("created by this API", 12),
    Sign.GIVEN: ("created outside this API", 12),
    Sign.MOVE: ("operation", 26),
    Sign.TIMER: ("timer", 26),
    Sign.MAYBE: ("optional timer, not documented", 26),
    Sign.END: ("deleted", 16),
    Sign.LOOP: ("succeeds, state unchanged", 13),
    Sign.DECISION: ("decision, not documented", 8.5),
}


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *head, tail = words
    return f"{', '.join(head)} {last} {tail}" if head else tail


def duration(time: timedelta) -> str:
    """`30 days`, `1 hour and 30 minutes`."""
    rest = time.total_seconds()
    parts = []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds) if seconds > 1 else (rest, 0)
        if count:
            parts.append(f"{count:.9g} {unit}{'' if count == 1 else 's'}")
    return listed(parts or ["0 seconds"])


def value(given: Any) -> str:
    """A value of a field as JSON, but strings without quotes."""
    if given is None or isinstance(given, bool):
        return {None: "null", True: "true", False: "false"}[given]
    return "not null" if given == ANY else str(given)


def fields(values: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """The field values of a state: `reviewStatus: approved or denied`."""
    return [f"{name}: {listed(map(value, allowed), 'or')}" for name, allowed in values.items()]


def when(values: Mapping[str, Any]) -> list[str]:
    """A guard on the request body: `endedAt: null or absent`."""
    return [
        f"{name}: {'null or absent' if given is None else value(given)}"
        for name, given in values.items()
    ]


def after(timer: Timer) -> str:
    """`after 30 days`, or `possibly after 30 days` for an optional timer."""
    return f"{'possibly ' if timer.optional else ''}after {duration(timer.after)}"


def since(timer: Timer) -> list[str]:
    """The field from which a timer counts, and the field that shows when it fires."""
    if not (timer.since or timer.due):
        return ["in this state"]
    return [
        *([f"from {timer.since}"] if timer.since else ()),
        *([f"due at {timer.due}"] if timer.due else ()),
    ]


def noun(table: Lifecycle) -> str:
    """The resource in lower case: `sales call` for SalesCall."""
    return inflection.underscore(table.name).replace("_", " ")


def place(table: Lifecycle, state: str) -> str:
    """The name of a state, or the meaning of a pseudo-state."""
    return {ABSENT: f"No such {noun(table)}", FOREIGN: "Another tenant's"}.get(state, state)


def title(table: Lifecycle, api: str) -> str:
    """The title of the diagram."""
    return f"{api}: lifecycle of the {noun(table)}"


def sentence(table: Lifecycle, label: Label) -> str:
    """`awaiting_review becomes approved by reviewSession with reviewStatus: approved`."""
    sources = listed(
        (
            f"a new {noun(table)}" if source == ABSENT else place(table, source)
            for source in label.sources
        ),
        "or",
    )
    becomes = "is deleted" if label.target == ABSENT else f"becomes {label.target}"
    cause = (
        ", ".join([after(label.timer), *since(label.timer)])
        if label.timer
        else " with ".join([f"by {label.name}", *when(label.when)])
    )
    return f"{sources} {becomes} {cause}"


def description(table: Lifecycle) -> str:
    """The whole table in sentences, as a text alternative."""
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in _sentences(table))


def _sentences(table: Lifecycle) -> Iterator[str]:
    states = [
        f"{state} ({', '.join(fields(values))})" if values else state
        for state, values in table.states.items()
    ]
    yield f"the {noun(table)} is {listed(states, 'or')}"
    if table.given:
        yield f"{LEGEND[Sign.GIVEN][0]}: {listed(table.given)}"
    for label in labels(table):
        yield sentence(table, label)
    for state in (*table.states, *PSEUDO_STATES):
        found = card_entries(table, state)
        if unchanged := [entry.name for entry in found if entry.status is None]:
            yield f"{place(table, state)}: state unchanged by {listed(unchanged)}"
        if refused := [
            f"{entry.name} with {entry.status}" for entry in found if entry.status is not None
        ]:
            yield f"{place(table, state)}: refused: {listed(refused)}"
