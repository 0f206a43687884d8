"""Lifecycles: names refer to something, states tell all records apart, and every cell of the table has one answer."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any

from session_contracts.openapi.checks import example, walk
from session_contracts.openapi.checks.check import Check, Finding, Stage, CheckTarget
from session_contracts.openapi.model import ABSENT, ANY, PSEUDO_STATES, Contract, Lifecycle
from session_contracts.openapi.source import Path_

#: More combinations of values than this are not looked through.
_MAX_RECORDS = 20_000


def _tables(target: CheckTarget) -> Iterator[tuple[Path_, Lifecycle, Mapping[str, Any]]]:
    """Each table, with its path and how it is written."""
    for table in target.contract.lifecycles.values():
        path = ("x-lifecycles", table.name)
        yield path, table, walk.at(target.source.value, path)


def schemas_exist(target: CheckTarget) -> Iterator[Finding]:
    known = target.contract.schemas
    for path, table, _ in _tables(target):
        if table.schema not in known:
            fix = walk.closest(table.schema, known, "name one of components.schemas")
            yield Finding((*path, "schema"), f"unknown schema {table.schema!r}", fix)


def operations_exist(target: CheckTarget) -> Iterator[Finding]:
    known = target.contract.operations
    for path, table, _ in _tables(target):
        named: list[tuple[Path_, str]] = [
            ((*path, "transitions", name), name) for name in table.transitions
        ]
        if table.creation:
            named.append(((*path, "creation", "operation"), table.creation.operation))
        for place, name in named:
            if name not in known:
                yield Finding(place, f"unknown operation {name!r}", walk.closest(name, known))


def operations_answered(target: CheckTarget) -> Iterator[Finding]:
    for path, table, _ in _tables(target):
        for operation in target.contract.operations.values():
            parameters = {
                parameter.name for parameter in operation.parameters if parameter.location == "path"
            }
            if table.parameter in parameters and target.contract.lifecycle_of(operation.id) is None:
                what = f"{operation.id} acts on a {table.name}, but the table has no row for it"
                yield Finding(
                    (*path, "transitions"), what, f"write '{operation.id}:' under transitions"
                )


def identities(target: CheckTarget) -> Iterator[Finding]:
    for path, table, _ in _tables(target):
        parameters = {
            p.name
            for o in target.contract.operations.values()
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
        properties = _properties(target.contract, table)
        if properties and table.field not in properties:
            fix = walk.closest(
                table.field, properties, "name the field that identifies its records"
            )
            yield Finding(
                (*path, "identity", "field"), f"{table.schema} has no field {table.field!r}", fix
            )


def _properties(contract: Contract, table: Lifecycle) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = contract.schemas.get(table.schema, {}).get("properties", {})
    return properties


# ---- states


def _values(contract: Contract, table: Lifecycle) -> dict[str, Sequence[Any]]:
    """The values that tell states apart: of an enum, those that are known of an open one, or null and whatever is not null."""
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


def state_fields(target: CheckTarget) -> Iterator[Finding]:
    for path, table, _ in _tables(target):
        for state, values in (
            table.states.items() if table.schema in target.contract.schemas else ()
        ):
            for name in values:
                if name not in _values(target.contract, table):
                    what = f"{name!r} of state {state!r} is not an enum of {table.schema}"
                    yield Finding(
                        (*path, "states", state, name),
                        what,
                        "name a field that has an enum, or is nullable",
                    )


def state_values(target: CheckTarget) -> Iterator[Finding]:
    for path, table, _ in _tables(target):
        possible = _values(target.contract, table)
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


def states_partition(target: CheckTarget) -> Iterator[Finding]:
    for path, table, _ in _tables(target):
        possible = _values(target.contract, table)
        if table.schema not in target.contract.schemas:
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
                yield Finding((*path, "states"), what, "put every record into exactly one state")
        if next(records, None):
            what = f"states of {table.name} have more than {_MAX_RECORDS} combinations of values"
            yield Finding((*path, "states"), what, "distinguish states by fewer fields")


def states_reachable(target: CheckTarget) -> Iterator[Finding]:
    for path, table, _ in _tables(target):
        reached = {
            *table.given,
            *([table.creation.target] if table.creation else ()),
            *(move.target for row in table.transitions.values() for move in row.moves),
            *(timer.target for timer in table.timers),
        }
        for state in table.states:
            if state not in reached:
                what = f"state {state!r} is unreachable"
                yield Finding(
                    (*path, "states", state), what, "add a move to it, or list it under 'given'"
                )


def states_exist(target: CheckTarget) -> Iterator[Finding]:
    for path, table, node in _tables(target):
        for place, state, pseudo in _named_states(node):
            if state not in table.states and state not in pseudo:
                yield Finding(
                    (*path, *place),
                    f"unknown state {state!r}",
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
    """How many answers it has in each state. Moves from one state are alternatives, and together one answer."""
    states = [*{move["from"] for move in row.get("moves", [])}]
    states += [
        state
        for kind in ("stays", "refusals")
        for entry in row.get(kind, [])
        for state in entry["in"]
    ]
    return Counter(states)


def cells_unique(target: CheckTarget) -> Iterator[Finding]:
    for path, table, node in _tables(target):
        for operation, row in node["transitions"].items():
            for state, count in _answers(row).items():
                if count > 1 and state in (*table.states, *PSEUDO_STATES):
                    yield Finding(
                        (*path, "transitions", operation),
                        f"{operation} has {count} entries for state {state!r}",
                        "keep one",
                    )


def cells_answered(target: CheckTarget) -> Iterator[Finding]:
    for path, table, node in _tables(target):
        for operation, row in node["transitions"].items():
            answers = _answers(row)
            for state in (*table.states, *PSEUDO_STATES):
                if not answers[state]:
                    what = f"{operation} has no entry for state {state!r}"
                    yield Finding(
                        (*path, "transitions", operation),
                        what,
                        "add one under moves, stays or refusals",
                    )


def _alternatives(
    target: CheckTarget,
) -> Iterator[tuple[Path_, str, str, list[Mapping[str, Any]], list[str]]]:
    """The moves of one operation from one state, where there are several or they depend on the body: `when`s, and members in them."""
    for path, table, _ in _tables(target):
        for operation, row in table.transitions.items():
            for state in dict.fromkeys(move.source for move in row.moves):
                whens = [move.when for move in row.moves_from(state)]
                members = sorted({name for when in whens for name in when})
                if len(whens) > 1 or members:
                    yield (*path, "transitions", operation), operation, state, whens, members


def moves_total(target: CheckTarget) -> Iterator[Finding]:
    for path, name, state, whens, members in _alternatives(target):
        operation = target.contract.operations.get(name)
        body = (
            next(iter(operation.body.schemas.values()), {}) if operation and operation.body else {}
        )
        for member in members:
            values = [when[member] for when in whens if member in when]
            schema = body.get("properties", {}).get(member, {})
            possible = schema.get("enum") or ([None, ANY] if schema else None)
            if possible is None or sorted(map(str, values)) != sorted(map(str, possible)):
                what = f"the moves of {name} from {state!r} cover {member}={values}, but the body allows {possible}"
                yield Finding(
                    path,
                    what,
                    "add a move for each value of the enum, or one for null and one for '*'",
                )


def moves_distinct(target: CheckTarget) -> Iterator[Finding]:
    for path, name, state, _, members in _alternatives(target):
        if len(members) != 1:
            yield Finding(
                path,
                f"the moves of {name} from {state!r} overlap",
                "distinguish them by one member under 'when'",
            )


def _refusals(target: CheckTarget) -> Iterator[tuple[Path_, str, str, int, str]]:
    """Each refusal as it is written: operation, its states, status and rule."""
    for path, _, node in _tables(target):
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


def refusals_declared(target: CheckTarget) -> Iterator[Finding]:
    operations = target.contract.operations
    for path, name, states, status, _ in _refusals(target):
        if name in operations and status not in operations[name].responses:
            what = f"{name} refuses {states} with {status}, which it does not declare"
            yield Finding((*path, "status"), what, "add it to its responses")


def refusals_allowed(target: CheckTarget) -> Iterator[Finding]:
    for path, name, states, status, rule in _refusals(target):
        statuses = (
            target.contract.rules[rule].statuses if rule in target.contract.rules else (status,)
        )
        if statuses[:1] != (status,):
            what = f"{name} refuses {states} with {status}, but {rule} allows {list(statuses)}"
            yield Finding((*path, "status"), what, "use the first status that the rule allows")


def timer_fields(target: CheckTarget) -> Iterator[Finding]:
    for path, table, _ in _tables(target):
        properties = _properties(target.contract, table)
        for timer in table.timers:
            for key, name in (("since", timer.since), ("due", timer.due)):
                if name and properties.get(name, {}).get("format") != "date-time":
                    what = f"{name!r} is no date-time of {table.schema}"
                    yield Finding(
                        (*path, "timers", timer.name, key), what, "name one of its date-time fields"
                    )


def volatile_fields(target: CheckTarget) -> Iterator[Finding]:
    """Fields that are said to change by themselves, but do not exist."""
    for path, table, _ in _tables(target):
        properties = _properties(target.contract, table)
        for state, names in table.volatile.items() if properties else ():
            for index, name in enumerate(names):
                if name not in properties:
                    yield Finding(
                        (*path, "volatile", state, index),
                        f"{table.schema} has no field {name!r}",
                        walk.closest(name, properties, "name one of its fields"),
                    )


def once_refused(target: CheckTarget) -> Iterator[Finding]:
    """Operations of which only one of several calls can succeed, but that never refuse a second."""
    for path, table, _ in _tables(target):
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


_TIMER = "    timers:\n      age: {from: [here], after: P30D, since: SINCE, due: bornAt, to: sold, rule: pets.sell.sells}\n"
_PATHS = example.PETS[example.PETS.index("paths:") : example.PETS.index("components:")]
#: The body says whether the pet was sold or given away.
_WITH_BODY = _PATHS.replace(
    "      responses:\n",
    "      requestBody:\n        content:\n          application/json:\n"
    "            schema: {type: object, properties: {how: {type: string, enum: [sale, gift]}}}\n      responses:\n",
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
        why="Rows of the table and the creation name operations, which must exist.",
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
        why="Clients rely on the effect of an operation in each state, so every operation on a record needs a row.",
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
        why="The mock finds the record of a call by its identity: a path parameter and the field that it equals.",
        bad=_changed("field: id}", "field: number}"),
        good=_LIFECYCLE,
        at="field: number",
        find=identities,
        within=example.PETS,
    ),
    Check(
        "state-field",
        Stage.MEANING,
        why="States are distinguished by fields with known values: those of an enum, or null and not null.",
        bad=_changed("sold: {status: sold}", "sold: {status: sold, id: null}"),
        good=_LIFECYCLE,
        at="id: null",
        find=state_fields,
        within=example.PETS,
    ),
    Check(
        "state-value",
        Stage.MEANING,
        why="A record can never be in a state whose field values are impossible.",
        bad=_changed("sold: {status: sold}", "sold: {status: [sold, gone]}"),
        good=_LIFECYCLE,
        at="status: [sold, gone]",
        find=state_values,
        within=example.PETS,
    ),
    Check(
        "state-partition",
        Stage.MEANING,
        why="Every record must be in exactly one state, because the table depends on it.",
        bad=_changed("sold: {status: sold}", "sold: {status: [here, sold]}"),
        good=_LIFECYCLE,
        at="states",
        find=states_partition,
        within=example.PETS,
    ),
    Check(
        "state-reachable",
        Stage.MEANING,
        why="An unreachable state can be neither served nor verified.",
        bad=_changed("    given: [here]\n", ""),
        good=_LIFECYCLE,
        at="here: {status: here}",
        find=states_reachable,
        within=example.PETS,
    ),
    Check(
        "state-exists",
        Stage.MEANING,
        why="A reference to an unknown state is usually a misspelt name.",
        bad=_changed("given: [here]", "given: [here, lost]"),
        good=_LIFECYCLE,
        at="lost",
        find=states_exist,
        within=example.PETS,
    ),
    Check(
        "cell-unique",
        Stage.MEANING,
        why="Two entries for the same operation and state contradict each other.",
        bad=_changed("in: [sold]", "in: [sold, here]"),
        good=_LIFECYCLE,
        at="sellPet",
        find=cells_unique,
        within=example.PETS,
    ),
    Check(
        "cell-answered",
        Stage.MEANING,
        why="An operation may be called in every state, and on an absent or foreign record; each needs an entry.",
        bad=_changed("in: [absent, foreign]", "in: [absent]"),
        good=_LIFECYCLE,
        at="sellPet",
        find=cells_answered,
        within=example.PETS,
    ),
    Check(
        "moves-total",
        Stage.MEANING,
        why="If the body selects the transition, each of its possible values needs a move.",
        bad=_moves(", when: {how: sale}") + _WITH_BODY,
        good=_moves(", when: {how: sale}", ", when: {how: gift}") + _WITH_BODY,
        at="sellPet",
        find=moves_total,
        within=example.PETS,
    ),
    Check(
        "moves-distinct",
        Stage.MEANING,
        why="Two moves from one state need different guards on the body, or the mock cannot choose.",
        bad=_moves("", ""),
        good=_LIFECYCLE,
        at="sellPet",
        find=moves_distinct,
        within=example.PETS,
    ),
    Check(
        "refusal-declared",
        Stage.MEANING,
        why="An operation must declare the statuses with which it refuses.",
        bad=_PATHS.replace('        "409": {description: It was sold already.}\n', ""),
        good=_PATHS,
        at="status: 409",
        find=refusals_declared,
        within=example.PETS,
    ),
    Check(
        "refusal-allowed",
        Stage.MEANING,
        why="The table gives the mock's status, which must be the first that the rule allows.",
        bad=_changed("in: [sold], status: 409", "in: [sold], status: 404"),
        good=_LIFECYCLE,
        at="status: 404",
        find=refusals_allowed,
        within=example.PETS,
    ),
    Check(
        "timer-field",
        Stage.MEANING,
        why="The fields of a timer must be timestamps.",
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
        why="'once' holds only if the operation refuses the state that it leads to.",
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
            "        once: pets.sell.once\n        stays:\n          - {in: [sold], rule: pets.sell.sells}\n        refusals:",
        ),
        good=_changed("        refusals:", "        once: pets.sell.once\n        refusals:"),
        at="once: pets",
        find=once_refused,
        within=example.PETS,
    ),
)
