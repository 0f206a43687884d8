"""Compiles a contract into a plan: everything that is known at startup is worked out once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import Any

import inflection
from connexion.operations import AbstractOperation
from starlette.routing import compile_path

from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.clock import parse_moment
from session_contracts.mock_server.coverage import reach
from session_contracts.mock_server.decide import decide, run
from session_contracts.mock_server.encode import finish
from session_contracts.mock_server.plan import (
    ApiPlan,
    BodyPlan,
    OperationPlan,
    ParameterPlan,
    Route,
)
from session_contracts.mock_server.request import MAX_BODY
from session_contracts.mock_server.resource import Resource
from session_contracts.mock_server.security import (
    authenticate,
    authorize,
    find_issued,
    limit,
    own_tenant,
)
from session_contracts.mock_server.store import Fields, Ordering
from session_contracts.openapi.model import Body, Contract, JsonSchema, Operation, Parameter, Ties


def function_name(operation_id: str) -> str:
    """`reviewSession` is answered by `review_session`."""
    return str(inflection.underscore(operation_id))


def same_tenant(caller: str | None, owner: str) -> bool:
    """Whether a tenant may know of a record of another one: only of its own."""
    return caller == owner


def compile_api(
    contract: Contract,
    module: ModuleType,
    operations: Mapping[str, AbstractOperation],
    base_path: str,
) -> ApiPlan:
    """The plan of one API.

    `module` has the API's handlers and effects; `operations` are Connexion's, each bound to its
    handler.
    """
    plans = {
        name: _operation(contract, contract.operations[name], operation, module)
        for name, operation in operations.items()
    }
    return ApiPlan(
        name=contract.name,
        base_path=base_path,
        contract=contract,
        routes=_routes(contract),
        operations=plans,
        resources=_resources(contract, module),
        rate_limits=contract.rate_limits,
        error_body=module.error_body,
        unauthorized=getattr(module, "UNAUTHORIZED", "Missing or invalid token"),
        find_credential=getattr(module, "find_credential", find_issued),
        authenticate=getattr(module, "authenticate", authenticate),
        authorize=authorize,
        limit=limit,
        choose_tenant=getattr(module, "choose_tenant", own_tenant),
        sees=same_tenant,
        reach=reach(contract),
        secret_headers=frozenset(scheme.header.lower() for scheme in contract.security),
        vendor=getattr(module, "VENDOR", True),
    )


def _operation(
    contract: Contract, operation: Operation, connexion: AbstractOperation, module: ModuleType
) -> OperationPlan:
    lifecycle = contract.lifecycle_of(operation.id)
    row = lifecycle.transitions[operation.id] if lifecycle else None
    body = operation.body
    return OperationPlan(
        id=operation.id,
        contract=operation,
        parameters=tuple(_parameter(parameter) for parameter in operation.parameters),
        body=_body(body) if body else None,
        row=row,
        lifecycle=lifecycle,
        effects=tuple(getattr(module, effect) for effect in row.effects) if row else (),
        handler=connexion.function,
        answers={
            (status, media): Checker.of(schema)
            for status, content in operation.responses.items()
            for media, schema in content.items()
        },
        decide=decide,
        run=run,
        finish=finish,
    )


def _body(body: Body) -> BodyPlan:
    checkers = {media: Checker.of(schema) for media, schema in body.schemas.items()}
    return BodyPlan(body.required, body.max_bytes or MAX_BODY, checkers, body.rules)


def _parameter(parameter: Parameter) -> ParameterPlan:
    return ParameterPlan(
        name=parameter.name,
        location=parameter.location,
        required=parameter.required,
        default=parameter.schema.get("default"),
        read=READERS.get(parameter.schema.get("format", ""))
        or READERS[parameter.schema.get("type", "string")],
        checker=Checker.of(parameter.schema),
        rules=parameter.rules,
        filters=parameter.filter,
        clamp=parameter.clamp,
    )


def _read_integer(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise ValueError(f"{text[:40]!r} is not an integer")
    return int(text)


def _read_boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text[:40]!r} is neither true nor false")
    return text == "true"


def _read_moment(text: str) -> str:
    parse_moment(text)
    return text


#: Functions that read a parameter's text, by the format of its schema or else by its type.
READERS: Mapping[str, Callable[[str], Any]] = {
    "uuid": str.lower,
    "date-time": _read_moment,
    "string": str,
    "integer": _read_integer,
    "boolean": _read_boolean,
}


def _routes(contract: Contract) -> tuple[Route, ...]:
    by_path: dict[str, dict[str, str]] = {}
    for operation in contract.operations.values():
        by_path.setdefault(operation.path, {})[operation.method] = operation.id
    return tuple(Route(compile_path(path)[0], methods) for path, methods in by_path.items())


def _resources(contract: Contract, module: ModuleType) -> dict[str, Resource]:
    """The resources with a lifecycle, the others that are listed, and the hidden ones."""
    orders = {
        operation.listing.resource: (operation.listing.order, operation.listing.ties)
        for operation in contract.operations.values()
        if operation.listing
    }
    found = []
    for table in contract.lifecycles.values():
        order, ties = orders.pop(table.name, ((table.field,), Ties.LATEST))
        schema = contract.schemas[table.schema]
        resource = _resource(contract, module, table.name, schema, ordering(schema, order, ties))
        timers = tuple(timer for timer in table.timers if not timer.optional)
        found.append(replace(resource, key=table.field, lifecycle=table, timers=timers))
    for name, (order, ties) in orders.items():
        schema = contract.schemas[name]
        found.append(_resource(contract, module, name, schema, ordering(schema, order, ties)))
    for name, schema in getattr(module, "HIDDEN", {}).items():
        found.append(_resource(contract, module, name, schema, ordering(schema, (_KEY,))))
    return {resource.name: resource for resource in found}


def _resource(
    contract: Contract, module: ModuleType, name: str, schema: JsonSchema, order: Ordering
) -> Resource:
    """A resource without a lifecycle."""
    checker, private = Checker.of(schema), _private(module, name)
    return Resource(contract.name, name, _KEY, checker, order, None, (), private)


def _private(module: ModuleType, name: str) -> Checker:
    """Checks private fields, by the module's `PRIVATE`: schemas by resource."""
    return Checker.of(getattr(module, "PRIVATE", {}).get(name, {"type": "object"}))


#: The field that identifies a record without a lifecycle.
_KEY = "id"


def ordering(schema: JsonSchema, order: tuple[str, ...], ties: Ties = Ties.LATEST) -> Ordering:
    """The sort key for fields such as `-createdAt` (descending) and `id` (ascending).

    Only date-times and numbers can be descending. `ties` orders records of equal keys.
    """
    parts = tuple(
        (
            name.lstrip("-"),
            name.startswith("-"),
            schema["properties"][name.lstrip("-")].get("format") == "date-time",
        )
        for name in order
    )

    sign = -1 if ties is Ties.LATEST else 1

    def key(fields: Fields, serial: int) -> tuple[Any, ...]:
        values = []
        for name, descending, is_time in parts:
            value: Any = (
                datetime.fromisoformat(fields[name]).timestamp() if is_time else fields[name]
            )
            values.append(-value if descending else value)
        return (*values, sign * serial)

    return key
