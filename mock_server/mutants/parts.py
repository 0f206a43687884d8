"""What breaks are made of: small changes to one part of a plan."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from session_contracts.mock_server.checker import Checker
from session_contracts.mock_server.errors import FieldError, Refused
from session_contracts.mock_server.plan import (
    Answer,
    ApiPlan,
    Call,
    ErrorBody,
    OperationPlan,
    ParameterPlan,
)
from session_contracts.openapi.model import Move, Refusal, Stay, Transition

Run = Callable[[Call], Awaitable[Answer]]
Edit = Callable[[Any], Any]
Apply = Callable[[ApiPlan], ApiPlan]


@dataclass(frozen=True)
class Mutant:
    """`apply` makes the plan that breaks the rule; `entails` are other rules that cannot hold then."""

    mistake: str
    apply: Apply
    entails: tuple[str, ...] = ()


def operation(name: str, change: Callable[[OperationPlan], OperationPlan]) -> Apply:
    """Change one operation."""
    return lambda api: replace(
        api, operations={**api.operations, name: change(api.operations[name])}
    )


def all_of(*changes: Apply) -> Apply:
    """One change after the other."""

    def apply(api: ApiPlan) -> ApiPlan:
        for change in changes:
            api = change(api)
        return api

    return apply


def table(name: str, change: Callable[[Transition], Transition]) -> Apply:
    """Change an operation's row of the lifecycle table."""

    def apply(plan: OperationPlan) -> OperationPlan:
        assert plan.row is not None, "only an operation with a row"
        return replace(plan, row=change(plan.row))

    return operation(name, apply)


def refuses(name: str, states: Sequence[str], status: int) -> Apply:
    """The operation refuses these states, with this status."""

    def change(row: Transition) -> Transition:
        stays = {state: stay for state, stay in row.stays.items() if state not in states}
        moves = tuple(move for move in row.moves if move.source not in states)
        refused = {state: Refusal(status, _rule(row, state)) for state in states}
        return replace(row, moves=moves, stays=stays, refusals={**row.refusals, **refused})

    return table(name, change)


def _rule(row: Transition, state: str) -> str:
    cell = (
        row.refusals.get(state) or row.stays.get(state) or next(iter(row.moves_from(state)), None)
    )
    assert cell is not None, "a cell of the table"
    return cell.rule


def allows(name: str, states: Sequence[str]) -> Apply:
    """The operation moves records of these states too, as it moves those that it may."""

    def change(row: Transition) -> Transition:
        moves = [
            Move(state, move.target, move.when, move.rule) for state in states for move in row.moves
        ]
        refusals = {
            state: refusal for state, refusal in row.refusals.items() if state not in states
        }
        return replace(row, moves=(*row.moves, *moves), refusals=refusals)

    return table(name, change)


def handles(name: str, handler: Callable[[Call], Answer]) -> Apply:
    """Another function answers what was let through."""
    return operation(name, lambda plan: replace(plan, handler=handler))


def succeeds(name: str, states: Sequence[str]) -> Apply:
    """The operation succeeds in these states as well, and leaves them."""

    def change(row: Transition) -> Transition:
        refusals = {
            state: refusal for state, refusal in row.refusals.items() if state not in states
        }
        return replace(
            row,
            refusals=refusals,
            stays={**row.stays, **{state: Stay(_rule(row, state)) for state in states}},
        )

    return table(name, change)


def schema_without(*path: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The schema without one of its keywords."""

    def edit(schema: dict[str, Any]) -> dict[str, Any]:
        node = schema
        for part in path[:-1]:
            node = node[part]
        del node[path[-1]]
        return schema

    return edit


def runs(name: str, wrap: Callable[[Run], Run]) -> Apply:
    """Something happens before, after or instead of what the operation does."""
    return operation(name, lambda plan: replace(plan, run=wrap(plan.run)))


def answers(edit: Edit, *names: str, lists: bool = False) -> Apply:
    """Every successful body of these operations is edited after it was checked; with `lists`, each member of `data`."""

    def finish_with(plan: OperationPlan) -> OperationPlan:
        def finish(call: Call, answer: Answer) -> bytes:
            body = orjson.loads(plan.finish(call, answer))
            return orjson.dumps(_each(body, edit) if lists else edit(body))

        return replace(plan, finish=finish)

    return all_of(*(operation(name, finish_with) for name in names))


def answers_with(code: int, name: str) -> Apply:
    """A success has another status, which nobody checks."""

    def created(run: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            return replace(await run(call), status=code)

        return wrapped

    return all_of(runs(name, created), unchecked(name))


def unchecked(name: str) -> Apply:
    """Nobody checks what the operation answers."""
    return operation(
        name, lambda plan: replace(plan, finish=lambda call, answer: orjson.dumps(answer.body))
    )


def plain_message(
    code: int, detail: str, errors: tuple[FieldError, ...]
) -> tuple[str, Mapping[str, Any]]:
    """The body of an error, as nobody documented it."""
    return "application/json", {"message": detail}


def with_error_body(body: ErrorBody) -> Apply:
    """Every refusal has this body."""
    return lambda api: replace(api, error_body=body)


def sees_everything(api: ApiPlan) -> ApiPlan:
    """Records are looked up by id alone, whoever asks."""
    return replace(api, sees=lambda caller, owner: True)


def first(change: Callable[[Call], None]) -> Callable[[Run], Run]:
    """Something is done to the call before the operation decides."""

    def wrap(run: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            change(call)
            return await run(call)

        return wrapped

    return wrap


def without(*names: str) -> Edit:
    """A record lacks these members."""
    return lambda record: {name: value for name, value in record.items() if name not in names}


def _each(body: Mapping[str, Any], edit: Edit) -> Mapping[str, Any]:
    data = body["data"]
    return {
        **body,
        "data": [edit(member) for member in data] if isinstance(data, list) else edit(data),
    }


def parameter(name: str, which: str, change: Callable[[ParameterPlan], ParameterPlan]) -> Apply:
    """Change the plan of one parameter."""
    return operation(
        name,
        lambda plan: replace(
            plan,
            parameters=tuple(
                change(part) if part.name == which else part for part in plan.parameters
            ),
        ),
    )


def body_schema(name: str, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Apply:
    """Check the request body against another schema."""

    def change(plan: OperationPlan) -> OperationPlan:
        assert plan.body is not None, "only an operation with a body"
        checkers = {
            media: Checker.of(edit(orjson.loads(orjson.dumps(checker.schema))))
            for media, checker in plan.body.checkers.items()
        }
        return replace(plan, body=replace(plan.body, checkers=checkers))

    return operation(name, change)


def effects(name: str, *functions: Any) -> Apply:
    """These effects, and no others."""
    return operation(name, lambda plan: replace(plan, effects=functions))


def status(rule: str, code: int) -> Apply:
    """What breaks the rule is refused, but with another status."""

    def apply(api: ApiPlan) -> ApiPlan:
        rules = {**api.contract.rules, rule: replace(api.contract.rules[rule], statuses=(code,))}
        return replace(api, contract=replace(api.contract, rules=rules))

    return apply


def unless_refused(answer: Callable[[Call, Refused], Answer], *rules: str) -> Callable[[Run], Run]:
    """A refusal by one of these rules becomes an answer."""

    def wrap(run: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            try:
                return await run(call)
            except Refused as refusal:
                if refusal.rule in rules:
                    return answer(call, refusal)
                raise

        return wrapped

    return wrap
