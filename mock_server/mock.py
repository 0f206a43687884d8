"""The mock as a whole: the compiled APIs, their worlds, and the control API.

Connexion reads and checks each document and binds its operations to functions; `compile.py` makes
a plan of it. The control API comes last: its handlers get the worlds that they are about.
"""

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from connexion.operations import AbstractOperation
from connexion.resolver import Resolver
from connexion.spec import Specification

from session_contracts.mock_server import control
from session_contracts.mock_server.compile import compile_api, function_name
from session_contracts.mock_server.fixtures import read_fixtures
from session_contracts.mock_server.mutants import MutablePlans
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.snapshot import read
from session_contracts.mock_server.states import states_of
from session_contracts.mock_server.worlds import Worlds
from session_contracts.openapi import Contract, PartError, load, load_control
from session_contracts.openapi.locations import Part, load_part, location_of

#: Where the control API is mounted.
CONTROL_PATH = "/_mock"


class Mock:
    """The mock for these settings. Raises UnknownApi, ContractError, PartError, FixtureError.

    `root` is the API that also answers without its prefix: the only one, if there is only one.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = settings.apis[0] if len(settings.apis) == 1 else None
        contracts = {name: load(name) for name in settings.apis}
        modules = {name: module_of(contract) for name, contract in contracts.items()}
        exported = read(settings.world)
        fixtures = read_fixtures(settings.apis, None if exported is not None else settings.world)
        self.plans = MutablePlans(
            {
                name: compile_api(
                    contract,
                    modules[name],
                    _operations(contract, partial(_function, modules[name])),
                    f"/{name}",
                )
                for name, contract in contracts.items()
            }
        )
        self.worlds = Worlds(self.plans, fixtures, settings, exported)
        contract = load_control()
        operations = _operations(contract, self._handler)
        self.control = compile_api(contract, control, operations, CONTROL_PATH)

    def _handler(self, operation_id: str) -> Callable[..., Any]:
        """A handler of the control API, bound to the worlds."""
        return partial(_function(control, operation_id), self.worlds)


def _function(module: ModuleType, operation_id: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(module, function_name(operation_id))
    return function


def _operations(
    contract: Contract, function: Callable[[str], Callable[..., Any]]
) -> dict[str, AbstractOperation]:
    """Connexion's operations, each bound to the function of its operationId."""
    specification = Specification.load(dict(contract.document))
    resolver = Resolver(function)
    return {
        operation.id: specification.operation_cls.from_spec(
            specification,
            path=operation.path,
            method=operation.method.lower(),
            resolver=resolver,
        )
        for operation in contract.operations.values()
    }


def module_of(contract: Contract) -> ModuleType:
    """The handlers of an API. Raises PartError if they do not fit the contract.

    Its provider states are read as well: an error in them is better known at startup than when a
    test asks for one.
    """
    location = location_of(contract)
    module = load_part(location, Part.HANDLERS)
    states_of(location)
    wanted = {"error_body": "write the function that makes the body of an error"}
    wanted |= {
        function_name(name): f"write the function that answers {name}"
        for name in contract.operations
    }
    rows = [row for table in contract.lifecycles.values() for row in table.transitions.values()]
    wanted |= {
        effect: f"write the effect that {row.operation} has in the contract"
        for row in rows
        for effect in row.effects
    }
    for name, fix in wanted.items():
        if not callable(getattr(module, name, None)):
            raise PartError(location.file(Part.HANDLERS), None, f"there is no function {name}", fix)
    return module
