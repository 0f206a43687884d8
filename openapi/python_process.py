"""Other Python processes that import this package, whatever is in the working directory.

`python -m` and `python -c` put the working directory first on the import path, where a user's
`requests.py` or `queue.py` would hide the library of that name. With Python's safe path
(`-P`, PYTHONSAFEPATH) they leave it out.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = str(Path(__file__).parents[2])

#: The folder is added only where the new process lacks it, as with a checkout that was found in the
#: working directory: in front of the standard library, site-packages could hide modules of it.
_RUN = """\
import runpy, sys
folder, module = sys.argv[1:3]
del sys.argv[1:3]
if folder not in sys.path:
    sys.path.insert(0, folder)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
_SAFE_PATH = "PYTHONSAFEPATH"


def python_command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module with this Python, without warnings."""
    return [sys.executable, "-P", "-W", "ignore", "-c", _RUN, _FOLDER, module, *arguments]


@contextmanager
def safe_path() -> Iterator[None]:
    """Start every Python process with the safe path, also those of multiprocessing."""
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before
