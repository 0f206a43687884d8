"""Mermaid, DOT and SCXML have every state, arrow and refusal of the contract."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import isodate
import pydot
import pytest

from session_contracts.export import export
from session_contracts.export.scxml import NAMESPACE
from session_contracts.openapi.model import ABSENT, Lifecycle
from tests.session_contracts.export.contracts import LIVING, OWN, contract

pytestmark = pytest.mark.slow

SCXML = "{http://www.w3.org/2005/07/scxml}"
OWN_NAME = f"{{{NAMESPACE}}}"

Way = tuple[str, str, str]


def ways(table: Lifecycle) -> Counter[Way]:
    """From, to and by what, read off the table anew: what is drawn must be this."""
    found: list[Way] = [(ABSENT, state, "given") for state in table.given]
    if table.creation:
        found.append((ABSENT, table.creation.target, table.creation.operation))
    for operation, row in table.transitions.items():
        found += [(move.source, move.target, operation) for move in row.moves]
    for timer in table.timers:
        found += [
            (state, timer.target, f"after {isodate.duration_isoformat(timer.after)}")
            for state in timer.sources
        ]
    return Counter(found)


def refused(table: Lifecycle) -> Counter[tuple[str, str]]:
    """State, and what a note says of each refusal in it."""
    return Counter(
        (state, f"{row.refusals[state].status} {operation} ({row.refusals[state].rule})")
        for operation, row in table.transitions.items()
        for state in table.states
        if state in row.refusals
    )


def word(name: str) -> str:
    return re.sub(r"\W", "_", name)


@pytest.mark.parametrize("name", LIVING)
def test_mermaid(name: str) -> None:
    text = export(contract(name), "mermaid")
    for table in contract(name).lifecycles.values():
        own = word(table.name)
        assert re.findall(rf'state "(\w+)" as {own}_\w+\n', text) == [*table.states]
        drawn = re.findall(rf"(\[\*\]|{own}_\w+) --> (\[\*\]|{own}_\w+) : (.*)", text)
        short = {"[*]": ABSENT} | {f"{own}_{state}": state for state in table.states}
        found = [
            (short[source], short[target], re.split("<br/>| since", label)[0])
            for source, target, label in drawn
            if {source, target} - {"[*]"}
        ]
        wanted = ways(table)
        assert Counter(found) == wanted
        notes = re.findall(
            rf"note right of {own}_(\w+)\n\s+refused\n((?:\s+\d.*\n)*)\s+end note", text
        )
        assert Counter(
            (state, line.strip()) for state, lines in notes for line in lines.splitlines()
        ) == refused(table)
    assert text.splitlines()[1] == "stateDiagram-v2"
    assert (
        text.count("{")
        == text.count("}")
        == (len(contract(name).lifecycles) if len(contract(name).lifecycles) > 1 else 0)
    )


def test_mermaid_guards() -> None:
    assert "Session_approved : reviewSession<br/>reviewStatus = approved\n" in export(
        contract("rentalot"), "mermaid"
    )
    assert "Session_ended : updateSession<br/>with endedAt\n" in export(
        contract("promptster"), "mermaid"
    )
    assert "after P30D since createdAt<br/>optional (not documented)\n" in export(
        contract("rentalot"), "mermaid"
    )


# pydot calls pyparsing by names that are to go.
@pytest.mark.filterwarnings("ignore::pyparsing.warnings.PyparsingDeprecationWarning")
@pytest.mark.parametrize("name", LIVING)
def test_dot(name: str) -> None:
    """As another program reads it."""
    (graph,) = pydot.graph_from_dot_data(export(contract(name), "dot")) or []
    clusters = {plain(cluster.get("label")): cluster for cluster in graph.get_subgraphs()}
    assert plain(graph.get("label")) == contract(name).title
    assert [*clusters] == [*contract(name).lifecycles]
    for table in contract(name).lifecycles.values():
        cluster = clusters[table.name]
        nodes = {
            plain(node.get_name()).removeprefix(f"{table.name}."): node
            for node in cluster.get_nodes()
        }
        edges = [
            (end(edge.get_source(), table), end(edge.get_destination(), table), edge)
            for edge in cluster.get_edges()
        ]
        drawn = [
            (source, target, plain(edge.get("label")))
            for source, target, edge in edges
            if edge.get("label")
        ]
        assert Counter(
            (source, target, re.split(r"\\n| since", label)[0]) for source, target, label in drawn
        ) == ways(table)
        notes = [
            (source, plain(nodes[target].get("label")).split(r"\l"))
            for source, target, edge in edges
            if not edge.get("label")
        ]
        assert Counter((state, line) for state, lines in notes for line in lines[1:-1]) == refused(
            table
        )
        assert [node for node in nodes if node in table.states] == [*table.states]


def plain(text: Any) -> str:
    return str(text).removeprefix('"').removesuffix('"').replace('\\"', '"')


def end(name: Any, table: Lifecycle) -> str:
    found = plain(name).removeprefix(f"{table.name}.")
    return ABSENT if found == "begin" else found


@pytest.mark.parametrize("name", LIVING)
def test_scxml(name: str) -> None:
    """Exactly the transitions of the table, and unique ids for all references."""
    root = ET.fromstring(export(contract(name), "scxml"))
    ids = Counter(
        node.get("id") for node in root.iter() if node.tag in (f"{SCXML}state", f"{SCXML}parallel")
    )
    assert set(ids.values()) == {1}
    assert {
        node.get(key) for node in root.iter() for key in ("target", "initial") if node.get(key)
    } <= set(ids)
    several = len(contract(name).lifecycles) > 1
    regions = [*(root[0] if several else root)]
    assert root[0].tag == (f"{SCXML}parallel" if several else f"{SCXML}state")
    for region, table in zip(regions, contract(name).lifecycles.values(), strict=True):
        states = {str(node.get("id")).removeprefix(f"{word(table.name)}_"): node for node in region}
        assert [*states] == [ABSENT, *table.states, "foreign"]
        assert region.get("initial") == states[ABSENT].get("id")
        found = Counter(
            way for state, node in states.items() for way in transitions(state, node, table)
        )
        moves = Counter(
            {
                (source, target, word(label)): count
                for (source, target, label), count in ways(table).items()
            }
        )
        answers = Counter(
            (
                state,
                str(row.refusals[state].status) if state in row.refusals else "stay",
                word(operation),
            )
            for operation, row in table.transitions.items()
            for state in states
            if state in row.refusals or state in row.stays
        )
        assert found == moves + answers + Counter({(ABSENT, "foreign", "given"): 1})


def transitions(state: str, node: ET.Element, table: Lifecycle) -> Iterator[Way]:
    for transition in node.findall(f"{SCXML}transition"):
        event, kind = transition.get("event", ""), transition.get(f"{OWN_NAME}kind")
        if kind in ("stay", "refusal"):
            status = transition.get(f"{OWN_NAME}status", "stay")
            assert transition.get("target") is None
            assert [raised.get("event") for raised in transition] == (
                [f"refused.{status}"] if kind == "refusal" else []
            )
            yield state, status, event
            continue
        target = transition.get("target", f"{word(table.name)}_{state}").removeprefix(
            f"{word(table.name)}_"
        )
        if kind == "timer":
            event = word(f"after {transition.get(f'{OWN_NAME}after')}")
        yield state, target, "given" if event.startswith("given.") else event


def test_scxml_guards() -> None:
    root = ET.fromstring(export(contract("rentalot"), "scxml"))
    (approved,) = (
        move for move in root.iter(f"{SCXML}transition") if move.get("target") == "Session_approved"
    )
    assert approved.get("cond") == '_event.data["reviewStatus"] === "approved"'
    conditions = {
        move.get("cond")
        for move in ET.fromstring(export(contract("promptster"), "scxml")).iter(
            f"{SCXML}transition"
        )
    }
    assert conditions == {None, '_event.data["endedAt"] == null', '_event.data["endedAt"] != null'}


def test_scxml_timers() -> None:
    """Of timers that start when a state is entered; the host sends the events of others."""
    analyzing = state_of("openscouter", "Session_analyzing")
    (start,), (stop,) = (
        analyzing.findall(f"{SCXML}onentry/{SCXML}send"),
        analyzing.findall(f"{SCXML}onexit/{SCXML}cancel"),
    )
    assert (start.get("delay"), start.get("event"), start.get("id")) == (
        "45s",
        "timer.Session.analysis",
        stop.get("sendid"),
    )
    draft = state_of("rentalot", "Session_draft")
    assert draft.find(f"{SCXML}onentry") is None
    (timed,) = (each for each in draft if each.get(f"{OWN_NAME}kind") == "timer")
    timer = {name: timed.get(f"{OWN_NAME}{name}") for name in ("after", "since", "due", "optional")}
    assert timer == {"after": "P30D", "since": "createdAt", "due": "expiresAt", "optional": None}
    (silent,) = (
        each
        for each in state_of("rentalot", "Session_approved")
        if each.get(f"{OWN_NAME}kind") == "timer"
    )
    assert silent.get(f"{OWN_NAME}optional") == "true"
    lent = state_of(str(OWN), "Loan_Item_lent")
    assert [send.get("delay") for send in lent.iter(f"{SCXML}send")] == ["1209600s", "5184000s"]
    assert json.loads(lent.get(f"{OWN_NAME}fields", "")) == {
        "status": ['lent; "out"'],
        "closedAt": [None],
    }


def state_of(name: str, state: str) -> ET.Element:
    root = ET.fromstring(export(contract(name), "scxml"))
    return next(node for node in root.iter(f"{SCXML}state") if node.get("id") == state)
