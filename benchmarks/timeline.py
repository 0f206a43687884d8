"""CPU time of the mock for a page of a timeline of 100,000 events, compared with one of 100.

    python -m benchmarks.timeline [--events 100000] [--requests 1000] [--rounds 5]

Pages of 50 events from several positions of both timelines, in interleaved rounds; the smallest
CPU time of each counts.
"""

import argparse
import json
from datetime import UTC, datetime, timedelta

from benchmarks.server import Server
from session_contracts.mock_server.fixtures import read_fixture

_FEW = 100
_PAGE = 50


def session(server: Server, events: int) -> list[str]:
    """Paths of pages of a new session with this many events."""
    states = "/_mock/promptster/states"
    made = json.loads(
        server.call("POST", states, json.dumps({"action": "setup", "state": "session"}))
    )["id"]
    ids = []
    for number in range(events):
        ts = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number // 3)).isoformat()
        params = {"sessionId": made, "ts": ts, "data": {"text": "Write a test for the parser"}}
        message = {"action": "setup", "state": "event", "params": params}
        ids.append(json.loads(server.call("POST", states, json.dumps(message)))["id"])
    after = [ids[(events - _PAGE) * place // 10] for place in range(10)]
    return [f"/promptster/v1/sessions/{made}/timeline?limit={_PAGE}&after={last}" for last in after]


def main() -> None:
    """Print the CPU time of a page, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    secret = next(entry["secret"] for _, entry in read_fixture("promptster").entries("credentials"))
    server = Server(
        ["-m", "session_contracts", "serve", "promptster", "--port", "0"], f"Bearer {secret}"
    )
    best: dict[int, float] = {}
    try:
        paths = {count: session(server, count) for count in (_FEW, options.events)}
        for _ in range(options.rounds):
            for count, pages in paths.items():
                before = server.cpu()
                for number in range(options.requests):
                    server.call("GET", pages[number % len(pages)])
                spent = (server.cpu() - before) / options.requests
                best[count] = min(spent, best.get(count, spent))
    finally:
        server.process.terminate()
    for count, spent in best.items():
        unit = f"microseconds of CPU a page of {_PAGE}, smallest of {options.rounds} rounds"
        print(f"{count:>8} events: {spent * 1e6:.0f} {unit}")
    print(f"ratio {best[options.events] / best[_FEW]:.2f}")


if __name__ == "__main__":
    main()
