"""The command line. Exit status 2, with one line that says what to do, for whatever the user can mend."""

import json
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from conformance.errors import UsageError
from conformance.runner import Options
from conformance.runner import verify as run_verify
from mock_server.apis.control import own_version
from mock_server.errors import AddressInUse, BadSnapshot, FixtureError
from mock_server.server import address, bind
from mock_server.server import serve as run_server
from mock_server.settings import Auth, LogFormat, Validation
from openapi import API_NAMES, ContractError, UnknownApi
from session_contracts.application import application, frozen_at
from session_contracts.control import Control
from session_contracts.coverage_report import covered, percent
from session_contracts.errors import MockRefused, MockUnreachable, UnknownRule
from session_contracts.prove import prove as run_prove
from session_contracts.welcome import welcome

_USER_ERRORS = (UnknownApi, ContractError, FixtureError, BadSnapshot, AddressInUse, UsageError, UnknownRule, MockUnreachable, MockRefused)


def _says_what_to_do(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except _USER_ERRORS as error:
            click.echo(f"session-contracts: {error}", err=True)
            sys.exit(2)

    return wrapped


def _clock(ctx: click.Context, param: click.Parameter, value: str) -> str:
    try:
        frozen_at(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return value


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(own_version(), prog_name="session-contracts")
def main() -> None:
    """Contracts for five vendors' sessions APIs: serve them as a mock, verify an implementation, prove the suite."""


@main.command()
@click.argument("apis", nargs=-1, metavar="[API ...]")
@click.option("--host", default="127.0.0.1", show_default=True, envvar="SESSION_CONTRACTS_HOST", help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), envvar="SESSION_CONTRACTS_PORT", help="0: any that is free."
)
@click.option(
    "--seed", default=0, show_default=True, envvar="SESSION_CONTRACTS_SEED", help="Of the fixtures' random values and of new ids."
)
@click.option(
    "--world",
    type=click.Path(path_type=Path),
    envvar="SESSION_CONTRACTS_WORLD",
    help="What the mock begins with: an exported world (.json), or a fixture in place of the API's own (.yaml).",
)
@click.option(
    "--clock",
    callback=_clock,
    default="system",
    show_default=True,
    metavar="system|frozen|RFC3339",
    envvar="SESSION_CONTRACTS_CLOCK",
    help="What time it is.",
)
@click.option(
    "--auth",
    type=click.Choice([mode.value for mode in Auth]),
    default=Auth.STRICT.value,
    show_default=True,
    envvar="SESSION_CONTRACTS_AUTH",
    help="Which credentials count.",
)
@click.option(
    "--rate-limits/--no-rate-limits",
    default=False,
    show_default=True,
    envvar="SESSION_CONTRACTS_RATE_LIMITS",
    help="Refuse calls above the limits.",
)
@click.option(
    "--validate-responses",
    type=click.Choice([mode.value for mode in Validation]),
    default=Validation.ERROR.value,
    show_default=True,
    envvar="SESSION_CONTRACTS_VALIDATE_RESPONSES",
    help="What to do about an answer that breaks the contract.",
)
@click.option("--admin-token", envvar="SESSION_CONTRACTS_ADMIN_TOKEN", help="What the control API asks for; left out: nothing.")
@click.option(
    "--max-worlds",
    default=500,
    show_default=True,
    type=click.IntRange(min=1),
    envvar="SESSION_CONTRACTS_MAX_WORLDS",
    help="Of more than these, the one that nobody has called for the longest is dropped.",
)
@click.option(
    "--log-format",
    type=click.Choice([form.value for form in LogFormat]),
    envvar="SESSION_CONTRACTS_LOG_FORMAT",
    help="Log each request on the standard error; left out: none.",
)
@_says_what_to_do
def serve(
    apis: tuple[str, ...],
    host: str,
    port: int,
    seed: int,
    world: Path | None,
    clock: str,
    auth: str,
    rate_limits: bool,
    validate_responses: str,
    admin_token: str | None,
    max_worlds: int,
    log_format: str | None,
) -> None:
    """Serve the mock of these APIs, or of all."""
    app = application(
        apis,
        seed=seed,
        clock=clock,
        world=world,
        auth=auth,
        rate_limits=rate_limits,
        validate_responses=validate_responses,
        admin_token=admin_token,
        max_worlds=max_worlds,
        log_format=log_format,
    )
    listener = bind(host, port)
    click.echo(welcome(tuple(dict.fromkeys(apis)) or API_NAMES, address(listener)))
    try:
        run_server(app, listener)
    except KeyboardInterrupt:
        sys.exit(130)


def _header(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    headers = []
    for value in values:
        name, colon, rest = value.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter(f"{value!r} is no header; write 'Name: value'")
        headers.append((name.strip(), rest.strip()))
    return tuple(headers)


@main.command(context_settings={"ignore_unknown_options": False})
@click.argument("api")
@click.option("--base-url", required=True, envvar="SESSION_CONTRACTS_BASE_URL", help="Where the documented paths begin.")
@click.option("--states-url", envvar="SESSION_CONTRACTS_STATES_URL", help="Where the target prepares provider states.")
@click.option("-H", "--header", "headers", multiple=True, callback=_header, help="The default credential, as 'Name: value'.")
@click.option("--strict", is_flag=True, help="A broken companion rule is a failure, not a warning.")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only the checks of this rule; may be given again.")
@click.option("--max-examples", default=25, show_default=True, type=click.IntRange(min=1), help="Of each search.")
@click.option("--seed", default=0, show_default=True, help="Of the searches.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a JUnit XML report.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a JSON report.")
@click.option("--allow-incomplete", is_flag=True, help="Exit 0 although something was not exercised.")
@click.option("--dry-run", is_flag=True, help="List the checks, and send nothing.")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
@_says_what_to_do
def verify(
    api: str,
    base_url: str,
    states_url: str | None,
    headers: tuple[tuple[str, str], ...],
    strict: bool,
    rules: tuple[str, ...],
    max_examples: int,
    seed: int,
    junit: Path | None,
    json_file: Path | None,
    allow_incomplete: bool,
    dry_run: bool,
    pytest_args: tuple[str, ...],
) -> None:
    """Tell whether the server at --base-url conforms. What follows -- goes to pytest."""
    if api not in API_NAMES:
        raise UnknownApi(api, API_NAMES)
    options = Options(
        api=api,
        base_url=base_url,
        states_url=states_url,
        headers=headers,
        strict=strict,
        rules=rules,
        max_examples=max_examples,
        seed=seed,
        junit=junit,
        json=json_file,
        allow_incomplete=allow_incomplete,
        dry_run=dry_run,
        pytest_args=pytest_args,
    )
    report = run_verify(options)
    click.echo(report.text())
    sys.exit(report.exit_status)


@main.command()
@click.argument("api")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Break only this rule; may be given again.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(min=1), help="Proofs at the same time.")
@click.option("--max-examples", default=10, show_default=True, type=click.IntRange(min=1), help="Of each search.")
@click.option("--seed", default=0, show_default=True, help="Of the searches.")
@_says_what_to_do
def prove(api: str, rules: tuple[str, ...], workers: int, max_examples: int, seed: int) -> None:
    """Break each rule of the mock in turn, and see that the suite finds exactly that."""
    if api not in API_NAMES:
        raise UnknownApi(api, API_NAMES)
    sys.exit(run_prove(api, rules, workers=workers, max_examples=max_examples, seed=seed, show=click.echo))


@main.command()
@click.option("--url", required=True, envvar="SESSION_CONTRACTS_URL", help="Of the mock, or of one of its worlds: http://127.0.0.1:8080/w/name.")
@click.option("--api", "apis", multiple=True, metavar="API", help="Only of this API; may be given again. Left out: all that were called.")
@click.option("--admin-token", envvar="SESSION_CONTRACTS_ADMIN_TOKEN", help="Where the mock was started with one.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write it all as JSON.")
@click.option("--fail-under", type=click.FloatRange(0, 100), help="Exit 1 where less than so many percent were reached.")
@_says_what_to_do
def coverage(url: str, apis: tuple[str, ...], admin_token: str | None, json_file: Path | None, fail_under: float | None) -> None:
    """Tell which moves, refusals and rules the requests to a running mock have reached, and which not."""
    answer = Control(url, admin_token).coverage()
    for api in apis:
        if api not in answer["apis"]:
            raise UnknownApi(api, tuple(answer["apis"]))
    click.echo(covered(answer, apis))
    if json_file is not None:
        json_file.write_text(json.dumps(answer, indent=1) + "\n")
    if fail_under is not None and percent(answer, apis) < fail_under:
        click.echo(f"less than {fail_under:g} percent", err=True)
        sys.exit(1)
