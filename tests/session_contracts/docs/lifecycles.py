"""Invented lifecycles: a contract around any table, and a Hypothesis strategy for tables."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from session_contracts.openapi import load
from session_contracts.openapi.model import (
    ABSENT,
    FOREIGN,
    Contract,
    Creation,
    Level,
    Lifecycle,
    Move,
    Refusal,
    Rule,
    Stay,
    Timer,
    Transition,
)


class AnyRule(dict[str, Rule]):
    """Rules for every id, with statements that need escaping; those of `other` are decisions."""

    def __missing__(self, rule: str) -> Rule:
        level = Level.DECISION if rule.startswith("other.") else Level.DOCUMENTED
        return Rule(rule, level, f'What <b>"{rule}"</b> & others say.', "https://example.org")


def contract_of(table: Lifecycle) -> Contract:
    """A contract with this lifecycle, and an operation for each row of it."""
    base = load("rentalot")
    operation = base.operations["getSession"]
    names = [*table.transitions, *([table.creation.operation] if table.creation else ())]
    return replace(
        base,
        name="invented",
        title="Invented <API>",
        operations={name: replace(operation, id=name) for name in names},
        lifecycles={table.name: table},
        rules=AnyRule(),
    )


def lifecycle(
    states: Mapping[str, Mapping[str, tuple[Any, ...]]],
    *,
    moves: Mapping[str, tuple[Move, ...]] | None = None,
    stays: Mapping[str, Mapping[str, Stay]] | None = None,
    refusals: Mapping[str, Mapping[str, Refusal]] | None = None,
    timers: tuple[Timer, ...] = (),
    given: tuple[str, ...] = (),
    creation: Creation | None = None,
) -> Lifecycle:
    rows = dict.fromkeys([*(moves or {}), *(stays or {}), *(refusals or {})])
    transitions = {
        name: Transition(
            name,
            (moves or {}).get(name, ()),
            (stays or {}).get(name, {}),
            (refusals or {}).get(name, {}),
        )
        for name in rows
    }
    return Lifecycle("Thing", "Session", "id", "id", given, states, transitions, timers, creation)


_WORDS = (
    "ok",
    "paused",
    "awaiting_second_review",
    "x",
    "expired",
    "waiting_for_the_payment_of_the_deposit",
    "in_progress",
    "schließen",
)
_VALUES = (
    None,
    "*",
    True,
    3,
    "approved",
    "pending_review",
    "a value with many words in it, which has to be broken",
)


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Up to 8 states and 14 transitions: several sources, cycles, loops, deletions, timers."""
    states = draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=8, unique=True))
    state = st.sampled_from(states)
    fields = st.dictionaries(
        st.sampled_from(["status", "reviewStatus"]),
        st.lists(st.sampled_from(_VALUES), min_size=1, max_size=3).map(tuple),
        max_size=2,
    )
    moves: dict[str, tuple[Move, ...]] = {}
    timers: list[Timer] = []
    for number in range(draw(st.integers(0, 14))):
        sources = draw(st.lists(state, min_size=1, max_size=3, unique=True))
        target = draw(st.sampled_from([*states, ABSENT]))
        rule = draw(st.sampled_from(["invented.rule", "other.rule-with-a-long-name"]))
        if draw(st.booleans()) or draw(st.booleans()):
            when = draw(
                st.dictionaries(
                    st.sampled_from(["a", "reviewStatus"]), st.sampled_from(_VALUES[:6]), max_size=1
                )
            )
            verb = draw(st.sampled_from(["do", "completeSession", "reassignEverything"]))
            name = f"{verb}{draw(st.integers(0, number // 2))}"
            moves[name] = (
                *moves.get(name, ()),
                *(Move(source, target, when, rule) for source in sources),
            )
        else:
            after = draw(st.timedeltas(timedelta(), timedelta(days=400)))
            since, due = (
                draw(st.sampled_from([None, "createdAt"])),
                draw(st.sampled_from([None, "expiresAt"])),
            )
            timers.append(
                Timer(
                    f"timer{number}",
                    tuple(sources),
                    target,
                    after,
                    rule,
                    since,
                    due,
                    draw(st.booleans()),
                )
            )
    places = st.sampled_from([*states, ABSENT, FOREIGN])
    refusal = st.builds(
        Refusal,
        st.sampled_from([404, 409, 422]),
        st.sampled_from(["invented.refused", "other.refused"]),
    )
    return lifecycle(
        {name: draw(fields) for name in states},
        moves=moves,
        stays=draw(
            st.dictionaries(
                st.sampled_from(["getSession", "list"]),
                st.dictionaries(places, st.just(Stay("invented.stays"))),
            )
        ),
        refusals=draw(
            st.dictionaries(
                st.sampled_from(["pay", "confirmSession", "submitFeedback"]),
                st.dictionaries(places, refusal),
            )
        ),
        timers=tuple(timers),
        given=tuple(draw(st.lists(state, max_size=3, unique=True))),
        creation=draw(
            st.none()
            | st.builds(Creation, st.just("createSession"), state, st.just("invented.created"))
        ),
    )
