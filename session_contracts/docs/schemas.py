"""Describes schemas for readers: each member with its type, constraints and rules."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from session_contracts.openapi.json_schema import pointer, rule_map
from session_contracts.openapi.model import JsonSchema

_COMPONENT = "#/components/schemas/"
#: Deeper members are left out; schemas among them have their own pages.
_DEEPEST = 4


@dataclass(frozen=True)
class Choice:
    """Alternatives in words.

    `words` says how many apply ("at least one of") or what selects one ("by `kind`").
    """

    words: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """A value that a schema describes.

    `schema` is the component that it refers to; `rules` are (constraint, rule); `values` are those
    of an enum, `known` those of an open one; `members` those of the object, or of each item of the
    array.
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
    """Describe the schema `node`, following references into `document`."""
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
    """The component that a schema refers to, and the resolved schema."""
    name = None
    while "$ref" in node:
        reference = node["$ref"]
        if name is None and reference.startswith(_COMPONENT):
            name = reference.removeprefix(_COMPONENT)
        node = pointer(document, reference)
    return name, node


def _constant(member: Member, node: JsonSchema) -> Member:
    """The member with its only value as its type, if that is true, false or null."""
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
    untyped = "one of several" if "oneOf" in node or "anyOf" in node else "any value"
    kind = str(node.get("type", untyped))
    return f"{kind} ({node['format']})" if "format" in node else kind


def _shown(values: Any) -> list[str]:
    names = {None: "null", True: "true", False: "false"}
    return [
        names[value] if value is None or isinstance(value, bool) else str(value) for value in values
    ]


def _facts(node: JsonSchema) -> Iterator[str]:
    """Bounds and defaults in words."""
    yield from _range(node.get("minimum"), node.get("maximum"), "")
    yield from _range(node.get("minLength"), node.get("maxLength"), " characters")
    yield from _range(node.get("minItems"), node.get("maxItems"), " items")
    if "pattern" in node:
        yield f"matches `{node['pattern']}`"
    if node.get("uniqueItems"):
        yield "unique items"
    if node.get("additionalProperties") is False:
        yield "no additional members"
    if "default" in node:
        yield f"default `{_shown([node['default']])[0]}`"


def _range(least: Any, most: Any, unit: str) -> Iterator[str]:
    """A range in words; `unit` is in the plural, after a space."""
    if least is None and most is None:
        return
    if most is None:
        text = f"at least {_number(least)}"
    elif least is None:
        text = f"at most {_number(most)}"
    elif least == most:
        text = f"exactly {_number(least)}"
    else:
        text = f"{_number(least)} to {_number(most)}"
    yield text + (unit.removesuffix("s") if text.endswith(" 1") else unit)


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
    # A part that only offers alternatives reads as if they were the schema's own.
    plain = tuple(part for part in parts if not set(part) <= {*_COUNTED, "allOf"})
    if plain:
        yield Choice("all of", tuple(_alternative(document, part) for part in plain))
    for part in parts:
        if part not in plain:
            yield from _choices(document, part)


def _alternative(document: Mapping[str, Any], node: JsonSchema) -> str:
    name, schema = _follow(document, node)
    return f"`{name}`" if name else _condition(schema)


def _by_value(alternatives: Sequence[JsonSchema]) -> Choice | None:
    """The choice, if the value of one member selects the alternative; None otherwise.

    An alternative that is `not` any of the values is listed last.
    """
    chosen = [each for each in alternatives if set(each) <= {"properties", "required"}]
    others = [each["not"] for each in alternatives if set(each) == {"not"}]
    if len(chosen) + len(others) < len(alternatives) or len(chosen) < 2 or len(others) > 1:
        return None
    shared = [name for name in _enums(chosen[0]) if all(name in _enums(each) for each in chosen)]
    if len(shared) != 1:
        return None
    (name,) = shared
    values = [value for each in chosen for value in _enums(each)[name]]
    if others and not _excludes(others[0], name, values):
        return None
    texts = [f"{_quoted(_enums(each)[name])}: {_needs(each, name)}" for each in chosen]
    rest = ["any other: no further members required"] if others else []
    return Choice(f"by `{name}`", (*texts, *rest))


def _excludes(schema: JsonSchema, name: str, values: Sequence[Any]) -> bool:
    """Whether the schema is about these values of the member, and about nothing else."""
    only = not set(schema) - {"properties", "required"}
    return only and set(_enums(schema).get(name, ())) == set(values)


def _enums(schema: JsonSchema) -> dict[str, Sequence[Any]]:
    return {
        name: member["enum"]
        for name, member in schema.get("properties", {}).items()
        if "enum" in member
    }


def _quoted(values: Sequence[Any]) -> str:
    return " or ".join(f"`{value}`" for value in _shown(values))


def _needs(schema: JsonSchema, selector: str) -> str:
    """The members that an alternative requires besides the selecting one."""
    needed = [
        f"`{path}` ({kind})" if kind else f"`{path}`"
        for path, kind in _needed(schema)
        if path != selector
    ]
    return f"requires {' and '.join(needed)}" if needed else "no further members required"


def _needed(schema: JsonSchema, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, type) of required members, nested ones included; the type is empty if not given."""
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        yield f"{path}{name}", _type(properties[name]) if "type" in properties.get(name, {}) else ""
    for name, member in properties.items():
        yield from _needed(member, f"{path}{name}.")


def _condition(schema: JsonSchema) -> str:
    """A schema in words, for one that only constrains members."""
    parts = []
    properties = schema.get("properties", {})
    only_needed = [name for name in schema.get("required", ()) if name not in properties]
    if only_needed:
        parts.append("with " + " and ".join(f"`{name}`" for name in only_needed))
    parts += [_member_condition(name, member) for name, member in properties.items()]
    if "not" in schema:
        parts.append(f"not: {_condition(schema['not'])}")
    if not parts:
        parts.append(_type(schema))
    return ", ".join(parts)


def _member_condition(name: str, member: JsonSchema) -> str:
    if "enum" in member:
        return f"`{name}` is {_quoted(member['enum'])}"
    if "required" in member or "properties" in member:
        needed = member.get("required", member["properties"])
        return f"`{name}` has {' and '.join(f'`{each}`' for each in needed)}"
    return f"`{name}` is {_type(member)}"


def uses(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Names of the other component schemas that refer directly to this one."""
    schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
    return tuple(
        other
        for other, schema in schemas.items()
        if other != name and _refers(schema, _COMPONENT + name)
    )


def refers(document: Mapping[str, Any], node: Any, name: str) -> bool:
    """Whether a node refers to this schema, directly or by a response or parameter."""
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
