"""The pytest plugin that runs the checks: options, fixtures, the marker, and how evidence travels."""

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from requests.adapters import BaseAdapter

from session_contracts.conformance.client import Target
from session_contracts.conformance.errors import SuiteError, Unexercised, UsageError, Violated
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.outcomes import Evidence, EvidenceKind
from session_contracts.conformance.profile import SuiteProfile, profiles
from session_contracts.conformance.rules import Rules
from session_contracts.conformance.search import Search
from session_contracts.conformance.states import States
from session_contracts.conformance.subject import Subject
from session_contracts.openapi import Contract, load
from session_contracts.openapi.locations import find
from session_contracts.openapi.model import Style

CHECKS = Path(__file__).parent / "checks"
GENERIC = CHECKS / "generic"
VENDORS = CHECKS / "vendors"
LAYERS = ("enumerate", "explore", "fuzz")
#: The layer of an API's checks that are in none of those folders.
OWN = "own"
EVIDENCE = "conformance-evidence"
REQUESTS = "conformance-requests"
_SUBJECT = "subject"
_JUDGE = pytest.StashKey[Judge]()
_ADAPTER = pytest.StashKey[BaseAdapter | None]()
_RULES = pytest.StashKey[tuple[str, ...]]()


# ---- what check modules use


@dataclass(frozen=True)
class Case:
    """One check that the contract asks for: `rules` may be short names."""

    id: str
    rules: tuple[str, ...]
    value: Any


Cases = Callable[[Contract, SuiteProfile], Iterable[Case]]


def verifies(*rules: str) -> pytest.MarkDecorator:
    """The rules that a check judges, by full id or without the API's name."""
    return pytest.mark.verifies(*rules)


def each(cases: Cases) -> pytest.MarkDecorator:
    """Run the check once for every case that the contract asks for, of each of its resources; the check takes it as `case`."""
    return pytest.mark.each.with_args(cases)


def paged(*styles: Style) -> pytest.MarkDecorator:
    """Only where the list is paged in one of these styles."""
    return pytest.mark.paged.with_args(*styles)


# ---- options


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance")
    group.addoption("--api", help="the API whose contract is judged")
    group.addoption("--target-url", help="base URL, to which documented paths are added")
    group.addoption("--states-url", help="URL of the provider-state handler")
    group.addoption(
        "--header", action="append", default=[], help="'Name: value' of a default credential"
    )
    group.addoption("--contract-rule", action="append", default=[], help="judge this rule only")
    group.addoption(
        "--max-examples", type=int, default=25, help="generated examples of each property"
    )
    group.addoption("--suite-seed", type=int, default=0, help="seed of what is generated")
    group.addoption(
        "--no-shrink", action="store_true", help="report what was found as it was found"
    )
    group.addoption("--suite-quiet", action="store_true", help="show no progress")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "verifies(*rules): the rules that a check judges")
    config.addinivalue_line(
        "markers", "each(cases): run once for every case that the contract asks for"
    )
    config.addinivalue_line(
        "markers", "paged(*styles): only where the list is paged in one of these styles"
    )
    if config.getoption("--api"):
        config.pluginmanager.register(
            Progress(bool(config.getoption("--suite-quiet"))), "conformance-progress"
        )


# ---- collection


def _contract(config: pytest.Config) -> Contract:
    return load(config.getoption("--api"))


def _profiles(config: pytest.Config) -> tuple[SuiteProfile, ...]:
    return profiles(config.getoption("--api"))


def _profile(item: pytest.Item) -> SuiteProfile:
    """Of the resource that a check is about; the main one where it does not say."""
    parameters: Mapping[str, Any] = item.callspec.params if hasattr(item, "callspec") else {}
    found = parameters.get(_SUBJECT)
    return found if isinstance(found, SuiteProfile) else _profiles(item.config)[0]


