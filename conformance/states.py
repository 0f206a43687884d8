"""The provider-state client: asks the target to get into a situation that its API alone cannot bring about."""

import json
from typing import Any

from session_contracts.conformance.client import Target
from session_contracts.conformance.errors import StateError, StatesUrlError, Unexercised


class States:
    """Speaks to the states URL; without one, whatever needs a state is not exercised."""

    def __init__(self, target: Target, url: str | None) -> None:
        self._target = target
        self._url = url

    def setup(self, state: str, /, **params: Any) -> dict[str, Any]:
        """Bring a state about. Raises Unexercised, StateError, StatesUrlError."""
        if self._url is None:
            raise Unexercised(f"needs provider state {state!r}; give --states-url")
        message = {"action": "setup", "state": state, "params": params}
        headers = {"Content-Type": "application/json"}
        exchange = self._target.send_to(
            "POST", self._url, body=json.dumps(message).encode(), headers=headers, preparation=True
        )
        if exchange.status == 501:
            raise Unexercised(
                f"the target does not support provider state {_describe(state, params)}"
            )
        answer = exchange.json
        if exchange.status == 400 and isinstance(answer, dict):
            raise StateError(
                f"provider state {_describe(state, params)} was called malformed: {answer.get('error', answer)}"
            )
        if exchange.status != 200 or not isinstance(answer, dict):
            raise StatesUrlError(
                f"{self._url} answered {exchange.status} without a JSON object; give the URL of a provider-state handler"
            )
        return answer

    def supports(self, state: str, /, **params: Any) -> bool:
        """Bring a state about if the target can."""
        try:
            self.setup(state, **params)
        except Unexercised:
            return False
        return True


def _describe(state: str, params: dict[str, Any]) -> str:
    return (
        f"{state!r} with {', '.join(f'{key}={value!r}' for key, value in params.items())}"
        if params
        else repr(state)
    )
