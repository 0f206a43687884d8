"""Finds a call that each rule refuses, for "How to see it" on the rule's page.

Candidates are derived from the contract: a record in a refusing state, an invalid credential,
parameter or body. The header `X-Mock-Rule` of a response says which rule refused the candidate.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from session_contracts.docs.examples import (
    ID_PLACEHOLDER,
    Example,
    SampleCall,
    example,
    provider_state_call,
    suite_profiles,
)
from session_contracts.docs.model import Api
from session_contracts.docs.recorder import Recorded, recorder
from session_contracts.openapi import Operation
from session_contracts.openapi.model import ABSENT, FOREIGN, Lifecycle, Parameter

#: No record has this id.
_UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


def find_refusals(api: Api) -> dict[str, tuple[Example, Recorded]]:
    """By rule, the first call that the mock refuses because of it, and the response."""
    found: dict[str, tuple[Example, Recorded]] = {}
    with recorder(api) as mock:
        for candidate in _candidates(api):
            response = mock.response(candidate)
            if response.rule is not None:
                found.setdefault(response.rule, (candidate, response))
    return found


def _candidates(api: Api) -> Iterator[Example]:
    for operation in api.contract.operations.values():
        good = example(api, operation)
        yield from _states(api, operation, good)
        yield from _credentials(operation, good)
        yield from _parameters(operation, good)
        yield from _bodies(operation, good)


def _states(api: Api, operation: Operation, good: Example) -> Iterator[Example]:
    """The call on a record in each state that refuses it, and on no record."""
    table = api.contract.lifecycle_of(operation.id)
    if table is None or table.name not in {each.resource for each in suite_profiles(api)}:
        return
    path = operation.path.split("{")[0]
    for state in table.transitions[operation.id].refusals:
        if state == ABSENT:
            yield Example(replace(good.call, url=_with_id(api, good, path, _UNKNOWN_ID)))
        else:
            url = _with_id(api, good, path, ID_PLACEHOLDER)
            first = provider_state_call(api, table, _setup_state(table, operation, state))
            yield Example(
                replace(good.call, url=url),
                first if state != FOREIGN else _of_other_tenant(first),
                table.name.lower(),
                table.field,
            )


def _setup_state(table: Lifecycle, operation: Operation, state: str) -> str:
    """The state to set up; another tenant's record is in one that would be accepted."""
    row = table.transitions[operation.id]
    accepted = [move.source for move in row.moves] or list(row.stays)
    return accepted[0] if state == FOREIGN else state


def _of_other_tenant(first: SampleCall) -> SampleCall:
    params = {**first.body.get("params", {}), "tenant": "other"}
    return replace(first, body={**first.body, "params": params})


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
            ["Bearer unknown-credential", "Bearer", "Basic dXNlcjpwYXNzd29yZA=="]
            if scheme.bearer
            else ["unknown-credential"]
        )
        yield replace(good, call=replace(good.call, headers=others))
        for value in wrong:
            yield replace(good, call=replace(good.call, headers={**others, scheme.header: value}))


def _parameters(operation: Operation, good: Example) -> Iterator[Example]:
    for parameter in operation.parameters:
        if parameter.location == "query":
            for value in _invalid(parameter.schema):
                url = _with_query(good.call.url, [(parameter.name, str(value))])
                yield replace(good, call=replace(good.call, url=url))
            twice = [(parameter.name, "1"), (parameter.name, "2")]
            yield replace(good, call=replace(good.call, url=_with_query(good.call.url, twice)))
        elif parameter.location == "header":
            headers = {**good.call.headers, parameter.name: "unknown"}
            yield replace(good, call=replace(good.call, headers=headers))
        elif parameter.location == "path" and ID_PLACEHOLDER not in good.call.url:
            yield from _malformed(parameter, operation, good)


def _malformed(parameter: Parameter, operation: Operation, good: Example) -> Iterator[Example]:
    if parameter.schema.get("format") == "uuid" and parameter.example is not None:
        url = good.call.url.replace(quote(str(parameter.example), safe=""), "not-a-uuid")
        yield replace(good, call=replace(good.call, url=url))


def _with_query(url: str, parameters: list[tuple[str, str]]) -> str:
    bare, _, query = url.partition("?")
    names = {name for name, _ in parameters}
    kept = [(name, value) for name, value in parse_qsl(query) if name not in names]
    return f"{bare}?{urlencode([*kept, *parameters], safe=':')}"


def _invalid(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Values that the schema does not allow."""
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
        for value in ([], *_invalid_objects(schema, body)):
            yield replace(good, call=replace(good.call, body=value))


def _invalid_objects(schema: Mapping[str, Any], body: Any) -> Iterator[Any]:
    """The valid body with one defect: a missing or invalid member."""
    if not isinstance(body, Mapping):
        return
    for name in schema.get("required", ()):
        yield {other: value for other, value in body.items() if other != name}
    for name, member in schema.get("properties", {}).items():
        for value in (*_invalid(member), *_other_types(member)):
            yield {**body, name: value}
        if member.get("type") == "array" and isinstance(body.get(name), list) and body[name]:
            yield from (
                {**body, name: [item]} for item in _invalid_objects(member["items"], body[name][-1])
            )


def _other_types(schema: Mapping[str, Any]) -> Iterator[Any]:
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
