"""The client of the states URL, which prepares what the API itself cannot prepare."""

import json
from typing import Any

from session_contracts.conformance.client import Target
from session_contracts.conformance.errors import StateError, StatesUrlError, Unexercised


class States:
    """The provider states of a target; without a states URL, none is supported."""

    def __init__(self, target: Target, url: str | None) -> None:
        """Send messages through `target` to `url`."""
        self._target = target
        self._url = url

    def setup(self, state: str, /, **params: Any) -> dict[str, Any]:
        """Set a provider state up, and return its result.

        Raises Unexercised if the target does not support it, StateError, and StatesUrlError.
        """
        if self._url is None:
            raise Unexercised(f"needs provider state {state!r}; give --states-url")
        message = {"action": "setup", "state": state, "params": params}
        headers = {"Content-Type": "application/json"}
        exchange = self._target.send_to(
            "POST", self._url, body=json.dumps(message).encode(), headers=headers, preparation=True
        )
        if exchange.status == 501:
            described = _describe(state, params)
            raise Unexercised(f"the target does not support provider state {described}")
        answer = exchange.json
        if exchange.status == 400 and isinstance(answer, dict):
            described, error = _describe(state, params), answer.get("error", answer)
            raise StateError(f"provider state {described} was rejected as malformed: {error}")
        if exchange.status != 200 or not isinstance(answer, dict):
            raise StatesUrlError(
                f"{self._url} answered {exchange.status}, not 200 with a JSON object; "
                "give the URL of a provider-state handler"
            )
        return answer

    def supports(self, state: str, /, **params: Any) -> bool:
        """Set a provider state up; False if the target does not support it."""
        try:
            self.setup(state, **params)
        except Unexercised:
            return False
        return True


def _describe(state: str, params: dict[str, Any]) -> str:
    listed = ", ".join(f"{key}={value!r}" for key, value in params.items())
    return f"{state!r} with {listed}" if params else repr(state)
