"""Which rules apply where: the places that name a rule, and the rules of an operation.

`openapi.checks.rules` finds the same places in the document, with their lines, to report a rule
that does not exist. Here they are found in the loaded contract, because a page needs their meaning.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from session_contracts.docs.constraints import (
    body_rules,
    credential_violation_text,
    schema_constraints,
    violation_text,
)
from session_contracts.docs.lifecycle_table import PSEUDO, cell, columns, entry_text
from session_contracts.docs.text import anchor
from session_contracts.openapi import Contract, Level, Lifecycle, Operation, Rule
from session_contracts.openapi.model import SecurityScheme, Timer, Transition
from session_contracts.openapi.pages import operation_page, overview_page, schema_page

LEVELS: Mapping[Level, str] = {
    Level.DOCUMENTED: "The vendor's page states it. A server that breaks it does not conform.",
    Level.COMPANION: (
        "Another public page of the vendor states it. Breaking it is a warning, "
        "or a failure with --strict."
    ),
    Level.DECISION: (
        "The documents are silent or contradict each other; this is what the mock does. "
        "Do not rely on it: a server may choose an alternative. An answer outside of those "
        "is a warning, never a failure."
    ),
}


@dataclass(frozen=True)
class Mention:
    """A place that names a rule: a text with code between backticks, and a link to that place."""

    text: str
    page: str
    anchor: str = ""


def mentions(contract: Contract) -> dict[str, list[Mention]]:
    """By rule, each place that names it, in the contract's order and without repetition."""
    found: dict[str, dict[Mention, None]] = {rule: {} for rule in contract.rules}
    for rule, mention in _mentions(contract):
        found[rule][mention] = None
    return {rule: list(of_rule) for rule, of_rule in found.items()}


def _mentions(contract: Contract) -> Iterator[tuple[str, Mention]]:
    for table in contract.lifecycles.values():
        yield from _of_lifecycle(contract, table)
    for operation in contract.operations.values():
        yield from _of_operation(contract, operation)
    yield from _of_schemas(contract)
    for scheme in contract.security:
        yield from _of_scheme(contract, scheme)
    if contract.rate_limits:
        overview = overview_page(contract.name)
        yield contract.rate_limits.rule, Mention("Rate limits of the API", overview, "rates")


def _of_schemas(contract: Contract) -> Iterator[tuple[str, Mention]]:
    schemas = contract.document.get("components", {}).get("schemas", {})
    for name, schema in schemas.items():
        for path, constraint, rule in schema_constraints(schema):
            member = f"`{'.'.join(path)}` of " if path else ""
            violation = violation_text(constraint, of_schema=True)
            text = f"Schema: {member}`{name}`, {violation}"
            yield rule, Mention(text, schema_page(contract.name, name))


def _of_scheme(contract: Contract, scheme: SecurityScheme) -> Iterator[tuple[str, Mention]]:
    overview = overview_page(contract.name)
    for constraint, rule in scheme.rules.ids.items():
        text = f"Credential `{scheme.name}`: {credential_violation_text(constraint)}"
        yield rule, Mention(text, overview, "auth")


def _of_lifecycle(contract: Contract, table: Lifecycle) -> Iterator[tuple[str, Mention]]:
    overview = overview_page(contract.name)
    for row in table.transitions.values():
        page = operation_page(contract.name, row.operation)
        for rule, text in _of_row(table, row):
            yield rule, Mention(f"Lifecycle of `{table.name}`: {text}", page, "lifecycle")
    for timer in table.timers:
        yield timer.rule, Mention(_timer(table, timer), overview, anchor("timers", table.name))
    if table.creation:
        operation, target = table.creation.operation, table.creation.target
        text = f"Lifecycle of `{table.name}`: `{operation}` creates one in state `{target}`"
        yield table.creation.rule, Mention(text, operation_page(contract.name, operation))
        if table.creation.kept:
            text = f"Lifecycle of `{table.name}`: `{operation}` stores the request body"
            yield table.creation.kept, Mention(text, operation_page(contract.name, operation))
    if table.stated:
        text = f"Lifecycle of `{table.name}`: the fields that show the state"
        yield table.stated, Mention(text, overview)


def _of_row(table: Lifecycle, row: Transition) -> Iterator[tuple[str, str]]:
    for state in columns(table):
        for entry in cell(row, state):
            yield entry.rule, f"`{row.operation}`, {_state(state)}: {entry_text(entry)}"
    if row.atomic:
        yield row.atomic, f"a refused `{row.operation}` changes nothing"
    if row.isolated:
        yield row.isolated, f"`{row.operation}` changes no other record"
    if row.kept:
        yield row.kept, f"`{row.operation}` stores the request body"
    if row.once:
        yield row.once, f"only one of several simultaneous `{row.operation}` calls succeeds"


def _timer(table: Lifecycle, timer: Timer) -> str:
    return f"Lifecycle of `{table.name}`: timer `{timer.name}` to `{timer.target}`"


def _state(state: str) -> str:
    return PSEUDO[state][1] if state in PSEUDO else f"in state `{state}`"


