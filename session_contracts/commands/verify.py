"""`session-contracts verify`: does a server conform?"""

import sys
from pathlib import Path

import click

from session_contracts.commands.user_errors import known_api, says_what_to_do
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
            raise click.BadParameter(f"{value!r} is no header; write 'Name: value'")
        headers.append((name.strip(), rest.strip()))
    return tuple(headers)


@click.command(context_settings={"ignore_unknown_options": False})
@click.argument("api")
@click.option(
    "--base-url",
    required=True,
    envvar="SESSION_CONTRACTS_BASE_URL",
    help="Where the documented paths begin.",
)
@click.option(
    "--states-url",
    envvar="SESSION_CONTRACTS_STATES_URL",
    help="Where the target prepares provider states.",
)
@click.option(
    "-H",
    "--header",
    "headers",
    multiple=True,
    callback=_header,
    help="The default credential, as 'Name: value'.",
)
@click.option("--strict", is_flag=True, help="A broken companion rule is a failure, not a warning.")
@click.option(
    "--rule",
    "rules",
    multiple=True,
    metavar="ID",
    help="Only the checks of this rule; may be given again.",
)
@click.option(
    "--max-examples",
    default=25,
    show_default=True,
    type=click.IntRange(min=1),
    help="Of each search.",
)
@click.option("--seed", default=0, show_default=True, help="Of the searches.")
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write a JUnit XML report."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a JSON report.",
)
@click.option(
    "--docs-url",
    default=DOCS_URL,
    show_default=True,
    envvar="SESSION_CONTRACTS_DOCS_URL",
    help="Where the reference site is that the report points to.",
)
@click.option(
    "--allow-incomplete", is_flag=True, help="Exit 0 although something was not exercised."
)
@click.option("--dry-run", is_flag=True, help="List the checks, and send nothing.")
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
@says_what_to_do
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
    """Tell whether the server at --base-url conforms. What follows -- goes to pytest."""
    known_api(api)
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
