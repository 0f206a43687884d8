"""Edits of JSON values: functions from a body, a member or a schema to another one."""

from collections.abc import Callable
from typing import Any

#: A function from a JSON value to another one. It may change the value that it is given.
Edit = Callable[[Any], Any]


# ---- bodies and their members


def without(*names: str) -> Edit:
    """An object without these members."""
    return lambda value: {name: each for name, each in value.items() if name not in names}


def with_member(name: str, value: Callable[[Any], Any]) -> Edit:
    """An object whose member has another value, worked out from the object."""
    return lambda whole: {**whole, name: value(whole)}


def renamed(old: str, new: str) -> Edit:
    """An object whose member has another name."""
    return lambda whole: {new if name == old else name: each for name, each in whole.items()}


def member(name: str, edit: Edit) -> Edit:
    """An object with one member edited."""
    return lambda whole: {**whole, name: edit(whole[name])}


def each(edit: Edit) -> Edit:
    """A list with every item edited."""
    return lambda items: [edit(item) for item in items]


def only(name: str) -> Edit:
    """One member in place of the object: an answer without its envelope."""
    return lambda whole: whole[name]


# ---- schemas


def schema_without(*path: str) -> Edit:
    """A schema without the keyword at this path: `"properties", "title", "maxLength"`."""

    def edit(schema: Any) -> Any:
        node = schema
        for part in path[:-1]:
            node = node[part]
        del node[path[-1]]
        return schema

    return edit


def any_type(name: str, **left: Any) -> Edit:
    """A schema whose member may be anything; `left` are the keywords that remain."""

    def edit(schema: Any) -> Any:
        schema["properties"][name] = left
        return schema

    return edit


def optional(*names: str) -> Edit:
    """A schema that does not require these members."""
    return lambda schema: {
        **schema,
        "required": [name for name in schema.get("required", ()) if name not in names],
    }


def required(name: str) -> Edit:
    """A schema that requires one more member."""
    return lambda schema: {**schema, "required": [*schema.get("required", ()), name]}
