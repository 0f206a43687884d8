"""Properties of every comparison, tested with random small changes of the bundled contracts."""

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from session_contracts.diff import CHANGE_TYPES, diff
from session_contracts.openapi import bundled_names
from session_contracts.openapi.source import Source, read
from tests.session_contracts.diff.mutations import changed, places, source, without

pytestmark = pytest.mark.slow

OPENAPI = Path(__file__).parents[3] / "openapi"
REVERSE = {each.id: each.reverse for each in CHANGE_TYPES}
#: Changes of text for readers, and of notation only.
NO_EFFECT = {"prose-changed", "written-otherwise"}
CONTRACTS = [*bundled_names(), "control"]


def contract(name: str) -> Source:
    return read(OPENAPI / f"{name}.yaml")


def mutants(original: Source, count: int) -> list[tuple[str, Source]]:
    """Contracts that differ from the original in one place; reproducible."""
    chance = random.Random(original.file.rpartition("/")[2])
    candidates = [*places(original.value)]
    found: list[tuple[str, Source]] = []
    while len(found) < count:
        path = chance.choice(candidates)
        change = chance.choice((without, changed))
        document = change(original.value, path)
        mutant = source(document, original) if document is not None else None
        if mutant is not None:
            found.append((f"{change.__name__} {path}", mutant))
    return found


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_change_is_found(name: str) -> None:
    original = contract(name)
    for what, mutant in mutants(original, 8):
        forth, back = diff(original, mutant), diff(mutant, original)
        assert {change.id for change in forth} - NO_EFFECT, what
        assert Counter(REVERSE[change.id] for change in forth) == Counter(
            change.id for change in back
        ), what
        assert all(
            place is None or place.line > 0
            for change in forth
            for place in (change.old, change.new)
        ), what


def reordered(node: Any) -> Any:
    """The same document with the members of every object in reverse order."""
    if isinstance(node, dict):
        return {key: reordered(child) for key, child in reversed(node.items())}
    return [reordered(child) for child in node] if isinstance(node, list) else node


@pytest.mark.parametrize("name", CONTRACTS)
def test_equal_documents_have_no_changes(name: str) -> None:
    original = contract(name)
    assert diff(original, contract(name)) == ()
    assert (
        diff(original, replace(original, file="other.yaml", value=reordered(original.value))) == ()
    )


@pytest.mark.parametrize("name", CONTRACTS)
def test_prose_and_examples_are_compatible(name: str) -> None:
    original = contract(name)
    changes = diff(original, replace(original, file="other.yaml", value=reworded(original.value)))
    assert {change.id for change in changes} <= {"prose-changed", "unused-component-changed"}
    assert changes


def reworded(node: Any, below: str = "") -> Any:
    """The document with other texts for readers, and without examples."""
    if isinstance(node, list):
        return [reworded(child) for child in node]
    if not isinstance(node, dict):
        return node
    names = below in ("properties", "schemas", "headers")
    kept = {
        key: reworded(child, key)
        for key, child in node.items()
        if names or key not in ("example", "examples")
    }
    return {
        key: f"{child}!" if key in ("summary", "description") and isinstance(child, str) else child
        for key, child in kept.items()
    }


@pytest.mark.parametrize("old", bundled_names())
def test_any_two_contracts_can_be_compared(old: str) -> None:
    new = bundled_names()[(bundled_names().index(old) + 1) % len(bundled_names())]
    forth, back = diff(contract(old), contract(new)), diff(contract(new), contract(old))
    assert Counter(REVERSE[change.id] for change in forth) == Counter(change.id for change in back)
