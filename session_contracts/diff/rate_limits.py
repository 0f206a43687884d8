"""Compares rate limits."""

from collections.abc import Iterator, Mapping

import isodate

from session_contracts.diff.change import Fact, Spot, show
from session_contracts.diff.node import Node, entries, items, value
from session_contracts.diff.rules import RuleSets, reference


def compare(
    old: Node | None, new: Node | None, rule_sets: RuleSets, operations: Mapping[str, str]
) -> Iterator[Fact]:
    """Facts about the rate limits; `operations` maps the old id of an operation to the new one."""
    spot = Spot("rate limits")
    if not (old and new):
        if old or new:
            yield Fact(
                "rate-limits-added" if new else "rate-limits-removed",
                spot,
                "added" if new else "removed",
                old,
                new,
            )
        return
    yield from _windows(old, new, spot)
    yield from _headers(old, new, spot)
    yield from _operations(old, new, operations, spot)
    if old.plain("resource") != new.plain("resource"):
        what = f"resource: was {show(old.plain('resource'))}, is {show(new.plain('resource'))}"
        yield Fact(
            "rate-limit-resource-changed", spot, what, old.get("resource"), new.get("resource")
        )
    yield from reference(old.get("rule"), new.get("rule"), spot, rule_sets)


def _windows(old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
    before, after = (
        {
            isodate.parse_duration(window.plain("per")): window
            for window in items(node.get("windows"))
        }
        for node in (old, new)
    )
    for per, window in before.items():
        if per not in after:
            yield Fact("rate-limit-removed", spot, f"removed: {_shown(window)}", window, None)
            continue
        for key in ("calls", "upTo"):
            one, other = window.plain(key), after[per].plain(key)
            if one != other:
                what = f"{key} per {window.plain('per')}: was {show(one)}, is {show(other)}"
                yield Fact(
                    f"rate-limit-{'lowered' if _lower(one, other) else 'raised'}",
                    spot,
                    what,
                    window,
                    after[per],
                )
    for per, window in after.items():
        if per not in before:
            yield Fact("rate-limit-added", spot, f"added: {_shown(window)}", None, window)
    if next(iter(before)) != next(iter(after)):
        one_window, other_window = next(iter(before.values())), next(iter(after.values()))
        what = f"window of the headers: was {_shown(one_window)}, is {_shown(other_window)}"
        yield Fact("rate-limit-first-window-changed", spot, what, one_window, other_window)


def _lower(old: int | None, new: int | None) -> bool:
    """Whether the limit is lower; without `upTo`, no plan has a higher one."""
    return (new or 0) < (old or 0)


def _headers(old: Node, new: Node, spot: Spot) -> Iterator[Fact]:
    before, after = entries(old.get("headers")), entries(new.get("headers"))
    for key in {**before, **after}:
        one, other = before.get(key), after.get(key)
        if str(value(one, "")).lower() != str(value(other, "")).lower():
            change_type = (
                "rate-limit-header-changed"
                if one and other
                else "rate-limit-header-added"
                if other
                else "rate-limit-header-removed"
            )
            yield Fact(
                change_type,
                spot,
                f"header for {key}: was {value(one, 'none')}, is {value(other, 'none')}",
                one,
                other,
            )


def _operations(old: Node, new: Node, operations: Mapping[str, str], spot: Spot) -> Iterator[Fact]:
    """Facts about the limited operations; without a list, all are limited."""
    every_operation = set(operations.values())
    before = {operations.get(name, name) for name in old.plain("operations", ())} or every_operation
    after = set(new.plain("operations", ())) or every_operation
    if come := sorted((after - before) & every_operation):
        yield Fact(
            "rate-limited-operation-added",
            spot,
            f"operations added: {show(come)}",
            old.get("operations"),
            new.get("operations"),
        )
    if gone := sorted((before - after) & every_operation):
        yield Fact(
            "rate-limited-operation-removed",
            spot,
            f"operations removed: {show(gone)}",
            old.get("operations"),
            new.get("operations"),
        )


def _shown(window: Node) -> str:
    return f"{window.plain('calls')} calls per {window.plain('per')}"
