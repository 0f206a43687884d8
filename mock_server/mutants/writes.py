"""Mutations of operations that write."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

from session_contracts.mock_server.decide import decide
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants import mutate
from session_contracts.mock_server.mutants.mutant import Mutation
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, Handler, Run
from session_contracts.mock_server.store import Record

#: Does something to a record.
Act = Callable[[Call, Record], None]


def race(operations: mutate.Operations) -> Mutation:
    """Await something between check and write, so that parallel calls all pass the check."""

    async def racing(call: Call) -> Answer:
        decide(call)
        await asyncio.sleep(0.02)
        return call.plan.handler(call)

    return mutate.run(operations, lambda run: racing)


def on_refusal(operations: mutate.Operations, act: Act) -> Mutation:
    """Do something to the caller's record although the call is refused."""

    def wrap(run: Run) -> Run:
        async def wrapped(call: Call) -> Answer:
            try:
                return await run(call)
            except Refused:
                found = call.addressed()
                if found is not None and found.tenant == call.tenant:
                    act(call, found)
                raise

        return wrapped

    return mutate.run(operations, wrap)


def others(
    operations: mutate.Operations, act: Act, find: Callable[[Call], Iterable[Record]]
) -> Mutation:
    """Do something to other records too: those that `find` gives before the call is answered."""

    def wrap(handler: Handler) -> Handler:
        def wrapped(call: Call) -> Answer:
            chosen, found = call.found, list(find(call))
            answer = handler(call)
            for record in found:
                if record.key != chosen.key:
                    act(call, record)
            return answer

        return wrapped

    return mutate.wrapped_handler(operations, wrap)


def siblings(operations: mutate.Operations, act: Act, *fields: str) -> Mutation:
    """Do something to the caller's other records that have the same values in these fields."""

    def find(call: Call) -> Iterable[Record]:
        same = {field: call.found.fields[field] for field in fields}
        return call.rows_of(call.resource().name, same)

    return others(operations, act, find)


def no_timers(plan: ApiPlan) -> ApiPlan:
    """Run no job that fires timers."""
    return replace(
        plan,
        resources={name: replace(resource, timers=()) for name, resource in plan.resources.items()},
    )
