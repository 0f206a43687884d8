"""`session-contracts export`: a contract in other people's notations."""

from pathlib import Path

import click

from session_contracts.commands.user_errors import says_what_to_do
from session_contracts.commands.writing import write
from session_contracts.contracts import contract_file
from session_contracts.export import FORMATS, exports
from session_contracts.export import export as written
from session_contracts.export.document import Refs
from session_contracts.openapi import load_file


@click.command()
@click.argument("api", metavar="API|FILE")
@click.option(
    "--format",
    "name",
    type=click.Choice([*FORMATS]),
    help="Left out: every format, into the folder --out.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Left out: the standard output."
)
@click.option(
    "--refs",
    type=click.Choice([refs.value for refs in Refs]),
    help="What becomes of each $ref, in json and openapi-3.1: what it points to takes its place (json, unless you say so), or it stays.",
)
@says_what_to_do
def export(api: str, name: str | None, out: Path | None, refs: str | None) -> None:
    """Write the contract of an API (or `control`, or one in a file of your own) in another notation.

    Mermaid, DOT and SCXML show the lifecycles. Arazzo walks through them, and refers to the openapi-3.1 of the API and of control; all of
    these come into one folder where no --format is given.
    """
    if refs is not None and (name is None or FORMATS[name].refs is None):
        raise click.UsageError("--refs goes with --format json or openapi-3.1")
    contract = load_file(contract_file(api))
    if name is not None:
        content = written(contract, name, Refs(refs) if refs else None)
        if out is None:
            click.echo(content.encode(), nl=False)  # whatever the terminal's encoding
        else:
            write(out, content)
    elif out is None:
        raise click.UsageError("name a --format, or a folder with --out for all of them")
    else:
        for file, content in exports(contract).items():
            write(out / file, content)
            click.echo(out / file)
