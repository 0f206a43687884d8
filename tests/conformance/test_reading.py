"""Reading a record and its state."""

from typing import Any

import pytest

from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.reading import (
    current_state,
    current_state_among,
    may_read_as,
    read,
    read_or_absent,
    require_state,
    states_by_now,
)
from session_contracts.openapi.model import ABSENT
from tests.conformance.fake_target import Answer, refusing, subject

_RECORD = {"id": "a", "status": "active", "reviewStatus": None, "undocumented": 1}


def answering(status: int, body: Any) -> Answer:
    return lambda *_: (status, body)


def test_documented_members_with_and_without_envelope() -> None:
    documented = {"id": "a", "status": "active", "reviewStatus": None}
    assert read(subject(answering(200, {"data": _RECORD})), "a") == documented
    assert read(subject(answering(200, _RECORD)), "a") == documented


@pytest.mark.parametrize(
    ("status", "body"), [(200, {**_RECORD, "id": "b"}), (500, _RECORD), (200, []), (404, {})]
)
def test_unusable_answer(status: int, body: Any) -> None:
    with pytest.raises(Unexercised, match="could not be read back"):
        read(subject(answering(status, body)), "a")


def test_absent_record() -> None:
    one = subject(answering(404, {}))
    assert read_or_absent(one, "a") == {}
    assert current_state_among(one, "a", {ABSENT}) == ABSENT
    with pytest.raises(Unexercised):
        current_state(one, "a")


def test_require_state() -> None:
    one = subject(answering(200, _RECORD))
    assert require_state(one, "a", "active")["id"] == "a"
    with pytest.raises(Unexercised, match="a Session that should be approved reads as active"):
        require_state(one, "a", "approved")


def test_state_that_is_not_shown_is_accepted() -> None:
    assert require_state(subject(answering(200, {"id": "a"})), "a", "approved") == {"id": "a"}


def test_analysis_may_have_ended_by_now() -> None:
    one = subject(refusing, "openscouter")
    assert states_by_now(one, ["analyzing"]) == {"analyzing", "analyzed"}
    assert states_by_now(one, ["active"]) == {"active"}


def test_reported_state_may_differ() -> None:
    one = subject(refusing, "openscouter")
    assert may_read_as(one, "completed", "analyzing")
    assert not may_read_as(one, "analyzing", "completed")
