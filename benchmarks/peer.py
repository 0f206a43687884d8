"""The baseline: a contract on Connexion's own stack with its validation, and minimal handlers."""

import os
import socket
import sys
from typing import Any

import uvicorn
from connexion import AsyncApp
from connexion.resolver import Resolver

from session_contracts.openapi import load

CONTRACT = load("rentalot")
SESSION: dict[str, Any] = dict(CONTRACT.schemas["Session"]["example"])
JSON = {"Content-Type": "application/json"}


def list_sessions(limit: int = 20, page: int = 1, **_: Any) -> Any:
    """A page of 20."""
    pagination = {"page": page, "limit": limit, "total": 20, "totalPages": 1}
    return {"data": [SESSION] * 20, "pagination": pagination}, 200, JSON


def get_session(**_: Any) -> Any:
    """The documented session."""
    return {"data": SESSION}, 200, JSON


def review_session(body: dict[str, Any], **_: Any) -> Any:
    """The documented session with the review; it is not stored."""
    return {"data": {**SESSION, **body}}, 200, JSON


def bearer(token: str) -> dict[str, str]:
    """Accept any token."""
    return {"sub": token}


HANDLERS = {
    "listSessions": list_sessions,
    "getSession": get_session,
    "reviewSession": review_session,
}


def app() -> Any:
    """Connexion as it comes."""
    components = CONTRACT.document["components"]
    scheme = {
        **components["securitySchemes"]["apiKey"],
        "x-bearerInfoFunc": "benchmarks.peer.bearer",
    }
    document = {
        **CONTRACT.document,
        "components": {**components, "securitySchemes": {"apiKey": scheme}},
    }
    served = AsyncApp(__name__)
    served.add_api(
        document,
        name="rentalot",
        base_path="/rentalot",
        resolver=Resolver(HANDLERS.__getitem__),
        validate_responses=True,
    )
    return served


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app(), log_level="error", access_log=False)).run(
        sockets=[listener]
    )
    sys.exit(os.EX_OK)
