"""A schema as readers want it: one line for each member, with what it may be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from session_contracts.openapi.json_schema import pointer, rule_map
from session_contracts.openapi.model import JsonSchema

_COMPONENT = "#/components/schemas/"
#: Deeper members of a schema that has a page of its own are left to that page.
_DEEPEST = 4


@dataclass(frozen=True)
class Choice:
    """`alternatives`, each in words, and how many of them count: `at least one of`; or by which member one is chosen: "by `kind`"."""

    words: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """A value and what it may be. `schema` names the component that it refers to, `rules` pair a constraint with a rule.

    `members` are those of an object, or of each item of an array. `values` of an enum; `known` of an open one.
    """

    name: str
    type: str
    required: bool = False
    nullable: bool = False
    description: str = ""
    facts: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()
    known: tuple[Any, ...] = ()
    schema: str | None = None
    rules: tuple[tuple[str, str], ...] = ()
    choices: tuple[Choice, ...] = ()
    members: tuple["Member", ...] = ()


def describe(
    document: Mapping[str, Any],
    node: JsonSchema,
    name: str = "",
    *,
    required: bool = False,
    depth: int = 0,
) -> Member:
    """`node` may hold references into `document`; they are followed."""
    schema, node = _follow(document, node)
    if node.get("type") == "array":
        item = describe(document, node.get("items", {}), depth=depth)
        own = replace(
            item,
            type=f"array of {item.type}",
            facts=(*_facts(node), *(f"each {fact}" for fact in item.facts)),
        )
        own = replace(own, schema=schema or item.schema, nullable=bool(node.get("nullable")))
    else:
        members = tuple(_members(document, node, depth)) if depth < _DEEPEST else ()
        own = Member(
            name,
            _type(node),
            nullable=bool(node.get("nullable")),
            facts=tuple(_facts(node)),
            schema=schema,
            members=members,
        )
        own = replace(
            own,
            values=tuple(_shown(node.get("enum", ()))),
            known=tuple(node.get("x-extensible-enum", ())),
        )
        own = replace(own, choices=tuple(_choices(document, node)))
        own = _constant(own, node)
    description = str(node.get("description", own.description))
    return replace(
        own,
        name=name,
        required=required,
        description=description,
        rules=(*rule_map(node).ids.items(),),
    )


def _follow(document: Mapping[str, Any], node: JsonSchema) -> tuple[str | None, JsonSchema]:
    """The component that a schema refers to, and what it says."""
    name = None
    while "$ref" in node:
        reference = node["$ref"]
        if name is None and reference.startswith(_COMPONENT):
            name = reference.removeprefix(_COMPONENT)
        node = pointer(document, reference)
    return name, node


def _constant(member: Member, node: JsonSchema) -> Member:
    """What can only be true, false or null says so in the place of its type."""
    match node.get("enum"):
        case [None | bool()]:
            return replace(member, type=f"always {member.values[0]}", nullable=False, values=())
    return member


def _members(document: Mapping[str, Any], node: JsonSchema, depth: int) -> Iterator[Member]:
    needed = node.get("required", ())
    for name, member in node.get("properties", {}).items():
        yield describe(document, member, name, required=name in needed, depth=depth + 1)
    others = node.get("additionalProperties")
    if isinstance(others, Mapping):
        yield describe(document, others, "(any other name)", depth=depth + 1)


def _type(node: JsonSchema) -> str:
    kind = str(
        node.get(
            "type", "any value" if "oneOf" not in node and "anyOf" not in node else "one of several"
        )
    )
    return f"{kind} ({node['format']})" if "format" in node else kind


def _shown(values: Any) -> list[str]:
    return [
        "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        for value in values
    ]


def _facts(node: JsonSchema) -> Iterator[str]:
    """The bounds, and what is there where nothing is given."""
    yield from _range(node.get("minimum"), node.get("maximum"), "")
    yield from _range(node.get("minLength"), node.get("maxLength"), " characters")
    yield from _range(node.get("minItems"), node.get("maxItems"), " items")
    if "pattern" in node:
        yield f"matches `{node['pattern']}`"
    if node.get("uniqueItems"):
        yield "no item twice"
    if node.get("additionalProperties") is False:
        yield "no other members"
    if "default" in node:
        yield f"default `{_shown([node['default']])[0]}`"


def _range(least: Any, most: Any, what: str) -> Iterator[str]:
    """`what` in the plural, with a space before it."""
    said = {
        (False, False): f"{_number(least)} to {_number(most)}"
        if least != most
        else f"exactly {_number(least)}",
        (False, True): f"at least {_number(least)}",
        (True, False): f"at most {_number(most)}",
    }.get((least is None, most is None))
    if said:
        yield said + (what.removesuffix("s") if said.endswith(" 1") else what)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)


_COUNTED = {"oneOf": "exactly one of", "anyOf": "at least one of"}


def _choices(document: Mapping[str, Any], node: JsonSchema) -> Iterator[Choice]:
    for keyword, words in _COUNTED.items():
        if keyword in node:
            alternatives = node[keyword]
            yield _by_value(alternatives) or Choice(
                words, tuple(_alternative(document, alternative) for alternative in alternatives)
            )
    parts = node.get("allOf", ())
    # One that is nothing but a choice is told as if it stood in the schema itself.
    plain = tuple(part for part in parts if not set(part) <= {*_COUNTED, "allOf"})
    if plain:
        yield Choice("all of", tuple(_alternative(document, part) for part in plain))
    for part in parts:
        if part not in plain:
            yield from _choices(document, part)


def _alternative(document: Mapping[str, Any], node: JsonSchema) -> str:
    name, said = _follow(document, node)
    return f"`{name}`" if name else _condition(said)


def _by_value(alternatives: Sequence[JsonSchema]) -> Choice | None:
    """Alternatives that are chosen by the value of one member; that which is `not` any of these values is told last."""
    chosen = [
        alternative
        for alternative in alternatives
        if set(alternative) <= {"properties", "required"}
    ]
    others = [alternative["not"] for alternative in alternatives if set(alternative) == {"not"}]
    shared = (
        [name for name in _enums(chosen[0]) if all(name in _enums(each) for each in chosen)]
        if chosen
        else []
    )
    if (
        len(chosen) + len(others) < len(alternatives)
        or len(chosen) < 2
        or len(others) > 1
        or len(shared) != 1
    ):
        return None
    (name,) = shared
    values = [value for each in chosen for value in _enums(each)[name]]
    if others and (
        set(others[0]) - {"properties", "required"}
        or set(_enums(others[0]).get(name, ())) != set(values)
    ):
        return None
    said = [f"{_quoted(_enums(each)[name])}: {_needs(each, name)}" for each in chosen]
    return Choice(
        f"by `{name}`", (*said, *(["any other: nothing more is needed"] if others else []))
    )


def _enums(schema: JsonSchema) -> dict[str, Sequence[Any]]:
    return {
        name: member["enum"]
        for name, member in schema.get("properties", {}).items()
        if "enum" in member
    }


def _quoted(values: Sequence[Any]) -> str:
    return " or ".join(f"`{value}`" for value in _shown(values))


def _needs(schema: JsonSchema, chooser: str) -> str:
    """What an alternative asks for besides the value of `chooser`."""
    said = [
        f"`{path}`{f' ({kind})' if kind else ''}"
        for path, kind in _needed(schema)
        if path != chooser
    ]
    return f"needs {' and '.join(said)}" if said else "nothing more is needed"


def _needed(schema: JsonSchema, path: str = "") -> Iterator[tuple[str, str]]:
    """The members that are required, those within members too, and their types where they are told."""
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        yield f"{path}{name}", _type(properties[name]) if "type" in properties.get(name, {}) else ""
    for name, member in properties.items():
        yield from _needed(member, f"{path}{name}.")


def _condition(schema: JsonSchema) -> str:
    """A schema that only says something of its members, in words."""
    parts = []
    properties = schema.get("properties", {})
    only_needed = [name for name in schema.get("required", ()) if name not in properties]
    if only_needed:
        parts.append("with " + " and ".join(f"`{name}`" for name in only_needed))
    for name, member in properties.items():
        if "enum" in member:
            parts.append(
                f"`{name}` is {' or '.join(f'`{value}`' for value in _shown(member['enum']))}"
            )
        elif "required" in member or "properties" in member:
            parts.append(
                f"`{name}` has {' and '.join(f'`{needed}`' for needed in member.get('required', member['properties']))}"
            )
        else:
            parts.append(f"`{name}` is {_type(member)}")
    if "not" in schema:
        parts.append(f"not: {_condition(schema['not'])}")
    if not parts:
        parts.append(_type(schema))
    return ", ".join(parts)


def uses(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The other component schemas that refer to this one directly."""
    schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
    return tuple(
        other
        for other, schema in schemas.items()
        if other != name and _refers(schema, _COMPONENT + name)
    )


def refers(document: Mapping[str, Any], node: Any, name: str) -> bool:
    """Whether a part of the document refers to this schema directly, or by a response or a parameter."""
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str):
            if reference.startswith(_COMPONENT):
                return reference == _COMPONENT + name
            return refers(document, pointer(document, reference), name)
        return any(refers(document, value, name) for value in node.values())
    return isinstance(node, list) and any(refers(document, value, name) for value in node)


def _refers(node: Any, reference: str) -> bool:
    if isinstance(node, Mapping):
        return node.get("$ref") == reference or any(
            _refers(value, reference) for value in node.values()
        )
    return isinstance(node, list) and any(_refers(value, reference) for value in node)
