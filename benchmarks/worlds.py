"""CPU time to make a world, to fork one of 10,000 sessions or of 10, and to change a fork first.

    python -m benchmarks.worlds [--sessions 10000] [--requests 500] [--rounds 5]

In interleaved rounds over HTTP; the smallest CPU time of each counts, less that of a trivial call
(reading the clock).
"""

import argparse
import json
from collections.abc import Callable
from functools import partial

from benchmarks.server import Server
from session_contracts.mock_server.fixtures import read_fixture

_FEW = 10


def fill(server: Server, sessions: int) -> str:
    """Make a world with this many additional sessions. Returns its path."""
    made = json.loads(server.call("POST", "/_mock/worlds", "{}", 201))
    states = f"{made['path']}/_mock/rentalot/states"
    for _ in range(sessions):
        server.call("POST", states, json.dumps({"action": "setup", "state": "session"}))
    return str(made["path"])


def change(server: Server, fork: str) -> None:
    """Fork a world, make a session in the fork, and drop it: thousands do not fit in memory."""
    made = json.loads(server.call("POST", "/_mock/worlds", fork, 201))
    server.call(
        "POST",
        f"{made['path']}/_mock/rentalot/states",
        json.dumps({"action": "setup", "state": "session"}),
    )
    server.call("DELETE", f"/_mock/worlds/{made['name']}")


def main() -> None:
    """Print the CPU time of each kind of call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    secret = next(entry["secret"] for _, entry in read_fixture("rentalot").entries("credentials"))
    server = Server(
        ["-m", "session_contracts", "serve", "rentalot", "--port", "0", "--max-worlds", "1000000"],
        f"Bearer {secret}",
    )
    try:
        paths = {count: fill(server, count) for count in (_FEW, options.sessions)}
        kinds: dict[str, Callable[[], object]] = {
            "nothing": lambda: server.call("GET", "/_mock/clock"),
            "make": lambda: server.call("POST", "/_mock/worlds", "{}", 201),
        }
        for count, path in paths.items():
            fork = json.dumps({"fork": path.removeprefix("/w/")})
            kinds[f"fork of {count}"] = partial(server.call, "POST", "/_mock/worlds", fork, 201)
            kinds[f"fork and change of {count}"] = partial(change, server, fork)
        rounds = [
            {kind: spent(server, call, options.requests) for kind, call in kinds.items()}
            for _ in range(options.rounds)
        ]
    finally:
        server.process.terminate()
    best = {kind: min(taken[kind] for taken in rounds) for kind in kinds}
    idle = best.pop("nothing")
    for kind, taken in best.items():
        print(f"{kind:>24}: {(taken - idle) * 1e6:.0f} microseconds of CPU")
    few, many = (best[f"fork of {count}"] - idle for count in paths)
    print(f"ratio of the forks {many / few:.2f}")


def spent(server: Server, call: Callable[[], object], requests: int) -> float:
    """Seconds of CPU for one call."""
    before = server.cpu()
    for _ in range(requests):
        call()
    return (server.cpu() - before) / requests


if __name__ == "__main__":
    main()
