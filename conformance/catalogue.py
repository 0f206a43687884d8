"""Which checks judge which rule, without running any: by the marks that the plugin goes by."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from conformance.plugin import CHECKS, case_name, foreign, in_style
from conformance.rules import Rules
from conformance.vocabulary import Vocabulary, vocabularies
from openapi.model import Contract


def judges(contract: Contract) -> Mapping[str, tuple[str, ...]]:
    """By rule, the checks as `verify --dry-run` lists them; no check, no rule. Raises KeyError where the suite does not know the API."""
    found: dict[str, dict[str, None]] = {}
    for module in sorted(CHECKS.rglob("test_*.py")):
        if not foreign(module, contract.name):
            for name, rules in _checks(contract, module):
                for rule in rules:
                    found.setdefault(rule, {})[name] = None
    return {rule: tuple(names) for rule, names in found.items()}


def _checks(contract: Contract, module: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each check of a module, and the rules that it judges."""
    place = module.relative_to(CHECKS)
    members = vars(import_module(".".join(["conformance.checks", *place.with_suffix("").parts])))
    shared = _marks(members)
    for name, function in members.items():
        if name.startswith("test_") and callable(function):
            for suffix, vocabulary, rules in _cases(contract, [*shared, *_marks(vars(function))]):
                judged = tuple(filter(None, map(Rules(contract, vocabulary.aliases).find, rules)))
                yield f"{place.as_posix()}::{name}{suffix}", judged


def _marks(members: Mapping[str, Any]) -> list[pytest.Mark]:
    marks = members.get("pytestmark", [])
    return [getattr(mark, "mark", mark) for mark in (marks if isinstance(marks, list) else [marks])]


def _cases(contract: Contract, marks: list[pytest.Mark]) -> Iterator[tuple[str, Vocabulary, list[str]]]:
    """How the plugin names each case of a check, and the rules of the case."""
    words = vocabularies(contract.name)
    named = [rule for mark in marks if mark.name == "verifies" for rule in mark.args]
    styles = [style for mark in marks if mark.name == "paged" for style in mark.args]
    each: Callable[..., Any] | None = next((mark.args[0] for mark in marks if mark.name == "each"), None)
    if each is None:
        if in_style(contract, words[0], styles):
            yield "", words[0], named
        return
    for vocabulary in words:
        if in_style(contract, vocabulary, styles):
            for case in each(contract, vocabulary):
                yield f"[{case_name(case, vocabulary, words)}]", vocabulary, [*named, *case.rules]
