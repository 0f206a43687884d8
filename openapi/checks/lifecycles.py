"""Lifecycles: names exist, states partition the records, every cell has one answer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Draft, Finding, Stage
from session_contracts.openapi.model import ABSENT, ANY, PSEUDO_STATES, Contract, Lifecycle
from session_contracts.openapi.source import Path_

#: More combinations of values than this are not looked through.
_MAX_RECORDS = 20_000


def _tables(draft: Draft) -> Iterator[tuple[Path_, Lifecycle, Mapping[str, Any]]]:
    """Each table, with its path and how it is written."""
    for table in draft.contract.lifecycles.values():
        path = ("x-lifecycles", table.name)
        yield path, table, walk.at(draft.source.value, path)


def schemas_exist(draft: Draft) -> Iterator[Finding]:
    """Lifecycles of schemas that do not exist."""
    known = draft.contract.schemas
    for path, table, _ in _tables(draft):
        if table.schema not in known:
            fix = walk.closest(table.schema, known, "name one of components.schemas")
            yield Finding((*path, "schema"), f"there is no schema {table.schema!r}", fix)


def operations_exist(draft: Draft) -> Iterator[Finding]:
    """Rows and creations of operations that do not exist."""
    known = draft.contract.operations
    for path, table, _ in _tables(draft):
        named: list[tuple[Path_, str]] = [
            ((*path, "transitions", name), name) for name in table.transitions
        ]
        if table.creation:
            named.append(((*path, "creation", "operation"), table.creation.operation))
        for place, name in named:
            if name not in known:
                yield Finding(place, f"there is no operation {name!r}", walk.closest(name, known))


def operations_answered(draft: Draft) -> Iterator[Finding]:
    """Operations on a record for which the table has no row."""
    for path, table, _ in _tables(draft):
        for operation in draft.contract.operations.values():
            parameters = {
                parameter.name for parameter in operation.parameters if parameter.location == "path"
            }
            if table.parameter in parameters and draft.contract.lifecycle_of(operation.id) is None:
                what = f"{operation.id} acts on a {table.name}, but the table has no row for it"
                yield Finding(
                    (*path, "transitions"), what, f"write '{operation.id}:' under transitions"
                )


def identities(draft: Draft) -> Iterator[Finding]:
    """Identities whose path parameter or field does not exist."""
    for path, table, _ in _tables(draft):
        parameters = {
            p.name
            for o in draft.contract.operations.values()
            for p in o.parameters
            if p.location == "path"
        }
        if table.parameter not in parameters:
            fix = walk.closest(table.parameter, parameters, "name the parameter of a path")
            yield Finding(
                (*path, "identity", "parameter"),
                f"no path has a parameter {table.parameter!r}",
                fix,
            )
        properties = _properties(draft.contract, table)
        if properties and table.field not in properties:
            fix = walk.closest(table.field, properties, "name the field that identifies a record")
            yield Finding(
                (*path, "identity", "field"), f"{table.schema} has no field {table.field!r}", fix
            )


def _properties(contract: Contract, table: Lifecycle) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = contract.schemas.get(table.schema, {}).get("properties", {})
    return properties


# ---- states


def _values(contract: Contract, table: Lifecycle) -> dict[str, Sequence[Any]]:
    """By field, its known values: of an enum, closed or open, or null and not null."""
    found: dict[str, Sequence[Any]] = {}
    for name, member in _properties(contract, table).items():
        values = (
            member.get("enum")
            or member.get("x-extensible-enum")
            or ([None, ANY] if member.get("nullable") else None)
        )
        if values:
            found[name] = values
    return found


def state_fields(draft: Draft) -> Iterator[Finding]:
    """States defined by fields that have no known set of values."""
    for path, table, _ in _tables(draft):
        for state, values in table.states.items() if table.schema in draft.contract.schemas else ():
            for name in values:
                if name not in _values(draft.contract, table):
                    what = f"{name!r} of state {state!r} is not an enum of {table.schema}"
                    yield Finding(
                        (*path, "states", state, name),
                        what,
                        "name a field that has an enum, or is nullable",
                    )


def state_values(draft: Draft) -> Iterator[Finding]:
    """States defined by values that their field cannot have."""
    for path, table, _ in _tables(draft):
        possible = _values(draft.contract, table)
        for state, values in table.states.items():
            for name, allowed in values.items():
                for value in allowed:
                    if name in possible and value not in possible[name]:
                        what = f"{name} cannot be {value!r} in state {state!r}"
                        yield Finding(
                            (*path, "states", state, name),
                            what,
                            f"use one of {', '.join(map(str, possible[name]))}",
                        )


def states_partition(draft: Draft) -> Iterator[Finding]:
    """Records that are in no state, or in several."""
    for path, table, _ in _tables(draft):
        possible = _values(draft.contract, table)
        if table.schema not in draft.contract.schemas:
            continue
        fields = sorted(table.state_fields() & set(possible))
        records = product(*(possible[name] for name in fields))
        for values in islice(records, _MAX_RECORDS):
            record = dict(zip(fields, values, strict=True))
            matching = [
                state
                for state in table.states
                if replace(table, states={state: table.states[state]}).state_of(record)
            ]
            if len(matching) != 1:
                what = f"a record with {record} is in {' and '.join(matching) or 'no state'}"
                yield Finding((*path, "states"), what, "let every record be in exactly one state")
        if next(records, None):
            what = f"states of {table.name} have more than {_MAX_RECORDS} combinations of values"
            yield Finding((*path, "states"), what, "distinguish states by fewer fields")


def states_reachable(draft: Draft) -> Iterator[Finding]:
    """States that no record can reach."""
    for path, table, _ in _tables(draft):
        reached = {
            *table.given,
            *([table.creation.target] if table.creation else ()),
            *(move.target for row in table.transitions.values() for move in row.moves),
            *(timer.target for timer in table.timers),
        }
        for state in table.states:
            if state not in reached:
                what = f"nothing leads to state {state!r}"
                yield Finding(
                    (*path, "states", state), what, "write a move to it, or list it under 'given'"
                )


def states_exist(draft: Draft) -> Iterator[Finding]:
    """States that are named but not defined."""
    for path, table, node in _tables(draft):
        for place, state, pseudo in _named_states(node):
            if state not in table.states and state not in pseudo:
                yield Finding(
                    (*path, *place),
                    f"there is no state {state!r}",
                    walk.closest(state, table.states),
                )


def _named_states(node: Mapping[str, Any]) -> Iterator[tuple[Path_, str, Sequence[str]]]:
    """Every mention of a state, and which pseudo-states could stand there too."""
    for index, state in enumerate(node.get("given", [])):
        yield ("given", index), state, ()
    for key in ("reportedAs", "volatile"):
        for state in node.get(key, {}):
            yield (key, state), state, ()
    for state, others in node.get("reportedAs", {}).items():
        for index, other in enumerate(others):
            yield ("reportedAs", state, index), other, ()
    if "creation" in node:
        yield ("creation", "to"), node["creation"]["to"], ()
    for name, timer in node.get("timers", {}).items():
        for index, state in enumerate(timer["from"]):
            yield ("timers", name, "from", index), state, ()
        yield ("timers", name, "to"), timer["to"], (ABSENT,)
    for operation, row in node["transitions"].items():
        where = ("transitions", operation)
        for index, move in enumerate(row.get("moves", [])):
            yield (*where, "moves", index, "from"), move["from"], ()
            yield (*where, "moves", index, "to"), move["to"], (ABSENT,)
        for kind in ("stays", "refusals"):
            for index, entry in enumerate(row.get(kind, [])):
                for position, state in enumerate(entry["in"]):
                    yield (*where, kind, index, "in", position), state, PSEUDO_STATES


# ---- cells


def _answers(row: Mapping[str, Any]) -> Counter[str]:
    """How many answers it has in each state.

    Moves from one state are alternatives, and together one answer.
    """
    states = [*{move["from"] for move in row.get("moves", [])}]
    states += [
        state
        for kind in ("stays", "refusals")
        for entry in row.get(kind, [])
        for state in entry["in"]
    ]
    return Counter(states)


def cells_unique(draft: Draft) -> Iterator[Finding]:
    """Cells with several answers."""
    for path, table, node in _tables(draft):
        for operation, row in node["transitions"].items():
            for state, count in _answers(row).items():
                if count > 1 and state in (*table.states, *PSEUDO_STATES):
                    yield Finding(
                        (*path, "transitions", operation),
                        f"{operation} has {count} answers in state {state!r}",
                        "keep one",
                    )


def cells_answered(draft: Draft) -> Iterator[Finding]:
    """Cells without an answer."""
    for path, table, node in _tables(draft):
        for operation, row in node["transitions"].items():
            answers = _answers(row)
            for state in (*table.states, *PSEUDO_STATES):
                if not answers[state]:
                    what = f"{operation} has no answer in state {state!r}"
                    yield Finding(
                        (*path, "transitions", operation),
                        what,
                        "add it under moves, stays or refusals",
                    )


def _alternatives(
    draft: Draft,
) -> Iterator[tuple[Path_, str, str, list[Mapping[str, Any]], list[str]]]:
    """The moves of an operation from a state, if the body selects: `when`s and members."""
    for path, table, _ in _tables(draft):
        for operation, row in table.transitions.items():
            for state in dict.fromkeys(move.source for move in row.moves):
                whens = [move.when for move in row.moves_from(state)]
                members = sorted({name for when in whens for name in when})
                if len(whens) > 1 or members:
                    yield (*path, "transitions", operation), operation, state, whens, members


def moves_total(draft: Draft) -> Iterator[Finding]:
    """Values of the request body for which there is no move, or two."""
    for path, name, state, whens, members in _alternatives(draft):
        operation = draft.contract.operations.get(name)
        body = (
            next(iter(operation.body.schemas.values()), {}) if operation and operation.body else {}
        )
        for member in members:
            values = [when[member] for when in whens if member in when]
            schema = body.get("properties", {}).get(member, {})
            possible = schema.get("enum") or ([None, ANY] if schema else None)
            if possible is None or sorted(map(str, values)) != sorted(map(str, possible)):
                what = (
                    f"the moves of {name} from {state!r} answer {member}={values}, but the "
                    f"body may have {possible}"
                )
                yield Finding(
                    path,
                    what,
                    (
                        "write one move for each value of the body's enum, or one for null "
                        "and one for '*'"
                    ),
                )


def moves_distinct(draft: Draft) -> Iterator[Finding]:
    """Moves that the request body does not distinguish."""
    for path, name, state, _, members in _alternatives(draft):
        if len(members) != 1:
            yield Finding(
                path,
                f"the moves of {name} from {state!r} overlap",
                "distinguish them by one member under 'when'",
            )


def _refusals(draft: Draft) -> Iterator[tuple[Path_, str, str, int, str]]:
    """Each refusal as it is written: operation, its states, status and rule."""
    for path, _, node in _tables(draft):
        for operation, row in node["transitions"].items():
            for index, entry in enumerate(row.get("refusals", [])):
                states = " and ".join(map(repr, entry["in"]))
                yield (
                    (*path, "transitions", operation, "refusals", index),
                    operation,
                    states,
                    entry["status"],
                    entry["rule"],
                )


def refusals_declared(draft: Draft) -> Iterator[Finding]:
    """Refusals with a status that the operation does not declare."""
    operations = draft.contract.operations
    for path, name, states, status, _ in _refusals(draft):
        if name in operations and status not in operations[name].responses:
            what = f"{name} refuses {states} with {status}, which it does not declare"
            yield Finding((*path, "status"), what, "add it to its responses")


def refusals_allowed(draft: Draft) -> Iterator[Finding]:
    """Refusals with another status than the first that their rule allows."""
    for path, name, states, status, rule in _refusals(draft):
        statuses = (
            draft.contract.rules[rule].statuses if rule in draft.contract.rules else (status,)
        )
        if statuses[:1] != (status,):
            what = f"{name} refuses {states} with {status}, but {rule} allows {list(statuses)}"
            yield Finding(
                (*path, "status"), what, "let the table give the first status that the rule allows"
            )


def timer_fields(draft: Draft) -> Iterator[Finding]:
    """Timers that count from or to a field that is not a date-time."""
    for path, table, _ in _tables(draft):
        properties = _properties(draft.contract, table)
        for timer in table.timers:
            for key, name in (("since", timer.since), ("due", timer.due)):
                if name and properties.get(name, {}).get("format") != "date-time":
                    what = f"{name!r} is not a date-time of {table.schema}"
                    yield Finding(
                        (*path, "timers", timer.name, key), what, "name one of its date-time fields"
                    )


def volatile_fields(draft: Draft) -> Iterator[Finding]:
    """Fields that are said to change by themselves, but do not exist."""
    for path, table, _ in _tables(draft):
        properties = _properties(draft.contract, table)
        for state, names in table.volatile.items() if properties else ():
            for index, name in enumerate(names):
                if name not in properties:
                    yield Finding(
                        (*path, "volatile", state, index),
                        f"{table.schema} has no field {name!r}",
                        walk.closest(name, properties, "name one of its fields"),
                    )


def once_refused(draft: Draft) -> Iterator[Finding]:
    """Operations of which only one of several calls can succeed, but that never refuse a second."""
    for path, table, _ in _tables(draft):
        for operation, row in table.transitions.items():
            if row.once and not any(move.target in row.refusals for move in row.moves):
                yield Finding(
                    (*path, "transitions", operation, "once"),
                    f"{operation} succeeds again after each of its moves",
                    "write 'once' only where a second call is refused, or add that refusal",
                )


# ---- the table of these checks

_LIFECYCLE = example.PETS[example.PETS.index("x-lifecycles:") : example.PETS.index("x-rules:")]


def _changed(old: str, new: str) -> str:
    assert _LIFECYCLE.count(old) == 1
    return _LIFECYCLE.replace(old, new)


def _moves(*moves: str) -> str:
    old = "          - {from: here, to: sold, rule: pets.sell.sells}\n"
    return _changed(
        old,
        "".join(
            f"          - {{from: here, to: sold, rule: pets.sell.sells{move}}}\n" for move in moves
        ),
    )


_TIMER = (
    "    timers:\n      age: {from: [here], after: P30D, since: SINCE, due: bornAt, to: sold, "
    "rule: pets.sell.sells}\n"
)
_PATHS = example.PETS[example.PETS.index("paths:") : example.PETS.index("components:")]
#: The body says whether the pet was sold or given away.
_WITH_BODY = _PATHS.replace(
    "      responses:\n",
    "      requestBody:\n        content:\n          application/json:\n"
    "            schema: {type: object, properties: {how: {type: string, enum: [sale, gift]}}}\n"
    "      responses:\n",
)

CHECKS = (
    Check(
        "schema-exists",
        Stage.MEANING,
        why="A lifecycle describes the records of a schema.",
        bad=_changed("    schema: Pet\n", "    schema: Pets\n"),
        good=_LIFECYCLE,
        at="schema: Pets",
        find=schemas_exist,
        within=example.PETS,
    ),
    Check(
        "operation-exists",
        Stage.MEANING,
        why=(
            "A row of the table, or a creation, belongs to an operation; one that does not "
            "exist cannot be called."
        ),
        bad=_changed(
            "    states:\n",
            "    creation: {operation: buyPet, to: here, rule: pets.sell.sells}\n    states:\n",
        ),
        good=_LIFECYCLE,
        at="operation: buyPet",
        find=operations_exist,
        within=example.PETS,
    ),
    Check(
        "operation-answered",
        Stage.MEANING,
        why=(
            "Clients rely on what an operation does in each state, so each operation on a "
            "record has a row."
        ),
        bad=_LIFECYCLE[: _LIFECYCLE.index("    transitions:")].replace(
            "given: [here]", "given: [here, sold]"
        )
        + "    transitions: {}\n",
        good=_LIFECYCLE,
        at="transitions",
        find=operations_answered,
        within=example.PETS,
    ),
    Check(
        "identity-exists",
        Stage.LINT,
        why=(
            "The mock finds the record of a call by its identity: a path parameter, and the "
            "field that it equals."
        ),
        bad=_changed("field: id}", "field: number}"),
        good=_LIFECYCLE,
        at="field: number",
        find=identities,
        within=example.PETS,
    ),
    Check(
        "state-field",
        Stage.MEANING,
        why=(
            "States are distinguished by fields with a known set of values: an enum, or null "
            "and not null."
        ),
        bad=_changed("sold: {status: sold}", "sold: {status: sold, id: null}"),
        good=_LIFECYCLE,
        at="id: null",
        find=state_fields,
        within=example.PETS,
    ),
    Check(
        "state-value",
        Stage.MEANING,
        why=(
            "If a field cannot have the value that a state requires, no record is ever in "
            "that state."
        ),
        bad=_changed("sold: {status: sold}", "sold: {status: [sold, gone]}"),
        good=_LIFECYCLE,
        at="status: [sold, gone]",
        find=state_values,
        within=example.PETS,
    ),
    Check(
        "state-partition",
        Stage.MEANING,
        why="The table has an answer for each state, so every record must be in exactly one.",
        bad=_changed("sold: {status: sold}", "sold: {status: [here, sold]}"),
        good=_LIFECYCLE,
        at="states",
        find=states_partition,
        within=example.PETS,
    ),
    Check(
        "state-reachable",
        Stage.MEANING,
        why="A state that no record can reach can be neither served nor verified.",
        bad=_changed("    given: [here]\n", ""),
        good=_LIFECYCLE,
        at="here: {status: here}",
        find=states_reachable,
        within=example.PETS,
    ),
    Check(
        "state-exists",
        Stage.MEANING,
        why="A state that is not defined is usually a misspelt one.",
        bad=_changed("given: [here]", "given: [here, lost]"),
        good=_LIFECYCLE,
        at="lost",
        find=states_exist,
        within=example.PETS,
    ),
    Check(
        "cell-unique",
        Stage.MEANING,
        why="The same call in the same state must have one answer.",
        bad=_changed("in: [sold]", "in: [sold, here]"),
        good=_LIFECYCLE,
        at="sellPet",
        find=cells_unique,
        within=example.PETS,
    ),
    Check(
        "cell-answered",
        Stage.MEANING,
        why=(
            "An operation can be called in every state, and on an absent or foreign record; "
            "without an answer the mock would have to guess."
        ),
        bad=_changed("in: [absent, foreign]", "in: [absent]"),
        good=_LIFECYCLE,
        at="sellPet",
        find=cells_answered,
        within=example.PETS,
    ),
    Check(
        "moves-total",
        Stage.MEANING,
        why="Where the request body selects the move, each of its values needs one.",
        bad=_moves(", when: {how: sale}") + _WITH_BODY,
        good=_moves(", when: {how: sale}", ", when: {how: gift}") + _WITH_BODY,
        at="sellPet",
        find=moves_total,
        within=example.PETS,
    ),
    Check(
        "moves-distinct",
        Stage.MEANING,
        why=(
            "The request body must distinguish two moves from one state, or the mock could "
            "not choose."
        ),
        bad=_moves("", ""),
        good=_LIFECYCLE,
        at="sellPet",
        find=moves_distinct,
        within=example.PETS,
    ),
    Check(
        "refusal-declared",
        Stage.MEANING,
        why="An operation must declare each status with which it refuses.",
        bad=_PATHS.replace('        "409": {description: It was sold already.}\n', ""),
        good=_PATHS,
        at="status: 409",
        find=refusals_declared,
        within=example.PETS,
    ),
    Check(
        "refusal-allowed",
        Stage.MEANING,
        why=(
            "A rule lists the statuses that a server may answer; the mock, and so the table, "
            "gives the first."
        ),
        bad=_changed("in: [sold], status: 409", "in: [sold], status: 404"),
        good=_LIFECYCLE,
        at="status: 404",
        find=refusals_allowed,
        within=example.PETS,
    ),
    Check(
        "timer-field",
        Stage.MEANING,
        why="A timer runs from one date-time to another, so its fields must be date-times.",
        bad=_LIFECYCLE + _TIMER.replace("SINCE", "id"),
        good=_LIFECYCLE + _TIMER.replace("SINCE", "bornAt"),
        at="since",
        find=timer_fields,
        within=example.PETS,
    ),
    Check(
        "volatile-field",
        Stage.MEANING,
        why="A check ignores changes of a volatile field; a misspelt name would have no effect.",
        bad=_changed("    states:\n", "    volatile: {here: [age]}\n    states:\n"),
        good=_changed("    states:\n", "    volatile: {here: [bornAt]}\n    states:\n"),
        at="age",
        find=volatile_fields,
        within=example.PETS,
    ),
    Check(
        "once-refused",
        Stage.MEANING,
        why=(
            "Only one of several calls can succeed if the operation refuses the state that it "
            "leads to."
        ),
        bad=_changed(
            "{in: [sold], status: 409, rule: pets.sell.once}",
            "{in: [foreign], status: 409, rule: pets.sell.once}",
        )
        .replace(
            "          - {in: [absent, foreign]",
            "          - {in: [absent]",
        )
        .replace(
            "        refusals:",
            "        once: pets.sell.once\n        stays:\n          - {in: [sold], "
            "rule: pets.sell.sells}\n        refusals:",
        ),
        good=_changed("        refusals:", "        once: pets.sell.once\n        refusals:"),
        at="once: pets",
        find=once_refused,
        within=example.PETS,
    ),
)
