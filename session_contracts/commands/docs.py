"""`session-contracts docs`: the reference site, as a folder or served."""

from pathlib import Path

import click

from session_contracts.commands.epilogs import exit_codes
from session_contracts.commands.user_errors import handle_user_errors

_APIS = click.argument("apis", nargs=-1, metavar="[API|FILE ...]")


@click.group()
def docs() -> None:
    """Build or serve the reference site of contracts.

    It documents operations, lifecycles, rules and decisions of the named contracts, or of all
    bundled ones.
    """


@docs.command(epilog=exit_codes({0: "the site is written"}))
@_APIS
@click.option(
    "--out",
    default="site",
    show_default=True,
    type=click.Path(file_okay=True, path_type=Path),
    help="Folder to write to.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Write to a folder that has other files; only those named like pages are replaced.",
)
@handle_user_errors
def build(apis: tuple[str, ...], out: Path, force: bool) -> None:
    """Write the site to a folder, to be read without a server.

    The pages need no network.
    """
    from session_contracts.docs.build import build as write
    from session_contracts.docs.selection import select_apis
    from session_contracts.docs.site import site
    from session_contracts.errors import FileNotWritten

    pages = site(select_apis(apis))
    try:
        count = write(pages, out, force=force)
    except OSError as error:
        raise FileNotWritten(str(error.filename), error.strerror or str(error)) from None
    click.echo(f"{count} files in {out}; begin with {out / 'index.html'}")


@docs.command(epilog=exit_codes({130: "stopped by SIGINT (Ctrl-C)", 143: "stopped by SIGTERM"}))
@_APIS
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0: any free port.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="Rebuild, and reload open pages, when a contract or a guide changes.",
)
@handle_user_errors
def serve(apis: tuple[str, ...], host: str, port: int, watch: bool) -> None:
    """Serve the site without a mock."""
    from session_contracts.docs.watch import serve as run

    run(apis, host, port, watch=watch, say=click.echo)
