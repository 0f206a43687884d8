"""Credentials by their secrets."""

from random import Random

from session_contracts.mock_server.credentials import Credential, Credentials, random_key

FIRST = Credential("a", "default", "api_key")
SECOND = Credential("b", "default", "candidate")
OTHER = Credential("c", "other", "api_key")


def test_default_is_the_first_of_a_tenant_and_kind() -> None:
    issued = Credentials([FIRST, SECOND, OTHER])
    assert issued.default() == FIRST
    assert issued.default(kind="candidate") == SECOND
    assert issued.default("other", kind="candidate") == OTHER
    assert issued.default("nobody") is None


def test_fork_is_independent() -> None:
    issued = Credentials([FIRST])
    fork = issued.fork()
    fork.issue(SECOND)
    assert (fork.find("b"), issued.find("b")) == (SECOND, None)


def test_random_keys_are_reproducible() -> None:
    assert random_key("ra_", Random(1)) == random_key("ra_", Random(1))
    assert random_key("ra_", Random(1)) != random_key("ra_", Random(2))
    assert len(random_key("ra_", Random(1))) == len("ra_") + 43
