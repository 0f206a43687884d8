"""Expected outcomes, written by hand from the pages of Rentalot and OpenScouter."""

from typing import Any

import pytest

from session_contracts.conformance.oracle import (
    MISSING,
    ExpectedOutcomes,
    Facts,
    expected_outcomes,
    later,
)
from session_contracts.openapi import load

_CONTRACT = load("rentalot")
_APPROVE = {"reviewStatus": "approved"}


def review(*states: str, body: Any = None, broken: tuple[str, ...] = ()) -> ExpectedOutcomes:
    facts = Facts(_APPROVE if body is None else body, broken)
    return expected_outcomes(_CONTRACT, _CONTRACT.operations["reviewSession"], states, facts)


def test_transition_must_succeed() -> None:
    expected = review("awaiting_review")
    assert expected.may_succeed
    assert not expected.refusals
    assert dict(expected.successes) == {"approved": "rentalot.review.decides"}
    assert expected.blame(409) == "rentalot.review.decides"


@pytest.mark.parametrize(
    ("state", "status", "rule"),
    [
        ("approved", 409, "rentalot.review.final"),
        ("active", 422, "rentalot.review.completed-only"),
        ("absent", 404, "rentalot.review.not-found"),
        ("foreign", 404, "rentalot.tenant.hidden"),
    ],
)
def test_refusal_has_status_and_rule(state: str, status: int, rule: str) -> None:
    expected = review(state)
    assert expected.statuses == {status}
    assert expected.allows(status)
    assert expected.blame(200) == rule
    assert expected.blame(418) == rule


def test_two_refusals_blame_no_rule() -> None:
    expected = review("approved", body={})
    assert expected.statuses == {409, 422}
    assert not expected.may_succeed
    assert expected.blame(200) is None


def test_ambiguous_refusal_fails_no_rule() -> None:
    """The server requires notes: 422 for a reviewed session without notes may mean either."""
    final, pending, finer = (
        review("approved"),
        review("awaiting_review"),
        "rentalot.review.notes-optional",
    )
    assert final.blame(422, finer) is None
    assert [final.blame(200, finer), final.blame(422)] == ["rentalot.review.final"] * 2
    assert [pending.blame(422, finer), pending.blame(422)] == [finer, "rentalot.review.decides"]


def test_undocumented_body_may_succeed_or_be_refused() -> None:
    for body in ({**_APPROVE, "reviewNotes": None}, {**_APPROVE, "more": 1}):
        expected = review("awaiting_review", body=body)
        assert expected.allows(200)
        assert expected.allows(422)
        assert not expected.allows(409)


def test_missing_body_has_several_refusals() -> None:
    expected = review("awaiting_review", body=MISSING)
    assert expected.statuses == {422, 400, 415}
    assert not expected.allows(200)


def test_refused_credential_adds_its_status() -> None:
    assert review("awaiting_review", broken=("rentalot.auth.required",)).statuses == {401}
    assert review("absent", broken=("rentalot.auth.required",)).statuses == {401, 404}


def test_each_possible_state_counts() -> None:
    expected = review("awaiting_review", "expired")
    assert expected.allows(200)
    assert expected.allows(422)
    assert not expected.allows(409)


def test_read_keeps_state() -> None:
    expected = expected_outcomes(
        _CONTRACT, _CONTRACT.operations["getSession"], ["expired"], Facts()
    )
    assert dict(expected.successes) == {"expired": "rentalot.session.expired-readable"}


def test_documented_timer_must_fire_decided_timer_may() -> None:
    table = _CONTRACT.lifecycles["Session"]
    assert later(_CONTRACT, table, {"active"}, due=False) == {"active"}
    assert later(_CONTRACT, table, {"active"}, due=True) == {"expired"}
    assert later(_CONTRACT, table, {"approved"}, due=True) == {"approved", "expired_reviewed"}


# ---- OpenScouter

_SCOUT = load("openscouter")


def scout(operation: str, *states: str, body: Any = MISSING) -> ExpectedOutcomes:
    return expected_outcomes(_SCOUT, _SCOUT.operations[operation], states, Facts(body))


def test_decided_cell_may_succeed_or_be_refused() -> None:
    """Completing a paused session, or a completed one again, fails no rule either way."""
    for state in ("paused", "completed"):
        expected = scout("completeSession", state)
        assert expected.allows(200)
        assert expected.allows(409)
        assert (
            expected.blame(500) is None
            or _SCOUT.rules[str(expected.blame(500))].level == "decision"
        )


def test_refusal_with_several_statuses_never_succeeds() -> None:
    expected = scout("confirmSession", "completed", body={"rating": 5})
    assert all(expected.allows(status) for status in (400, 409, 422))
    assert not any(expected.allows(status) for status in (200, 401, 403, 404))
    assert expected.blame(200) == "openscouter.confirm.analyzed-only"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({}, "confirm.rating-required"),
        ({"rating": 6}, "confirm.rating-range"),
        ({"rating": 4.5}, "confirm.rating-type"),
        ({"rating": "4"}, "confirm.rating-type"),
        ({"rating": True}, "confirm.rating-type"),
        ({"rating": 4, "comment": 7}, "confirm.comment-type"),
    ],
)
def test_body_flaw_has_its_rule(body: Any, rule: str) -> None:
    assert scout("confirmSession", "analyzed", body=body).hard == {f"openscouter.{rule}"}


def test_number_without_fraction_is_an_integer() -> None:
    expected = scout("confirmSession", "analyzed", body={"rating": 4.0})
    assert expected.may_succeed
    assert not expected.refusals


@pytest.mark.parametrize("name", ["clarity", "difficulty", "technicalIssues"])
def test_missing_member_has_its_rule(name: str) -> None:
    body = {
        key: value
        for key, value in {"clarity": 4, "difficulty": 3, "technicalIssues": False}.items()
        if key != name
    }
    short = "issues" if name == "technicalIssues" else name
    assert scout("submitFeedback", "completed", body=body).hard == {
        f"openscouter.feedback.{short}-required"
    }


def test_analysis_may_have_ended() -> None:
    table = _SCOUT.lifecycles["Session"]
    assert later(_SCOUT, table, {"analyzing"}, due=True) == {"analyzing", "analyzed"}
