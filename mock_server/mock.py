"""The mock as a whole: the compiled APIs and their worlds."""

from types import ModuleType

from connexion.resolver import Resolver
from connexion.spec import Specification

from session_contracts.mock_server import control
from session_contracts.mock_server.compile import compile_api, function_name
from session_contracts.mock_server.fixtures import Fixture, read_fixtures
from session_contracts.mock_server.mutants import require_fitting
from session_contracts.mock_server.plan import ApiPlan
from session_contracts.mock_server.settings import Settings
from session_contracts.mock_server.snapshot import read
from session_contracts.mock_server.states import states_of
from session_contracts.mock_server.worlds import Worlds
from session_contracts.openapi import Contract, PartError, load, load_control
from session_contracts.openapi.locations import CONTROL, Part, load_part, location_of


def module_of(contract: Contract) -> ModuleType:
    """The handlers of an API. Raises PartError where they do not fit the contract.

    Its states are read as well: an error in them is better known now than when a test asks for one.
    """
    if contract.name == CONTROL.stem:
        return control
    home = location_of(contract)
    module = load_part(home, Part.HANDLERS)
    states_of(home)
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
            raise PartError(home.file(Part.HANDLERS), None, f"there is no function {name}", fix)
    return module


class Mock:
    """`root` is the API that also answers without its prefix: the only one served, if there is only one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.contracts: dict[str, Contract] = {
            "control": load_control(),
            **{name: load(name) for name in settings.apis},
        }
        self.modules = {name: module_of(contract) for name, contract in self.contracts.items()}
        self._exported = read(settings.world)
        self.fixtures: dict[str, Fixture] = read_fixtures(
            settings.apis, settings.world if self._exported is None else None
        )
        self.root = settings.apis[0] if len(settings.apis) == 1 else None
        self.plans: dict[str, ApiPlan] = {}

    def add(self, specification: Specification, resolver: Resolver, base_path: str) -> None:
        """Compile one API; when the last has come, make the default world."""
        name = base_path.strip("/").replace("_mock", "control")
        contract = self.contracts[name]
        operations = {}
        for operation in contract.operations.values():
            method = operation.method.lower()
            operations[operation.id] = specification.operation_cls.from_spec(
                specification, path=operation.path, method=method, resolver=resolver
            )
        self.plans[name] = compile_api(contract, self.modules[name], operations, base_path)
        if len(self.plans) == len(self.contracts):
            require_fitting(self.plans)
            self.worlds = Worlds(self.plans, self.fixtures, self.settings, self._exported)
