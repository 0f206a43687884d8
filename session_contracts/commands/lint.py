"""`session-contracts lint`: static checks of contracts."""

import sys
from pathlib import Path

import click

from session_contracts.commands.epilogs import exit_codes
from session_contracts.commands.user_errors import handle_user_errors
from session_contracts.commands.writing import write
from session_contracts.errors import UnknownCheck
from session_contracts.lint import CHECKS, Check
from session_contracts.lint.formats import FORMATS, summary
from session_contracts.lint.linter import STANDARD_INPUT, contracts
from session_contracts.lint.linter import fix as run_fix
from session_contracts.lint.linter import lint as run_lint
from session_contracts.lint.proof import collect_checks
from session_contracts.mock_server.control import own_version
from session_contracts.openapi.errors import Severity

_EXIT_CODES = {
    0: "no findings",
    1: "findings",
    2: "a file cannot be read, or usage error: the message says what to do",
}


@click.command(epilog=exit_codes(_EXIT_CODES))
@click.argument("files", nargs=-1, metavar="[FILE ...]")
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS]),
    default="text",
    show_default=True,
    help="Format of the report.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this file, and print only the summary.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Apply safe fixes. Comments and formatting stay.",
)
@click.option(
    "--severity",
    type=click.Choice([severity.value for severity in reversed(Severity)]),
    default=Severity.WARNING.value,
    show_default=True,
    help="Minimum severity.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CHECK",
    help="Disable this check. Repeatable.",
)
@click.option(
    "--docs-url", help="URL of a reference site; findings then link to the page of their check."
)
@click.option("--explain", metavar="CHECK", help="Explain this check with examples, and exit.")
@handle_user_errors
def lint(
    files: tuple[str, ...],
    form: str,
    out: Path | None,
    fix: bool,
    severity: str,
    ignore: tuple[str, ...],
    docs_url: str | None,
    explain: str | None,
) -> None:
    """Check contracts and other OpenAPI 3.0 documents.

    FILE may be a path, the name of an API, or - for standard input. Default: all bundled contracts,
    that of the control API included.
    """
    if explain:
        click.echo(_explained(_check(explain)), nl=False)
        return
    for name in ignore:
        _check(name)
    if fix and (not files or STANDARD_INPUT in files):
        raise click.UsageError("--fix needs the names of the files to fix")
    run = run_fix if fix else run_lint
    selected = contracts(files)
    collect_checks(selected)
    results = [run(file, ignore=ignore, least=Severity(severity)) for file in selected]
    report = FORMATS[form](results, own_version(), docs_url)
    if out is None:
        click.echo(report, nl=False)
    else:
        write(out, report)
        click.echo(summary(results))
    if not all(result.readable for result in results):
        sys.exit(2)
    sys.exit(1 if any(result.found for result in results) else 0)


def _check(name: str) -> Check:
    found = next((check for check in CHECKS if check.id == name), None)
    if found is None:
        raise UnknownCheck(name, [check.id for check in CHECKS])
    return found


def _explained(check: Check) -> str:
    notes = ["a contract with this finding does not load"] if check.stops_load else []
    notes += ["--fix corrects it if that is safe"] if check.fixable else []
    head = f"{check.id} ({'; '.join([check.severity, *notes])})\n\n{check.why}"
    return f"{head}\n\nBad:\n\n{_indented(check.bad)}\nGood:\n\n{_indented(check.good)}"


def _indented(example: str) -> str:
    return "".join(f"    {line}\n" for line in example.splitlines())
