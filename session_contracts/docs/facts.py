"""What a contract says of each rule and each operation, gathered from all the places that name a rule."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from session_contracts.openapi import Contract, Level, Lifecycle, Operation, Rule
from session_contracts.openapi.json_schema import rule_map
from session_contracts.openapi.model import (
    ABSENT,
    FOREIGN,
    PSEUDO_STATES,
    Body,
    JsonSchema,
    Move,
    RuleMap,
    Transition,
)
from session_contracts.openapi.pages import operation_page, overview_page, schema_page

#: What is shown in the place of a pseudo-state, and what it is.
PSEUDO = {
    ABSENT: ("no such record", "no record has that id"),
    FOREIGN: ("somebody else's", "the record belongs to another tenant"),
}

LEVELS: Mapping[Level, str] = {
    Level.DOCUMENTED: "The vendor's page says so. A server that breaks it does not conform.",
    Level.COMPANION: "Another public page of the vendor says so. Breaking it is a warning, and with --strict a failure.",
    Level.DECISION: (
        "The documents are silent or contradict each other, and the mock has to do something. Never held against a server: "
        "do not rely on it."
    ),
}


# ---- the lifecycle table


@dataclass(frozen=True)
class Entry:
    """One thing that a cell of the table says. `kind`: moves, stays or refused. `when`: of the request body of what succeeds."""

    kind: str
    rule: str
    target: str = ""
    status: int = 0
    when: Mapping[str, Any] | None = None


def columns(table: Lifecycle) -> tuple[str, ...]:
    """The states, then the pseudo-states that some row answers for."""
    named = {state for row in table.transitions.values() for state in row.refusals}
    return (*table.states, *(state for state in PSEUDO_STATES if state in named))


def cell(row: Transition, state: str) -> tuple[Entry, ...]:
    """What one operation does to a record in one state."""
    if moves := row.moves_from(state):
        return tuple(_moved(move) for move in moves)
    if state in row.stays:
        return (Entry("stays", row.stays[state].rule),)
    if state in row.refusals:
        refusal = row.refusals[state]
        return (Entry("refused", refusal.rule, status=refusal.status),)
    return ()


def _moved(move: Move) -> Entry:
    """A move that leads back to where it began is none for the reader."""
    if move.target == move.source:
        return Entry("stays", move.rule, when=move.when or None)
    return Entry("moves", move.rule, target=move.target, when=move.when or None)


# ---- who names a rule


@dataclass(frozen=True)
class Mention:
    """A place that names a rule: what it says (`code` stands between backticks), and the page and the place on it."""

    text: str
    page: str
    anchor: str = ""


def mentions(contract: Contract) -> dict[str, list[Mention]]:
    """Every place that names each rule, in the contract's order, each once."""
    found: dict[str, dict[Mention, None]] = {rule: {} for rule in contract.rules}
    for rule, mention in _mentions(contract):
        found[rule][mention] = None
    return {rule: list(said) for rule, said in found.items()}


def _mentions(contract: Contract) -> Iterator[tuple[str, Mention]]:
    for table in contract.lifecycles.values():
        yield from _of_table(contract, table)
    for operation in contract.operations.values():
        yield from _of_operation(contract, operation)
    for name, schema in contract.document.get("components", {}).get("schemas", {}).items():
        for path, constraint, rule in constraints(schema):
            member = f"`{'.'.join(path)}` of " if path else ""
            text = f"Schema: {member}`{name}`, {constraint_words(constraint, of_schema=True)}"
            yield rule, Mention(text, schema_page(contract.name, name))
    for scheme in contract.security:
        for wrong, rule in scheme.rules.ids.items():
            yield (
                rule,
                Mention(
                    f"Credential `{scheme.name}`: {_CREDENTIAL.get(wrong, wrong)}",
                    overview_page(contract.name),
                    "auth",
                ),
            )
    if contract.rate_limits:
        yield (
            contract.rate_limits.rule,
            Mention("Rate limits of the API", overview_page(contract.name), "rates"),
        )