def _rules(item: pytest.Item) -> Rules:
    return Rules(_contract(item.config), _profile(item).aliases)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The checks of other vendors."""
    if collection_path.parent != VENDORS:
        return None
    return True if collection_path != find(config.getoption("--api")).checks else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("each")
    if marker:
        words = _profiles(metafunc.config)
        contract = _contract(metafunc.config)
        parameters = [
            pytest.param(
                profile,
                case.value,
                id=_name(case, profile, words),
                marks=verifies(*case.rules),
            )
            for profile in words
            for case in marker.args[0](contract, profile)
        ]
        metafunc.parametrize((_SUBJECT, "case"), parameters, indirect=[_SUBJECT])


def _name(case: Case, profile: SuiteProfile, words: Sequence[SuiteProfile]) -> str:
    return case.id if profile is words[0] else f"{profile.resource}-{case.id}"


def layer(path: Path) -> str:
    """The layer of a module of checks: the folder that it is in."""
    return path.parent.name if path.parent.name in LAYERS else OWN


def _unique(rules: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rules))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A check whose rules the contract does not have, or that were not selected, is left out."""
    selected = set(config.getoption("--contract-rule"))
    kept = []
    for item in items:
        rules = _rules(item)
        found = [
            rules.find(name) for marker in item.iter_markers("verifies") for name in marker.args
        ]
        judged = _unique(rule for rule in found if rule)
        item.stash[_RULES] = judged
        styles = [style for marker in item.iter_markers("paged") for style in marker.args]
        styled = _in_style(_contract(item.config), _profile(item), styles)
        wanted = judged and styled and (not selected or selected & set(judged))
        if wanted:
            kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _in_style(contract: Contract, profile: SuiteProfile, styles: Sequence[Style]) -> bool:
    """Whether the list is paged as a check expects; without `styles` it expects nothing."""
    listing = contract.operations[profile.list].listing if profile.list else None
    return not styles or (listing is not None and listing.style in styles)


# ---- fixtures


@pytest.fixture(scope="session")
def contract(pytestconfig: pytest.Config) -> Contract:
    return _contract(pytestconfig)


@pytest.fixture(scope="session")
def target(pytestconfig: pytest.Config) -> Iterator[Target]:
    """The server, with the headers that were given, else with those of the `credential` state, else with none."""
    given = dict(split_header(text) for text in pytestconfig.getoption("--header"))
    target = Target(
        pytestconfig.getoption("--target-url"),
        given,
        adapter=pytestconfig.stash.get(_ADAPTER, None),
    )
    states = States(target, pytestconfig.getoption("--states-url"))

    def renew() -> None:
        """One of each scheme that the API has."""
        found: dict[str, str] = {}
        for params in ({}, *({"kind": kind} for kind in _profiles(pytestconfig)[0].kinds)):
            if {scheme.header for scheme in _contract(pytestconfig).security} - found.keys():
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
    return States(target, pytestconfig.getoption("--states-url"))


@pytest.fixture
def subject(
    request: pytest.FixtureRequest, contract: Contract, target: Target, states: States
) -> Subject:
    """Of the resource that the check is about."""
    return Subject(contract, _profile(request.node), target, states)


@pytest.fixture
def judge(request: pytest.FixtureRequest, target: Target) -> Judge:
    judge = Judge(
        _rules(request.node),
        target,
        f"{request.path.stem}::{request.node.name}",
        layer(request.path),
    )
    request.node.stash[_JUDGE] = judge
    return judge


@pytest.fixture
def afterwards(states: States, target: Target) -> Iterator[None]:
    """For a check that moves the clock or the limits: everything is put back."""
    yield
    states.supports("rate limits", enforced=False)
    states.supports("reset")
    target.renew()


@pytest.fixture(scope="session")
def search(pytestconfig: pytest.Config) -> Search:
    examples, seed = (
        pytestconfig.getoption("--max-examples"),
        pytestconfig.getoption("--suite-seed"),
    )
    return Search(examples, seed, shrink=not pytestconfig.getoption("--no-shrink"))


