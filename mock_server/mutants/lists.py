"""Mutations of lists, however they are paged."""

from session_contracts.mock_server.mutants import mutate
from session_contracts.mock_server.mutants.mutant import Mutation
from session_contracts.mock_server.plan import Call


def all_tenants(operations: mutate.Operations) -> Mutation:
    """List the records of all tenants."""

    def act(call: Call) -> None:
        call.tenant = None

    return mutate.before(operations, act)


def last_filter_only(operations: mutate.Operations) -> Mutation:
    """Of several filters, apply the last one."""

    def act(call: Call) -> None:
        filters = [plan.name for plan in call.plan.parameters if plan.filters]
        given = [name for name in filters if name in call.parameters]
        call.parameters = {
            name: value for name, value in call.parameters.items() if name not in given[:-1]
        }

    return mutate.before(operations, act)