#: What can be wrong with a credential, in words.
_CREDENTIAL = {
    "missing": "there is none",
    "scheme": "it comes in another scheme",
    "malformed": "it holds no token, or more than one",
    "unknown": "nobody issued it",
    "revoked": "it was revoked",
    "expired": "its time is over",
    "other": "it is of another kind than the call needs",
}


def _of_table(contract: Contract, table: Lifecycle) -> Iterator[tuple[str, Mention]]:
    overview = overview_page(contract.name)
    for row in table.transitions.values():
        page = operation_page(contract.name, row.operation)
        for state in columns(table):
            for entry in cell(row, state):
                text = f"Lifecycle of `{table.name}`: `{row.operation}`, {_state(state)}: {entry_words(entry)}"
                yield entry.rule, Mention(text, page, "lifecycle")
        if row.atomic:
            yield (
                row.atomic,
                Mention(
                    f"Lifecycle of `{table.name}`: a refused `{row.operation}` changes nothing",
                    page,
                    "lifecycle",
                ),
            )
        if row.isolated:
            yield (
                row.isolated,
                Mention(
                    f"Lifecycle of `{table.name}`: `{row.operation}` changes no other record",
                    page,
                    "lifecycle",
                ),
            )
        if row.kept:
            text = f"Lifecycle of `{table.name}`: `{row.operation}` stores what is sent"
            yield row.kept, Mention(text, page, "lifecycle")
        if row.once:
            text = f"Lifecycle of `{table.name}`: of simultaneous `{row.operation}`, one succeeds"
            yield row.once, Mention(text, page, "lifecycle")
    if table.stated:
        text = f"Lifecycle of `{table.name}`: the fields that show the state"
        yield table.stated, Mention(text, overview)
    for timer in table.timers:
        text = f"Lifecycle of `{table.name}`: timer `{timer.name}` to `{timer.target}`"
        yield timer.rule, Mention(text, overview, anchor("timers", table.name))
    if table.creation:
        text = f"Lifecycle of `{table.name}`: `{table.creation.operation}` makes one, which is `{table.creation.target}`"
        yield (
            table.creation.rule,
            Mention(text, operation_page(contract.name, table.creation.operation)),
        )
        if table.creation.kept:
            text = f"Lifecycle of `{table.name}`: `{table.creation.operation}` stores what is sent"
            page = operation_page(contract.name, table.creation.operation)
            yield table.creation.kept, Mention(text, page)


def _state(state: str) -> str:
    return PSEUDO[state][1] if state in PSEUDO else f"in state `{state}`"


def entry_words(entry: Entry) -> str:
    """A cell as text."""
    if entry.kind == "refused":
        return f"refused with {entry.status}"
    if entry.kind == "stays":
        said = "succeeds, and the state stays"
    else:
        said = "deleted" if entry.target == ABSENT else f"moves to `{entry.target}`"
    return f"{said} where {when_words(entry.when)}" if entry.when else said


def when_words(when: Mapping[str, Any]) -> str:
    """Which request body it takes."""
    said = {None: "is left out or null", "*": "is given"}
    return " and ".join(
        f"`{name}` {said.get(value, f'is `{value}`')}" for name, value in when.items()
    )


def _of_operation(contract: Contract, operation: Operation) -> Iterator[tuple[str, Mention]]:
    page = operation_page(contract.name, operation.id)
    for parameter in operation.parameters:
        what = f"Parameter `{parameter.name}` of `{operation.id}`"
        where = anchor("parameter", parameter.name)
        for constraint, rule in parameter.rules.ids.items():
            yield rule, Mention(f"{what}: {constraint_words(constraint)}", page, where)
        if parameter.filter:
            yield parameter.filter.rule, Mention(f"{what}: what it keeps", page, where)
            for value, rule in parameter.filter.values.items():
                yield rule, Mention(f"{what}: what it keeps as `{value}`", page, where)
        if parameter.clamp:
            yield (
                parameter.clamp.rule,
                Mention(f"{what}: counts as the bound beyond it", page, where),
            )
    if operation.body:
        for constraint, rule in body_rules(operation.body).items():
            yield (
                rule,
                Mention(f"Body of `{operation.id}`: {constraint_words(constraint)}", page, "body"),
            )
    for form, what in (
        (operation.envelope_rule, "the envelope of"),
        (operation.members_rule, "the members of a record in"),
    ):
        if form:
            yield form, Mention(f"Answer of `{operation.id}`: {what} a success", page)
    if operation.scope:
        yield (
            operation.scope.rule,
            Mention(f"`{operation.id}` needs the scope `{operation.scope.name}`", page),
        )


