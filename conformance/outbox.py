"""Reads the messages that side effects have sent: e-mails, payouts, webhooks."""

from collections.abc import Mapping
from typing import Any

from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.subject import Subject
from session_contracts.conformance.waiting import eventually

Message = Mapping[str, Any]


def sent_messages(subject: Subject, identity: str, kind: str) -> list[Message]:
    """The messages of a kind about a record so far. Raises Unexercised."""
    messages = subject.states.setup("outbox").get("messages")
    if not isinstance(messages, list):
        raise Unexercised("provider state 'outbox' returned no messages")
    return [
        message
        for message in messages
        if message.get("kind") == kind and message.get("about") == identity
    ]


def wait_for_messages(subject: Subject, identity: str, kind: str) -> list[Message]:
    """The same, but wait a little for the first: messages need not be sent at once.

    Raises Unexercised.
    """
    eventually(lambda: bool(sent_messages(subject, identity, kind)))
    return sent_messages(subject, identity, kind)
