"""Requests with one flaw each, and the command lines that send them again."""

import json
import subprocess

from session_contracts.conformance.client import Exchange
from session_contracts.conformance.flawed_requests import flawed_bodies, flawed_queries
from session_contracts.openapi import load

_CONTRACT = load("rentalot")
_EXAMPLE = {"reviewStatus": "approved", "reviewNotes": "Reviewed."}


def test_every_rule_on_a_body_has_a_flaw() -> None:
    flaws = list(flawed_bodies(_CONTRACT.operations["reviewSession"], _EXAMPLE))
    assert {flaw.rule.removeprefix("rentalot.") for flaw in flaws} == {
        "request.too-large",
        "review.body-object",
        "review.content-type",
        "review.malformed-body",
        "review.notes-max",
        "review.notes-nul",
        "review.notes-null",
        "review.notes-type",
        "review.status-required",
        "review.status-values",
        "review.unknown-member",
    }
    assert len({flaw.name for flaw in flaws}) == len(flaws)


def test_a_boundary_is_one_step_away_from_its_flaw() -> None:
    flaw = next(
        flaw
        for flaw in flawed_bodies(_CONTRACT.operations["reviewSession"], _EXAMPLE)
        if flaw.boundary
    )
    lengths = [
        len(json.loads(content or b"")["reviewNotes"]) for content in (flaw.content, flaw.control)
    ]
    assert lengths == [2001, 2000]


def test_every_rule_on_a_parameter_has_a_flaw() -> None:
    rules = {rule for rule, _, _ in flawed_queries(_CONTRACT.operations["listSessions"])}
    assert rules == {"rentalot.list.bad-parameter", "rentalot.list.over-limit"}


def sent(body: bytes | None) -> str:
    return Exchange("POST", "http://x/a?b=c&d='", {"X-Name": "it's"}, body, 200, {}, b"").curl()


def test_a_command_line_is_quoted() -> None:
    assert sent(None) == """curl -i -X POST -H 'X-Name: it'"'"'s' 'http://x/a?b=c&d='"'"''"""
    assert sent(b"{}").endswith(" --data-binary '{}'")
    assert sent(b"\xff{").endswith(r" --data-binary $'\xff\x7b'")


def test_a_long_body_is_written_again_by_the_shell() -> None:
    body = b'{"a": 1' + b" " * (1 << 20) + b"}"
    line = sent(body)
    assert len(line) < 200
    # `@<(...)` is how bash has curl read what a command writes; cat reads it the same way.
    script = line[line.index("--data-binary") :].replace("--data-binary @<", "cat <")
    assert subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout == body
