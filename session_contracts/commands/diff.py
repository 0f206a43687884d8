"""`session-contracts diff`: what changed between two versions of a contract."""

import sys
from pathlib import Path

import click

from session_contracts.commands.user_errors import says_what_to_do
from session_contracts.commands.writing import write
from session_contracts.diff import FORMATS, Comparison, versions
from session_contracts.diff import diff as changes


@click.command()
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS]),
    default="text",
    show_default=True,
    help="Markdown is for a pull request.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report there, and say only how many changes there are.",
)
@says_what_to_do
def diff(old: str, new: str, form: str, out: Path | None) -> None:
    """Tell what changed from OLD to NEW, and exit 1 where something of it breaks a client.

    OLD and NEW are each a file, or the name of an API (the contract that is installed), or a git revision and a path
    (HEAD~3:openapi/rentalot.yaml). OLD may also be a git revision alone, which means the file of NEW at that revision. The first of
    these that there is counts.

    A change is breaking or compatible for a client that was written against OLD and talks to a server of NEW. It is risky where the
    contract does not tell, or where a server that did what OLD says may not do what NEW says.

    \b
    As JSON: {"old", "new", "summary": {kind: n}, "changes": [{"id", "kind", "where",
    "operations", "what", "why", "old": {"line", "value"}, "new": {"line", "value"}}]};
    the old or new of a change is null where that version does not have it.
    """
    before, after = versions(old, new)
    comparison = Comparison(before.name, after.name, changes(before.source, after.source))
    report = FORMATS[form](comparison)
    if out is None:
        click.echo(report, nl=False)
    else:
        write(out, report)
        click.echo(comparison.headline)
    sys.exit(1 if comparison.is_breaking else 0)
