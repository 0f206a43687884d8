"""A world of a running mock, as a test sees it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import isodate

from session_contracts.control import Control


class MockWorld:
    """Data, clock, journal, faults, outbox and broken rules of one test; `url` is what its URLs begin with.

    As a context manager it is dropped at the end. Every method raises MockUnreachable, and MockRefused where the mock says no.
    """

    def __init__(self, url: str, admin_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._admin_token = admin_token
        self._control = Control(url, admin_token)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.drop()

    def api(self, name: str) -> "MockApi":
        """One of the APIs, in this world."""
        return MockApi(self, name)

    # ---- time

    @property
    def now(self) -> datetime:
        """What the world's clock shows."""
        return datetime.fromisoformat(self._control.call("GET", "/clock")["now"])

    def advance(self, by: str | timedelta) -> datetime:
        """Move the clock forward, by an ISO 8601 duration (`P31D`) or a timedelta; what it shows then."""
        duration = by if isinstance(by, str) else isodate.duration_isoformat(by)
        return datetime.fromisoformat(
            self._control.call("POST", "/clock/advance", {"by": duration})["now"]
        )

    def set_clock(
        self, now: str | datetime | None = None, *, frozen: bool | None = None
    ) -> datetime:
        """Set it (only forward), freeze it or let it run; what it shows then."""
        moment = now.isoformat() if isinstance(now, datetime) else now
        given = {
            name: value
            for name, value in (("now", moment), ("frozen", frozen))
            if value is not None
        }
        return datetime.fromisoformat(self._control.call("PUT", "/clock", given)["now"])

    # ---- what was sent and asked

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """The messages that side effects have sent, the oldest first."""
        return list(self._control.call("GET", "/outbox")["messages"])

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The requests and what became of them, the oldest first."""
        return self.requests()

    def requests(self, **wanted: Any) -> list[dict[str, Any]]:
        """Those of the journal that have all of these: api, operation, method, status, rule, decision; `since` a number, `limit`."""
        return list(self._control.call("GET", "/journal", **wanted)["entries"])

    def har(self) -> dict[str, Any]:
        """The journal as an HTTP Archive (HAR 1.2)."""
        return dict(self._control.call("GET", "/journal/har"))

    def coverage(self) -> dict[str, Any]:
        """Moves, refusals and rules, with how often the requests have reached them."""
        return dict(self._control.call("GET", "/coverage"))

    # ---- what goes wrong

    def break_rule(self, *rules: str) -> None:
        """Mutant these rules, besides those that are broken already."""
        broken = self._control.call("GET", "/broken-rules")["broken"]
        self._control.call(
            "PUT",
            "/broken-rules",
            {"rules": [*broken, *(rule for rule in rules if rule not in broken)]},
        )

    def keep_rules(self) -> None:
        """Keep every rule again."""
        self._control.call("DELETE", "/broken-rules")

    def fault(
        self,
        operation: str | None = None,
        *,
        api: str | None = None,
        status: int | None = None,
        delay: float | Mapping[str, Any] | None = None,
        drop: bool = False,
        after: bool = False,
        rate: float | None = None,
        first: int | None = None,
    ) -> None:
        """One more fault. `delay`: milliseconds, or a mapping as the control API takes it.

        `drop` breaks the connection off; with `after`, the operation is carried out and its answer is lost.
        """
        wait = {"type": "fixed", "milliseconds": delay} if isinstance(delay, int | float) else delay
        given = {
            "api": api,
            "operation": operation,
            "status": status,
            "delay": wait,
            "rate": rate,
            "first": first,
        }
        fault = {name: value for name, value in given.items() if value is not None}
        fault |= {name: True for name, value in (("drop", drop), ("after", after)) if value}
        self._control.call("PUT", "/faults", {"faults": [*self.faults, fault]})

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The faults, and how often each has struck."""
        return list(self._control.call("GET", "/faults")["faults"])

    def clear_faults(self) -> None:
        self._control.call("DELETE", "/faults")

    # ---- all of it

    def given(self, api: str, state: str = "session", /, **params: Any) -> dict[str, Any]:
        """Prepare a provider state; what it returns."""
        return dict(
            self._control.call(
                "POST", f"/{api}/states", {"action": "setup", "state": state, "params": params}
            )
        )

    def reset(self) -> None:
        """Back to how it began. Credentials, broken rules and faults stay."""
        self._control.call("POST", "/reset")

    def export(self) -> dict[str, Any]:
        """Everything that decides what it will answer."""
        return dict(self._control.call("GET", "/state"))

    def load(self, state: Mapping[str, Any]) -> None:
        """Become what was exported."""
        self._control.call("PUT", "/state", state)

    def fork(self, name: str | None = None) -> "MockWorld":
        """Another world that is as this one is now."""
        mock, _, own = self.url.partition("/w/")
        return make_world(mock, self._admin_token, name=name, fork=own or "default")

    def drop(self) -> None:
        mock, _, own = self.url.partition("/w/")
        Control(mock, self._admin_token).call("DELETE", f"/worlds/{own or 'default'}")


def make_world(mock: str, admin_token: str | None = None, **asked: Any) -> MockWorld:
    """A new world of the mock at this URL; `asked` as the control API takes it, None being left out."""
    given = {name: value for name, value in asked.items() if value is not None}
    made = Control(mock, admin_token).call("POST", "/worlds", given)
    return MockWorld(mock.rstrip("/") + made["path"], admin_token)


class MockApi:
    """One API in one world. What is not of the API alone (clock, outbox, faults) is the world's, and stands here as shorthand."""

    def __init__(self, world: MockWorld, name: str) -> None:
        self.world = world
        self.name = name

    @property
    def base_url(self) -> str:
        """Where the documented paths begin."""
        return f"{self.world.url}/{self.name}"

    @cached_property
    def headers(self) -> dict[str, str]:
        """The default credential."""
        return self.credential()

    def credential(self, **params: Any) -> dict[str, str]:
        """The headers of another one: `tenant="other"`, `expired=True`, ... as the provider state has it."""
        return dict(self.given("credential", **params)["headers"])

    def given(self, state: str = "session", /, **params: Any) -> dict[str, Any]:
        """Prepare a provider state: `given("session", status="completed")`; what it returns, mostly ids."""
        return self.world.given(self.name, state, **params)

    @property
    def now(self) -> datetime:
        return self.world.now

    def advance(self, by: str | timedelta) -> datetime:
        """Move the world's clock forward."""
        return self.world.advance(by)

    @property
    def outbox(self) -> list[dict[str, Any]]:
        return self.world.outbox

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The requests to this API."""
        return self.requests()

    def requests(self, **wanted: Any) -> list[dict[str, Any]]:
        """Those that have all of these (see MockWorld.requests)."""
        return self.world.requests(api=self.name, **wanted)

    def break_rule(self, *rules: str) -> None:
        self.world.break_rule(*rules)

    def fault(self, operation: str | None = None, **options: Any) -> None:
        """A fault of this API (see MockWorld.fault)."""
        self.world.fault(operation, api=self.name, **options)