def body_rules(body: Body) -> dict[str, str]:
    """By constraint; that an optional body is missing breaks nothing."""
    return {
        constraint: rule
        for constraint, rule in body.rules.ids.items()
        if body.required or constraint not in ("required", "missing")
    }


#: The keywords of `x-rule`, in words.
_CONSTRAINTS = {
    "*": "wrong in any other way",
    "required": "missing",
    "missing": "missing",
    "syntax": "not JSON",
    "encoding": "not UTF-8",
    "mediaType": "of another content type",
    "size": "too large",
    "type": "of another type",
    "nullable": "null",
    "enum": "another value",
    "repeated": "given twice",
    "minimum": "below the least",
    "maximum": "above the most",
    "minLength": "too short",
    "maxLength": "too long",
    "pattern": "not of the form",
    "format": "not of the format",
    "additionalProperties": "with a member that nobody documented",
    "anyOf": "none of the alternatives",
    "oneOf": "not exactly one of the alternatives",
    "allOf": "not meeting a condition",
}


def constraint_words(constraint: str, *, of_schema: bool = False) -> str:
    """What a value is that breaks the constraint; of a schema, `required` is about its members."""
    return (
        "without a required member"
        if of_schema and constraint == "required"
        else _CONSTRAINTS.get(constraint, constraint)
    )


def broken_by(rules: Mapping[str, str], *, of_schema: bool = False) -> list[tuple[str, str]]:
    """What a value is like that breaks each rule, and the rule; a rule that several constraints name comes once."""
    constraints: dict[str, list[str]] = {}
    for constraint, rule in rules.items():
        constraints.setdefault(rule, []).append(constraint)
    return [(_any_of(found, set(rules), of_schema), rule) for rule, found in constraints.items()]


def _any_of(found: list[str], known: set[str], of_schema: bool) -> str:
    if set(found) == known and "*" in found:
        return "wrong in any way"
    words = [constraint_words(constraint, of_schema=of_schema) for constraint in found]
    return " or ".join(dict.fromkeys(words))


