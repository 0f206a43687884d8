"""`session-contracts new`: a custom API from a template."""

from pathlib import Path

import click

from session_contracts.commands.epilogs import exit_codes
from session_contracts.commands.user_errors import handle_user_errors
from session_contracts.openapi.errors import shown
from session_contracts.openapi.locations import VARIABLE, roots


@click.command(epilog=exit_codes({0: "the folder is made"}))
@click.argument("name")
@click.option(
    "--resource",
    default="Booking",
    show_default=True,
    help="Name of its resource, in the singular, such as Order.",
)
@click.option(
    "--dir",
    "root",
    default=".",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder in which to create the folder of the API.",
)
@handle_user_errors
def new(name: str, resource: str, root: Path) -> None:
    """Create a custom API from a template.

    Makes a folder NAME with a contract, handlers, mutants, suite profile and fixture, which can be
    served, verified and proven as they are.
    """
    from session_contracts.new import make

    folder = make(name, resource, root)
    files = ", ".join(sorted(file.name for file in folder.iterdir()))
    click.echo(f"made {shown(folder.absolute())}: {files}")
    if folder.parent.absolute() not in roots():
        click.echo(f"to use it, set {VARIABLE}={folder.parent.absolute()}")
    click.echo(f"try: session-contracts serve {name}")
