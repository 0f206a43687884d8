"""`python -m session_contracts.docs.reference FOLDER`: writes the generated pages of `docs/`."""

import sys
from pathlib import Path

from session_contracts.cli import main
from session_contracts.docs.reference.cli import command_line
from session_contracts.docs.reference.control_api import control_api
from session_contracts.openapi import load_control


def pages() -> dict[str, str]:
    """File name to text of each generated page."""
    return {
        "command-line.md": command_line(main),
        "control-api.md": control_api(load_control().document),
    }


if __name__ == "__main__":
    for name, text in pages().items():
        Path(sys.argv[1], name).write_text(text, encoding="utf-8")
