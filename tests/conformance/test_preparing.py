"""Preparing records and credentials through provider states."""

import json
import uuid

import pytest

from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.preparing import (
    accepting_state,
    foreign_record,
    fresh_scope,
    movable_state,
    new_credential,
    new_record,
    prepared_id,
    record_in,
)
from session_contracts.openapi.model import ABSENT, FOREIGN
from tests.conformance.fake_target import refusing, setting_up, subject


def test_new_record_returns_id() -> None:
    assert new_record(subject(setting_up(session={"id": "a"}))) == "a"


def test_new_record_without_id() -> None:
    with pytest.raises(Unexercised, match="provider state 'session' returned no 'id'"):
        new_record(subject(setting_up(session={})))


def test_unsupported_state() -> None:
    with pytest.raises(Unexercised, match="does not support provider state 'session'"):
        new_record(subject(setting_up()))


def test_without_states_url() -> None:
    with pytest.raises(Unexercised, match="give --states-url"):
        new_record(subject(refusing, states=False))


def test_record_in_state_sends_its_values() -> None:
    one = subject(setting_up(session={"id": "a"}))
    record_in(one, "approved", contactId="c")
    sent = json.loads(one.target.exchanges[-1].request_body or b"")
    assert sent["params"] == {
        "status": "completed",
        "reviewStatus": "approved",
        "contactId": "c",
    }


def test_absent_record_is_a_fresh_uuid() -> None:
    identity = record_in(subject(refusing), ABSENT)
    assert str(uuid.UUID(identity)) == identity


def test_foreign_record_belongs_to_other_tenant() -> None:
    one = subject(setting_up(session={"id": "a"}))
    assert record_in(one, FOREIGN) == foreign_record(one) == "a"
    sent = json.loads(one.target.exchanges[-1].request_body or b"")
    assert sent["params"]["tenant"] == "other"


def test_fresh_scope_differs() -> None:
    one = subject(refusing)
    first, second = fresh_scope(one), fresh_scope(one)
    assert first.keys() == second.keys() == one.profile.scopes.keys()
    assert not set(first.values()) & set(second.values())


def test_prepared_id_by_name_or_id() -> None:
    one = subject(setting_up(study={"jobId": "j", "id": "i"}))
    assert [prepared_id(one, "study", "jobId"), prepared_id(one, "study")] == ["j", "i"]


def test_credential_without_headers() -> None:
    with pytest.raises(Unexercised, match="'credential' returned no headers"):
        new_credential(subject(setting_up(credential={})))


@pytest.mark.parametrize(
    ("api", "state"), [("rentalot", "awaiting_review"), ("openscouter", "active")]
)
def test_movable_state(api: str, state: str) -> None:
    assert movable_state(subject(refusing, api)) == state


@pytest.mark.parametrize(
    ("operation", "state"),
    [("confirmSession", "analyzed"), ("completeSession", "active"), ("createSession", "active")],
)
def test_accepting_state(operation: str, state: str) -> None:
    assert accepting_state(subject(refusing, "openscouter"), operation) == state