def _of_operation(contract: Contract, operation: Operation) -> Iterator[tuple[str, Mention]]:
    page = operation_page(contract.name, operation.id)
    for parameter in operation.parameters:
        subject = f"Parameter `{parameter.name}` of `{operation.id}`"
        where = anchor("parameter", parameter.name)
        for constraint, rule in parameter.rules.ids.items():
            yield rule, Mention(f"{subject}: {violation_text(constraint)}", page, where)
        if parameter.filter:
            yield parameter.filter.rule, Mention(f"{subject}: the filter", page, where)
            for value, rule in parameter.filter.values.items():
                yield rule, Mention(f"{subject}: the filter by `{value}`", page, where)
        if parameter.clamp:
            yield parameter.clamp.rule, Mention(f"{subject}: clamped to its bounds", page, where)
    if operation.body:
        for constraint, rule in body_rules(operation.body).items():
            text = f"Body of `{operation.id}`: {violation_text(constraint)}"
            yield rule, Mention(text, page, "body")
    if operation.envelope_rule:
        yield operation.envelope_rule, Mention(f"Answer of `{operation.id}`: its envelope", page)
    if operation.members_rule:
        yield operation.members_rule, Mention(f"Answer of `{operation.id}`: its members", page)
    if operation.scope:
        text = f"`{operation.id}` needs the scope `{operation.scope.name}`"
        yield operation.scope.rule, Mention(text, page)


# ---- the rules of an operation


def node_of(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    """The operation object of the document, with its references unresolved."""
    node: Mapping[str, Any] = contract.document["paths"][operation.path][operation.method.lower()]
    return node


def rules_of(contract: Contract, operation: Operation) -> dict[str, Rule]:
    """The rules stated at the operation, or named by one of its parts, in the contract's order."""
    stated = {rule.id for rule in contract.rules.values() if rule.operation == operation.id}
    named = stated | {*_named_by(contract, operation)}
    return {name: rule for name, rule in contract.rules.items() if name in named}


def rules_of_api(contract: Contract, operation: Operation) -> dict[str, Rule]:
    """The rules stated for the whole API that no operation names: they bind every operation."""
    named = {rule for other in contract.operations.values() for rule in _named_by(contract, other)}
    here = rules_of(contract, operation)
    return {
        name: rule
        for name, rule in contract.rules.items()
        if rule.operation is None and name not in named and name not in here
    }


def _named_by(contract: Contract, operation: Operation) -> Iterator[str]:
    yield from _named_by_lifecycles(contract, operation)
    yield from (rule for rule, _ in _of_operation(contract, operation))
    if operation.body:
        for schema in operation.body.schemas.values():
            yield from (rule for _, _, rule in schema_constraints(schema))
    for scheme in operation.security:
        yield from scheme.rules.ids.values()
    if contract.rate_limits and operation.security and contract.rate_limits.limits(operation.id):
        yield contract.rate_limits.rule


def _named_by_lifecycles(contract: Contract, operation: Operation) -> Iterator[str]:
    table = contract.lifecycle_of(operation.id)
    if table:
        row = table.transitions[operation.id]
        yield from (entry.rule for state in columns(table) for entry in cell(row, state))
        yield from (rule for rule in (row.atomic, row.isolated) if rule)
    for table in contract.lifecycles.values():
        if table.creation and table.creation.operation == operation.id:
            yield table.creation.rule


# ---- the rules behind a status


@dataclass(frozen=True)
class StatusRules:
    """The rules behind a group of statuses.

    `own`: the mock answers with one of these statuses. `also`: one of them is legal as well.
    `api_own`, `api_also`: the same for the rules of the whole API.
    """

    own: tuple[Rule, ...]
    also: tuple[Rule, ...]
    api_own: tuple[Rule, ...] = ()
    api_also: tuple[Rule, ...] = ()


def status_rules(
    contract: Contract, operation: Operation, statuses: Collection[int]
) -> StatusRules:
    """The rules behind some of the statuses that the operation declares."""
    table = contract.lifecycle_of(operation.id)
    refusals = table.transitions[operation.id].refusals.values() if table else ()
    refused = {refusal.rule: refusal.status for refusal in refusals}
    return StatusRules(
        *_own_and_also(rules_of(contract, operation), refused, statuses),
        *_own_and_also(rules_of_api(contract, operation), refused, statuses),
    )


def _own_and_also(
    rules: Mapping[str, Rule], refused: Mapping[str, int], statuses: Collection[int]
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """`refused`: rule to the status in the lifecycle table, which need not be the rule's first."""
    firsts = {
        name: refused.get(name) or (rule.statuses[0] if rule.statuses else 0)
        for name, rule in rules.items()
    }
    own = tuple(rule for name, rule in rules.items() if firsts[name] in statuses)
    others = (rule for rule in rules.values() if rule not in own)
    return own, tuple(rule for rule in others if not set(statuses).isdisjoint(rule.statuses))


# ---- long lists of statuses

#: Up to this number, statuses are listed one by one.
_FEW = 6
#: A class is summarized as "any 4xx except ..." with at most this number of exceptions.
_EXCEPTIONS = 5


def status_summary(statuses: Sequence[int]) -> tuple[str, ...]:
    """The statuses that a rule allows, in its order.

    Many of one class become `any other 4xx except 401 and 403`, at the end; `any 4xx` if the first
    status is of another class. Python's copy of the IANA registry says which statuses a class has.
    """
    if len(statuses) <= _FEW:
        return tuple(map(str, statuses))
    first, *others = statuses
    single, classes = {str(first): None}, dict[str, None]()
    for status in others:
        kind = status // 100
        missing = [
            known.value for known in HTTPStatus if known // 100 == kind and known not in statuses
        ]
        many = sum(other // 100 == kind for other in statuses) > _FEW
        if many and len(missing) <= _EXCEPTIONS:
            other = "other " if first // 100 == kind else ""
            classes[f"any {other}{kind}xx{_except(missing)}"] = None
        else:
            single[str(status)] = None
    return *single, *classes


def _except(statuses: Sequence[int]) -> str:
    *head, tail = map(str, statuses or [0])
    return f" except {', '.join(head)}{' and ' if head else ''}{tail}" if statuses else ""
