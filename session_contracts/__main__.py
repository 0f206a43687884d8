"""`python -m session_contracts` is `session-contracts`."""

from session_contracts.cli import main

main(prog_name="session-contracts")
