"""`session-contracts coverage`: lifecycle and rule coverage of the requests to a mock."""

import json
import sys
from pathlib import Path

import click

from session_contracts.commands.epilogs import exit_codes
from session_contracts.commands.user_errors import handle_user_errors
from session_contracts.commands.writing import write
from session_contracts.control import Control
from session_contracts.coverage_report import percent, report
from session_contracts.openapi import UnknownApi

_EXIT_CODES = {0: "the report is printed", 1: "coverage is below --fail-under"}


@click.command(epilog=exit_codes(_EXIT_CODES))
@click.option(
    "--url",
    required=True,
    envvar="SESSION_CONTRACTS_URL",
    help="URL of a running mock, or of one of its worlds (http://127.0.0.1:8080/w/name).",
)
@click.option(
    "--api",
    "apis",
    multiple=True,
    metavar="API",
    help="Report only this API. Repeatable. Default: every API that was called.",
)
@click.option(
    "--admin-token",
    envvar="SESSION_CONTRACTS_ADMIN_TOKEN",
    help="Admin token of the mock, if it was started with one.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the coverage as JSON to this file.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    help="Exit 1 if coverage is below this percentage.",
)
@handle_user_errors
def coverage(
    url: str,
    apis: tuple[str, ...],
    admin_token: str | None,
    json_file: Path | None,
    fail_under: float | None,
) -> None:
    """Report which transitions and rules the requests have reached.

    Asks a running mock, and also lists what the requests have not reached. With the URL of a world,
    counts the requests to that world, else the requests to all worlds.
    """
    answer = Control(url, admin_token).coverage()
    for api in apis:
        if api not in answer["apis"]:
            raise UnknownApi(api, tuple(answer["apis"]))
    click.echo(report(answer, apis))
    if json_file is not None:
        write(json_file, json.dumps(answer, indent=1) + "\n")
    if fail_under is not None and percent(answer, apis) < fail_under:
        click.echo(f"coverage is below {fail_under:g} %", err=True)
        sys.exit(1)
