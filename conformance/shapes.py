"""Reads answers leniently: a wrong shape breaks one rule; the others can still be checked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import isodate
import jsonschema_rs

from session_contracts.conformance.client import Exchange
from session_contracts.openapi.json_schema import translate
from session_contracts.openapi.model import Contract, JsonSchema, Operation

Record = Mapping[str, Any]
_VALIDATORS: dict[int, tuple[JsonSchema, Any]] = {}


#: The envelope member that has the record or records, unless a contract names another.
DATA = "data"


def unwrap(body: Any, member: str = DATA) -> Any:
    """The record of an answer, in the envelope member `member` or without an envelope."""
    if isinstance(body, dict):
        inner = body.get(member)
        return inner if isinstance(inner, dict) else body
    return body


def items(body: Any, member: str = DATA) -> list[Record] | None:
    """The records of a list: in `member`, without an envelope, or in the only array member.

    None if there are none, or they are not objects.
    """
    if isinstance(body, list):
        found: Any = body
    elif isinstance(body, dict):
        arrays = [value for value in body.values() if isinstance(value, list)]
        found = (
            body[member]
            if isinstance(body.get(member), list)
            else arrays[0]
            if len(arrays) == 1
            else None
        )
    else:
        found = None
    return found if found is not None and all(isinstance(item, dict) for item in found) else None


def moment(value: Any) -> datetime | None:
    """A time in RFC 3339; None for anything else."""
    try:
        parsed: datetime = isodate.parse_datetime(value)
    except (isodate.ISO8601Error, ValueError, TypeError, AttributeError):
        return None
    return parsed if parsed.tzinfo else None


def known(schema: JsonSchema, value: Any) -> Any:
    """The documented part of a value; a server may send more members.

    An object without documented members is kept as it is.
    """
    if isinstance(value, list):
        return [known(schema.get("items", {}), item) for item in value]
    members = schema.get("properties", {})
    if not isinstance(value, dict) or not members:
        return value
    return {name: known(members[name], item) for name, item in value.items() if name in members}


def faults(schema: JsonSchema, value: Any) -> list[str]:
    """The errors of a value by a resolved OpenAPI schema, each with its place in the value."""
    errors = _validator(schema).iter_errors(value)
    return [
        f"{'.'.join(map(str, error.instance_path)) or 'the answer'}: {error.message}"
        for error in errors
    ]


def envelope_fault(schema: JsonSchema, body: Any) -> str | None:
    """What is wrong with the envelope of an answer: a member missing, or of another type.

    None if nothing is. Other rules are about the values of the members. If the contract has no
    envelope, the answer must be the record itself.
    """
    member = holder(schema)
    if not member:
        return (
            None
            if isinstance(body, dict) and unwrap(body) is body
            else "the record is not the answer itself"
        )
    inner = isinstance(body, dict) and isinstance(body.get(member), dict | list)
    for error in _validator(schema).iter_errors(body):
        path = tuple(map(str, error.instance_path))
        outside = path[:1] != (member,) or not inner
        if outside and error.schema_path[-1] in ("type", "required", "enum"):
            return f"{'.'.join(path) or 'the answer'}: {error.message}"
    return None


def success(operation: Operation) -> tuple[tuple[int, ...], JsonSchema]:
    """The documented statuses of an operation's success, and its schema."""
    statuses = tuple(status for status in operation.responses if status < 300)
    return statuses, next(iter(operation.responses[statuses[0]].values()))


def record_schema(operation: Operation) -> JsonSchema:
    """The schema of one record in an operation's success, without the envelope."""
    schema = success(operation)[1]
    member = holder(schema)
    if not member:
        return schema
    data: JsonSchema = schema["properties"][member]
    inner: JsonSchema = data.get("items", data)
    return inner


def records(operation: Operation, body: Any) -> list[Record]:
    """The records in an operation's success; none if its form is unknown or it is empty."""
    schema = success(operation)[1]
    member = holder(schema)
    if isinstance(body, dict) and member in body and body[member] is None:
        return []
    many = "items" in schema["properties"].get(member, {})
    found = items(body, member or DATA) if many else [unwrap(body, member or DATA)]
    return [record for record in found or [] if isinstance(record, dict)]


def shows(operation: Operation, field: str) -> bool:
    """Whether an operation answers with one record that has this member."""
    schema = success(operation)[1]
    many = "items" in schema["properties"].get(holder(schema), {})
    return not many and field in record_schema(operation).get("properties", {})


def envelope(operation: Operation) -> str:
    """The member that holds the record or the records of an operation's success."""
    return holder(success(operation)[1]) or DATA


def holder(schema: JsonSchema) -> str:
    """The envelope member that has the record or records; empty if there is no envelope."""
    member: str = schema.get("x-envelope", DATA)
    return member if member in schema.get("properties", {}) else ""


def _validator(schema: JsonSchema) -> Any:
    known = _VALIDATORS.get(id(schema))
    if known is None:
        # Keeping the schema as well keeps its id from being reused.
        known = _VALIDATORS[id(schema)] = (
            schema,
            jsonschema_rs.Draft202012Validator(translate(schema), validate_formats=True),
        )
    return known[1]


def error(exchange: Exchange) -> Mapping[str, Any]:
    """The member `error` of a body; empty if there is none."""
    found = exchange.json.get("error") if isinstance(exchange.json, dict) else None
    return found if isinstance(found, dict) else {}


def error_fault(contract: Contract, exchange: Exchange) -> str | None:
    """What is wrong with the body of an error; None if it has one of the documented forms."""
    body = exchange.json
    if not isinstance(body, dict):
        return "not a JSON object"
    answers = (
        answer
        for operation in contract.operations.values()
        for answer in operation.responses.items()
    )
    media = next((media for status, media in answers if status >= 400), {})
    if not any(not faults(schema, body) for schema in media.values()):
        return "none of the documented forms of an error"
    if "status" in body and "title" in body and body["status"] != exchange.status:
        return f"status {body['status']!r} in the body of a {exchange.status}"
    return None
