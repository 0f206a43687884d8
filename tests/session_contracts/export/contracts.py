"""The contracts that are exported: the vendors', the control API's, and one of a user's own with whatever is hard to write down."""

from pathlib import Path

from session_contracts.openapi import Contract, bundled_names, load, load_control, load_file

OWN = Path(__file__).parent / "library.yaml"

#: What the command line calls them.
LIVING = (*bundled_names(), str(OWN))
ALL = (*LIVING, "control")


def contract(name: str) -> Contract:
    if name == "control":
        return load_control()
    return load(name) if name in bundled_names() else load_file(Path(name))
