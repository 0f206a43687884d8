"""The set of answers that the documents allow, by hand from Rentalot's page."""

from typing import Any

import pytest

from conformance.oracle import MISSING, Facts, Foresight, foresee, later
from openapi import load

_CONTRACT = load("rentalot")
_APPROVE = {"reviewStatus": "approved"}


def review(*states: str, body: Any = None, broken: tuple[str, ...] = ()) -> Foresight:
    facts = Facts(_APPROVE if body is None else body, broken)
    return foresee(_CONTRACT, _CONTRACT.operations["reviewSession"], states, facts)


def test_a_pending_session_is_approved_and_nothing_else() -> None:
    foresight = review("awaiting_review")
    assert foresight.must_succeed
    assert dict(foresight.successes) == {"approved": "rentalot.review.decides"}
    assert foresight.blame(409) == "rentalot.review.decides"


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
    foresight = review(state)
    assert foresight.statuses == {status}
    assert foresight.allows(status)
    assert foresight.blame(200) == rule
    assert foresight.blame(418) == rule


def test_of_two_reasons_to_refuse_either_may_be_told_and_neither_is_blamed() -> None:
    foresight = review("approved", body={})
    assert foresight.statuses == {409, 422}
    assert not foresight.may_succeed
    assert foresight.blame(200) is None


def test_what_only_a_decision_speaks_of_may_succeed_or_be_refused() -> None:
    for body in ({**_APPROVE, "reviewNotes": None}, {**_APPROVE, "more": 1}):
        foresight = review("awaiting_review", body=body)
        assert foresight.allows(200)
        assert foresight.allows(422)
        assert not foresight.allows(409)


def test_a_body_that_is_missing_is_refused_in_one_of_several_ways() -> None:
    foresight = review("awaiting_review", body=MISSING)
    assert foresight.statuses == {422, 400, 415}
    assert not foresight.allows(200)


def test_a_credential_that_is_refused_comes_to_the_others() -> None:
    assert review("awaiting_review", broken=("rentalot.auth.required",)).statuses == {401}
    assert review("absent", broken=("rentalot.auth.required",)).statuses == {401, 404}


def test_of_several_possible_states_each_counts() -> None:
    foresight = review("awaiting_review", "expired")
    assert foresight.allows(200)
    assert foresight.allows(422)
    assert not foresight.allows(409)


def test_a_read_leaves_the_state() -> None:
    foresight = foresee(_CONTRACT, _CONTRACT.operations["getSession"], ["expired"], Facts())
    assert dict(foresight.successes) == {"expired": "rentalot.session.expired-readable"}


def test_time_moves_what_a_rule_moves_and_may_move_what_a_decision_does() -> None:
    table = _CONTRACT.lifecycles["Session"]
    assert later(_CONTRACT, table, {"active"}, due=False) == {"active"}
    assert later(_CONTRACT, table, {"active"}, due=True) == {"expired"}
    assert later(_CONTRACT, table, {"approved"}, due=True) == {"approved", "expired_reviewed"}
