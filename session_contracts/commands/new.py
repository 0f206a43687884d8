"""`session-contracts new`: an API of one's own."""

from pathlib import Path

import click

from session_contracts.commands.user_errors import says_what_to_do
from session_contracts.openapi.errors import shown
from session_contracts.openapi.locations import VARIABLE, roots


@click.command()
@click.argument("name")
@click.option(
    "--resource",
    default="Booking",
    show_default=True,
    help="What its records are called, as in 'Order'.",
)
@click.option(
    "--dir",
    "root",
    default=".",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where its folder is made.",
)
@says_what_to_do
def new(name: str, resource: str, root: Path) -> None:
    """Make an API of your own, from a template: a folder that is served, verified and proven as it is."""
    from session_contracts.new import make

    folder = make(name, resource, root)
    files = ", ".join(sorted(file.name for file in folder.iterdir()))
    click.echo(f"made {shown(folder.absolute())}: {files}")
    if folder.parent.absolute() not in roots():
        click.echo(f"it is found where {VARIABLE} has {folder.parent.absolute()}")
    click.echo(f"try: session-contracts serve {name}")
