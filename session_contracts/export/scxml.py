"""The lifecycles of a contract as an SCXML state chart.

Events are operations, `given.<lifecycle>.<state>` and `timer.<lifecycle>.<name>`. The request body
is the event's data, and guards are conditions on it. A timer that starts when a record enters a
state sends its event itself; the time of any other is in a field of the record, so the host sends
its event. A refusal is a transition without a target that raises `refused.<status>`; a no-op raises
nothing. Rules, statuses and fields are attributes in our own namespace. In names, any character
other than a letter, a digit or `_` becomes `_`.
"""

import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from session_contracts.export.notation import duration, identifier, lifecycles
from session_contracts.lifecycle_graph import Arrow, ArrowKind, arrows, refusals
from session_contracts.openapi.model import ABSENT, ANY, FOREIGN, Contract, Lifecycle, Timer

NAMESPACE = "urn:session-contracts:lifecycle"
_SCXML = "http://www.w3.org/2005/07/scxml"

ET.register_namespace("", _SCXML)
ET.register_namespace("sc", NAMESPACE)


def scxml(contract: Contract) -> str:
    """One state chart; several lifecycles are regions of a parallel state. Raises NoLifecycle."""
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
    """One lifecycle; `absent` and `foreign` are states, and `foreign` is never left."""
    region = ET.Element(
        _name("state"), {"id": identifier(table.name), "initial": identifier(table.name, ABSENT)}
    )
    for state in (ABSENT, *table.states, FOREIGN):
        node = _child(region, "state", {"id": identifier(table.name, state)})
        if values := table.states.get(state):
            node.set(_own("fields"), json.dumps(values, ensure_ascii=False))
        _timers(node, table, state)
        for arrow in arrows(table):
            if arrow.source == state:
                _arrow(node, table, arrow)
        if state == ABSENT:
            _arrow(node, table, Arrow(ArrowKind.GIVEN, ABSENT, FOREIGN, "given"))
        _no_ops_and_refusals(node, table, state)
    return region


def _timers(node: ET.Element, table: Lifecycle, state: str) -> None:
    """The timers that start when a state is entered, and stop when it is left."""
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
                {
                    "id": key,
                    "event": _event(ArrowKind.TIMER, table, timer.name),
                    "delay": f"{seconds}s",
                },
            )
            _child(stop, "cancel", {"sendid": key})


def _arrow(node: ET.Element, table: Lifecycle, arrow: Arrow) -> None:
    events = {
        ArrowKind.GIVEN: _event(ArrowKind.GIVEN, table, arrow.target),
        ArrowKind.TIMER: _event(ArrowKind.TIMER, table, arrow.name),
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
    if arrow.target != arrow.source:  # else the state is not entered again
        transition.set("target", identifier(table.name, arrow.target))
    if arrow.rule:
        transition.set(_own("rule"), arrow.rule)
    if arrow.timer:
        for name, value in _timer_attributes(arrow.timer).items():
            if value:
                transition.set(_own(name), value)


def _timer_attributes(timer: Timer) -> Mapping[str, str | None]:
    return {
        "after": duration(timer),
        "since": timer.since,
        "due": timer.due,
        "optional": "true" if timer.optional else None,
    }


def _no_ops_and_refusals(node: ET.Element, table: Lifecycle, state: str) -> None:
    """No-ops and refusals."""
    for row in table.transitions.values():
        if stay := row.stays.get(state):
            _child(
                node,
                "transition",
                {"event": identifier(row.operation), _own("kind"): "stay", _own("rule"): stay.rule},
            )
    for operation, refusal in refusals(table, state):
        attributes = {
            _own("kind"): "refusal",
            _own("rule"): refusal.rule,
            _own("status"): str(refusal.status),
        }
        transition = _child(node, "transition", {"event": identifier(operation), **attributes})
        _child(transition, "raise", {"event": f"refused.{refusal.status}"})


def _event(kind: ArrowKind, table: Lifecycle, name: str) -> str:
    return f"{kind}.{identifier(table.name)}.{identifier(name)}"


def _condition(name: str, value: Any) -> str:
    """The guard in ECMAScript, where null equals undefined."""
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
