"""What other parts of the project add to the site: files to download for each API, and pages about the checks of `lint`.

Whatever makes them is called here and nowhere else.
"""

from collections.abc import Mapping

from session_contracts.docs.model import Api
from session_contracts.export import exports
from session_contracts.lint import CHECKS, Check


def downloads(api: Api) -> Mapping[str, bytes]:
    """Files of an API by name, for `<api>/downloads/`; linked from its overview."""
    return {name: content.encode() for name, content in exports(api.contract).items()}


def lint_checks() -> Mapping[str, Check]:
    """By its id; for `lint/<id>.html`."""
    return {check.id: check for check in CHECKS}
