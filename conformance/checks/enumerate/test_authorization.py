"""Who may call: every way in which a credential can be wrong, for every operation, beside the same call with a good one."""

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from conformance import shapes
from conformance.client import Exchange
from conformance.errors import Unexercised
from conformance.judge import Judge
from conformance.plugin import Case, each, verifies
from conformance.subject import Subject
from conformance.tokens import never_issued
from conformance.vocabulary import Vocabulary
from openapi.model import Contract, Scope, Style

Headers = Mapping[str, str]


def secured(*names: str) -> Callable[[Contract, Vocabulary], Iterator[Case]]:
    def cases(contract: Contract, vocabulary: Vocabulary) -> Iterator[Case]:
        for operation in vocabulary.operations(contract):
            for name in names:
                rule = contract.security_rules.ids.get(name)
                if contract.operations[operation].secured and rule:
                    yield Case(f"{operation}-{name}", (rule,), (operation, name, rule))

    return cases


def _bad(kind: str, subject: Subject, judge: Judge) -> list[Headers]:
    """Headers that are wrong in this way and no other. Raises Unexercised."""
    if kind == "missing":
        return [{}]
    if kind in ("revoked", "expired"):
        return _spoilt(kind, subject)
    tokens = _tokens(subject, judge)
    if kind == "unknown":
        return [{"Authorization": f"Bearer {altered}"} for token in tokens for altered in never_issued(token)]
    if kind == "malformed":
        return [{"Authorization": "Bearer"}, *({"Authorization": f"Bearer {token} {token}"} for token in tokens)]
    basic = base64.b64encode(f"{tokens[0]}:".encode()).decode()
    return [{"Authorization": f"Basic {basic}"}, {"Authorization": f"Token {tokens[0]}"}]


def _spoilt(kind: str, subject: Subject) -> list[Headers]:
    """Credentials that counted once, of every kind that the target has. Raises Unexercised where it has none."""
    found: list[Headers] = []
    for params in [{"kind": name} for name in subject.vocabulary.kinds] or [{}]:
        with suppress(Unexercised):
            found.append(subject.credential(**params, **{kind: True}))
    return found or [subject.credential(**{kind: True})]


def _tokens(subject: Subject, judge: Judge) -> list[str]:
    """The default token, and a good one of every kind that the target has. Raises Unexercised."""
    headers: list[Headers] = [subject.target.headers]
    for name in subject.vocabulary.kinds:
        with suppress(Unexercised):
            headers.append(subject.credential(kind=name))
    tokens = []
    for scheme, _, token in (entry.get("Authorization", "").partition(" ") for entry in headers):
        judge.require(scheme.lower() == "bearer" and bool(token), "a good credential is no bearer token")
        tokens.append(token)
    return list(dict.fromkeys(tokens))


@each(secured("missing", "scheme", "malformed", "unknown", "revoked", "expired"))
def test_credential(case: tuple[str, str, str], subject: Subject, judge: Judge) -> None:
    operation, kind, rule = case
    judge.require(bool(subject.target.headers), "there is no default credential; give one with -H, or a --states-url")
    for headers in _bad(kind, subject, judge):
        actor = _actor(operation, subject)
        before = subject.read(actor) if actor else {}
        trigger, beside = _call(operation, subject, headers, actor), _call(operation, subject, None)
        refused = judge.refused(rule, trigger, beside=beside)
        if refused and actor:
            same = subject.read(actor) == before
            judge.holds(rule, same, trigger=trigger, contrast=beside, expected="a refusal that changes nothing", got="a change")
        if judge.knows("auth.unauthorized") and refused and beside.ok and _judge_status("auth.unauthorized", trigger, judge):
            judge_code("auth.unauthorized", trigger, subject, judge)


def _actor(operation: str, subject: Subject) -> str | None:
    """A record that the operation is possible on; None where it acts on none."""
    return subject.place(subject.apt(operation)) if "{" in subject.operation(operation).path else None


def _call(operation: str, subject: Subject, headers: Headers | None, actor: str | None = None) -> Exchange:
    """A call that succeeds with a good credential, on a record of its own."""
    return subject.act(operation, actor or _actor(operation, subject), subject.body(operation), headers=headers)


def scopes(contract: Contract, vocabulary: Vocabulary) -> Iterator[Case]:
    """Each operation that needs a scope, and all scopes that there are."""
    every = {operation.scope.name: None for operation in contract.operations.values() if operation.scope}
    for name in vocabulary.operations(contract):
        scope = contract.operations[name].scope
        if scope:
            yield Case(name, (scope.rule, "auth.forbidden", "error.body"), (name, scope, list(every)))


@each(scopes)
def test_scope(case: tuple[str, Scope, list[str]], subject: Subject, judge: Judge) -> None:
    """A token with every scope but the one, each other scope by itself, and none; beside it, a token with the one alone."""
    operation, scope, every = case
    good = subject.credential(scopes=[scope.name])
    if not judge.accepted(scope.rule, _call(operation, subject, good), contrast=_call(operation, subject, None)):
        return
    others = [name for name in every if name != scope.name]
    for lacking in (others, *([name] for name in others), []):
        trigger = _call(operation, subject, subject.credential(scopes=lacking))
        if judge.refused(scope.rule, trigger, beside=_call(operation, subject, good)):
            wrong = shapes.error_fault(subject.contract, trigger)
            judge.holds("error.body", wrong is None, trigger=trigger, expected="the documented form of an error", got=wrong or "")
            if judge.knows("auth.forbidden") and _judge_status("auth.forbidden", trigger, judge):
                _judge_forbidden(scope, trigger, subject, judge)


def _judge_forbidden(scope: Scope, trigger: Exchange, subject: Subject, judge: Judge) -> None:
    """The code, and the name of the scope in the message."""
    error = shapes.error(trigger)
    if judge_code("auth.forbidden", trigger, subject, judge) and error:
        named = scope.name in str(error.get("message"))
        judge.holds("auth.forbidden", named, trigger=trigger, expected=f"a message that names {scope.name}", got=trigger.answer())


def judge_code(rule: str, trigger: Exchange, subject: Subject, judge: Judge) -> bool:
    """The code that the rule says, where there is one; what is no error at all is for another rule."""
    expected, found = subject.vocabulary.codes[judge.full(rule)], shapes.error(trigger).get("code")
    return not found or judge.holds(rule, found == expected, trigger=trigger, expected=expected, got=str(found))


def _judge_status(rule: str, trigger: Exchange, judge: Judge) -> bool:
    status = judge.statuses(rule)[0]
    return judge.holds(rule, trigger.status == status, trigger=trigger, expected=str(status), got=str(trigger.status))


@verifies("tenant.unlisted")
def test_other_tenants_are_not_listed(subject: Subject, judge: Judge) -> None:
    """The same list before and after another tenant has a record that matches, and the list of everything."""
    scope = subject.scope()
    mine = {subject.make(**scope), subject.make(**scope)}
    before = subject.listing(scope)
    judge.require(set(subject.ids(before)) == mine, "the list does not show just what was created")
    theirs = subject.foreign(**scope)
    for after in (subject.listing(scope), subject.listing({})):
        shown = theirs in subject.ids(after)
        judge.holds("tenant.unlisted", not shown, trigger=after, contrast=before, expected="only own records", got=f"also {theirs}")
    after = subject.listing(scope)
    if subject.paged() is Style.PAGE and theirs not in subject.ids(after):
        was, now = subject.pagination(before, "total"), subject.pagination(after, "total")
        judge.holds("tenant.unlisted", was == now, trigger=after, contrast=before, expected=f"a total of {was} still", got=str(now))
