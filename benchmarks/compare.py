"""CPU time of the mock for a request, compared with Connexion's own stack on the same contract.

    python -m benchmarks.compare [--requests 1000] [--rounds 5]

Both run as separate processes, in interleaved rounds; the smallest CPU time of each counts.
Linux only (/proc).
"""

import argparse
import json
from collections.abc import Callable

from benchmarks.server import Server

KEY = "Bearer ra_mockDefaultTenantKey0000000000000000000000000"
ONE = "/rentalot/api/v1/sessions/a1b2c3d4-e5f6-7890-abcd-ef1234567890"
REVIEW = json.dumps({"reviewStatus": "approved", "reviewNotes": "Good income"})
SERVERS = {
    "mock": ["-m", "session_contracts", "serve", "rentalot", "--port", "0"],
    "connexion": ["-m", "benchmarks.peer"],
}


def sessions(server: Server, name: str, count: int) -> list[str]:
    """Paths of sessions to review: one for each request, since the mock's reviews are final."""
    if name == "connexion":
        return [ONE] * count
    message = json.dumps({"action": "setup", "state": "session"})
    made = (
        json.loads(server.call("POST", "/_mock/rentalot/states", message))["id"]
        for _ in range(count)
    )
    return [f"/rentalot/api/v1/sessions/{session}" for session in made]


def workloads(server: Server, name: str, count: int) -> dict[str, Callable[[], None]]:
    """What is measured, by name: functions that send `count` requests each."""
    prepared: list[str] = []

    def one() -> None:
        for _ in range(count):
            server.call("GET", ONE)

    def page() -> None:
        for _ in range(count):
            server.call("GET", "/rentalot/api/v1/sessions")

    def review() -> None:
        for session in prepared:
            server.call("PATCH", f"{session}/review", REVIEW)

    def prepare() -> None:
        prepared[:] = sessions(server, name, count)

    return {"one": one, "list of 20": page, "prepare": prepare, "review": review}


def main() -> None:
    """Print the CPU time of a request in microseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    servers = {name: Server(arguments, KEY) for name, arguments in SERVERS.items()}
    best: dict[tuple[str, str], float] = {}
    try:
        for _ in range(options.rounds):
            for name, server in servers.items():
                for work, run in workloads(server, name, options.requests).items():
                    before = server.cpu()
                    run()
                    spent = (server.cpu() - before) / options.requests
                    best[name, work] = min(spent, best.get((name, work), spent))
    finally:
        for server in servers.values():
            server.process.terminate()
    unit = f"microseconds of CPU a request, smallest of {options.rounds} rounds"
    print(f"{'':12}{'mock':>10}{'connexion':>12}{'ratio':>8}   {unit}")
    for work in ("one", "list of 20", "review"):
        ours, theirs = best["mock", work] * 1e6, best["connexion", work] * 1e6
        print(f"{work:12}{ours:10.0f}{theirs:12.0f}{theirs / ours:8.1f}")


if __name__ == "__main__":
    main()
