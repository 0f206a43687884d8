"""How what writes is broken, whatever the API."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from session_contracts.mock_server.decide import decide
from session_contracts.mock_server.errors import Refused
from session_contracts.mock_server.mutants.parts import Apply, Run, operation, runs
from session_contracts.mock_server.plan import Answer, ApiPlan, Call, OperationPlan
from session_contracts.mock_server.store import Record


def hesitates(name: str) -> Apply:
    """A query to a database lies between the check and the change, so that several calls at once get past the check."""

    async def racing(call: Call) -> Answer:
        decide(call)
        await asyncio.sleep(0.02)
        return call.plan.handler(call)

    return runs(name, lambda run: racing)


def on_refusal(name: str, act: Callable[[Call, Record], None]) -> Apply:
    """Something is done to the caller's record although the call is refused."""

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

    return runs(name, wrap)


def siblings_too(name: str, act: Callable[[Call, Record], None], *fields: str) -> Apply:
    """Something is done to the caller's other records that have the same values in these fields."""

    def change(plan: OperationPlan) -> OperationPlan:
        def handler(call: Call) -> Answer:
            chosen = call.found
            rows = [
                *call.rows_of(
                    call.resource().name, {field: chosen.fields[field] for field in fields}
                )
            ]
            answer = plan.handler(call)
            for record in rows:
                if record.key != chosen.key:
                    act(call, record)
            return answer

        return replace(plan, handler=handler)

    return operation(name, change)


def no_timers(api: ApiPlan) -> ApiPlan:
    """There is no job that does what time should do."""
    return replace(
        api,
        resources={name: replace(resource, timers=()) for name, resource in api.resources.items()},
    )
