"""What a lifecycle says, in words."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import inflection

from session_contracts.diagram.acts import Act, acts, answers
from session_contracts.diagram.boxes import Sign
from session_contracts.openapi.model import ABSENT, ANY, FOREIGN, PSEUDO_STATES, Lifecycle, Timer

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))

IN_EVERY_STATE = "In every state"
#: What a sign means, and how wide it is drawn.
LEGEND = {
    Sign.START: ("made through this API", 12),
    Sign.GIVEN: ("made outside of this API", 12),
    Sign.MOVE: ("operation", 26),
    Sign.TIMER: ("time", 26),
    Sign.MAYBE: ("time, perhaps: the documents are silent", 26),
    Sign.END: ("deleted", 16),
    Sign.LOOP: ("succeeds, the state stays", 13),
    Sign.DECISION: ("a decision of the mock, not a fact", 8.5),
}


def listed(words: Iterable[str], last: str = "and") -> str:
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
    """A value of a field as JSON has it, but a text without its quotes."""
    if given is None or isinstance(given, bool):
        return {None: "null", True: "true", False: "false"}[given]
    return "not null" if given == ANY else str(given)


def fields(values: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """The values that make up a state: `reviewStatus: approved or denied`."""
    return [f"{name}: {listed(map(value, allowed), 'or')}" for name, allowed in values.items()]


def when(values: Mapping[str, Any]) -> list[str]:
    """What a request body has to have: `endedAt: null or absent`."""
    return [
        f"{name}: {'null or absent' if given is None else value(given)}"
        for name, given in values.items()
    ]


def after(timer: Timer) -> str:
    """`after 30 days`, or `perhaps after 30 days` where the documents are silent."""
    return f"{'perhaps ' if timer.optional else ''}after {duration(timer.after)}"


def since(timer: Timer) -> list[str]:
    """From what a timer counts, and in which field it can be seen when it is due."""
    if not (timer.since or timer.due):
        return ["in this state"]
    return [
        *([f"from {timer.since}"] if timer.since else ()),
        *([f"due at {timer.due}"] if timer.due else ()),
    ]


def noun(table: Lifecycle) -> str:
    """The resource within a sentence: `sales call` for SalesCall."""
    return inflection.underscore(table.name).replace("_", " ")


def place(table: Lifecycle, state: str) -> str:
    """Of a state its name, of a pseudo-state what it means."""
    return {ABSENT: f"No such {noun(table)}", FOREIGN: "Another tenant's"}.get(state, state)


def title(table: Lifecycle, api: str) -> str:
    return f"{api}: lifecycle of the {noun(table)}"


def sentence(table: Lifecycle, act: Act) -> str:
    """`awaiting_review becomes approved by reviewSession with reviewStatus: approved`"""
    sources = listed(
        (
            f"a new {noun(table)}" if source == ABSENT else place(table, source)
            for source in act.sources
        ),
        "or",
    )
    becomes = "is deleted" if act.target == ABSENT else f"becomes {act.target}"
    cause = (
        ", ".join([after(act.timer), *since(act.timer)])
        if act.timer
        else " with ".join([f"by {act.name}", *when(act.when)])
    )
    return f"{sources} {becomes} {cause}"


def description(table: Lifecycle) -> str:
    """The whole table in sentences, for those who do not see the picture."""
    return " ".join(f"{text[0].upper()}{text[1:]}." for text in _sentences(table))


def _sentences(table: Lifecycle) -> Iterator[str]:
    states = [
        f"{state} ({', '.join(fields(values))})" if values else state
        for state, values in table.states.items()
    ]
    yield f"the {noun(table)} is {listed(states, 'or')}"
    if table.given:
        yield f"{LEGEND[Sign.GIVEN][0]}: {listed(table.given)}"
    for act in acts(table):
        yield sentence(table, act)
    for state in (*table.states, *PSEUDO_STATES):
        found = answers(table, state)
        if kept := [answer.name for answer in found if answer.status is None]:
            yield f"{place(table, state)}: {listed(kept)} {'succeed and leave' if len(kept) > 1 else 'succeeds and leaves'} the state"
        if refused := [
            f"{answer.name} with {answer.status}" for answer in found if answer.status is not None
        ]:
            yield f"{place(table, state)}: refused {'are' if len(refused) > 1 else 'is'} {listed(refused)}"
