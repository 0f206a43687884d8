"""Who may call: every way in which a credential can be wrong, for every operation, beside the same call with a good one."""

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping

from conformance.client import Exchange
from conformance.judge import Judge
from conformance.plugin import Case, each, verifies
from conformance.subject import Subject
from conformance.vocabulary import Vocabulary
from openapi.model import Contract

Headers = Mapping[str, str]


def secured(*names: str) -> Callable[[Contract, Vocabulary], Iterator[Case]]:
    def cases(contract: Contract, vocabulary: Vocabulary) -> Iterator[Case]:
        for operation in contract.operations.values():
            for name in names:
                rule = contract.security_rules.ids.get(name)
                if operation.secured and rule:
                    yield Case(f"{operation.id}-{name}", (rule,), (operation.id, name, rule))

    return cases


def _bad(kind: str, subject: Subject, judge: Judge) -> list[Headers]:
    """Headers that are wrong in this way and no other. Raises Unexercised."""
    if kind == "missing":
        return [{}]
    if kind == "revoked":
        return [dict(subject.states.setup("credential", revoked=True)["headers"])]
    scheme, _, key = subject.target.headers.get("Authorization", "").partition(" ")
    judge.require(scheme.lower() == "bearer" and bool(key), "the default credential is no bearer token")
    if kind == "unknown":
        return [{"Authorization": f"Bearer {_altered(key)}"}]
    basic = base64.b64encode(f"{key}:".encode()).decode()
    return [{"Authorization": f"Basic {basic}"}, {"Authorization": f"Token {key}"}]


def _altered(key: str) -> str:
    """Of the same form and length, but never issued."""
    prefix, _, rest = key.rpartition("_")
    noise = (uuid.uuid4().hex * 8)[: len(rest)]
    return f"{prefix}_{noise}" if prefix else noise


@each(secured("missing", "scheme", "unknown", "revoked"))
def test_credential(case: tuple[str, str, str], subject: Subject, judge: Judge) -> None:
    operation, kind, rule = case
    judge.require(bool(subject.target.headers), "there is no default credential; give one with -H, or a --states-url")
    for headers in _bad(kind, subject, judge):
        judge.refused(rule, _call(operation, subject, headers), beside=_call(operation, subject, None))


def _call(operation: str, subject: Subject, headers: Headers | None) -> Exchange:
    """A call that succeeds with a good credential, on a record of its own."""
    identity = subject.place(subject.movable()) if "{" in subject.operation(operation).path else None
    return subject.act(operation, identity, subject.body(operation), headers=headers)


@verifies("tenant.unlisted")
def test_other_tenants_are_not_listed(subject: Subject, judge: Judge) -> None:
    """The same list before and after another tenant has a record that matches."""
    scope = subject.scope()
    mine = {subject.make(**scope), subject.make(**scope)}
    before = subject.listing(scope)
    judge.require(set(subject.ids(before)) == mine, "the list does not show just what was created")
    theirs = subject.make(**scope, tenant="other")
    after = subject.listing(scope)
    shown = theirs in subject.ids(after)
    judge.holds("tenant.unlisted", not shown, trigger=after, contrast=before, expected="only own records", got=f"also {theirs}")
    if not shown:
        was, now = subject.pagination(before, "total"), subject.pagination(after, "total")
        judge.holds("tenant.unlisted", was == now, trigger=after, contrast=before, expected=f"a total of {was} still", got=str(now))
