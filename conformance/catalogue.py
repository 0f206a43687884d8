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
from openapi import API_NAMES

#: No request is sent there.
_NOWHERE = "http://nowhere.invalid"


def judges(api: str) -> Mapping[str, tuple[str, ...]]:
    """By rule, the names of its checks as `verify --dry-run` lists them; a rule that no check judges is not there."""
    found: dict[str, list[str]] = {}
    for check, rules in _collected()[api].items():
        for rule in rules:
            found.setdefault(rule, []).append(check)
    return {rule: tuple(checks) for rule, checks in found.items()}


@cache
def _collected() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By API and check, its rules."""
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-W", "ignore", "-m", "conformance.catalogue"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True)
    told: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    print(json.dumps({api: verify(Options(api, _NOWHERE, dry_run=True)).planned for api in API_NAMES}))
