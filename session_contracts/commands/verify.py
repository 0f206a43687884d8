"""`session-contracts verify`: check that a server conforms."""

import sys
from pathlib import Path

import click

from session_contracts.commands.epilogs import exit_codes
from session_contracts.commands.user_errors import check_api, handle_user_errors
from session_contracts.conformance.report import DOCS_URL
from session_contracts.conformance.runner import Options
from session_contracts.conformance.runner import verify as run_verify


def _header(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    headers = []
    for value in values:
        name, colon, rest = value.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter(f"{value!r} is not a header; write 'Name: value'")
        headers.append((name.strip(), rest.strip()))
    return tuple(headers)


_EXIT_CODES = {
    0: "the server conforms",
    1: "a rule failed",
    2: "usage error, or the server does not answer: the message says what to do",
    3: "no rule failed, but some were not exercised (0 with --allow-incomplete)",
    4: "error in the suite or the connection; says nothing about the server",
}


@click.command(epilog=exit_codes(_EXIT_CODES))
@click.argument("api")
@click.option(
    "--base-url",
    required=True,
    envvar="SESSION_CONTRACTS_BASE_URL",
    help="URL that the documented paths are relative to.",
)
@click.option(
    "--states-url",
    envvar="SESSION_CONTRACTS_STATES_URL",
    help="URL at which the server prepares provider states.",
)
@click.option(
    "-H",
    "--header",
    "headers",
    multiple=True,
    callback=_header,
    help="Header with the default credential, as 'Name: value'. Repeatable.",
)
@click.option("--strict", is_flag=True, help="Fail on broken companion rules instead of warning.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Run only the checks of this rule. Repeatable.",
)
@click.option(
    "--max-examples",
    default=25,
    show_default=True,
    type=click.IntRange(min=1),
    help="Examples of each Hypothesis and Schemathesis test.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of Hypothesis and Schemathesis.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a JUnit XML report to this file.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a JSON report to this file.",
)
@click.option(
    "--docs-url",
    default=DOCS_URL,
    show_default=True,
    envvar="SESSION_CONTRACTS_DOCS_URL",
    help="URL of the reference site to which the report links.",
)
@click.option("--allow-incomplete", is_flag=True, help="Exit 0 even if rules were not exercised.")
@click.option("--dry-run", is_flag=True, help="List the checks; send nothing.")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
@handle_user_errors
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
    docs_url: str,
    allow_incomplete: bool,
    dry_run: bool,
    pytest_args: tuple[str, ...],
) -> None:
    """Check that a server conforms to a contract, rule by rule.

    Arguments after -- go to pytest.
    """
    check_api(api)
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
        docs_url=docs_url,
        allow_incomplete=allow_incomplete,
        dry_run=dry_run,
        pytest_args=pytest_args,
    )
    report = run_verify(options)
    click.echo(report.text())
    sys.exit(report.exit_status)
