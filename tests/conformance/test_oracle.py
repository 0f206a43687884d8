"""The set of answers that the documents allow, by hand from Rentalot's page."""

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


def test_a_pending_session_is_approved_and_nothing_else() -> None:
    expected = review("awaiting_review")
    assert expected.must_succeed
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
def test_a_refusal_has_its_status_and_its_rule(state: str, status: int, rule: str) -> None:
    expected = review(state)
    assert expected.statuses == {status}
    assert expected.allows(status)
    assert expected.blame(200) == rule
    assert expected.blame(418) == rule


def test_of_two_reasons_to_refuse_either_may_be_told_and_neither_is_blamed() -> None:
    expected = review("approved", body={})
    assert expected.statuses == {409, 422}
    assert not expected.may_succeed
    assert expected.blame(200) is None


def test_where_the_state_or_the_body_may_be_what_was_refused_nobody_is_blamed() -> None:
    """A server that requires notes, asked without any to review what is reviewed already: 422 says neither which it was."""
    final, pending, finer = (
        review("approved"),
        review("awaiting_review"),
        "rentalot.review.notes-optional",
    )
    assert final.blame(422, finer) is None
    assert [final.blame(200, finer), final.blame(422)] == ["rentalot.review.final"] * 2
    assert [pending.blame(422, finer), pending.blame(422)] == [finer, "rentalot.review.decides"]


def test_what_only_a_decision_speaks_of_may_succeed_or_be_refused() -> None:
    for body in ({**_APPROVE, "reviewNotes": None}, {**_APPROVE, "more": 1}):
        expected = review("awaiting_review", body=body)
        assert expected.allows(200)
        assert expected.allows(422)
        assert not expected.allows(409)


def test_a_body_that_is_missing_is_refused_in_one_of_several_ways() -> None:
    expected = review("awaiting_review", body=MISSING)
    assert expected.statuses == {422, 400, 415}
    assert not expected.allows(200)


def test_a_credential_that_is_refused_comes_to_the_others() -> None:
    assert review("awaiting_review", broken=("rentalot.auth.required",)).statuses == {401}
    assert review("absent", broken=("rentalot.auth.required",)).statuses == {401, 404}


def test_of_several_possible_states_each_counts() -> None:
    expected = review("awaiting_review", "expired")
    assert expected.allows(200)
    assert expected.allows(422)
    assert not expected.allows(409)


def test_a_read_leaves_the_state() -> None:
    expected = expected_outcomes(
        _CONTRACT, _CONTRACT.operations["getSession"], ["expired"], Facts()
    )
    assert dict(expected.successes) == {"expired": "rentalot.session.expired-readable"}


def test_time_moves_what_a_rule_moves_and_may_move_what_a_decision_does() -> None:
    table = _CONTRACT.lifecycles["Session"]
    assert later(_CONTRACT, table, {"active"}, due=False) == {"active"}
    assert later(_CONTRACT, table, {"active"}, due=True) == {"expired"}
    assert later(_CONTRACT, table, {"approved"}, due=True) == {"approved", "expired_reviewed"}


# ---- OpenScouter

_SCOUT = load("openscouter")


def scout(operation: str, *states: str, body: Any = MISSING) -> ExpectedOutcomes:
    return expected_outcomes(_SCOUT, _SCOUT.operations[operation], states, Facts(body))


def test_where_the_documents_are_silent_an_operation_may_succeed_or_be_refused() -> None:
    """A paused session may be completed, and a completed one again; neither is anybody's fault."""
    for state in ("paused", "completed"):
        expected = scout("completeSession", state)
        assert expected.allows(200)
        assert expected.allows(409)
        assert (
            expected.blame(500) is None
            or _SCOUT.rules[str(expected.blame(500))].level == "decision"
        )


def test_a_wrong_state_may_be_told_by_several_statuses_but_never_by_a_success() -> None:
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
def test_each_flaw_of_a_body_has_its_rule(body: Any, rule: str) -> None:
    assert scout("confirmSession", "analyzed", body=body).hard == {f"openscouter.{rule}"}


def test_a_number_without_a_fraction_is_an_integer() -> None:
    assert scout("confirmSession", "analyzed", body={"rating": 4.0}).must_succeed


@pytest.mark.parametrize("name", ["clarity", "difficulty", "technicalIssues"])
def test_a_member_that_is_missing_has_a_rule_of_its_own(name: str) -> None:
    body = {
        key: value
        for key, value in {"clarity": 4, "difficulty": 3, "technicalIssues": False}.items()
        if key != name
    }
    short = "issues" if name == "technicalIssues" else name
    assert scout("submitFeedback", "completed", body=body).hard == {
        f"openscouter.feedback.{short}-required"
    }


def test_an_analysis_may_be_over_by_now_and_need_not_be() -> None:
    table = _SCOUT.lifecycles["Session"]
    assert later(_SCOUT, table, {"analyzing"}, due=True) == {"analyzing", "analyzed"}
