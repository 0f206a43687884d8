"""`session-contracts coverage`: what the requests to a mock have reached."""

import json
import sys
from pathlib import Path

import click

from session_contracts.commands.user_errors import says_what_to_do
from session_contracts.commands.writing import write
from session_contracts.control import Control
from session_contracts.coverage_report import covered, percent
from session_contracts.openapi import UnknownApi


@click.command()
@click.option(
    "--url",
    required=True,
    envvar="SESSION_CONTRACTS_URL",
    help="Of the mock, or of one of its worlds: http://127.0.0.1:8080/w/name.",
)
@click.option(
    "--api",
    "apis",
    multiple=True,
    metavar="API",
    help="Only of this API; may be given again. Left out: all that were called.",
)
@click.option(
    "--admin-token",
    envvar="SESSION_CONTRACTS_ADMIN_TOKEN",
    help="Where the mock was started with one.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it all as JSON.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    help="Exit 1 where less than so many percent were reached.",
)
@says_what_to_do
def coverage(
    url: str,
    apis: tuple[str, ...],
    admin_token: str | None,
    json_file: Path | None,
    fail_under: float | None,
) -> None:
    """Tell which moves, refusals and rules the requests to a running mock have reached, and which not."""
    answer = Control(url, admin_token).coverage()
    for api in apis:
        if api not in answer["apis"]:
            raise UnknownApi(api, tuple(answer["apis"]))
    click.echo(covered(answer, apis))
    if json_file is not None:
        write(json_file, json.dumps(answer, indent=1) + "\n")
    if fail_under is not None and percent(answer, apis) < fail_under:
        click.echo(f"less than {fail_under:g} percent", err=True)
        sys.exit(1)
