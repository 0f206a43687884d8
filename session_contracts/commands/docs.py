"""`session-contracts docs`: the reference site, in a folder or served."""

from pathlib import Path

import click

from session_contracts.commands.user_errors import says_what_to_do

_APIS = click.argument("apis", nargs=-1, metavar="[API|FILE ...]")


@click.group()
def docs() -> None:
    """Make the reference site of these contracts, or of all: operations, lifecycles, rules, decisions."""


@docs.command()
@_APIS
@click.option(
    "--out",
    default="site",
    show_default=True,
    type=click.Path(file_okay=True, path_type=Path),
    help="The folder to write to.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Write to a folder that holds something else, too; that stays, unless a page has its name.",
)
@says_what_to_do
def build(apis: tuple[str, ...], out: Path, force: bool) -> None:
    """Write the site to a folder: pages that need no server and no network."""
    from session_contracts.docs.build import build as write
    from session_contracts.docs.selection import select_apis
    from session_contracts.docs.site import site
    from session_contracts.errors import NotWritten

    pages = site(select_apis(apis))
    try:
        count = write(pages, out, force=force)
    except OSError as error:
        raise NotWritten(str(error.filename), error.strerror or str(error)) from None
    click.echo(f"{count} files in {out}; begin with {out / 'index.html'}")


@docs.command()
@_APIS
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="0: any that is free.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Begin anew, and load open pages anew, when a contract or a guide has changed.",
)
@says_what_to_do
def serve(apis: tuple[str, ...], host: str, port: int, watch: bool) -> None:
    """Serve the site by itself, without a mock."""
    from session_contracts.docs.watch import serve as run

    run(apis, host, port, watch=watch, say=click.echo)