# ---- evidence


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A check ends as skipped where it could not be exercised, and failed where it took down violations."""
    judge = pyfuncitem.stash.get(_JUDGE, None)
    reason = ""
    result: object = None
    try:
        result = yield
    except Unexercised as error:
        reason = str(error)
    if judge:
        for rule in _unheard(pyfuncitem, judge):
            judge.unexercised(rule, reason or "the check came to its end without a word on it")
        if judge.violations:
            raise Violated(
                "; ".join(
                    f"{entry.rule}: expected {entry.expected}, got {entry.got}"
                    for entry in judge.violations
                )
            )
    if reason:
        pytest.skip(reason)
    return True if result is None else result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Evidence leaves with the report; where the check itself broke down, its rules have an error."""
    judge = item.stash.get(_JUDGE, None)
    evidence = list(judge.evidence) if judge and call.when == "call" else []
    if call.excinfo and not call.excinfo.errisinstance((Violated, pytest.skip.Exception)):
        evidence += _breakdown(item, call, judge)
    for entry in evidence:
        item.user_properties.append((EVIDENCE, entry.as_dict()))
    report = yield
    return report


def _unheard(item: pytest.Item, judge: Judge) -> list[str]:
    return [rule for rule in item.stash[_RULES] if not judge.heard(rule)]


def _breakdown(
    item: pytest.Item, call: pytest.CallInfo[None], judge: Judge | None
) -> list[Evidence]:
    assert call.excinfo is not None
    unexercised = call.excinfo.errisinstance(Unexercised)
    reason = (
        str(call.excinfo.value)
        if unexercised or call.excinfo.errisinstance((SuiteError, UsageError))
        else call.excinfo.exconly()
    )
    where = layer(item.path)
    kind = EvidenceKind.UNEXERCISED if unexercised else EvidenceKind.ERROR
    silent = [rule for rule in item.stash[_RULES] if judge is None or not judge.heard(rule)]
    return [
        Evidence(rule, kind, f"{item.path.stem}::{item.name}", where, reason=reason.strip())
        for rule in silent
    ]


class Carrier:
    """Hands the checks what carries their requests, which no option of a command line can say."""

    def __init__(self, adapter: BaseAdapter | None) -> None:
        self._adapter = adapter

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[_ADAPTER] = self._adapter


class Collector:
    """Gathers the evidence of all checks in the controlling process. `collected`: each check, and the rules that it judges."""

    def __init__(self) -> None:
        self.evidence: list[Evidence] = []
        self.requests = 0
        self.collected: dict[str, tuple[str, ...]] = {}
        self.troubles: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.troubles.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_internalerror(self, excrepr: object) -> None:
        self.troubles.append(str(excrepr))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected = {item.nodeid: item.stash[_RULES] for item in session.items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # All phases share one list of properties; the last report has all of it.
        if report.when == "teardown":
            for name, values in report.user_properties:
                if name == EVIDENCE:
                    self.evidence.append(Evidence.from_dict(values))  # type: ignore[arg-type]
            self.requests += sum(
                int(str(values)) for name, values in report.user_properties if name == REQUESTS
            )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """How many requests the check has made; a worker counts its own."""
    judge = item.stash.get(_JUDGE, None)
    if judge:
        item.user_properties.append((REQUESTS, judge.requests()))


def _layer_of(node: str) -> str:
    return layer(Path(node.partition("::")[0]))


class Progress:
    """One character for each check, a line for each layer; on the terminal while it runs."""

    _SIGNS: Mapping[str, str] = {"passed": ".", "failed": "F", "skipped": "s"}

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._layer = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._quiet or not (
            report.when == "call" or (report.when == "setup" and not report.passed)
        ):
            return
        layer = _layer_of(report.nodeid)
        if layer != self._layer:
            print(f"\n{layer:10}" if self._layer else f"{layer:10}", end=" ", file=sys.stderr)
            self._layer = layer
        print(self._SIGNS[report.outcome], end="", flush=True, file=sys.stderr)

    def pytest_sessionfinish(self) -> None:
        if not self._quiet:
            print(file=sys.stderr)
