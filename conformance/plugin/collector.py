"""Gathers, in the controlling process, what a run found."""

from collections.abc import Callable, Generator

import pytest

from session_contracts.conformance.errors import UsageError
from session_contracts.conformance.outcomes import Evidence
from session_contracts.conformance.plugin.collection import RULES
from session_contracts.conformance.plugin.evidence import EVIDENCE, REQUESTS
from session_contracts.openapi import PartError
from session_contracts.openapi.locations import ApiLocation, import_failure


class Collector:
    """A pytest plugin that gathers the evidence of all checks.

    `before` is called after the collection and before the first check; it may raise UsageError.
    Afterwards, `collected` has the rules of each check, `troubles` what went wrong apart from the
    checks, and `fault` what is wrong with the API's own checks or with the target: then no check
    has run.
    """

    def __init__(self, api: ApiLocation, before: Callable[[], None]) -> None:
        self._api = api
        self._before = before
        self.evidence: list[Evidence] = []
        self.requests = 0
        self.collected: dict[str, tuple[str, ...]] = {}
        self.troubles: list[str] = []
        self.fault: PartError | UsageError | None = None

    def pytest_exception_interact(
        self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]
    ) -> None:
        """Keep why a module of the API's own checks cannot be imported."""
        if not isinstance(node, pytest.Module) or not node.path.is_relative_to(self._api.checks):
            return
        error = call.excinfo.value if call.excinfo else None
        # pytest wraps some errors in one of its own.
        error = (error.__cause__ or error) if error else None
        if isinstance(error, Exception) and self.fault is None:
            self.fault = import_failure(self._api, node.path, error)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Keep what is wrong with the checks, and run none."""
        try:
            yield
        except pytest.UsageError as error:
            if not isinstance(error.__cause__, PartError):
                raise
            self.fault = error.__cause__
            items.clear()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run no check if something is wrong already; None lets pytest run them."""
        if self.fault is None and not session.testsfailed:
            try:
                self._before()
            except UsageError as error:
                self.fault = error
        return True if self.fault else None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep why checks could not be collected."""
        if report.failed:
            self.troubles.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_internalerror(self, excrepr: object) -> None:
        """Keep why pytest broke down."""
        self.troubles.append(str(excrepr))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep which checks were collected."""
        self.collected = {item.nodeid: item.stash[RULES] for item in session.items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the evidence of a check that has ended."""
        # All phases share one list of properties; the last report has all of it.
        if report.when != "teardown":
            return
        for name, values in report.user_properties:
            if name == EVIDENCE:
                self.evidence.append(Evidence.from_dict(values))  # type: ignore[arg-type]
            elif name == REQUESTS:
                self.requests += int(str(values))
