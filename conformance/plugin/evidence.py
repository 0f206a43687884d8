"""What a check reports of its rules.

Evidence travels as properties of pytest's reports, so that it also reaches the controlling process
of a parallel run. Every rule that a check verifies gets evidence: a rule that the check did not
report on is not exercised, or an error if the check itself broke down.
"""

from collections.abc import Generator

import pytest

from session_contracts.conformance.errors import SuiteError, Unexercised, UsageError, Violated
from session_contracts.conformance.judge import Judge
from session_contracts.conformance.layers import layer
from session_contracts.conformance.outcomes import Evidence, EvidenceKind
from session_contracts.conformance.plugin.collection import RULES

#: The names of the properties.
EVIDENCE = "conformance-evidence"
REQUESTS = "conformance-requests"
#: By check, its judge.
JUDGE = pytest.StashKey[Judge]()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Skip a check that could not be exercised; fail one that has recorded violations."""
    judge = pyfuncitem.stash.get(JUDGE, None)
    reason = ""
    result: object = None
    try:
        result = yield
    except Unexercised as error:
        reason = str(error)
    if judge:
        for rule in _unreported(pyfuncitem, judge):
            judge.unexercised(rule, reason or "the check ended without reporting on it")
        if judge.violations:
            broken = [f"{e.rule}: expected {e.expected}, got {e.got}" for e in judge.violations]
            raise Violated("; ".join(broken))
    if reason:
        pytest.skip(reason)
    return True if result is None else result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attach the evidence to the report; of a check that broke down, errors of its rules."""
    judge = item.stash.get(JUDGE, None)
    evidence = list(judge.evidence) if judge and call.when == "call" else []
    if call.excinfo and not call.excinfo.errisinstance((Violated, pytest.skip.Exception)):
        evidence += _breakdown(item, call.excinfo, judge)
    for entry in evidence:
        item.user_properties.append((EVIDENCE, entry.as_dict()))
    report = yield
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Attach how many requests the check has sent."""
    judge = item.stash.get(JUDGE, None)
    if judge:
        item.user_properties.append((REQUESTS, judge.requests()))


def _unreported(item: pytest.Item, judge: Judge | None) -> list[str]:
    return [rule for rule in item.stash[RULES] if judge is None or not judge.heard(rule)]


def _breakdown(
    item: pytest.Item, excinfo: pytest.ExceptionInfo[BaseException], judge: Judge | None
) -> list[Evidence]:
    """Evidence for each rule on which a check that raised something has not reported."""
    unexercised = excinfo.errisinstance(Unexercised)
    ours = unexercised or excinfo.errisinstance((SuiteError, UsageError))
    reason = str(excinfo.value) if ours else excinfo.exconly()
    kind = EvidenceKind.UNEXERCISED if unexercised else EvidenceKind.ERROR
    check = f"{item.path.stem}::{item.name}"
    return [
        Evidence(rule, kind, check, layer(item.path), reason=reason.strip())
        for rule in _unreported(item, judge)
    ]
