"""Small changes to one part of a plan, which mutants are made of.

A function's first argument says what it changes: an operationId or several, where it is about
operations. Each returns a mutation; `all_of` combines them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.mutants.edits import Edit, schema_without
from session_contracts.mock_server.mutants.mutant import Mutation
from session_contracts.mock_server.plan import (
    Answer,
    ApiPlan,
    Call,
    Effect,
    Handler,
    OperationPlan,
    ParameterPlan,
    Route,
    Run,
)
from session_contracts.mock_server.resource import Resource
from session_contracts.openapi.model import Move, Refusal, Stay, Transition

#: One operationId, or several.
Operations = str | Sequence[str]


def all_of(*mutations: Mutation) -> Mutation:
    """Apply one mutation after the other."""

    def apply(plan: ApiPlan) -> ApiPlan:
        for mutation in mutations:
            plan = mutation(plan)
        return plan

    return apply


# ---- the API


def api(**parts: Any) -> Mutation:
    """Replace parts of an API's plan, such as `authorize`, by others."""
    return lambda plan: replace(plan, **parts)


def plain_message(
    code: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """The body of an error in a form that no vendor documents: `{message}`."""
    return "application/json", {"message": detail}


#: Answer errors as `{message}`.
plain_errors = api(error_body=plain_message)


def no_tenant_check(plan: ApiPlan) -> ApiPlan:
    """Look records up by id alone, whatever the tenant."""
    return replace(plan, sees=lambda caller, owner: True)


def resource(name: str, change: Callable[[Resource], Resource]) -> Mutation:
    """Change one resource."""
    return lambda plan: replace(
        plan, resources={**plan.resources, name: change(plan.resources[name])}
    )


def routes(change: Callable[[Route], Route]) -> Mutation:
    """Change every route."""
    return lambda plan: replace(plan, routes=tuple(change(route) for route in plan.routes))


def rule_status(rule: str, code: int) -> Mutation:
    """Refuse requests that break a rule with another status."""

    def apply(plan: ApiPlan) -> ApiPlan:
        changed = replace(plan.contract.rules[rule], statuses=(code,))
        rules = {**plan.contract.rules, rule: changed}
        return replace(plan, contract=replace(plan.contract, rules=rules))

    return apply


# ---- an operation


def operation(operations: Operations, change: Callable[[OperationPlan], OperationPlan]) -> Mutation:
    """Change the plan of an operation."""
    names = (operations,) if isinstance(operations, str) else operations
    return lambda plan: replace(
        plan,
        operations={**plan.operations, **{name: change(plan.operations[name]) for name in names}},
    )


def handler(operations: Operations, function: Handler) -> Mutation:
    """Let another function answer."""
    return operation(operations, lambda plan: replace(plan, handler=function))


def wrapped_handler(operations: Operations, wrap: Callable[[Handler], Handler]) -> Mutation:
    """Wrap the function that answers, after the lifecycle table's decision."""
    return operation(operations, lambda plan: replace(plan, handler=wrap(plan.handler)))


def run(operations: Operations, wrap: Callable[[Run], Run]) -> Mutation:
    """Wrap the operation as a whole, the lifecycle table's decision included."""
    return operation(operations, lambda plan: replace(plan, run=wrap(plan.run)))


def before(operations: Operations, act: Callable[[Call], None]) -> Mutation:
    """Do something to the call before the lifecycle table decides."""

    def wrap(inner: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            act(call)
            return await inner(call)

        return wrapped

    return run(operations, wrap)


def request_body(operations: Operations, edit: Edit) -> Mutation:
    """Edit the request body, after its validation."""

    def act(call: Call) -> None:
        call.body = edit(call.body)

    return before(operations, act)


def answer(operations: Operations, change: Callable[[Call, Answer], Answer]) -> Mutation:
    """Change a successful answer before it is checked and encoded."""

    def wrap(inner: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            return change(call, await inner(call))

        return wrapped

    return run(operations, wrap)


def instead_of_refusal(
    operations: Operations, rule: str, substitute: Callable[[Call, Refused], Answer]
) -> Mutation:
    """Answer, where the operation refuses by this rule."""

    def wrap(inner: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            try:
                return await inner(call)
            except Refused as found:
                if found.rule != rule:
                    raise
                return substitute(call, found)

        return wrapped

    return run(operations, wrap)


def effects(operations: Operations, *functions: Effect) -> Mutation:
    """Replace the effects of an operation's moves by these."""
    return operation(operations, lambda plan: replace(plan, effects=functions))


# ---- its row of the lifecycle table


def row(operations: Operations, change: Callable[[Transition], Transition]) -> Mutation:
    """Change an operation's row of the lifecycle table."""

    def apply(plan: OperationPlan) -> OperationPlan:
        assert plan.row is not None, "only an operation with a row"
        return replace(plan, row=change(plan.row))

    return operation(operations, apply)


def refusal(operations: Operations, states: Sequence[str], status: int) -> Mutation:
    """Refuse the operation in these states, with this status."""

    def change(old: Transition) -> Transition:
        moves = tuple(move for move in old.moves if move.source not in states)
        stays = {state: stay for state, stay in old.stays.items() if state not in states}
        refused = {state: Refusal(status, _rule(old, state)) for state in states}
        return replace(old, moves=moves, stays=stays, refusals={**old.refusals, **refused})

    return row(operations, change)


def extra_sources(operations: Operations, states: Sequence[str]) -> Mutation:
    """Make the operation's moves from these states too, which refused it."""

    def change(old: Transition) -> Transition:
        moves = [
            Move(state, move.target, move.when, move.rule) for state in states for move in old.moves
        ]
        return replace(_without_refusals(old, states), moves=(*old.moves, *moves))

    return row(operations, change)


def no_op(operations: Operations, states: Sequence[str]) -> Mutation:
    """Let the operation succeed in these states, which refused it, and change nothing."""

    def change(old: Transition) -> Transition:
        stays = {state: Stay(_rule(old, state)) for state in states}
        return replace(_without_refusals(old, states), stays={**old.stays, **stays})

    return row(operations, change)


def _without_refusals(old: Transition, states: Sequence[str]) -> Transition:
    kept = {state: cell for state, cell in old.refusals.items() if state not in states}
    return replace(old, refusals=kept)


def _rule(old: Transition, state: str) -> str:
    """The rule of a state's cell."""
    moves = iter(old.moves_from(state))
    cell = old.refusals.get(state) or old.stays.get(state) or next(moves, None)
    assert cell is not None, "a cell of the table"
    return cell.rule


# ---- its request


def parameter(
    operations: Operations, name: str, change: Callable[[ParameterPlan], ParameterPlan]
) -> Mutation:
    """Change a parameter."""

    def apply(plan: OperationPlan) -> OperationPlan:
        assert any(part.name == name for part in plan.parameters), f"no parameter {name}"
        parts = (change(part) if part.name == name else part for part in plan.parameters)
        return replace(plan, parameters=tuple(parts))

    return operation(operations, apply)


def no_filter(operations: Operations, name: str) -> Mutation:
    """Ignore a parameter that filters."""
    return parameter(operations, name, lambda plan: replace(plan, filters=None))


def default(operations: Operations, name: str, value: Any) -> Mutation:
    """Give a parameter another default."""
    return parameter(operations, name, lambda plan: replace(plan, default=value))


def parameter_schema(operations: Operations, name: str, edit: Edit) -> Mutation:
    """Check a parameter against another schema."""
    return parameter(
        operations, name, lambda plan: replace(plan, checker=_edited(plan.checker, edit))
    )


def no_maximum(operations: Operations, name: str) -> Mutation:
    """Check a parameter without its maximum."""
    return parameter_schema(operations, name, schema_without("maximum"))


def body_schema(operations: Operations, edit: Edit) -> Mutation:
    """Check the request body against another schema."""

    def apply(plan: OperationPlan) -> OperationPlan:
        assert plan.body is not None, "only an operation with a body"
        checkers = {media: _edited(checker, edit) for media, checker in plan.body.checkers.items()}
        return replace(plan, body=replace(plan.body, checkers=checkers))

    return operation(operations, apply)


def _edited(checker: Checker, edit: Edit) -> Checker:
    """A checker of an edited copy of its schema."""
    return Checker.of(edit(orjson.loads(orjson.dumps(checker.schema))))


# ---- its response


def response(operations: Operations, edit: Edit) -> Mutation:
    """Edit a successful response, after it was checked."""
    return response_to(operations, lambda call, body: edit(body))


def response_to(operations: Operations, edit: Callable[[Call, Any], Any]) -> Mutation:
    """Edit a successful response with regard to its call, after it was checked."""

    def apply(plan: OperationPlan) -> OperationPlan:
        def finish(call: Call, found: Answer) -> bytes:
            return orjson.dumps(edit(call, orjson.loads(plan.finish(call, found))))

        return replace(plan, finish=finish)

    return operation(operations, apply)


def data(operations: Operations, edit: Edit) -> Mutation:
    """Edit `data` of a successful response, or each of its items if it is a list."""

    def edit_data(body: Any) -> Any:
        found = body["data"]
        edited = [edit(item) for item in found] if isinstance(found, list) else edit(found)
        return {**body, "data": edited}

    return response(operations, edit_data)


def success_status(operations: Operations, code: int) -> Mutation:
    """Answer with another status, documented or not."""
    changed = answer(operations, lambda call, found: replace(found, status=code))
    return all_of(changed, unchecked(operations))


def unchecked(operations: Operations) -> Mutation:
    """Do not check responses against the contract."""
    return operation(
        operations, lambda plan: replace(plan, finish=lambda call, found: orjson.dumps(found.body))
    )
