"""Messages of the outbox."""

import pytest

from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.outbox import sent_messages, wait_for_messages
from tests.conformance.fake_target import setting_up, subject

_MESSAGES = [
    {"kind": "email", "about": "a", "to": "x"},
    {"kind": "email", "about": "b", "to": "y"},
    {"kind": "payout", "about": "a"},
]


def test_messages_of_a_kind_about_a_record() -> None:
    one = subject(setting_up(outbox={"messages": _MESSAGES}))
    assert sent_messages(one, "a", "email") == [_MESSAGES[0]]
    assert wait_for_messages(one, "a", "payout") == [_MESSAGES[2]]


def test_outbox_without_messages() -> None:
    with pytest.raises(Unexercised, match="'outbox' returned no messages"):
        sent_messages(subject(setting_up(outbox={})), "a", "email")
