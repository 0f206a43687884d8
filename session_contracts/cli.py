"""The command line."""

import click

from session_contracts.commands.coverage import coverage
from session_contracts.commands.diff import diff
from session_contracts.commands.docs import docs
from session_contracts.commands.export import export
from session_contracts.commands.lint import lint
from session_contracts.commands.new import new
from session_contracts.commands.prove import prove
from session_contracts.commands.serve import serve
from session_contracts.commands.verify import verify
from session_contracts.mock_server.control import own_version


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(own_version(), prog_name="session-contracts")
def main() -> None:
    """Contracts of the sessions APIs of five vendors.

    Serve them as a stateful mock, verify any server against them, and write your own.
    """


for _command in (serve, verify, prove, coverage, lint, docs, diff, export, new):
    main.add_command(_command)
