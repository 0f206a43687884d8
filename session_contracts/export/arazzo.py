"""The lifecycles of a contract as an Arazzo document: workflows for any Arazzo runner.

There is one for every simple path through a lifecycle, one for every transition from a state to
itself, and one for every refusal. What the API itself cannot do (create a record in a state,
advance the clock, give a credential) is done by provider states, an operation of the mock's control
API; any other server with a states URL works in the same way.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from session_contracts.errors import TooManyWorkflows
from session_contracts.export.document import as_json
from session_contracts.export.notation import caption, duration, identifier, lifecycles
from session_contracts.export.paths import loops, shortest, simple_paths
from session_contracts.export.steps import CONTROL, Script, source
from session_contracts.lifecycle_graph import Arrow, ArrowKind, refusals
from session_contracts.openapi.model import PSEUDO_STATES, Contract, Lifecycle, Refusal

VERSION = "1.0.1"
#: File names of the API descriptions that the workflows refer to.
OPENAPI_FILE = "openapi-3.1.json"
CONTROL_FILE = "control.openapi-3.1.json"

_MAX_WORKFLOWS = 1000


def arazzo(contract: Contract) -> str:
    """The Arazzo document of a contract. Raises NoLifecycle, TooManyWorkflows."""
    tables = lifecycles(contract)
    workflows = [
        *islice(
            chain.from_iterable(_workflows(contract, table) for table in tables), _MAX_WORKFLOWS + 1
        )
    ]
    if len(workflows) > _MAX_WORKFLOWS:
        raise TooManyWorkflows(contract.name, _MAX_WORKFLOWS)
    info = contract.document["info"]
    return as_json(
        {
            "arazzo": VERSION,
            "info": {
                "title": f"{contract.title}: lifecycle",
                "summary": "Every path through the lifecycle, and every refusal.",
                "description": (
                    "Provider states (operation setUpState of the control API) create records, "
                    "advance the clock and give credentials."
                ),
                "version": str(info["version"]),
            },
            "sourceDescriptions": [
                {"name": source(contract), "url": f"./{OPENAPI_FILE}", "type": "openapi"},
                {"name": CONTROL, "url": f"./{CONTROL_FILE}", "type": "openapi"},
            ],
            "workflows": workflows,
        },
    )


def _workflows(contract: Contract, table: Lifecycle) -> Iterator[dict[str, Any]]:
    names: set[str] = set()
    for path in chain(simple_paths(table), loops(table)):
        route = [_STARTS[path[0].kind], *(arrow.target for arrow in path)]
        script = Script(contract, table)
        script.follow(path)
        name = _unique("-".join((identifier(table.name), *route)), names)
        yield _workflow(
            name, f"{table.name}: {', '.join(route)}", "; ".join(map(_arrow_text, path)), script
        )
    for state in (*table.states, *PSEUDO_STATES):
        for operation, refusal in refusals(table, state):
            script = _refusal(contract, table, operation, refusal, state)
            name = f"{identifier(table.name)}-refused-{identifier(operation)}-{state}"
            rule = contract.rules[refusal.rule]
            yield _workflow(
                name,
                f"{table.name} in state {state}: {operation} is refused",
                f"{rule.statement} ({rule.id})",
                script,
            )


def _refusal(
    contract: Contract, table: Lifecycle, operation: str, refusal: Refusal, state: str
) -> Script:
    script = Script(contract, table)
    if path := shortest(table, state) if state in table.states else None:
        script.follow(path)
    else:
        script.set_up(state)
    script.refuse(operation, refusal, state)
    return script


def _workflow(name: str, summary: str, description: str, script: Script) -> dict[str, Any]:
    outputs = {"outputs": {"id": script.identity}} if str(script.identity).startswith("$") else {}
    return {
        "workflowId": name,
        "summary": summary,
        "description": description,
        "steps": script.steps,
        **outputs,
    }


_STARTS: Mapping[ArrowKind, str] = {ArrowKind.GIVEN: "given", ArrowKind.CREATION: "created"}


def _arrow_text(arrow: Arrow) -> str:
    if arrow.kind is ArrowKind.GIVEN:
        return f"starts {arrow.target}, outside this API"
    if arrow.timer:
        return f"{arrow.target} after {duration(arrow.timer)}"
    condition = f" ({', '.join(caption(arrow)[1:])})" if arrow.when else ""
    return f"{arrow.target} by {arrow.name}{condition}"


def _unique(name: str, taken: set[str]) -> str:
    found = next(
        each
        for each in (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
        if each not in taken
    )
    taken.add(found)
    return found
