"""Arazzo workflows: valid, complete, and executed by a public runner against the mock."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from arazzo_runner import ArazzoRunner

from session_contracts.export import export, exports
from session_contracts.export.paths import loops, simple_paths
from session_contracts.openapi import bundled_names
from session_contracts.openapi.model import PSEUDO_STATES
from tests.serving import Mock, running
from tests.session_contracts.export.contracts import LIVING, OWN, contract

pytestmark = pytest.mark.slow

#: What may be broken in the mock, and the workflow that must fail then.
BROKEN = {
    "rentalot.review.final": "Session-refused-reviewSession-approved",
    "rentalot.session.ttl": "Session-given-draft-expired",
    "openscouter.confirm.moves": "Session-created-active-completed-analyzing-analyzed-confirmed",
    "promptster.delete.removes": "Session-given-ended-absent",
}


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """A mock for this module alone, because its clock is advanced."""
    with running("--clock", "2026-02-13T09:00:00Z") as mock:
        yield mock


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The runner has a word for each step."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def workflows(name: str) -> list[dict[str, Any]]:
    return list(json.loads(export(contract(name), "arazzo"))["workflows"])


def runner(name: str, mock: Mock) -> ArazzoRunner:
    """The export at the mock's address, without features that this runner lacks."""
    files = {
        file: json.loads(content)
        for file, content in exports(contract(name)).items()
        if file.endswith(".json")
    }
    document = files["arazzo.json"]
    addresses = {name: f"{mock.url}/{name}", "control": f"{mock.url}/_mock"}
    sources = {}
    for source in document["sourceDescriptions"]:
        server = {"servers": [{"url": addresses[source["name"]]}]}
        sources[source["name"]] = files[source["url"].removeprefix("./")] | server
    text = json.dumps(document).replace("= null", "= None")
    for source in sources:
        text = text.replace(f"$sourceDescriptions.{source}.", "")
    return ArazzoRunner(json.loads(text), sources)


def outcome(carried: ArazzoRunner, workflow: str) -> str:
    return str(carried.execute_workflow(workflow).status)


@pytest.mark.parametrize("name", bundled_names())
def test_every_workflow_passes(name: str, mock: Mock) -> None:
    """And together they reach every creation, move, refusal and timer that the mock counts."""
    mock.control("DELETE", "/coverage")
    carried = runner(name, mock)
    found = {
        workflow["workflowId"]: outcome(carried, workflow["workflowId"])
        for workflow in workflows(name)
    }
    assert found
    assert {key for key, status in found.items() if status != "workflow_complete"} == set()
    points = mock.control("GET", "/coverage").json()["apis"][name]["points"]
    missed = {
        (point["kind"], point["operation"], point["state"])
        for point in points
        if not point["count"] and point["kind"] != "stay"
    }
    assert missed == set()


@pytest.mark.parametrize("rule", BROKEN)
def test_workflow_fails_if_its_rule_is_broken(rule: str, mock: Mock) -> None:
    assert mock.control("PUT", "/broken-rules", json={"rules": [rule]}).status_code == 200
    try:
        assert outcome(runner(rule.partition(".")[0], mock), BROKEN[rule]) == "error"
    finally:
        mock.control("DELETE", "/broken-rules")


@pytest.mark.parametrize("name", LIVING)
def test_the_document_is_valid(name: str) -> None:
    schema = yaml.safe_load((Path(__file__).parent / "arazzo-1.0.schema.yaml").read_bytes())
    document = json.loads(export(contract(name), "arazzo"))
    assert [
        error.message for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(document)
    ] == []
    assert not jsonschema_rs.Draft202012Validator(schema).is_valid(document | {"workflows": []})
    ids = [workflow["workflowId"] for workflow in document["workflows"]]
    assert len(ids) == len(set(ids))
    for workflow in document["workflows"]:
        known: set[str] = set()
        for step in workflow["steps"]:
            assert used(step) <= known, step
            assert step["stepId"] not in {key.split(".")[0] for key in known}
            known |= {f"{step['stepId']}.{output}" for output in step.get("outputs", {})}


def used(node: Any) -> set[str]:
    """The outputs of earlier steps that something refers to."""
    if isinstance(node, str) and node.startswith("$steps."):
        return {node.removeprefix("$steps.").replace(".outputs.", ".")}
    return (
        set().union(*map(used, node.values() if isinstance(node, dict) else node))
        if isinstance(node, dict | list)
        else set()
    )


