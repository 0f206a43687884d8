"""A subject whose target answers from a function, without a server."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from session_contracts.conformance.client import Target
from session_contracts.conformance.profile import profiles
from session_contracts.conformance.states import States
from session_contracts.conformance.subject import Subject
from session_contracts.openapi import load

#: Method, path with query, and JSON body of a request to status and JSON body of the response.
Answer = Callable[[str, str, Any], tuple[int, Any]]

URL = "http://target.invalid"
STATES = "/states"


class _Adapter(BaseAdapter):
    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        body = json.loads(request.body) if request.body else None
        response = requests.Response()
        response.status_code, content = self._answer(str(request.method), path, body)
        response._content = json.dumps(content).encode()
        response.headers["Date"] = "Fri, 13 Feb 2026 09:00:00 GMT"
        return response

    def close(self) -> None:
        pass


def subject(answer: Answer, api: str = "rentalot", *, states: bool = True) -> Subject:
    """The main resource of an API at a target that answers so."""
    target = Target(URL, {"Authorization": "Bearer token"}, adapter=_Adapter(answer))
    return Subject(
        load(api), profiles(api)[0], target, States(target, URL + STATES if states else None)
    )


def setting_up(**results: Any) -> Answer:
    """Only the states URL answers: by provider state, its result."""

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        assert path == STATES
        name = body["state"].replace(" ", "_")
        return (200, results[name]) if name in results else (501, {})

    return answer


def refusing(method: str, path: str, body: Any) -> tuple[int, Any]:
    """Fail if a request is sent."""
    raise AssertionError(f"{method} {path}")
