"""What must be true of a contract beyond OpenAPI. `form` comes before a `Contract` can be built, `meaning` after."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import isodate
import jsonschema_rs

from openapi.errors import Violation
from openapi.json_schema import translate
from openapi.model import ABSENT, ANY, PSEUDO_STATES, Contract, Lifecycle, Listing, Operation, Style, Transition
from openapi.source import Path_, Source

#: Members that hold the user's own names or data, where a name that begins with x- is no extension.
_FREE_NAMES = frozenset({"properties", "headers", "example", "examples", "default", "enum", "when"})


# ---- form: before a Contract can be built


def form(source: Source) -> Iterator[Violation]:
    """The document is an OpenAPI 3.0 object, and every x- member is one that we know and has the form we know."""
    document = source.value
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3.0."):
        yield source.violation((), "openapi", "this is no OpenAPI 3.0 document", "begin it with 'openapi: 3.0.3'")
        return
    for name in ("info", "paths"):
        if not isinstance(document.get(name), dict):
            yield source.violation((), "openapi", f"{name!r} is missing", f"write '{name}:' at the root")
            return
    for path, key, value in _extensions(document, ()):
        yield from _extension(source, (*path, key), key, value)
    yield from _operation_ids(source)
    yield from _schemes(source)
    yield from _durations(source)


def _extensions(node: Any, path: Path_) -> Iterator[tuple[Path_, str, Any]]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _extensions(item, (*path, index))
    if isinstance(node, dict):
        for key, value in node.items():
            if key.startswith("x-"):
                yield path, key, value
            elif key == "properties":
                for name, member in value.items():
                    yield from _extensions(member, (*path, key, name))
            elif key not in _FREE_NAMES:
                yield from _extensions(value, (*path, key))


def _extension(source: Source, path: Path_, key: str, value: Any) -> Iterator[Violation]:
    validators = _extension_validators()
    if key not in validators:
        known = ", ".join(sorted(validators))
        yield source.violation(path, "extension-known", f"there is no extension {key!r}", f"use one of {known}, or remove it")
        return
    for error in validators[key].iter_errors(value):
        where = (*path, *error.instance_path)
        what = f"{'.'.join(map(str, [key, *error.instance_path]))}: {error.message}"
        yield source.violation(where, "extension-form", what, "see openapi/extensions.schema.json")


@cache
def _extension_validators() -> Mapping[str, jsonschema_rs.Draft202012Validator]:
    schema = json.loads((Path(__file__).parent / "extensions.schema.json").read_bytes())
    return {key: jsonschema_rs.Draft202012Validator({**member, "$defs": schema["$defs"]}) for key, member in schema["properties"].items()}


def _operation_ids(source: Source) -> Iterator[Violation]:
    seen: set[str] = set()
    for path, item in source.value["paths"].items():
        for method in ("get", "put", "post", "delete", "patch"):
            if method not in item:
                continue
            where = ("paths", path, method)
            name = item[method].get("operationId")
            if not name:
                yield source.violation(
                    where, "operation-id", f"{method.upper()} {path} has no operationId", "write one, as in 'reviewSession'"
                )
            elif name in seen:
                yield source.violation(where, "operation-id", f"operationId {name!r} stands twice", "give each operation its own")
            seen.add(name)


def _schemes(source: Source) -> Iterator[Violation]:
    """Who calls is told in a header: by a bearer token, or by a key; and what is needed is declared."""
    declared = source.value.get("components", {}).get("securitySchemes", {})
    for name, scheme in declared.items():
        bearer = scheme.get("type") == "http" and str(scheme.get("scheme")).lower() == "bearer"
        if not bearer and not (scheme.get("type") == "apiKey" and scheme.get("in") == "header" and scheme.get("name")):
            where = ("components", "securitySchemes", name)
            what = f"security scheme {name!r} is neither a bearer token nor a key in a header"
            yield source.violation(where, "security-scheme", what, "write 'type: http, scheme: bearer', or 'type: apiKey, in: header'")
    for path, needs in _walk(source.value, ()):
        if path[-1:] == ("security",) and isinstance(needs, list) and (len(path) == 1 or path[0] == "paths"):
            for name in {name for need in needs if isinstance(need, dict) for name in need} - set(declared):
                yield source.violation(path, "security-scheme", f"there is no security scheme {name!r}", "declare it under components")


def _durations(source: Source) -> Iterator[Violation]:
    for path, value in _walk(source.value, ()):
        if path[-1:] in (("after",), ("per",)) and path[0] in ("x-lifecycles", "x-rate-limits"):
            try:
                fixed = isinstance(isodate.parse_duration(str(value)), timedelta)
            except isodate.ISO8601Error:
                fixed = False
            if not fixed:
                yield source.violation(path, "duration", f"{value!r} is no duration of fixed length", "write days or less, as in P30D")


def _walk(node: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    yield path, node
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from _walk(value, (*path, key))


# ---- meaning: on the Contract


def meaning(contract: Contract, source: Source) -> Iterator[Violation]:
    """Names refer to something, tables are total and unambiguous, statuses are declared, examples are valid."""
    for check in MEANING:
        yield from check(contract, source)


def _rule_ids_unique(contract: Contract, source: Source) -> Iterator[Violation]:
    nodes = [(path, node["id"]) for path, node in _rule_nodes(source)]
    for rule, count in Counter(rule for _, rule in nodes).items():
        for path, _ in [entry for entry in nodes if entry[1] == rule][1:count]:
            yield source.violation(path, "rule-unique", f"rule {rule!r} stands twice", "give each rule its own id")


def _rule_nodes(source: Source) -> Iterator[tuple[Path_, Mapping[str, Any]]]:
    for path, key, value in _extensions(source.value, ()):
        if key == "x-rules":
            yield from (((*path, key, index), node) for index, node in enumerate(value))


def _rules_exist(contract: Contract, source: Source) -> Iterator[Violation]:
    for path, rule in _rule_references(source):
        if rule not in contract.rules:
            yield source.violation(path, "rule-exists", f"there is no rule {rule!r}", "state it under x-rules, or name another")


def _rule_references(source: Source) -> Iterator[tuple[Path_, str]]:
    for path, key, value in _extensions(source.value, ()):
        where = (*path, key)
        if key == "x-rule":
            yield from ((where, rule) for rule in ([value] if isinstance(value, str) else value.values()))
        elif key in ("x-clamp", "x-filter", "x-scope", "x-rate-limits"):
            yield where, value["rule"]
        elif key == "x-lifecycles":
            yield from _named_rules(value, where)


def _named_rules(node: Any, path: Path_) -> Iterator[tuple[Path_, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("rule", "atomic", "isolated") and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from _named_rules(value, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _named_rules(item, (*path, index))


def _lifecycle_operations(contract: Contract, source: Source) -> Iterator[Violation]:
    for table in contract.lifecycles.values():
        where = ("x-lifecycles", table.name, "transitions")
        named: list[tuple[Path_, str]] = [((*where, name), name) for name in table.transitions]
        if table.creation:
            named.append((("x-lifecycles", table.name, "creation", "operation"), table.creation.operation))
        for place, name in named:
            if name not in contract.operations:
                fix = f"name one of {', '.join(contract.operations)}"
                yield source.violation(place, "operation-exists", f"there is no operation {name!r}", fix)
        for operation in contract.operations.values():
            parameters = {parameter.name for parameter in operation.parameters if parameter.location == "path"}
            if table.parameter in parameters and contract.lifecycle_of(operation.id) is None:
                what = f"{operation.id} acts on a {table.name}, but the table has no row for it"
                yield source.violation(where, "operation-answered", what, f"write '{operation.id}:' under transitions")


def _states_match_enums(contract: Contract, source: Source) -> Iterator[Violation]:
    for table in contract.lifecycles.values():
        if table.schema not in contract.schemas:
            yield source.violation(
                ("x-lifecycles", table.name, "schema"),
                "schema-exists",
                f"there is no schema {table.schema!r}",
                "name one of components.schemas",
            )
            continue
        enums = _enums(contract, table)
        for state, values in table.states.items():
            where = ("x-lifecycles", table.name, "states", state)
            for name, allowed in values.items():
                if name not in enums:
                    yield source.violation(
                        where,
                        "state-field",
                        f"{name!r} of state {state!r} is no enum of {table.schema}",
                        "name a field that has an enum, or is nullable",
                    )
                for value in (value for value in dict.fromkeys(allowed) if value not in enums.get(name, allowed)):
                    known = ", ".join(map(str, enums[name]))
                    yield source.violation(where, "state-value", f"{name} cannot be {value!r} in state {state!r}", f"use one of {known}")


def _enums(contract: Contract, table: Lifecycle) -> dict[str, list[Any]]:
    """The values that tell states apart: of an enum, those that are known of an open one, or null and whatever is not null."""
    properties = contract.schemas[table.schema].get("properties", {})
    enums = {name: member.get("enum") or member.get("x-extensible-enum") for name, member in properties.items()}
    nullable = {name: [None, ANY] for name, member in properties.items() if member.get("nullable")}
    return nullable | {name: values for name, values in enums.items() if values}


def _states_partition(contract: Contract, source: Source) -> Iterator[Violation]:
    for table in contract.lifecycles.values():
        enums = _enums(contract, table) if table.schema in contract.schemas else {}
        fields = sorted(table.state_fields() & set(enums))
        for values in product(*(enums[name] for name in fields)):
            record = dict(zip(fields, values, strict=True))
            matching = [state for state in table.states if replace(table, states={state: table.states[state]}).state_of(record)]
            if len(matching) != 1:
                what = f"a record with {record} is in {' and '.join(matching) or 'no state'}"
                yield source.violation(
                    ("x-lifecycles", table.name, "states"), "state-partition", what, "let every record be in exactly one state"
                )


def _states_reachable(contract: Contract, source: Source) -> Iterator[Violation]:
    for table in contract.lifecycles.values():
        reached = {
            *table.given,
            *([table.creation.target] if table.creation else ()),
            *(move.target for row in table.transitions.values() for move in row.moves),
            *(timer.target for timer in table.timers),
        }
        for state in sorted(set(table.states) - reached):
            where = ("x-lifecycles", table.name, "states", state)
            yield source.violation(
                where, "state-reachable", f"nothing leads to state {state!r}", "write a move to it, or list it under 'given'"
            )
        for state in sorted(reached - {*table.states, ABSENT}):
            yield source.violation(
                ("x-lifecycles", table.name), "state-exists", f"there is no state {state!r}", f"use one of {', '.join(table.states)}"
            )


def _cells_answered(contract: Contract, source: Source) -> Iterator[Violation]:
    for table in contract.lifecycles.values():
        for operation, row in table.transitions.items():
            where = ("x-lifecycles", table.name, "transitions", operation)
            node = source.value["x-lifecycles"][table.name]["transitions"][operation]
            answers = Counter(_answered_states(node))
            for state in sorted(set(answers) - {*table.states, *PSEUDO_STATES}):
                yield source.violation(
                    where, "state-exists", f"{operation} answers in a state {state!r} that is none", f"use one of {', '.join(table.states)}"
                )
            for state in [*table.states, *PSEUDO_STATES]:
                if answers[state] > 1:
                    yield source.violation(where, "cell-unique", f"{operation} has {answers[state]} answers in state {state!r}", "keep one")
                if not answers[state]:
                    yield source.violation(
                        where, "cell-answered", f"{operation} has no answer in state {state!r}", "add it under moves, stays or refusals"
                    )
            yield from _moves_distinct(contract, source, where, row)


def _answered_states(node: Mapping[str, Any]) -> Iterator[str]:
    yield from {move["from"] for move in node.get("moves", [])}
    for kind in ("stays", "refusals"):
        for entry in node.get(kind, []):
            yield from entry["in"]


def _moves_distinct(contract: Contract, source: Source, where: Path_, row: Transition) -> Iterator[Violation]:
    operation = contract.operations.get(row.operation)
    body = next(iter(operation.body.schemas.values()), {}) if operation and operation.body else {}
    for state in {move.source for move in row.moves}:
        whens = [move.when for move in row.moves_from(state)]
        members = {name for when in whens for name in when}
        if len(whens) == 1 and not members:
            continue
        for name in sorted(members):
            values = [when[name] for when in whens if name in when]
            member = body.get("properties", {}).get(name, {})
            enum = member.get("enum") or ([None, ANY] if member else None)
            if enum is None or sorted(map(str, values)) != sorted(map(str, enum)):
                what = f"the moves of {row.operation} from {state!r} answer {name}={values}, but the body may have {enum}"
                fix = "write one move for each value of the body's enum, or one for null and one for '*'"
                yield source.violation(where, "moves-total", what, fix)
        if len(members) != 1:
            yield source.violation(
                where,
                "moves-distinct",
                f"the moves of {row.operation} from {state!r} overlap",
                "tell them apart by one member under 'when'",
            )


def _refusals_declared(contract: Contract, source: Source) -> Iterator[Violation]:
    for table in contract.lifecycles.values():
        for operation, row in table.transitions.items():
            declared = contract.operations[operation].responses if operation in contract.operations else {}
            where = ("x-lifecycles", table.name, "transitions", operation)
            for state, refusal in row.refusals.items():
                if operation in contract.operations and refusal.status not in declared:
                    yield source.violation(
                        where,
                        "refusal-declared",
                        f"{operation} refuses {state!r} with {refusal.status}, which it does not declare",
                        "add it to its responses",
                    )
                rule = contract.rules.get(refusal.rule)
                if rule and rule.statuses[:1] != (refusal.status,):
                    what = f"{operation} refuses {state!r} with {refusal.status}, but {rule.id} allows {list(rule.statuses)}"
                    yield source.violation(where, "refusal-allowed", what, "let the table give the first status that the rule allows")


def _timers(contract: Contract, source: Source) -> Iterator[Violation]:
    for table in contract.lifecycles.values():
        properties = contract.schemas.get(table.schema, {}).get("properties", {})
        for timer in table.timers:
            where = ("x-lifecycles", table.name, "timers", timer.name)
            for name in filter(None, (timer.since, timer.due)):
                if properties.get(name, {}).get("format") != "date-time":
                    yield source.violation(
                        where, "timer-field", f"{name!r} is no date-time of {table.schema}", "name one of its date-time fields"
                    )
            for state in sorted(set(timer.sources) - set(table.states)):
                yield source.violation(where, "state-exists", f"there is no state {state!r}", f"use one of {', '.join(table.states)}")


def _lists(contract: Contract, source: Source) -> Iterator[Violation]:
    for operation in contract.operations.values():
        if not operation.listing:
            continue
        where = ("paths", operation.path, operation.method.lower())
        properties = contract.schemas.get(operation.listing.resource, {}).get("properties", {})
        names = [field.lstrip("-") for field in operation.listing.order]
        names += [parameter.filter.field for parameter in operation.parameters if parameter.filter and not parameter.filter.hidden]
        for name in names:
            if name not in properties:
                yield source.violation(
                    where,
                    "list-field",
                    f"{operation.id} lists by {name!r}, which {operation.listing.resource} does not have",
                    "name one of its fields",
                )
        yield from _cursor(operation, operation.listing, properties, source, where)


def _cursor(
    operation: Operation, listing: Listing, properties: Mapping[str, Any], source: Source, where: Path_
) -> Iterator[Violation]:
    """A cursor names a field of the list; one that is a moment, the field that it is sorted by, the latest first."""
    if (listing.style in (Style.CURSOR, Style.AFTER)) != (listing.cursor is not None):
        yield source.violation(where, "list-cursor", f"{operation.id}: style {listing.style} and 'cursor' do not go together", "write both")
    if listing.cursor is None:
        return
    if listing.cursor.parameter not in {parameter.name for parameter in operation.parameters}:
        what = f"{operation.id} has no parameter {listing.cursor.parameter!r}"
        yield source.violation(where, "list-cursor", what, "name the one that takes a cursor")
    if listing.style is Style.AFTER:
        if listing.cursor.field not in properties:
            what = f"{operation.id} goes on after {listing.cursor.field!r}, which {listing.resource} does not have"
            yield source.violation(where, "list-cursor", what, "name the field that tells its records apart")
    elif listing.order[:1] != (f"-{listing.cursor.field}",) or properties.get(listing.cursor.field, {}).get("format") != "date-time":
        what = f"{operation.id} is not sorted by the date-time {listing.cursor.field!r}, descending"
        yield source.violation(where, "list-cursor", what, f"begin 'order' with -{listing.cursor.field}")


def _limited_operations(contract: Contract, source: Source) -> Iterator[Violation]:
    for name in contract.rate_limits.operations if contract.rate_limits else ():
        if name not in contract.operations:
            fix = f"name one of {', '.join(contract.operations)}"
            yield source.violation(("x-rate-limits", "operations"), "operation-exists", f"there is no operation {name!r}", fix)


def _examples_valid(contract: Contract, source: Source) -> Iterator[Violation]:
    for name, schema in contract.schemas.items():
        if "example" in schema:
            yield from _invalid(source, ("components", "schemas", name, "example"), schema, schema["example"])
    for operation in contract.operations.values():
        for parameter in operation.parameters:
            for keyword in ("default", "example"):
                if keyword in parameter.schema:
                    where = ("paths", operation.path, operation.method.lower(), "parameters")
                    yield from _invalid(source, where, parameter.schema, parameter.schema[keyword])


def _invalid(source: Source, path: Path_, schema: Mapping[str, Any], value: Any) -> Iterable[Violation]:
    validator = jsonschema_rs.Draft202012Validator(translate(schema), validate_formats=True)
    for error in validator.iter_errors(value):
        where = (*path, *error.instance_path)
        yield source.violation(where, "example-valid", f"this example is invalid: {error.message}", "mend the example or the schema")


#: In the order in which they are worth mending.
MEANING: tuple[Callable[[Contract, Source], Iterator[Violation]], ...] = (
    _rule_ids_unique,
    _rules_exist,
    _lifecycle_operations,
    _states_match_enums,
    _states_partition,
    _states_reachable,
    _cells_answered,
    _refusals_declared,
    _timers,
    _lists,
    _limited_operations,
    _examples_valid,
)
