"""`session-contracts diff`: changes between two versions of a contract."""

import sys
from pathlib import Path

import click

from session_contracts.commands.epilogs import block, epilog, exit_codes
from session_contracts.commands.user_errors import handle_user_errors
from session_contracts.commands.writing import write
from session_contracts.diff import FORMATS, Comparison, versions
from session_contracts.diff import diff as changes

_JSON = (
    '{"old", "new", "summary": {kind: n}, "changes": [{"id", "kind", "where",',
    ' "operations", "what", "why", "old": {"line", "value"}, "new": {"line", "value"}}]}',
    'The "old" or "new" of a change is null if that version does not have it.',
)
_EXIT_CODES = {0: "no breaking change", 1: "at least one change breaks clients"}


@click.command(epilog=epilog(block("JSON", _JSON), exit_codes(_EXIT_CODES)))
@click.argument("old")
@click.argument("new")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS]),
    default="text",
    show_default=True,
    help="Format of the report; markdown suits a pull request.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this file, and print only the number of changes.",
)
@handle_user_errors
def diff(old: str, new: str, form: str, out: Path | None) -> None:
    """Compare two versions of a contract; find breaking changes.

    OLD and NEW are each a file, the name of an API (its installed contract), or a git revision and
    a path (HEAD~3:openapi/rentalot.yaml), tried in this order. OLD may also be a git revision
    alone: the file of NEW at that revision.

    A change is breaking or compatible for a client that was written against OLD and calls a server
    of NEW. It is risky if the contract does not decide that, or if a server that conforms to OLD
    may not conform to NEW.
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
