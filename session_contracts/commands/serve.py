"""`session-contracts serve`: run the mock."""

import sys
from pathlib import Path

import click

from session_contracts.application import application, frozen_at, names_of
from session_contracts.commands.epilogs import exit_codes
from session_contracts.commands.user_errors import handle_user_errors
from session_contracts.mock_server.server import address, bind
from session_contracts.mock_server.server import serve as run_server
from session_contracts.mock_server.settings import Auth, LogFormat, Validation
from session_contracts.welcome import welcome


def _clock(ctx: click.Context, param: click.Parameter, value: str) -> str:
    try:
        frozen_at(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return value


_EXIT_CODES = {130: "stopped by SIGINT (Ctrl-C)", 143: "stopped by SIGTERM"}


@click.command(epilog=exit_codes(_EXIT_CODES))
@click.argument("apis", nargs=-1, metavar="[API ...]")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    envvar="SESSION_CONTRACTS_HOST",
    help="Address to listen on.",
)
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    envvar="SESSION_CONTRACTS_PORT",
    help="Port to listen on; 0: any free port.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    envvar="SESSION_CONTRACTS_SEED",
    help="Seed of generated data and ids.",
)
@click.option(
    "--world",
    type=click.Path(path_type=Path),
    envvar="SESSION_CONTRACTS_WORLD",
    help="Initial data: an exported world (.json), or a fixture (.yaml) instead of the API's own.",
)
@click.option(
    "--clock",
    callback=_clock,
    default="system",
    show_default=True,
    metavar="system|frozen|RFC3339",
    envvar="SESSION_CONTRACTS_CLOCK",
    help="Clock: the machine's, frozen at the start, or frozen at this time.",
)
@click.option(
    "--auth",
    type=click.Choice([mode.value for mode in Auth]),
    default=Auth.STRICT.value,
    show_default=True,
    envvar="SESSION_CONTRACTS_AUTH",
    help="Accepted credentials: issued ones, any, or none needed.",
)
@click.option(
    "--rate-limits/--no-rate-limits",
    default=False,
    show_default=True,
    envvar="SESSION_CONTRACTS_RATE_LIMITS",
    help="Enforce the documented rate limits.",
)
@click.option(
    "--validate-responses",
    type=click.Choice([mode.value for mode in Validation]),
    default=Validation.ERROR.value,
    show_default=True,
    envvar="SESSION_CONTRACTS_VALIDATE_RESPONSES",
    help="Policy for responses that violate the contract: answer 500, log, or ignore.",
)
@click.option(
    "--admin-token",
    envvar="SESSION_CONTRACTS_ADMIN_TOKEN",
    help="Token that the control API requires. Default: none.",
)
@click.option(
    "--max-worlds",
    default=500,
    show_default=True,
    type=click.IntRange(min=1),
    envvar="SESSION_CONTRACTS_MAX_WORLDS",
    help="Maximum number of worlds; the least recently used is evicted.",
)
@click.option(
    "--log-format",
    type=click.Choice([form.value for form in LogFormat]),
    envvar="SESSION_CONTRACTS_LOG_FORMAT",
    help="Log each request to standard error. Default: no log.",
)
@handle_user_errors
def serve(
    apis: tuple[str, ...],
    host: str,
    port: int,
    seed: int,
    world: Path | None,
    clock: str,
    auth: str,
    rate_limits: bool,
    validate_responses: str,
    admin_token: str | None,
    max_worlds: int,
    log_format: str | None,
) -> None:
    """Run the mock of these APIs, or of all bundled ones.

    Each API is mounted under its name; the documented paths of a single API also answer at the
    root. Prints the URL and, for each API, a curl command to try.
    """
    app = application(
        apis,
        seed=seed,
        clock=clock,
        world=world,
        auth=auth,
        rate_limits=rate_limits,
        validate_responses=validate_responses,
        admin_token=admin_token,
        max_worlds=max_worlds,
        log_format=log_format,
    )
    listener = bind(host, port)
    click.echo(welcome(names_of(apis), address(listener)))
    try:
        run_server(app, listener)
    except KeyboardInterrupt:
        sys.exit(130)
