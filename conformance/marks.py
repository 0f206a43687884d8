"""Decorators by which a check states what it verifies, and for what it runs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from session_contracts.conformance.profile import SuiteProfile
from session_contracts.openapi import Contract
from session_contracts.openapi.model import Style


@dataclass(frozen=True)
class Case:
    """One parameter set of a check: its id, the rules it verifies (full or short), its value."""

    id: str
    rules: tuple[str, ...]
    value: Any


Cases = Callable[[Contract, SuiteProfile], Iterable[Case]]


def verifies(*rules: str) -> pytest.MarkDecorator:
    """The rules that a check verifies, by full id or without the API's name."""
    return pytest.mark.verifies(*rules)


def each(cases: Cases) -> pytest.MarkDecorator:
    """Run the check once per case, for each resource of the contract.

    The check receives the value as `case`.
    """
    return pytest.mark.each.with_args(cases)


def paged(*styles: Style) -> pytest.MarkDecorator:
    """Run the check only for lists that are paged in one of these styles."""
    return pytest.mark.paged.with_args(*styles)
