"""The lifecycles of a contract as an Arazzo document: workflows that any Arazzo runner carries out against a server.

There is one for every simple path through a lifecycle, one for every move that leaves a record where it is, and one for every refusal.
What the API itself cannot do (begin a record, let time pass, say what a credential is) is asked of the provider states, which are an
operation of the mock's control API; any other server that has a states URL can be asked in the same way.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from session_contracts.errors import TooManyWorkflows
from session_contracts.export.document import as_json
from session_contracts.export.graph import (
    Arrow,
    Kind,
    caption,
    duration,
    identifier,
    lifecycles,
    refusals,
)
from session_contracts.export.steps import CONTROL, Script, source
from session_contracts.export.walks import loops, shortest, simple_walks
from session_contracts.openapi.model import PSEUDO_STATES, Contract, Lifecycle, Refusal

VERSION = "1.0.1"
#: The documents that the workflows are about, as they are named beside an exported one.
OPENAPI_FILE = "openapi-3.1.json"
CONTROL_FILE = "control.openapi-3.1.json"

_MOST = 1000


def arazzo(contract: Contract) -> str:
    """Raises NoLifecycle, TooManyWorkflows."""
    tables = lifecycles(contract)
    workflows = [
        *islice(chain.from_iterable(_workflows(contract, table) for table in tables), _MOST + 1)
    ]
    if len(workflows) > _MOST:
        raise TooManyWorkflows(contract.name, _MOST)
    info = contract.document["info"]
    return as_json(
        {
            "arazzo": VERSION,
            "info": {
                "title": f"{contract.title}: lifecycle",
                "summary": "Every path through the lifecycle, and every refusal.",
                "description": (
                    "Records are begun, time passes and credentials are found by provider states (operation setUpState of the control API)."
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
    for walk in chain(simple_walks(table), loops(table)):
        route = [_BEGINNINGS[walk[0].kind], *(arrow.target for arrow in walk)]
        script = Script(contract, table)
        script.walk(walk)
        name = _unique("-".join((identifier(table.name), *route)), names)
        yield _workflow(
            name, f"A {table.name}: {', '.join(route)}", "; ".join(map(_told, walk)), script
        )
    for state in (*table.states, *PSEUDO_STATES):
        for operation, refusal in refusals(table, state):
            script = _refusal(contract, table, operation, refusal, state)
            name = f"{identifier(table.name)}-refused-{identifier(operation)}-{state}"
            rule = contract.rules[refusal.rule]
            yield _workflow(
                name,
                f"A {table.name} that is {state}: {operation} is refused",
                f"{rule.statement} ({rule.id})",
                script,
            )


def _refusal(
    contract: Contract, table: Lifecycle, operation: str, refusal: Refusal, state: str
) -> Script:
    script = Script(contract, table)
    if walk := shortest(table, state) if state in table.states else None:
        script.walk(walk)
    else:
        script.place(state)
    script.refused(operation, refusal, state)
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


_BEGINNINGS: Mapping[Kind, str] = {Kind.GIVEN: "given", Kind.CREATION: "created"}


def _told(arrow: Arrow) -> str:
    if arrow.kind is Kind.GIVEN:
        return f"it begins as {arrow.target}, outside of this API"
    if arrow.timer:
        return f"{duration(arrow.timer)} pass, and it is {arrow.target}"
    condition = f" ({', '.join(caption(arrow)[1:])})" if arrow.when else ""
    return f"{arrow.name}{condition} makes it {arrow.target}"


def _unique(name: str, taken: set[str]) -> str:
    found = next(
        each
        for each in (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
        if each not in taken
    )
    taken.add(found)
    return found
