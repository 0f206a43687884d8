"""Which checks verify which rule, by a dry run.

The dry run has its own process, since the caller may itself run under pytest.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache

from session_contracts.conformance.errors import UsageError
from session_contracts.conformance.runner import Options, verify
from session_contracts.openapi import ContractError, PartError
from session_contracts.openapi.python_process import python_command

#: A dry run sends no request.
_NOWHERE = "http://nowhere.invalid"


def checks_by_rule(api: str) -> Mapping[str, tuple[str, ...]]:
    """By rule, the names of its checks as `verify --dry-run` lists them.

    A rule without checks is missing. Raises UsageError if the checks cannot be collected.
    """
    found: dict[str, list[str]] = {}
    for check, rules in _collected(api).items():
        for rule in rules:
            found.setdefault(rule, []).append(check)
    return {rule: tuple(checks) for rule, checks in found.items()}


@cache
def _collected(api: str) -> Mapping[str, Sequence[str]]:
    """The rules of each check, by its name."""
    command = python_command("session_contracts.conformance.rule_checks", api)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UsageError(done.stderr.strip() or "the checks could not be collected")
    rules: Mapping[str, Sequence[str]] = json.loads(done.stdout)
    return rules


def _collect(api: str) -> Mapping[str, Sequence[str]]:
    try:
        report = verify(Options(api, _NOWHERE, dry_run=True))
    except (UsageError, ContractError, PartError) as error:
        sys.exit(str(error))
    return report.planned if not report.trouble else sys.exit(report.trouble)


if __name__ == "__main__":
    print(json.dumps(_collect(sys.argv[1])))
