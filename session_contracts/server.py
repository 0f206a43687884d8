"""A mock for as long as somebody needs it: `with MockServer() as mock: ...`"""

import re
import subprocess
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from session_contracts.errors import MockFailed
from session_contracts.openapi.python_process import python_command
from session_contracts.world import MockApi, MockWorld, make_world


class MockServer:
    """A mock of these APIs, or of all, on a free port of the loopback; in a thread of this process, or in a `process` of its own.

    The other options are those of `session-contracts serve`. Starting raises MockFailed, which says what was wrong with them.
    """

    def __init__(
        self,
        *apis: str,
        seed: int = 0,
        clock: str = "system",
        world: str | Path | None = None,
        auth: str = "strict",
        rate_limits: bool = False,
        admin_token: str | None = None,
        process: bool = False,
    ) -> None:
        self._options: dict[str, Any] = {
            "seed": seed,
            "clock": clock,
            "world": world,
            "auth": auth,
            "admin_token": admin_token,
        }
        self._apis = apis
        self._rate_limits = rate_limits
        self._admin_token = admin_token
        self._begin: Callable[[], str] = self._in_process if process else self._in_thread
        self._running = ExitStack()
        self._url: str | None = None

    @property
    def url(self) -> str:
        """Where it is. Raises MockFailed where it was not started."""
        if self._url is None:
            raise MockFailed(
                "the mock is not running; call start(), or write 'with MockServer() as mock:'"
            )
        return self._url

    def start(self) -> Self:
        if self._url is None:
            self._url = self._begin()
        return self

    def stop(self) -> None:
        self._url = None
        self._running.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # ---- what it has

    @property
    def default(self) -> MockWorld:
        """The world at the documented paths."""
        return MockWorld(self.url, self._admin_token)

    def api(self, name: str) -> MockApi:
        """One of the APIs, in the default world."""
        return self.default.api(name)

    def world(
        self,
        name: str | None = None,
        *,
        seed: int | None = None,
        clock: Mapping[str, Any] | str | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> MockWorld:
        """A new world: as the mock was when it started, or sown anew with this seed or at this time, or one that was exported.

        `clock`: a time at which it stands, or a mapping as the control API takes it.
        """
        told = {"now": clock} if isinstance(clock, str) else clock
        return make_world(
            self.url, self._admin_token, name=name, seed=seed, clock=told, state=state
        )

    # ---- how it runs

    def _in_thread(self) -> str:
        with warnings.catch_warnings(action="ignore"):  # of what Connexion imports
            from session_contracts.application import USER_ERRORS, application
            from session_contracts.mock_server.server import running
        try:
            app = application(self._apis, rate_limits=self._rate_limits, **self._options)
        except USER_ERRORS as error:
            raise MockFailed(str(error)) from None
        return self._running.enter_context(running(app))

    def _in_process(self) -> str:
        options = [
            f"--{name.replace('_', '-')}={value}"
            for name, value in self._options.items()
            if value is not None
        ]
        limits = "--rate-limits" if self._rate_limits else "--no-rate-limits"
        command = python_command(
            "session_contracts", "serve", *self._apis, "--port=0", limits, *options
        )
        errors = self._running.enter_context(TemporaryFile("w+"))  # not a pipe, which would fill up
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._running.callback(_end, process)
        assert process.stdout is not None, "there is a pipe"
        found = re.search(r"http://\S+:\d+", process.stdout.readline())
        if found is None:
            process.wait()
            errors.seek(0)
            said = errors.read().strip()
            self._running.close()
            raise MockFailed(said.removeprefix("session-contracts: "))
        return found.group()


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
