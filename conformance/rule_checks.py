"""Which checks verify which rule, by a dry run.

The dry run has its own process, since the caller may itself run under pytest.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence

from session_contracts.conformance.errors import UsageError
from session_contracts.openapi import ContractError, PartError
from session_contracts.openapi.python_process import python_command

#: A dry run sends no request.
_NOWHERE = "http://nowhere.invalid"

#: By API, what was collected: the rules of each check by its name, or why there are none.
_collected: dict[str, Mapping[str, Sequence[str]] | str] = {}


def checks_by_rule(api: str) -> Mapping[str, tuple[str, ...]]:
    """By rule, the names of its checks as `verify --dry-run` lists them.

    A rule without checks is missing. Raises UsageError if the checks cannot be collected.
    """
    collect([api])
    rules_by_check = _collected[api]
    if isinstance(rules_by_check, str):
        del _collected[api]  # it may be corrected while this process runs
        raise UsageError(rules_by_check)
    found: dict[str, list[str]] = {}
    for check, rules in rules_by_check.items():
        for rule in rules:
            found.setdefault(rule, []).append(check)
    return {rule: tuple(checks) for rule, checks in found.items()}


def collect(apis: Iterable[str]) -> None:
    """Collect the checks of these APIs, all in one process; an API is collected only once.

    Most of the time goes into the start of the process. Raises UsageError if it fails.
    """
    new = [api for api in dict.fromkeys(apis) if api not in _collected]
    if not new:
        return
    command = python_command("session_contracts.conformance.rule_checks", *new)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UsageError(done.stderr.strip() or "the checks could not be collected")
    _collected.update(json.loads(done.stdout))


def _dry_run(api: str) -> Mapping[str, Sequence[str]] | str:
    """The rules of each check of an API, or an error message."""
    # Here, because it imports pytest, Hypothesis and Schemathesis.
    from session_contracts.conformance.runner import Options, verify

    try:
        report = verify(Options(api, _NOWHERE, dry_run=True))
    except (UsageError, ContractError, PartError) as error:
        return str(error)
    return report.trouble or report.planned


if __name__ == "__main__":
    print(json.dumps({api: _dry_run(api) for api in sys.argv[1:]}))
