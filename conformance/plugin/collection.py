"""Which checks run, and for what.

A check runs if the contract states a rule that it verifies. A generic check may name rules that
the contract does not state; a check that comes with the API may not, or a misspelt rule id would
silently drop the check.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from session_contracts.conformance.layers import VENDORS
from session_contracts.conformance.marks import Case, verifies
from session_contracts.conformance.profile import SuiteProfile, profiles
from session_contracts.conformance.rules import Rules
from session_contracts.openapi import Contract, PartError, load
from session_contracts.openapi.locations import find

#: By check, the full ids of the rules that it verifies.
RULES = pytest.StashKey[tuple[str, ...]]()
_SUBJECT = "subject"


def contract_of(config: pytest.Config) -> Contract:
    """The contract that is verified."""
    return load(config.getoption("--api"))


def profiles_of(config: pytest.Config) -> tuple[SuiteProfile, ...]:
    """The suite profiles of its resources, the main resource first."""
    return profiles(config.getoption("--api"))


def profile_of(item: pytest.Item) -> SuiteProfile:
    """The suite profile of the resource that a check is about; by default the main resource."""
    parameters: Mapping[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    found = parameters.get(_SUBJECT)
    return found if isinstance(found, SuiteProfile) else profiles_of(item.config)[0]


def rules_of(item: pytest.Item) -> Rules:
    """The rules of the contract, by the names that a check knows them by."""
    return Rules(contract_of(item.config))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the checks of other vendors."""
    if collection_path.parent != VENDORS:
        return None
    return True if collection_path != find(config.getoption("--api")).checks else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize a check with its cases, for each resource."""
    marker = metafunc.definition.get_closest_marker("each")
    if not marker:
        return
    contract, resources = contract_of(metafunc.config), profiles_of(metafunc.config)
    parameters = [
        pytest.param(
            profile,
            case.value,
            id=_case_id(case, profile, resources),
            marks=verifies(*case.rules),
        )
        for profile in resources
        for case in marker.args[0](contract, profile)
    ]
    metafunc.parametrize((_SUBJECT, "case"), parameters, indirect=[_SUBJECT])


def _case_id(case: Case, profile: SuiteProfile, resources: Sequence[SuiteProfile]) -> str:
    return case.id if profile is resources[0] else f"{profile.resource}-{case.id}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the checks of selected rules. Raises UsageError for a rule that does not exist."""
    api_checks = find(config.getoption("--api")).checks
    for item in items:
        item.stash[RULES] = _verified(item, api_checks)
    kept = [item for item in items if _is_selected(item)]
    kept_ids = {id(item) for item in kept}
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept_ids])
    items[:] = kept


def _verified(item: pytest.Item, api_checks: Path) -> tuple[str, ...]:
    """The full ids of the rules that a check verifies, of those that the contract states.

    A check in the folder `api_checks` comes with the API.
    """
    rules = rules_of(item)
    names = [name for marker in item.iter_markers("verifies") for name in marker.args]
    found = {name: rules.find(name) for name in names}
    if item.path.is_relative_to(api_checks):
        _require_known(item, found)
    return tuple(dict.fromkeys(rule for rule in found.values() if rule))


def _require_known(item: pytest.Item, found: Mapping[str, str | None]) -> None:
    """Raises UsageError, caused by a PartError, for the first rule that does not exist."""
    unknown = next((name for name, rule in found.items() if rule is None), None)
    if unknown is None:
        return
    function = item.function if isinstance(item, pytest.Function) else None
    line = function.__code__.co_firstlineno if function else None
    name = function.__name__ if function else item.name
    what = f"{name} verifies {unknown!r}, which the contract does not state"
    error = PartError(item.path, line, what, "name one of its rules")
    raise pytest.UsageError(str(error)) from error


def _is_selected(item: pytest.Item) -> bool:
    selected, verified = item.config.getoption("--contract-rule"), item.stash[RULES]
    wanted = not selected or not set(selected).isdisjoint(verified)
    return bool(verified) and wanted and _in_style(item)


def _in_style(item: pytest.Item) -> bool:
    """Whether the list is paged in one of the styles that a check asks for, if it asks."""
    styles = [style for marker in item.iter_markers("paged") for style in marker.args]
    profile = profile_of(item)
    listing = contract_of(item.config).operations[profile.list].listing if profile.list else None
    return not styles or (listing is not None and listing.style in styles)
