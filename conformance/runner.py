"""Verifies a server: runs the checks with pytest inside this process and folds what they saw."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from requests.adapters import BaseAdapter

from session_contracts.conformance.client import Target
from session_contracts.conformance.errors import SuiteError, Unexercised, UsageError
from session_contracts.conformance.outcomes import fold
from session_contracts.conformance.plugin import CHECKS, GENERIC, LAYERS, Carrier, Collector, layer
from session_contracts.conformance.profile import profiles
from session_contracts.conformance.report import DOCS_URL, Report
from session_contracts.conformance.rules import Rules
from session_contracts.conformance.states import States
from session_contracts.openapi import Contract, PartError, UnknownApi, load
from session_contracts.openapi.locations import ApiLocation, find, load_module


@dataclass(frozen=True)
class Options:
    """What is verified, and how. `headers` are the default credentials; `rules`: only these; `pytest_args` go to pytest as they are.

    `shrink`: make what is found as short as it can be. `adapter` carries the requests; None: HTTP. `docs_url`: where the reference site
    is that the report points to.
    """

    api: str
    base_url: str
    states_url: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    strict: bool = False
    rules: tuple[str, ...] = ()
    max_examples: int = 25
    seed: int = 0
    junit: Path | str | None = None
    json: Path | str | None = None
    allow_incomplete: bool = False
    dry_run: bool = False
    pytest_args: tuple[str, ...] = ()
    quiet: bool = False
    shrink: bool = True
    adapter: BaseAdapter | None = None
    docs_url: str = DOCS_URL


def verify(options: Options) -> Report:
    """Judge a server by every rule of its contract.

    Raises UsageError (TargetUnreachable, StatesUrlError) and, of somebody's own API, ContractError and PartError: exit status 2.
    """
    contract = _contract(options)
    if not options.dry_run:
        _reach(options)
    collector = Collector()
    started, clock = datetime.now(UTC), time.monotonic()
    with _isolated():
        status = pytest.main(_arguments(options), plugins=[collector, Carrier(options.adapter)])
    if not options.dry_run:
        _put_back(options)
    rules = [
        rule for rule in contract.rules.values() if not options.rules or rule.id in options.rules
    ]
    report = Report(
        contract=contract,
        target=options.base_url,
        started=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=time.monotonic() - clock,
        requests=collector.requests,
        results=fold(rules, collector.evidence, strict=options.strict),
        allow_incomplete=options.allow_incomplete,
        trouble="\n".join([_TROUBLE[int(status)], *collector.troubles])
        if int(status) in _TROUBLE
        else "",
        planned=collector.collected if options.dry_run else {},
        docs_url=options.docs_url,
    )
    _write(options, report)
    return report


#: Exit codes of pytest that no check is answerable for.
_TROUBLE = {
    int(pytest.ExitCode.INTERRUPTED): "the run was interrupted, or checks could not be collected",
    int(pytest.ExitCode.INTERNAL_ERROR): "pytest broke down",
    int(pytest.ExitCode.USAGE_ERROR): "pytest did not understand its arguments",
}


def _contract(options: Options) -> Contract:
    try:
        contract = load(options.api)
    except UnknownApi as error:
        raise UsageError(str(error)) from None
    rules = Rules(contract, profiles(options.api)[0].aliases)
    api = find(options.api)
    for file in (file for file in api.check_files() if not file.is_relative_to(CHECKS)):
        _require_rules(file, load_module(api, file), rules)
    for rule in options.rules:
        if rule not in contract.rules:
            raise UsageError(
                f"{options.api} has no rule {rule!r}; its rules begin with {next(iter(contract.rules))!r}"
            )
    return contract


def _require_rules(file: Path, checks: ModuleType, rules: Rules) -> None:
    """A check of an API judges rules that its contract has. Raises PartError."""
    for check in vars(checks).values():
        named = [
            rule
            for mark in getattr(check, "pytestmark", ())
            if mark.name == "verifies"
            for rule in mark.args
        ]
        for rule in named:
            if rules.find(rule) is None:
                what = f"{check.__name__} verifies {rule!r}, which the contract does not state"
                raise PartError(file, check.__code__.co_firstlineno, what, "name one of its rules")


def _modules(api: ApiLocation) -> list[Path]:
    """What pytest collects, layer by layer: the generic checks, then those of the API."""
    own = api.check_files()
    found = [
        path
        for name in LAYERS
        for path in (GENERIC / name, *(file for file in own if layer(file) == name))
    ]
    return [*found, *(file for file in own if file not in found)]


def _reach(options: Options) -> None:
    """Both URLs answer as they should, before anything is judged."""
    if not options.base_url.startswith(("http://", "https://")):
        raise UsageError(
            f"{options.base_url!r} is no base URL; write it as in http://127.0.0.1:8080"
        )
    target = Target(options.base_url, dict(options.headers), adapter=options.adapter)
    try:
        target.send("GET", "/")
        if options.states_url:
            States(target, options.states_url).setup("reset")
    except Unexercised:
        pass
    finally:
        target.close()


def _put_back(options: Options) -> None:
    """Clean up; whether that succeeds is no part of the verdict."""
    target = Target(options.base_url, adapter=options.adapter)
    with suppress(Unexercised, UsageError, SuiteError):
        States(target, options.states_url).setup("reset")
    target.close()


@contextmanager
def _isolated() -> Iterator[None]:
    """The user's own pytest settings have no say."""
    changes: dict[str, str | None] = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": None,
        "PYTEST_PLUGINS": None,
    }
    before = {name: os.environ.get(name) for name in changes}
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _arguments(options: Options) -> list[str]:
    arguments = [*map(str, _modules(find(options.api)))]
    arguments += [
        "-c",
        os.devnull,
        f"--rootdir={CHECKS}",
        "--noconftest",
        "--import-mode=importlib",
    ]
    arguments += [
        "-p",
        "session_contracts.conformance.plugin",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    arguments += [
        "-p",
        "no:cacheprovider",
        "-p",
        "no:faulthandler",
        "-p",
        "no:junitxml",
        "--strict-markers",
    ]
    # It would search all memory for garbage twice, to warn of what no verdict depends on.
    arguments += ["-p", "no:unraisableexception"]
    if not options.pytest_args:
        arguments += ["-p", "no:terminal"]
    arguments += [f"--api={options.api}", f"--target-url={options.base_url}"]
    arguments += [f"--max-examples={options.max_examples}", f"--suite-seed={options.seed}"]
    arguments += [f"--states-url={options.states_url}"] if options.states_url else []
    arguments += [f"--header={name}: {value}" for name, value in options.headers]
    arguments += [f"--contract-rule={rule}" for rule in options.rules]
    arguments += [] if options.shrink else ["--no-shrink"]
    arguments += ["--suite-quiet"] if options.quiet or options.dry_run else []
    arguments += ["--collect-only"] if options.dry_run else []
    return [*arguments, *options.pytest_args]


def _write(options: Options, report: Report) -> None:
    if options.json:
        report.write_json(Path(options.json))
    if options.junit:
        report.write_junit(Path(options.junit))
