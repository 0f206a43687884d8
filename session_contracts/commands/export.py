"""`session-contracts export`: a contract in another notation."""

from pathlib import Path

import click

from session_contracts.commands.epilogs import exit_codes
from session_contracts.commands.user_errors import handle_user_errors
from session_contracts.commands.writing import write
from session_contracts.contracts import contract_file
from session_contracts.export import FORMATS, exports
from session_contracts.export import export as written
from session_contracts.export.document import Refs
from session_contracts.openapi import load_file


@click.command(epilog=exit_codes({0: "the export is written"}))
@click.argument("api", metavar="API|FILE")
@click.option(
    "--format",
    "name",
    type=click.Choice([*FORMATS]),
    help="Notation to export to. Default: all of them, into the folder --out.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write, or folder if --format is left out. Default: standard output.",
)
@click.option(
    "--refs",
    type=click.Choice([refs.value for refs in Refs]),
    help="Inline each $ref in json and openapi-3.1, or keep it. Default: inline in json only.",
)
@handle_user_errors
def export(api: str, name: str | None, out: Path | None, refs: str | None) -> None:
    """Convert a contract to another notation, such as Mermaid.

    The contract is that of an API, that of the control API (`control`), or a file. Mermaid, DOT and
    SCXML draw the lifecycles. Arazzo describes workflows through them; it refers to the openapi-3.1
    exports of the API and of control, which belong in the same folder.
    """
    if refs is not None and (name is None or FORMATS[name].refs is None):
        raise click.UsageError("--refs needs --format json or --format openapi-3.1")
    contract = load_file(contract_file(api))
    if name is not None:
        content = written(contract, name, Refs(refs) if refs else None)
        if out is None:
            click.echo(content.encode(), nl=False)  # UTF-8, whatever the terminal's encoding
        else:
            write(out, content)
    elif out is None:
        raise click.UsageError(
            "choose a notation with --format, or a folder for all of them with --out"
        )
    else:
        for file, content in exports(contract).items():
            write(out / file, content)
            click.echo(out / file)
