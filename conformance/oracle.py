"""Computes the expected outcomes of a call: the SET of answers that the contract allows.

A set, because the state of a record may not be known exactly, because several rules may refuse the
same call (no rule states their precedence), and because decisions allow alternatives.

The mock decides the same table to one outcome, with code of its own: if they shared it, an error
in it would go unnoticed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from session_contracts.conformance.flawed_requests import JSON_MEDIA, soft_rules
from session_contracts.openapi.json_schema import broken_rule, translate
from session_contracts.openapi.model import ANY, Contract, Level, Lifecycle, Operation

Statuses = tuple[int, ...]


class _Missing:
    """No body at all."""


MISSING = _Missing()


@dataclass(frozen=True)
class Facts:
    """What matters of a request.

    `broken`: the rules that its credential, id or transport breaks, whatever its body is.
    """

    body: Any = MISSING
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExpectedOutcomes:
    """The answers that are allowed.

    `successes`: rule by resulting state; `refusals`: statuses by rule; `hard`: the rules that
    allow nothing but a refusal.
    """

    successes: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[str, Statuses] = field(default_factory=dict)
    hard: frozenset[str] = frozenset()

    @property
    def may_succeed(self) -> bool:
        """Whether success is allowed."""
        return bool(self.successes) and not self.hard

    @property
    def statuses(self) -> frozenset[int]:
        """The statuses of all refusals; no rule states which comes first."""
        return frozenset(status for statuses in self.refusals.values() for status in statuses)

    def allows(self, status: int) -> bool:
        """Whether an answer with this status is allowed."""
        return self.may_succeed if 200 <= status < 300 else status in self.statuses

    def blame(self, status: int, finer: str | None = None) -> str | None:
        """The rule that an answer breaks; None if it is allowed, or if several are possible.

        `finer`: the rule that is broken if the server refuses this valid body.
        """
        if self.allows(status):
            return None
        succeeded = 200 <= status < 300
        rules = set(self.hard) if succeeded or self.hard else set(self.successes.values())
        if finer and not succeeded:
            rules = {*self.hard, finer}
        return rules.pop() if len(rules) == 1 else None


def expected_outcomes(
    contract: Contract, operation: Operation, states: Iterable[str], facts: Facts
) -> ExpectedOutcomes:
    """The expected outcomes of an operation on a record that is in one of `states`."""
    refusals: dict[str, Statuses] = {rule: contract.statuses(rule) for rule in facts.broken}
    for rule in body_rules(operation, facts.body):
        refusals[rule] = contract.statuses(rule)
    hard = {rule for rule, statuses in refusals.items() if not _may_succeed(statuses)}
    successes: dict[str, str] = {}
    table = contract.lifecycle_of(operation.id)
    if table is None:
        return ExpectedOutcomes({"": ""}, refusals, frozenset(hard))
    blocked: dict[str, Statuses] = {}
    possible = tuple(states)
    for state in possible:
        reached = _successes(table, operation.id, state, facts.body)
        successes |= reached
        refusal = table.transitions[operation.id].refusals.get(state)
        if refusal is not None:
            blocked[refusal.rule] = contract.statuses(refusal.rule) or (refusal.status,)
            if _may_succeed(blocked[refusal.rule]):
                successes |= {
                    move.target: refusal.rule for move in table.transitions[operation.id].moves
                }
        # What a decision accepts may be refused as well.
        for rule in {*reached.values()}:
            if contract.rules[rule].level is Level.DECISION:
                blocked[rule] = contract.statuses(rule)
    if not successes:
        hard |= blocked.keys()
    return ExpectedOutcomes(successes, {**refusals, **blocked}, frozenset(hard))


def _may_succeed(statuses: Statuses) -> bool:
    return any(200 <= status < 300 for status in statuses)


def _successes(table: Lifecycle, operation: str, state: str, body: Any) -> dict[str, str]:
    row = table.transitions[operation]
    values = body if isinstance(body, dict) else {}
    moves = {
        move.target: move.rule
        for move in row.moves_from(state)
        if all(_same(values.get(name), value) for name, value in move.when.items())
    }
    stay = row.stays.get(state)
    # A body that selects no transition breaks a rule of the body; any may have been meant.
    unpicked = {} if moves else {move.target: move.rule for move in row.moves_from(state)}
    return moves or ({state: stay.rule} if stay else unpicked)


def _same(one: Any, other: Any) -> bool:
    return one is not None if other == ANY else type(one) is type(other) and bool(one == other)


def body_rules(operation: Operation, body: Any) -> tuple[str, ...]:
    """The rules that a body breaks or, if it is undocumented, touches."""
    if operation.body is None:
        return ()
    if body is MISSING:
        rule = operation.body.rules.get("required")
        return (rule,) if rule and operation.body.required else ()
    schema = operation.body.schemas[JSON_MEDIA]
    errors = jsonschema_rs.Draft202012Validator(translate(schema)).iter_errors(body)
    rules = [*(broken_rule(schema, error) for error in errors), *soft_rules(schema, body)]
    return tuple(dict.fromkeys(rule for rule in rules if rule))


def later(contract: Contract, table: Lifecycle, states: Iterable[str], due: bool) -> frozenset[str]:
    """The states that a record may be in later. `due`: its timers are due."""
    possible = frozenset(states)
    if not due:
        return possible
    return possible.union(*(_fired(contract, table, state) for state in possible)) - _left(
        contract, table, possible
    )


def _fired(contract: Contract, table: Lifecycle, state: str) -> frozenset[str]:
    return frozenset(timer.target for timer in table.timers if state in timer.sources)


def _left(contract: Contract, table: Lifecycle, states: Iterable[str]) -> frozenset[str]:
    """The states that a due timer must have moved a record out of.

    A decision need not. Nor need a timer that runs from a transition: a record that was prepared
    in its state has made none.
    """
    hard = [timer for timer in table.timers if not timer.optional and timer.due is not None]
    certain = [timer for timer in hard if contract.rules[timer.rule].level is not Level.DECISION]
    return frozenset(state for state in states for timer in certain if state in timer.sources)
