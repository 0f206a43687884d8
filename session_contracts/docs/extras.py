"""What other parts of the project add to the site: files to download for each API, and pages about the checks of `lint`.

Whatever makes them is called here and nowhere else.
"""

from collections.abc import Mapping

from session_contracts.docs.model import Api


def downloads(api: Api) -> Mapping[str, bytes]:
    """Files of an API by name, for `<api>/downloads/`; linked from its overview."""
    return {}


def lint_checks() -> Mapping[str, Mapping[str, str]]:
    """By the id of a check, its `why`, and a `bad` and a `good` part of a contract; for `lint/<id>.html`."""
    return {}