@pytest.mark.parametrize("name", LIVING)
def test_workflow_operations_exist(name: str) -> None:
    files = exports(contract(name))
    document = json.loads(files["arazzo.json"])
    known = set()
    for source in document["sourceDescriptions"]:
        for item in json.loads(files[source["url"].removeprefix("./")])["paths"].values():
            ids = (node["operationId"] for key, node in item.items() if key != "parameters")
            known |= {f"$sourceDescriptions.{source['name']}.{each}" for each in ids}
    assert {
        step["operationId"] for workflow in document["workflows"] for step in workflow["steps"]
    } <= known


@pytest.mark.parametrize("name", LIVING)
def test_workflow_for_each_path_and_refusal(name: str) -> None:
    ids = [workflow["workflowId"] for workflow in workflows(name)]
    tables = contract(name).lifecycles.values()
    assert sum("-refused-" in each for each in ids) == sum(
        state in row.refusals
        for table in tables
        for row in table.transitions.values()
        for state in (*table.states, *PSEUDO_STATES)
    )
    assert sum("-refused-" not in each for each in ids) == sum(
        len([*simple_paths(table), *loops(table)]) for table in tables
    )


def test_paths_through_a_lifecycle() -> None:
    """Only the shortest timer of a state fires; a path ends at a repeated state or a deletion."""
    assert [workflow["workflowId"] for workflow in workflows("rentalot")][:5] == [
        "Session-given-draft-expired",
        "Session-given-active-expired",
        "Session-given-awaiting_review-approved",
        "Session-given-awaiting_review-denied",
        "Session-given-awaiting_review-expired",
    ]
    assert [workflow["workflowId"] for workflow in workflows(str(OWN))][:6] == [
        "Loan_Item-given-end-absent",
        "Loan_Item-created-lent-end-absent",
        "Loan_Item-created-lent-note-end-absent",
        "Loan_Item-created-lent-note-missing",
        "Loan_Item-created-lent-lent",
        "Loan_Item-created-lent-note-note",
    ]


def test_steps_of_a_custom_contract() -> None:
    """For an unknown API: required members, timestamps, numeric ids, special values."""
    steps = {workflow["workflowId"]: workflow["steps"] for workflow in workflows(str(OWN))}
    create, look, now, change, *_ = steps["Loan_Item-created-lent-end-absent"]
    assert create["requestBody"]["payload"] == {"title": "Grüße: 'quoted', \"too\""}
    assert create["parameters"] == [{"name": "branch", "in": "path", "value": "Zuid"}]
    assert look["parameters"][1] == {
        "name": "loanId",
        "in": "path",
        "value": "$steps.createLoan.outputs.id",
    }
    assert [each["condition"] for each in look["successCriteria"]] == [
        "$statusCode == 200",
        "$response.body#/status == 'lent; \"out\"'",
        "$response.body#/closedAt == null",
    ]
    assert now["requestBody"]["payload"] == {
        "action": "setup",
        "state": "clock",
        "params": {"advance": "PT1S"},
    }
    assert change["requestBody"]["payload"] == {"closedAt": "$steps.now.outputs.now"}
    unknown = steps["Loan_Item-refused-deleteLoan-absent"][0]
    assert unknown["parameters"][1]["value"] == 2**31 - 1
    assert unknown["successCriteria"] == [
        {"context": "$statusCode", "condition": "^(404|410)$", "type": "regex"}
    ]
    moment, given = steps["Loan_Item-given-end-absent"][:2]
    assert moment["outputs"] == {"now": "$response.body#/now"}
    assert given["requestBody"]["payload"]["state"] == "loan-item"
    assert given["requestBody"]["payload"]["params"] == {
        "status": 'lent; "out"',
        "closedAt": "$steps.now.outputs.now",
    }
    wait = steps["Loan_Item-created-lent-note-missing"][2]
    assert wait["requestBody"]["payload"]["params"] == {"advance": "P14D"}
    missing = steps["Loan_Item-created-lent-note-missing"][-1]
    assert missing["successCriteria"][1] == {
        "context": "$response.body#/status",
        "condition": "^(lost|stolen)$",
        "type": "regex",
    }
