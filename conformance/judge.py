"""Takes down what a check has seen. A rule holds only where its trigger AND its contrast were seen."""

import re
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from session_contracts.conformance.client import Exchange, Target
from session_contracts.conformance.errors import Unexercised
from session_contracts.conformance.outcomes import Evidence, EvidenceKind
from session_contracts.conformance.rules import Rules

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
_SEQUENCE = 10


class Judge:
    """One per check. Violations are taken down softly: the check goes on, and fails at its end with all of them."""

    def __init__(self, rules: Rules, target: Target, check: str, layer: str) -> None:
        self._rules = rules
        self._target = target
        self._blank = Evidence("", EvidenceKind.HELD, check, layer)
        self._start = len(target.exchanges)
        self.evidence: list[Evidence] = []

    @property
    def violations(self) -> list[Evidence]:
        return [entry for entry in self.evidence if entry.kind is EvidenceKind.VIOLATED]

    def refused(
        self, rule: str, trigger: Exchange, *, control: Exchange, statuses: Sequence[int] = ()
    ) -> bool:
        """`trigger` is refused with a status of the rule, while `beside`, which differs in nothing else, succeeds. True where it was."""
        allowed = self._rules.statuses(rule) or tuple(statuses)
        expected = " or ".join(map(str, allowed))
        return self.holds(
            rule,
            trigger.status in allowed,
            trigger=trigger,
            control=control,
            expected=expected,
            got=str(trigger.status),
        )

    def accepted(self, rule: str, trigger: Exchange, *, control: Exchange | None = None) -> bool:
        """`trigger` succeeds. True where it does."""
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
        """`ok` says whether the rule held in `trigger`. Where the contrast did not succeed, nothing can be said. True where it held."""
        if control is not None and not control.ok:
            self.unexercised(
                rule,
                f"the control request did not succeed: {control.method} {_path(control)} answered {control.status}",
            )
        elif ok:
            self._add(rule, EvidenceKind.HELD, reason=reason)
        else:
            self.violated(rule, trigger=trigger, expected=expected, got=got)
        return ok

    def observed(self, rule: str, trigger: Exchange, what: str = "") -> None:
        """A decision: any answer that it allows is good, and which one it was is worth telling."""
        allowed = self._rules.statuses(rule)
        if trigger.status == HTTPStatus.UNAUTHORIZED and trigger.status not in allowed:
            self.unexercised(rule, "the call was not authorized")
            return
        ok = not allowed or trigger.status in allowed or (trigger.ok and 200 in allowed)
        expected = " or ".join(map(str, allowed))
        self.holds(
            rule,
            ok,
            trigger=trigger,
            expected=expected,
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
        """The rule was seen broken; `sequence` reproduces it, where it is not what this check did so far."""
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
        self._add(rule, EvidenceKind.UNEXERCISED, reason=reason)

    def error(self, rule: str, reason: str) -> None:
        self._add(rule, EvidenceKind.ERROR, reason=reason)

    def require(self, condition: bool, reason: str) -> None:
        """What the rest of the check builds on. Raises Unexercised for the rules that it did not get to."""
        if not condition:
            raise Unexercised(reason)

    def heard(self, rule: str) -> bool:
        """Whether this check has reported on the rule."""
        return any(entry.rule == self._rules.full(rule) for entry in self.evidence)

    def full(self, rule: str) -> str:
        """The full id of a rule. Raises LookupError."""
        return self._rules.full(rule)

    def knows(self, rule: str) -> bool:
        """Whether the contract has the rule."""
        return self._rules.find(rule) is not None

    def decides(self, rule: str) -> bool:
        """Whether the documents leave it open."""
        return self._rules.is_decision(rule)

    def statuses(self, rule: str) -> tuple[int, ...]:
        return self._rules.statuses(rule)

    def requests(self) -> int:
        """How many requests the check has made so far."""
        return len(self._target.exchanges) - self._start

    def _add(self, rule: str, kind: EvidenceKind, **members: object) -> None:
        full = self._rules.full(rule)
        self.evidence.append(replace(self._blank, rule=full, kind=kind, **members))  # type: ignore[arg-type]

    def _leading_to(self, trigger: Exchange) -> Sequence[Exchange]:
        """The calls of this check that have to do with the trigger: those that share an id with it."""
        calls = self._target.exchanges[self._start :]
        calls = calls[: _position(calls, trigger) + 1]
        ids = set(_UUID.findall(trigger.url))
        related = [call for call in calls[:-1] if ids & set(_UUID.findall(_everything(call)))]
        return [*related[-_SEQUENCE:], trigger]


def _position(calls: Sequence[Exchange], trigger: Exchange) -> int:
    return next((index for index, call in enumerate(calls) if call is trigger), len(calls) - 1)


def _everything(call: Exchange) -> str:
    told = call.body if call.preparation else b""
    return call.url + ((call.request_body or b"") + told).decode("utf-8", "replace")


def _path(exchange: Exchange) -> str:
    return "/" + exchange.url.split("://", 1)[-1].partition("/")[2]
