"""Records what a check observes of its rules.

A rule held only if its trigger and its control request were observed: that a call is refused shows
nothing if the same call without the flaw is refused as well.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from session_contracts.conformance.client import Exchange, Target
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.outcomes import Evidence, EvidenceKind
from session_contracts.conformance.rules import Rules

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
#: How many calls at most a reproduction has before the one that shows the violation.
_SEQUENCE = 10


class Judge:
    """Collects the evidence of one check; rules go by their short names.

    A violation does not end the check, which goes on and fails at its end with all of them.
    """

    def __init__(self, rules: Rules, target: Target, check: str, layer: str) -> None:
        """Begin a check: what the target has been sent so far does not belong to it."""
        self._rules = rules
        self._target = target
        self._blank = Evidence("", EvidenceKind.HELD, check, layer)
        self._start = len(target.exchanges)
        self.evidence: list[Evidence] = []

    @property
    def violations(self) -> list[Evidence]:
        """The evidence of broken rules so far."""
        return [entry for entry in self.evidence if entry.kind is EvidenceKind.VIOLATED]

    # ---- reporting

    def refused(
        self, rule: str, trigger: Exchange, *, control: Exchange, statuses: Sequence[int] = ()
    ) -> bool:
        """Expect `trigger` to be refused with a status of the rule, else one of `statuses`.

        `control` is the control request. True if it was refused so.
        """
        allowed = self._rules.statuses(rule) or tuple(statuses)
        return self.holds(
            rule,
            trigger.status in allowed,
            trigger=trigger,
            control=control,
            expected=" or ".join(map(str, allowed)),
            got=str(trigger.status),
        )

    def accepted(self, rule: str, trigger: Exchange, *, control: Exchange | None = None) -> bool:
        """Expect `trigger` to succeed. True if it did."""
        return self.holds(
            rule,
            trigger.ok,
            trigger=trigger,
            control=control,
            expected="success",
            got=str(trigger.status),
        )

    def holds(
        self,
        rule: str,
        ok: bool,
        *,
        trigger: Exchange,
        control: Exchange | None = None,
        expected: str,
        got: str,
        reason: str = "",
    ) -> bool:
        """Report whether the rule held in `trigger`, and return it.

        If the control request did not succeed, the rule is not exercised.
        """
        if control is not None and not control.ok:
            sent = f"{control.method} {_path(control)} answered {control.status}"
            self.unexercised(rule, f"the control request did not succeed: {sent}")
        elif ok:
            self._add(rule, EvidenceKind.HELD, reason=reason)
        else:
            self.violated(rule, trigger=trigger, expected=expected, got=got)
        return ok

    def observed(self, rule: str, trigger: Exchange, what: str = "") -> None:
        """Report which answer a decision got; it holds with any that the rule allows."""
        allowed = self._rules.statuses(rule)
        if trigger.status == HTTPStatus.UNAUTHORIZED and trigger.status not in allowed:
            self.unexercised(rule, "the call was not authorized")
            return
        ok = not allowed or trigger.status in allowed or (trigger.ok and 200 in allowed)
        self.holds(
            rule,
            ok,
            trigger=trigger,
            expected=" or ".join(map(str, allowed)),
            got=str(trigger.status),
            reason=what or f"answered {trigger.status}",
        )

    def violated(
        self,
        rule: str,
        *,
        trigger: Exchange,
        expected: str,
        got: str,
        sequence: Sequence[Exchange] = (),
    ) -> None:
        """Report that the rule was broken in `trigger`.

        `sequence` reproduces it; by default, the calls of this check that led to the trigger.
        """
        curl = tuple(exchange.curl() for exchange in sequence or self._leading_to(trigger))
        self._add(
            rule,
            EvidenceKind.VIOLATED,
            expected=expected,
            got=got,
            curl=curl,
            answer=trigger.answer(),
        )

    def unexercised(self, rule: str, reason: str) -> None:
        """Report why the rule could not be checked."""
        self._add(rule, EvidenceKind.UNEXERCISED, reason=reason)

    def require(self, condition: bool, reason: str) -> None:
        """Require what the rest of the check needs.

        Raises Unexercised: rules that the check has not reported on are not exercised.
        """
        if not condition:
            raise Unexercised(reason)

    # ---- asking

    def heard(self, rule: str) -> bool:
        """Whether this check has reported on the rule."""
        return any(entry.rule == self._rules.full(rule) for entry in self.evidence)

    def full(self, rule: str) -> str:
        """The full id of a rule. Raises LookupError."""
        return self._rules.full(rule)

    def knows(self, rule: str) -> bool:
        """Whether the contract states the rule."""
        return self._rules.find(rule) is not None

    def decides(self, rule: str) -> bool:
        """Whether the rule is a decision. Raises LookupError."""
        return self._rules.is_decision(rule)

    def statuses(self, rule: str) -> tuple[int, ...]:
        """The statuses that the rule allows. Raises LookupError."""
        return self._rules.statuses(rule)

    def requests(self) -> int:
        """How many requests the check has sent so far."""
        return len(self._target.exchanges) - self._start

    def _add(self, rule: str, kind: EvidenceKind, **members: object) -> None:
        full = self._rules.full(rule)
        self.evidence.append(replace(self._blank, rule=full, kind=kind, **members))  # type: ignore[arg-type]

    def _leading_to(self, trigger: Exchange) -> Sequence[Exchange]:
        """The trigger, after the last calls of this check that share an id with it."""
        calls = self._target.exchanges[self._start :]
        calls = calls[: _position(calls, trigger) + 1]
        ids = set(_UUID.findall(trigger.url))
        related = [call for call in calls[:-1] if ids & set(_UUID.findall(_text(call)))]
        return [*related[-_SEQUENCE:], trigger]


def _position(calls: Sequence[Exchange], trigger: Exchange) -> int:
    return next((index for index, call in enumerate(calls) if call is trigger), len(calls) - 1)


def _text(call: Exchange) -> str:
    """What a call names: its URL and body, and what it made if it prepared a state."""
    answer = call.body if call.preparation else b""
    return call.url + ((call.request_body or b"") + answer).decode("utf-8", "replace")


def _path(exchange: Exchange) -> str:
    return "/" + exchange.url.split("://", 1)[-1].partition("/")[2]
