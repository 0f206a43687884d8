"""Calls that a rule refuses. They are guessed from the contract, and shown only where the mock says that it was that rule."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from session_contracts.docs.examples import HOLE, Call, Example, example, placing, words_of
from session_contracts.docs.model import Api
from session_contracts.docs.recorder import Recorded, recorder
from session_contracts.openapi import Operation
from session_contracts.openapi.model import ABSENT, FOREIGN, Lifecycle, Parameter

#: No record has this id.
_NOBODY = "00000000-0000-4000-8000-000000000000"


def provoked(api: Api) -> dict[str, tuple[Example, Recorded]]:
    """By rule, the first call that the mock refuses by it, with the answer."""
    found: dict[str, tuple[Example, Recorded]] = {}
    with recorder(api) as mock:
        for guess in _guesses(api):
            answer = mock.answer(guess)
            if answer.rule is not None:
                found.setdefault(answer.rule, (guess, answer))
    return found


def _guesses(api: Api) -> Iterator[Example]:
    for operation in api.contract.operations.values():
        good = example(api, operation)
        yield from _states(api, operation, good)
        yield from _credentials(operation, good)
        yield from _parameters(operation, good)
        yield from _bodies(operation, good)


def _states(api: Api, operation: Operation, good: Example) -> Iterator[Example]:
    """A record in each state in which the table refuses the call, or none."""
    table = api.contract.lifecycle_of(operation.id)
    if table is None or not any(words.resource == table.name for words in words_of(api)):
        return
    path = operation.path.split("{")[0]
    for state in table.transitions[operation.id].refusals:
        if state == ABSENT:
            yield Example(replace(good.call, url=_with_id(api, good, path, _NOBODY)))
        else:
            url = _with_id(api, good, path, HOLE)
            first = placing(api, table, *_place(table, operation, state))
            yield Example(
                replace(good.call, url=url),
                first if state != FOREIGN else _of_other(first),
                table.name.lower(),
                table.field,
            )


def _place(table: Lifecycle, operation: Operation, state: str) -> tuple[str]:
    row = table.transitions[operation.id]
    accepted = [move.source for move in row.moves] or list(row.stays)
    return (accepted[0] if state == FOREIGN else state,)


def _of_other(first: Call) -> Call:
    return replace(
        first, body={**first.body, "params": {**first.body.get("params", {}), "tenant": "other"}}
    )


def _with_id(api: Api, good: Example, path: str, key: str) -> str:
    """The URL of the call with another id."""
    begin = len(f"{api.base_url}{path}")
    old, slash, rest = good.call.url[begin:].partition("/")
    query = "".join(old.partition("?")[1:])
    return f"{good.call.url[:begin]}{key}{slash}{rest}{query}"


def _credentials(operation: Operation, good: Example) -> Iterator[Example]:
    for scheme in operation.security[:1]:
        others = {name: value for name, value in good.call.headers.items() if name != scheme.header}
        wrong = (
            ["Bearer nobody-issued-this", "Bearer", "Basic bm9ib2R5Om5vYm9keQ=="]
            if scheme.bearer
            else ["nobody-issued-this"]
        )
        yield replace(good, call=replace(good.call, headers=others))
        for value in wrong:
            yield replace(good, call=replace(good.call, headers={**others, scheme.header: value}))


def _parameters(operation: Operation, good: Example) -> Iterator[Example]:
    for parameter in operation.parameters:
        if parameter.location == "query":
            for value in _wrong(parameter.schema):
                yield replace(
                    good,
                    call=replace(
                        good.call, url=_asking(good.call.url, [(parameter.name, str(value))])
                    ),
                )
            twice = [(parameter.name, "1"), (parameter.name, "2")]
            yield replace(good, call=replace(good.call, url=_asking(good.call.url, twice)))
        elif parameter.location == "header":
            yield replace(
                good,
                call=replace(good.call, headers={**good.call.headers, parameter.name: "nobody"}),
            )
        elif parameter.location == "path" and HOLE not in good.call.url:
            yield from _malformed(parameter, operation, good)


def _malformed(parameter: Parameter, operation: Operation, good: Example) -> Iterator[Example]:
    if parameter.schema.get("format") == "uuid" and parameter.example is not None:
        url = good.call.url.replace(quote(str(parameter.example), safe=""), "no-uuid")
        yield replace(good, call=replace(good.call, url=url))


def _asking(url: str, parameters: list[tuple[str, str]]) -> str:
    bare, _, query = url.partition("?")
    names = {name for name, _ in parameters}
    kept = [(name, value) for name, value in parse_qsl(query) if name not in names]
    return f"{bare}?{urlencode([*kept, *parameters], safe=':')}"


def _wrong(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values that a schema does not allow."""
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if {"enum", "format"} & schema.keys() or schema.get("type") in ("integer", "number", "boolean"):
        yield "something-else"


def _bodies(operation: Operation, good: Example) -> Iterator[Example]:
    if operation.body is None:
        return
    body = good.call.body
    for schema in operation.body.schemas.values():
        for value in ([], *_wrong_objects(schema, body)):
            yield replace(good, call=replace(good.call, body=value))


def _wrong_objects(schema: Mapping[str, Any], body: Any) -> Iterator[Any]:
    """A good body with one thing wrong in it: a member that is missing, or is not what it may be."""
    if not isinstance(body, Mapping):
        return
    for name in schema.get("required", ()):
        yield {other: value for other, value in body.items() if other != name}
    for name, member in schema.get("properties", {}).items():
        for value in (*_wrong(member), *_of_another_type(member)):
            yield {**body, name: value}
        if member.get("type") == "array" and isinstance(body.get(name), list) and body[name]:
            yield from (
                {**body, name: [item]} for item in _wrong_objects(member["items"], body[name][-1])
            )


def _of_another_type(schema: Mapping[str, Any]) -> Iterator[Any]:
    yield {
        "string": 7,
        "integer": "7",
        "number": "7",
        "boolean": "yes",
        "array": "none",
        "object": "none",
    }.get(schema.get("type", ""), 7)
    if schema.get("type") == "integer":
        yield 2.5
