"""A world of a running mock, and an API in it, as a test uses them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import isodate

from session_contracts.control import Control


class MockWorld:
    """The isolated data, clock, journal, faults, outbox and broken rules of one test.

    `url` is the base of its URLs: that of the mock for the default world, else
    `http://127.0.0.1:8080/w/name`. As a context manager it is deleted at the end. JSON objects are
    dicts, with the members that the control API documents. Every method raises MockUnreachable, and
    MockRefused if the mock refuses the request.
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
        """An API in this world."""
        return MockApi(self, name)

    # ---- clock

    @property
    def now(self) -> datetime:
        """The time of the world's clock, in UTC."""
        return datetime.fromisoformat(self._control.call("GET", "/clock")["now"])

    def advance(self, by: str | timedelta) -> datetime:
        """Advance the clock by a timedelta or an ISO 8601 duration (`P31D`); return its time."""
        duration = by if isinstance(by, str) else isodate.duration_isoformat(by)
        clock = self._control.call("POST", "/clock/advance", {"by": duration})
        return datetime.fromisoformat(clock["now"])

    def set_clock(
        self, now: str | datetime | None = None, *, frozen: bool | None = None
    ) -> datetime:
        """Set the clock to a later time, freeze it or let it run; return its new time.

        `now`: RFC 3339, or a datetime with a time zone. What is left out stays as it is.
        """
        moment = now.isoformat() if isinstance(now, datetime) else now
        clock = self._control.call("PUT", "/clock", _without_none(now=moment, frozen=frozen))
        return datetime.fromisoformat(clock["now"])

    # ---- journal and outbox

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """The messages that side effects have sent, oldest first."""
        return list(self._control.call("GET", "/outbox")["messages"])

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The requests and their outcomes, oldest first."""
        return self.requests()

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """The journal entries that match all filters, oldest first.

        Filters: `api`, `operation`, `method`, `status`, `rule`, `decision`; `since` (only entries
        with a greater number) and `limit` (at most this many, the latest ones).
        """
        return list(self._control.call("GET", "/journal", **filters)["entries"])

    def har(self) -> dict[str, Any]:
        """The journal as an HTTP Archive (HAR 1.2), without credentials."""
        return dict(self._control.call("GET", "/journal/har"))

    def coverage(self) -> dict[str, Any]:
        """What the requests to this world reached: transitions, refusals and rules, with counts."""
        return dict(self._control.call("GET", "/coverage"))

    # ---- broken rules and faults

    def break_rule(self, *rules: str) -> None:
        """Break these rules, in addition to those that are broken already."""
        broken = self._control.call("GET", "/broken-rules")["broken"]
        added = [rule for rule in rules if rule not in broken]
        self._control.call("PUT", "/broken-rules", {"rules": [*broken, *added]})

    def keep_rules(self) -> None:
        """Enforce every rule again."""
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
        """Add a fault to calls of an operation of an API, or to all calls.

        `status`: answer with this HTTP status. `delay`: milliseconds, or a distribution such as
        `{"type": "uniform", "lower": 50, "upper": 500}`. `drop`: close the connection without an
        answer. `after`: carry the operation out first, and lose its answer. `rate`: the share of
        calls that fail, from 0 to 1. `first`: only this many calls fail.
        """
        wait = {"type": "fixed", "milliseconds": delay} if isinstance(delay, int | float) else delay
        fault = _without_none(
            api=api,
            operation=operation,
            status=status,
            delay=wait,
            rate=rate,
            first=first,
            drop=drop or None,
            after=after or None,
        )
        self._control.call("PUT", "/faults", {"faults": [*self.faults, fault]})

    @property
    def faults(self) -> list[dict[str, Any]]:
        """The faults, and how often each has struck."""
        return list(self._control.call("GET", "/faults")["faults"])

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._control.call("DELETE", "/faults")

    # ---- data

    def given(self, api: str, state: str = "session", /, **params: Any) -> dict[str, Any]:
        """Set up a provider state of an API; return its values, such as the ids of new records."""
        message = {"action": "setup", "state": state, "params": params}
        return dict(self._control.call("POST", f"/{api}/states", message))

    def reset(self) -> None:
        """Restore the initial snapshot. Credentials, broken rules, faults and coverage stay."""
        self._control.call("POST", "/reset")

    def export(self) -> dict[str, Any]:
        """A snapshot of the world: everything that decides its answers, credentials included."""
        return dict(self._control.call("GET", "/state"))

    def load(self, state: Mapping[str, Any]) -> None:
        """Replace the contents of the world with a snapshot; nothing changes if it is invalid."""
        self._control.call("PUT", "/state", state)

    def fork(self, name: str | None = None) -> "MockWorld":
        """Create a copy of this world; its name is generated if left out."""
        mock, own = self._address()
        return make_world(mock, self._admin_token, name=name, fork=own)

    def drop(self) -> None:
        """Delete the world; the default world cannot be deleted (MockRefused)."""
        mock, own = self._address()
        Control(mock, self._admin_token).call("DELETE", f"/worlds/{own}")

    def _address(self) -> tuple[str, str]:
        """The URL of the mock, and the name of this world."""
        mock, _, name = self.url.partition("/w/")
        return mock, name or "default"


def make_world(mock: str, admin_token: str | None = None, **options: Any) -> MockWorld:
    """Create a world of the mock at a URL.

    `options`: the members of the request body of `POST /_mock/worlds`; those that are None are left
    out. Raises MockUnreachable, MockRefused.
    """
    made = Control(mock, admin_token).call("POST", "/worlds", _without_none(**options))
    return MockWorld(mock.rstrip("/") + made["path"], admin_token)


def _without_none(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


class MockApi:
    """One API in one world.

    Clock, outbox and broken rules belong to the whole world; their methods are shorthand. Every
    method raises MockUnreachable, and MockRefused if the mock refuses the request.
    """

    def __init__(self, world: MockWorld, name: str) -> None:
        self.world = world
        self.name = name

    @property
    def base_url(self) -> str:
        """The URL to which the documented paths are relative."""
        return f"{self.world.url}/{self.name}"

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers of the default credential."""
        return self.credential()

    def credential(self, **params: Any) -> dict[str, str]:
        """The headers of another credential, such as `tenant="other"` or `revoked=True`.

        `params`: those of the provider state `credential` of the API.
        """
        return dict(self.given("credential", **params)["headers"])

    def given(self, state: str = "session", /, **params: Any) -> dict[str, Any]:
        """Set up a provider state, as in `given("session", status="completed")["id"]`.

        Returns its values, such as the ids of new records.
        """
        return self.world.given(self.name, state, **params)

    @property
    def now(self) -> datetime:
        """The time of the world's clock, in UTC."""
        return self.world.now

    def advance(self, by: str | timedelta) -> datetime:
        """Advance the world's clock (see MockWorld.advance)."""
        return self.world.advance(by)

    @property
    def outbox(self) -> list[dict[str, Any]]:
        """The messages of all APIs of the world, oldest first."""
        return self.world.outbox

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The requests to this API and their outcomes, oldest first."""
        return self.requests()

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """The journal entries of this API that match all filters (see MockWorld.requests)."""
        return self.world.requests(api=self.name, **filters)

    def break_rule(self, *rules: str) -> None:
        """Break these rules, in addition to those that are broken already."""
        self.world.break_rule(*rules)

    def fault(self, operation: str | None = None, **options: Any) -> None:
        """Add a fault to calls of an operation, or of the whole API (see MockWorld.fault)."""
        self.world.fault(operation, api=self.name, **options)
