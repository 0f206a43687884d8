"""Where the checks are. The layer of a check is the folder that its module is in.

`checks/generic/` has the checks that every API gets, `checks/vendors/<api>/` those that only one
bundled API has; a user's API brings its own folder. Each has a folder for each layer.
"""

from pathlib import Path

CHECKS = Path(__file__).parent / "checks"
GENERIC = CHECKS / "generic"
VENDORS = CHECKS / "vendors"
LAYERS = ("enumerate", "explore", "fuzz")
#: The layer of an API's checks that are in none of those folders.
OWN = "own"


def layer(path: Path) -> str:
    """The layer of a module of checks."""
    return path.parent.name if path.parent.name in LAYERS else OWN
