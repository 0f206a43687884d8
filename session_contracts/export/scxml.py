"""The lifecycles of a contract as an SCXML state chart.

An operation, `given.<lifecycle>.<state>` or `timer.<lifecycle>.<name>` is an event; the request body is the event's data, and what a move
asks of it a condition. A timer that runs from the moment at which a record comes into a state sends its event itself. The time of any other
is in a field of the record, so whoever runs the chart sends it. A refusal is a transition without a target that raises `refused.<status>`;
where an operation succeeds and moves nothing, nothing is raised. What SCXML has no word for (rules, statuses, fields) are attributes in a
namespace of our own. A character that is neither a letter, nor a digit, nor `_` becomes `_` in every name.
"""

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from session_contracts.export.graph import (
    Arrow,
    Kind,
    arrows,
    duration,
    identifier,
    lifecycles,
    refusals,
)
from session_contracts.openapi.model import ABSENT, ANY, FOREIGN, Contract, Lifecycle, Timer

NAMESPACE = "urn:session-contracts:lifecycle"
_SCXML = "http://www.w3.org/2005/07/scxml"

ET.register_namespace("", _SCXML)
ET.register_namespace("sc", NAMESPACE)


def scxml(contract: Contract) -> str:
    """One chart; several lifecycles are regions of one parallel state. Raises NoLifecycle."""
    regions = [_region(table) for table in lifecycles(contract)]
    root = ET.Element(
        _name("scxml"),
        {"version": "1.0", "datamodel": "ecmascript", "name": identifier(contract.name)},
    )
    parent = root if len(regions) == 1 else _child(root, "parallel", {"id": "lifecycles"})
    parent.extend(regions)
    root.set("initial", root[0].get("id", ""))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _region(table: Lifecycle) -> ET.Element:
    """A life begins where there is no record, and ends there by a deletion. A record of another tenant is foreign for ever."""
    region = ET.Element(
        _name("state"), {"id": identifier(table.name), "initial": identifier(table.name, ABSENT)}
    )
    for state in (ABSENT, *table.states, FOREIGN):
        node = _child(region, "state", {"id": identifier(table.name, state)})
        if values := table.states.get(state):
            node.set(_own("fields"), json.dumps(values, ensure_ascii=False))
        _clocks(node, table, state)
        for arrow in arrows(table):
            if arrow.source == state:
                _arrow(node, table, arrow)
        if state == ABSENT:
            _arrow(node, table, Arrow(Kind.GIVEN, ABSENT, FOREIGN, "given"))
        _answers(node, table, state)
    return region


def _clocks(node: ET.Element, table: Lifecycle, state: str) -> None:
    """The timers that run from the moment at which a record comes into a state: started when it is entered, stopped when it is left."""
    running = [
        timer
        for timer in table.timers
        if state in timer.sources and timer.due is None and not timer.optional
    ]
    if running:
        start, stop = _child(node, "onentry"), _child(node, "onexit")
        for timer in running:
            key = identifier(table.name, state, timer.name)
            seconds = f"{timer.after.total_seconds():f}".rstrip("0").rstrip(".")
            _child(
                start,
                "send",
                {"id": key, "event": _event(Kind.TIMER, table, timer.name), "delay": f"{seconds}s"},
            )
            _child(stop, "cancel", {"sendid": key})


def _arrow(node: ET.Element, table: Lifecycle, arrow: Arrow) -> None:
    events = {
        Kind.GIVEN: _event(Kind.GIVEN, table, arrow.target),
        Kind.TIMER: _event(Kind.TIMER, table, arrow.name),
    }
    transition = _child(
        node,
        "transition",
        {"event": events.get(arrow.kind, identifier(arrow.name)), _own("kind"): arrow.kind},
    )
    if arrow.when:
        transition.set(
            "cond", " && ".join(_condition(name, value) for name, value in arrow.when.items())
        )
    if (
        arrow.target != arrow.source
    ):  # to be left where it is does not bring a record into its state anew
        transition.set("target", identifier(table.name, arrow.target))
    if arrow.rule:
        transition.set(_own("rule"), arrow.rule)
    if arrow.timer:
        for name, value in _told(arrow.timer).items():
            if value:
                transition.set(_own(name), value)


def _told(timer: Timer) -> Mapping[str, str | None]:
    return {
        "after": duration(timer),
        "since": timer.since,
        "due": timer.due,
        "optional": "true" if timer.optional else None,
    }


def _answers(node: ET.Element, table: Lifecycle, state: str) -> None:
    """What does not move a record: where an operation leaves it, and where it is refused."""
    for row in table.transitions.values():
        if stay := row.stays.get(state):
            _child(
                node,
                "transition",
                {"event": identifier(row.operation), _own("kind"): "stay", _own("rule"): stay.rule},
            )
    for operation, refusal in refusals(table, state):
        told = {
            _own("kind"): "refusal",
            _own("rule"): refusal.rule,
            _own("status"): str(refusal.status),
        }
        transition = _child(node, "transition", {"event": identifier(operation), **told})
        _child(transition, "raise", {"event": f"refused.{refusal.status}"})


def _event(kind: Kind, table: Lifecycle, name: str) -> str:
    return f"{kind}.{identifier(table.name)}.{identifier(name)}"


def _condition(name: str, value: Any) -> str:
    """In ECMAScript, where null is equal to what is not there."""
    member = f"_event.data[{json.dumps(name)}]"
    if value is None or value == ANY:
        return f"{member} {'==' if value is None else '!='} null"
    return f"{member} === {json.dumps(value)}"


def _child(parent: ET.Element, tag: str, attributes: Mapping[str, str] | None = None) -> ET.Element:
    return ET.SubElement(parent, _name(tag), dict(attributes or {}))


def _name(tag: str) -> str:
    return f"{{{_SCXML}}}{tag}"


def _own(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
