"""The log: one line for each request, on standard error."""

import sys

import orjson

from session_contracts.mock_server.journal import JournalEntry, shown
from session_contracts.mock_server.settings import LogFormat


def log_request(world: str, entry: JournalEntry, form: LogFormat) -> None:
    """Print the journal's entry with its world: `text` for people, `json` for programs."""
    members = shown(entry)
    if form is LogFormat.JSON:
        line = orjson.dumps({"world": world, **members}).decode()
    else:
        names = ("method", "path", "status", "decision", "rule")
        values = [members["at"], world, *(members[name] for name in names)]
        line = " ".join("" if value is None else str(value) for value in values).rstrip()
    print(line, file=sys.stderr, flush=True)
