"""The fixtures that a check can ask for."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from requests.adapters import BaseAdapter

from session_contracts.conformance.client import Target
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.layers import layer
from session_contracts.conformance.plugin.collection import (
    contract_of,
    profile_of,
    profiles_of,
    rules_of,
)
from session_contracts.conformance.plugin.evidence import JUDGE
from session_contracts.conformance.search import Search
from session_contracts.conformance.states import States
from session_contracts.conformance.subject import Subject
from session_contracts.openapi import Contract

_ADAPTER = pytest.StashKey[BaseAdapter | None]()


class AdapterPlugin:
    """Gives the checks the adapter that carries their requests; an option can only be text."""

    def __init__(self, adapter: BaseAdapter | None) -> None:
        self._adapter = adapter

    def pytest_configure(self, config: pytest.Config) -> None:
        """Store the adapter for the fixture `target`."""
        config.stash[_ADAPTER] = self._adapter


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Contract:
    """The contract that is verified."""
    return contract_of(pytestconfig)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Iterator[Target]:
    """The server, with the given headers, else those of provider state `credential`, else none."""
    given = dict(split_header(text) for text in pytestconfig.getoption("--header"))
    target = Target(
        pytestconfig.getoption("--target-url"),
        given,
        adapter=pytestconfig.stash.get(_ADAPTER, None),
    )
    states = States(target, pytestconfig.getoption("--states-url"))

    def renew() -> None:
        """Get one credential for each security scheme of the API."""
        found: dict[str, str] = {}
        for params in ({}, *({"kind": kind} for kind in profiles_of(pytestconfig)[0].kinds)):
            if {scheme.header for scheme in contract_of(pytestconfig).security} - found.keys():
                with suppress(Unexercised):
                    found = {**states.setup("credential", **params).get("headers", {}), **found}
        target.headers = found or target.headers

    if not given:
        target.renew = renew
        renew()
    yield target
    target.close()


def split_header(text: str) -> tuple[str, str]:
    """`Name: value` as a pair."""
    name, _, value = text.partition(":")
    return name.strip(), value.strip()


@pytest.fixture(scope="session")
def states(pytestconfig: pytest.Config, target: Target) -> States:
    """The provider states of the target."""
    return States(target, pytestconfig.getoption("--states-url"))


@pytest.fixture
def subject(
    request: pytest.FixtureRequest, contract: Contract, target: Target, states: States
) -> Subject:
    """The resource that the check is about."""
    return Subject(contract, profile_of(request.node), target, states)


@pytest.fixture
def judge(request: pytest.FixtureRequest, target: Target) -> Judge:
    """Records what the check observes of its rules."""
    check = f"{request.path.stem}::{request.node.name}"
    judge = Judge(rules_of(request.node), target, check, layer(request.path))
    request.node.stash[JUDGE] = judge
    return judge


@pytest.fixture
def afterwards(states: States, target: Target) -> Iterator[None]:
    """Reset the target after a check that moves its clock or uses up its rate limits."""
    yield
    states.supports("rate limits", enforced=False)
    states.supports("reset")
    target.renew()


@pytest.fixture(scope="session")
def search(pytestconfig: pytest.Config) -> Search:
    """How Hypothesis searches."""
    return Search(
        pytestconfig.getoption("--max-examples"),
        pytestconfig.getoption("--suite-seed"),
        shrink=not pytestconfig.getoption("--no-shrink"),
    )
