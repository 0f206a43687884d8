"""Which checks judge which rule: what pytest collects, without running any of it.

It collects in a process of its own, since whoever asks may be running under pytest.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from conformance.runner import Options, verify

#: No request is sent there.
_NOWHERE = "http://nowhere.invalid"


@cache
def judges(api: str) -> Mapping[str, tuple[str, ...]]:
    """By rule, the names of its checks as `verify --dry-run` lists them; a rule that no check judges is not there."""
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-W", "ignore", "-m", "conformance.catalogue", api]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True)
    found: dict[str, list[str]] = {}
    for check, rules in json.loads(done.stdout).items():
        for rule in rules:
            found.setdefault(rule, []).append(check)
    return {rule: tuple(checks) for rule, checks in found.items()}


def _collected(api: str) -> Mapping[str, Sequence[str]]:
    """By check, its rules."""
    return verify(Options(api, _NOWHERE, dry_run=True)).planned


if __name__ == "__main__":
    print(json.dumps(_collected(sys.argv[1])))
