"""One line for each request, on the standard error, where somebody asked for it."""

import sys

import orjson

from session_contracts.mock_server.journal import Entry, shown
from session_contracts.mock_server.settings import LogFormat


def log_request(world: str, entry: Entry, form: LogFormat) -> None:
    """`text` for people, `json` for programs: the journal's entry with its world."""
    told = shown(entry)
    if form is LogFormat.JSON:
        line = orjson.dumps({"world": world, **told}).decode()
    else:
        line = f"{told['at']} {world} {told['method']} {told['path']} {told['status']} {told['decision']} {told['rule'] or ''}".rstrip()
    print(line, file=sys.stderr, flush=True)
