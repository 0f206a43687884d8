"""Verifies a server: runs the checks, and folds their evidence into one outcome per rule."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

import pytest
from requests.adapters import BaseAdapter

from session_contracts.conformance.client import Target
from session_contracts.conformance.errors import SuiteError, Unexercised, UsageError
from session_contracts.conformance.junit import write_junit
from session_contracts.conformance.outcomes import fold
from session_contracts.conformance.plugin.collector import Collector
from session_contracts.conformance.plugin.fixtures import AdapterPlugin
from session_contracts.conformance.profile import profiles
from session_contracts.conformance.pytest_run import run_pytest
from session_contracts.conformance.report import DOCS_URL, Report
from session_contracts.conformance.states import States
from session_contracts.openapi import Contract, UnknownApi, load
from session_contracts.openapi.locations import find


@dataclass(frozen=True)
class Options:
    """What is verified, and how.

    `headers` are the default credentials; `rules`: only these, if any. `strict`: a broken companion
    rule fails. `max_examples` and `seed` are those of the generated examples, `shrink` shortens
    failing ones. `pytest_args` go to pytest as they are. `adapter` carries the requests; None is
    HTTP. `docs_url`: the reference site that the report links to.
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
    """Verify every rule of a contract against a server.

    Raises UsageError (TargetUnreachable, StatesUrlError) and, for a user's API, ContractError and
    PartError; no check has run then.
    """
    contract = _contract(options)
    api = find(options.api)
    collector = Collector(api, lambda: None if options.dry_run else _reach(options))
    started, clock = datetime.now(UTC), time.monotonic()
    plugins = [collector, AdapterPlugin(options.adapter)]
    status = run_pytest(api, list(_arguments(options)), plugins)
    if collector.fault:
        raise collector.fault
    if not options.dry_run:
        _clean_up(options)
    trouble = [_TROUBLE[status], *collector.troubles] if status in _TROUBLE else []
    rules = contract.rules.values()
    report = Report(
        contract=contract,
        target=options.base_url,
        started=started.strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=time.monotonic() - clock,
        requests=collector.requests,
        results=fold(
            [rule for rule in rules if not options.rules or rule.id in options.rules],
            collector.evidence,
            strict=options.strict,
        ),
        allow_incomplete=options.allow_incomplete,
        trouble="\n".join(trouble),
        planned=collector.collected if options.dry_run else {},
        docs_url=options.docs_url,
    )
    _write(options, report)
    return report


#: Exit codes of pytest that no check causes.
_TROUBLE = {
    int(pytest.ExitCode.INTERRUPTED): "the run was interrupted, or checks could not be collected",
    int(pytest.ExitCode.INTERNAL_ERROR): "pytest broke down",
    int(pytest.ExitCode.USAGE_ERROR): "pytest did not understand its arguments",
}


def _contract(options: Options) -> Contract:
    """The contract, if its suite profile fits it and it states the selected rules."""
    try:
        contract = load(options.api)
    except UnknownApi as error:
        raise UsageError(str(error)) from None
    profiles(options.api)
    for rule in options.rules:
        if rule not in contract.rules:
            similar = get_close_matches(rule, contract.rules, cutoff=0.0)
            raise UsageError(f"{options.api} has no rule {rule!r}; similar: {', '.join(similar)}")
    return contract


def _reach(options: Options) -> None:
    """Send a first request to both URLs. Raises UsageError if one does not answer as it should."""
    if not options.base_url.startswith(("http://", "https://")):
        text = f"{options.base_url!r} is not a base URL; write it as in http://127.0.0.1:8080"
        raise UsageError(text)
    target = Target(options.base_url, dict(options.headers), adapter=options.adapter)
    try:
        target.send("GET", "/")
        if options.states_url:
            States(target, options.states_url).setup("reset")
    except Unexercised:
        pass
    finally:
        target.close()


def _clean_up(options: Options) -> None:
    """Reset the target; whether that succeeds is not part of the verdict."""
    target = Target(options.base_url, adapter=options.adapter)
    with suppress(Unexercised, UsageError, SuiteError):
        States(target, options.states_url).setup("reset")
    target.close()


def _arguments(options: Options) -> Iterator[str]:
    """These options as arguments of pytest."""
    if not options.pytest_args:
        yield from ("-p", "no:terminal")
    yield from (f"--api={options.api}", f"--target-url={options.base_url}")
    yield from (f"--max-examples={options.max_examples}", f"--suite-seed={options.seed}")
    if options.states_url:
        yield f"--states-url={options.states_url}"
    yield from (f"--header={name}: {value}" for name, value in options.headers)
    yield from (f"--contract-rule={rule}" for rule in options.rules)
    if not options.shrink:
        yield "--no-shrink"
    if options.quiet or options.dry_run:
        yield "--suite-quiet"
    if options.dry_run:
        yield "--collect-only"
    yield from options.pytest_args


def _write(options: Options, report: Report) -> None:
    if options.json:
        report.write_json(Path(options.json))
    if options.junit:
        write_junit(report, Path(options.junit))
