"""Requests with one flaw each."""

import json

from session_contracts.conformance.flawed_requests import flawed_bodies, flawed_queries
from session_contracts.openapi import load

_CONTRACT = load("rentalot")
_EXAMPLE = {"reviewStatus": "approved", "reviewNotes": "Reviewed."}


def test_every_body_rule_has_a_flaw() -> None:
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


def test_boundary_is_one_step_from_flaw() -> None:
    flaw = next(
        flaw
        for flaw in flawed_bodies(_CONTRACT.operations["reviewSession"], _EXAMPLE)
        if flaw.boundary
    )
    lengths = [
        len(json.loads(content or b"")["reviewNotes"]) for content in (flaw.content, flaw.control)
    ]
    assert lengths == [2001, 2000]


def test_every_parameter_rule_has_a_flaw() -> None:
    rules = {rule for rule, _, _ in flawed_queries(_CONTRACT.operations["listSessions"])}
    assert rules == {"rentalot.list.bad-parameter", "rentalot.list.over-limit"}
