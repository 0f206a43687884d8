"""`MockServer`: a context manager that runs the mock."""

import re
import subprocess
import warnings
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from session_contracts.errors import MockFailed
from session_contracts.openapi.python_process import python_command
from session_contracts.world import MockApi, MockWorld, make_world

#: How long a mock process may take to stop, in seconds, before it is killed.
_STOPPING = 10


class MockServer:
    """A mock of the given APIs, or of all bundled ones, on a free port of 127.0.0.1.

    It runs from `start()` to `stop()`, or in a `with` block: in a thread of this process, or in a
    process of its own if `process` is true. The other options are those of `session-contracts
    serve`. `start()` raises MockFailed if an option or a file is wrong.
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
        self._process = process
        self._running = ExitStack()
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The URL of the mock, without a final slash. Raises MockFailed if it is not running."""
        if self._url is None:
            raise MockFailed(
                "the mock is not running; call start(), or write 'with MockServer() as mock:'"
            )
        return self._url

    def start(self) -> Self:
        """Start the mock, unless it is running, and return it. Raises MockFailed."""
        if self._url is None:
            self._url = self._start_process() if self._process else self._start_thread()
        return self

    def stop(self) -> None:
        """Stop the mock; its data is lost. Does nothing if it is not running."""
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

    # ---- worlds and APIs

    @property
    def default(self) -> MockWorld:
        """The default world, which serves the documented paths. Raises MockFailed."""
        return MockWorld(self.url, self._admin_token)

    def api(self, name: str) -> MockApi:
        """An API in the default world. Raises MockFailed."""
        return self.default.api(name)

    def world(
        self,
        name: str | None = None,
        *,
        seed: int | None = None,
        clock: Mapping[str, Any] | str | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> MockWorld:
        """Create a world; without options, with the initial data of the mock.

        `name`: generated if left out. `seed`: generate data and ids from it. `clock`: an RFC 3339
        time at which the clock is frozen, or `{"now": time, "frozen": bool}`. `state`: a snapshot,
        from `MockWorld.export()`; it excludes the other two. Raises MockFailed, MockRefused.
        """
        frozen = {"now": clock} if isinstance(clock, str) else clock
        return make_world(
            self.url, self._admin_token, name=name, seed=seed, clock=frozen, state=state
        )

    # ---- starting

    def _start_thread(self) -> str:
        with warnings.catch_warnings(action="ignore"):  # what Connexion imports is deprecated
            from session_contracts.application import USER_ERRORS, application
            from session_contracts.mock_server.server import running
        try:
            app = application(self._apis, rate_limits=self._rate_limits, **self._options)
        except USER_ERRORS as error:
            raise MockFailed(str(error)) from None
        return self._running.enter_context(running(app))

    def _start_process(self) -> str:
        with ExitStack() as starting:
            # A file, since a pipe that nothing reads fills up and blocks the mock.
            errors = starting.enter_context(TemporaryFile("w+"))
            process = subprocess.Popen(
                self._command(), stdout=subprocess.PIPE, stderr=errors, text=True
            )
            starting.callback(_stop, process)
            assert process.stdout is not None, "stdout is a pipe"
            url = re.search(r"http://\S+:\d+", process.stdout.readline())
            if url is None:
                process.wait()
                errors.seek(0)
                raise MockFailed(errors.read().strip().removeprefix("session-contracts: "))
            self._running = starting.pop_all()
            return url.group()

    def _command(self) -> list[str]:
        options = [
            f"--{name.replace('_', '-')}={value}"
            for name, value in self._options.items()
            if value is not None
        ]
        limits = "--rate-limits" if self._rate_limits else "--no-rate-limits"
        return python_command(
            "session_contracts", "serve", *self._apis, "--port=0", limits, *options
        )


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.communicate(timeout=_STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
