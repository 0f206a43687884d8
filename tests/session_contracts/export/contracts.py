"""Contracts to export: the bundled ones, the control API, and one with special characters."""

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