def constraints(
    schema: JsonSchema, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Every rule that an unresolved schema names: the path of members to it, the constraint, the rule."""
    for constraint, rule in rule_map(schema).ids.items():
        yield path, constraint, rule
    for name, member in schema.get("properties", {}).items():
        yield from constraints(member, (*path, name))
    if isinstance(schema.get("items"), Mapping):
        yield from constraints(schema["items"], (*path, "[]"))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for alternative in schema.get(keyword, ()):
            yield from constraints(alternative, path)


# ---- an operation


def node_of(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    """What the document says of the operation, with its references."""
    node: Mapping[str, Any] = contract.document["paths"][operation.path][operation.method.lower()]
    return node


def rules_of(contract: Contract, operation: Operation) -> dict[str, Rule]:
    """The rules that are stated at the operation or named by anything it has, in the contract's order."""
    named = {rule.id for rule in contract.rules.values() if rule.operation == operation.id} | {
        *_named_by(contract, operation)
    }
    return {name: rule for name, rule in contract.rules.items() if name in named}


def rules_of_api(contract: Contract, operation: Operation) -> dict[str, Rule]:
    """The rules that are stated for the whole API and that neither this operation names, nor another: those bind that one alone."""
    named = {rule for other in contract.operations.values() for rule in _named_by(contract, other)}
    here = rules_of(contract, operation)
    return {
        name: rule
        for name, rule in contract.rules.items()
        if rule.operation is None and name not in named and name not in here
    }


def _named_by(contract: Contract, operation: Operation) -> Iterator[str]:
    table = contract.lifecycle_of(operation.id)
    if table:
        row = table.transitions[operation.id]
        yield from (entry.rule for state in columns(table) for entry in cell(row, state))
        yield from (rule for rule in (row.atomic, row.isolated) if rule)
    for table in contract.lifecycles.values():
        if table.creation and table.creation.operation == operation.id:
            yield table.creation.rule
    yield from (rule for _, mention in _parts(contract, operation) for rule in mention)


def _parts(contract: Contract, operation: Operation) -> Iterator[tuple[str, list[str]]]:
    yield "operation", [rule for rule, _ in _of_operation(contract, operation)]
    if operation.body:
        for schema in operation.body.schemas.values():
            yield "body", [rule for _, _, rule in constraints(schema)]
    yield "security", [rule for scheme in operation.security for rule in scheme.rules.ids.values()]
    if contract.rate_limits and operation.security and contract.rate_limits.limits(operation.id):
        yield "rates", [contract.rate_limits.rule]


@dataclass(frozen=True)
class Answers:
    """The rules that statuses answer for: those whose own status is one of them, and those that allow one as well.

    Those of the operation, and those of the whole API.
    """

    own: tuple[Rule, ...]
    also: tuple[Rule, ...]
    api_own: tuple[Rule, ...] = ()
    api_also: tuple[Rule, ...] = ()


def answering(contract: Contract, operation: Operation, statuses: Collection[int]) -> Answers:
    """Of some of the statuses that the operation declares."""
    table = contract.lifecycle_of(operation.id)
    refused = (
        {
            refusal.rule: refusal.status
            for refusal in table.transitions[operation.id].refusals.values()
        }
        if table
        else {}
    )
    return Answers(
        *_answered(rules_of(contract, operation), refused, statuses),
        *_answered(rules_of_api(contract, operation), refused, statuses),
    )


def _answered(
    rules: Mapping[str, Rule], refused: Mapping[str, int], statuses: Collection[int]
) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """`refused`: the status of a rule in the operation's row of the lifecycle, which need not be the rule's first."""
    firsts = {
        name: refused.get(name) or (rule.statuses[0] if rule.statuses else 0)
        for name, rule in rules.items()
    }
    own = tuple(rule for name, rule in rules.items() if firsts[name] in statuses)
    return own, tuple(
        rule
        for rule in rules.values()
        if rule not in own and not set(statuses).isdisjoint(rule.statuses)
    )


#: More statuses than that are told by their class, where they are nearly all of it.
_FEW = 6
#: So many statuses of a class may be missing, for the others to be nearly all.
_EXCEPTIONS = 5


def legal(statuses: Sequence[int]) -> tuple[str, ...]:
    """The statuses that a rule allows, in its order; many of one class as `any other 4xx but 401 and 403`, last.

    `any` where none of the class comes before. IANA's registry, as Python knows it, says which statuses a class has.
    """
    if len(statuses) <= _FEW:
        return tuple(map(str, statuses))
    first, *others = statuses
    said, classes = {str(first): None}, dict[str, None]()
    for status in others:
        kind = status // 100
        left_out = [
            known.value for known in HTTPStatus if known // 100 == kind and known not in statuses
        ]
        many = sum(other // 100 == kind for other in statuses) > _FEW
        if many and len(left_out) <= _EXCEPTIONS:
            classes[f"any {'other ' if first // 100 == kind else ''}{kind}xx{_but(left_out)}"] = (
                None
            )
        else:
            said[str(status)] = None
    return *said, *classes


def _but(statuses: Sequence[int]) -> str:
    *head, tail = map(str, statuses or [0])
    return f" but {', '.join(head)}{' and ' if head else ''}{tail}" if statuses else ""


def anchor(*words: str) -> str:
    """A fragment that is the same for the same words."""
    return "-".join(
        "".join(letter if letter.isalnum() or letter in "_.-" else "-" for letter in word)
        for word in words
    )


def security_rules(rules: RuleMap) -> list[tuple[str, str]]:
    """What can be wrong with a credential, and the rule that says what happens then."""
    return [(_CREDENTIAL.get(wrong, wrong), rule) for wrong, rule in rules.ids.items()]
